"""Decisions about the topic that all alarms are sent to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from blogstack.blueprint.database import Database
from blogstack.blueprint.names import Imported, Naming, Output
from blogstack.blueprint.workload import Workload
from blogstack.config import Config


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """The topic, which the tasks stack creates before any alarm.

    Attributes:
        senders: Names of the stacks whose alarms may publish.
        kms_key: ARN of the key that encrypts it; None for one that the stack creates.
    """

    stack: str
    title: str
    email: str
    senders: tuple[str, ...]
    kms_key: str | None
    tags: Mapping[str, str]

    @property
    def arn(self) -> Imported:
        """The topic's ARN."""
        return Imported(self.stack, Output.ALARM_TOPIC_ARN)


def resolve_topic(
    config: Config, naming: Naming, stack: str, workloads: tuple[Workload, ...], database: Database | None
) -> Topic | None:
    """The topic of the tasks stack `stack`; None without alarms."""
    if config.alarms is None:
        return None
    return Topic(
        stack=stack,
        title=naming.application,
        email=config.alarms.email,
        # The database's alarms are in the tasks stack.
        senders=(*(workload.stack for workload in workloads), *((stack,) if database else ())),
        kms_key=config.kms_key,
        tags=naming.tags,
    )
