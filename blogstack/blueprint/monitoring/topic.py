"""Decisions about the topic that all alarms are sent to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from blogstack.blueprint.names import Naming
from blogstack.blueprint.workload import Workload
from blogstack.config import Config
from blogstack.records import Record


class Topic(Record, kw_only=True):
    """The topic, which the tasks stack creates before any alarm.

    It has a name, so that alarms of other stacks refer to it without an import: an import would keep the topic, and
    with it the key `alarms`, until the other stacks are deployed without it.

    Attributes:
        senders: Names of the stacks whose alarms may publish.
        kms_key: ARN of the key that encrypts it; None for one that the stack creates.
    """

    name: str
    title: str
    email: str
    senders: tuple[str, ...]
    kms_key: str | None
    tags: Mapping[str, str]


def resolve_topic(
    config: Config, naming: Naming, stack: str, workloads: Iterable[Workload], *, has_store_alarms: bool
) -> Topic | None:
    """The topic of the tasks stack `stack`; None without alarms. `has_store_alarms`: whether stores have alarms."""
    if config.alarms is None:
        return None
    return Topic(
        name=f"{naming.application}-alarms",
        title=naming.application,
        email=config.alarms.email,
        # The stores' alarms are in the tasks stack.
        senders=(*(workload.stack for workload in workloads), *((stack,) if has_store_alarms else ())),
        kms_key=config.kms_key,
        tags=naming.tags,
    )
