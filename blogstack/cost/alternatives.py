"""What a file would cost with another value of one key: the questions that people ask."""

from __future__ import annotations

from collections.abc import Iterator

from blogstack.cost.estimate import Estimate, estimate
from blogstack.pipeline import lower_environment
from blogstack.records import Record, replace
from blogstack.source.document import KeyPath, Scalar
from blogstack.source.edits import with_scalar
from blogstack.source.environments import Environment
from blogstack.words import dotted

_QUESTIONS: tuple[tuple[KeyPath, tuple[Scalar, ...]], ...] = (
    (("network", "create", "egress"), ("nat", "nat_per_az", "endpoints", "public_ip")),
    (("image", "architecture"), ("arm64", "x86_64")),
    (("database", "multi_az"), (True, False)),
    (("logs", "container_insights"), (True, False)),
)


class Alternative(Record):
    """Another value of a key, and what it changes a month, idle and at most, in US dollars."""

    key: str
    value: Scalar
    idle: float
    most: float


def alternatives(environment: Environment, region: str, now: Estimate) -> Iterator[Alternative]:
    """What other values would change; leaves out values that are not valid, change nothing, or have no price.

    Args:
        environment: The environment, without errors.
        region: The region whose prices apply.
        now: What the environment costs as it is.
    """
    document = environment.document
    for key, values in _QUESTIONS:
        if key[0] == "database" and not document.has(("database",)):
            continue
        for value in values:
            stacks = lower_environment(replace(environment, document=with_scalar(document, key, value)))
            if stacks is None:
                continue
            other = estimate({stack.name: stack.tree for stack in stacks}, region)
            if other.unpriced != now.unpriced:
                continue
            idle, most = other.idle - now.idle, other.most - now.most
            if round(idle, 2) or round(most, 2):
                yield Alternative(dotted(key), value, idle, most)
