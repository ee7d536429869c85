"""Building blocks of the strategies of several sections."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st

from blogstack.facts.regions import partition

Data = dict[str, Any]

TEXTS = st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\u2028\u2029\ufeff"), max_size=20)


def nested(
    leaves: st.SearchStrategy[Any], around: Callable[[st.SearchStrategy[Any]], st.SearchStrategy[Any]]
) -> st.SearchStrategy[Any]:
    """Possible YAML values: some leaves, and up to two levels of collections around them."""
    inner = leaves | around(leaves)
    return inner | around(inner)


def optional(
    required: dict[str, st.SearchStrategy[Any]], others: dict[str, st.SearchStrategy[Any]]
) -> st.SearchStrategy[Data]:
    """A mapping with some keys always and any of the others."""
    return st.fixed_dictionaries(required, optional={key: others[key] for key in others if key not in required})


def durations(low: int, high: int) -> st.SearchStrategy[int | str]:
    """A duration in any of its spellings."""
    seconds = st.integers(low, high)
    minutes = (
        st.integers(-(-low // 60), high // 60).map(lambda n: f"{n}m")
        if high >= 60 and -(-low // 60) <= high // 60
        else seconds
    )
    return seconds | seconds.map(lambda n: f"{n}s") | minutes


def minutes(low: int, high: int) -> st.SearchStrategy[int | str]:
    """A number of whole minutes in each of its spellings."""
    return st.integers(low, high).flatmap(lambda n: st.sampled_from([n * 60, f"{n}m"]))


def secrets(region: str) -> st.SearchStrategy[Data]:
    """Secret variables from every kind of source; their names are none of the environment's."""
    arn, parameter = (f"arn:{partition(region)}:{kind}:{region}:123456789012" for kind in ("secretsmanager", "ssm"))
    secret = st.sampled_from(["plain", "team/blog", f"{arn}:secret:many-AbCdEf"])
    sources = st.one_of(
        st.just("generate"),
        optional({"secretsmanager": secret}, {"key": st.sampled_from(["a", "b.c", "d-e"])}),
        optional({"ssm": st.sampled_from(["/blog/dsn", "dsn", f"{parameter}:parameter/x"])}, {}),
    )
    return st.dictionaries(st.from_regex(r"[xyz][A-Za-z0-9_]{0,6}", fullmatch=True), sources, max_size=4)
