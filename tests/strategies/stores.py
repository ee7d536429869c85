"""Valid stores next to the database, with names of variables that nothing else has."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from blogstack.config.buckets import Bucket
from blogstack.config.cache import Cache, CacheVariables
from blogstack.config.fields import fields_of
from blogstack.config.queues import Queue
from blogstack.config.types import Section
from blogstack.facts.elasticache import facts, node_types_in
from tests.strategies.parts import Data, optional
from tests.strategies.types import scalars

_NAMES = st.from_regex(r"[a-z][a-z0-9]{0,5}(?:-[a-z][a-z0-9]{0,3}){0,2}", fullmatch=True)


def stores(region: str, prefix: str) -> dict[str, st.SearchStrategy[Any]]:
    """The keys of all stores but the database; `prefix` begins the names of variables that are chosen."""
    names = {value: st.just(f"{prefix}_{value}") for value in fields_of(CacheVariables)}
    cache = scalars(Cache) | {"engine_version": st.sampled_from(facts().versions), "variables": optional({}, names)}
    node_type = {"node_type": st.sampled_from(node_types_in(region) or ["cache.t4g.micro"])}
    return {
        "cache": optional(node_type, cache),
        "queues": _named(Queue, "mails", "url", f"{prefix}_q"),
        "buckets": _named(Bucket, "media", "name", f"{prefix}_b"),
    }


@st.composite
def _named(draw: st.DrawFn, model: type[Section], common: str, value: str, prefix: str) -> Data:
    """Some stores of a kind, often the one that is called `common`.

    The names of variables are in lower case, as neither a default nor those of another strategy.
    """
    drawn: Data = {}
    for number, name in enumerate(draw(st.lists(st.just(common) | _NAMES, max_size=3, unique=True))):
        own: st.SearchStrategy[Data] = st.sampled_from([{value: f"{prefix}{number}"}, {value: None}, {}])
        drawn[name] = draw(optional({}, scalars(model) | {"variables": own}))
    return drawn
