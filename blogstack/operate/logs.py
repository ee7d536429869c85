"""The lines of an environment's tasks, also as they come."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

from blogstack.aws.logs import TaskLine, read_lines
from blogstack.aws.session import AwsError, Session
from blogstack.blueprint import Blueprint
from blogstack.blueprint.workload import Workload

POLL = 2.0
"""Seconds between two looks."""
# A line may arrive after later ones of other tasks: CloudWatch Logs is eventually consistent, and the log driver of a
# task sends its lines in batches.
_LATE = timedelta(seconds=30)


class NoLogs(Exception):
    """The log group does not exist."""


def stream_prefix(workload: Workload | None) -> str:
    """What the names of a workload's log streams begin with; of all workloads nothing."""
    return f"{workload.log_prefix}/{workload.container_name}/" if workload else ""


def lines(session: Session, group: str, prefix: str, since: datetime) -> Iterator[TaskLine]:
    """The lines since a time, oldest first.

    Raises:
        NoLogs: when there is no such log group.
        AwsError: when they cannot be read.
    """
    try:
        yield from read_lines(session, group, prefix, since)
    except AwsError as error:
        if error.code == "ResourceNotFoundException":
            raise NoLogs(group) from None
        raise


def follow(
    session: Session, group: str, prefix: str, since: datetime, pause: Callable[[float], object] = time.sleep
) -> Iterator[TaskLine]:
    """The lines since a time and those that follow, each once, without an end.

    Args:
        session: With AWS.
        group: Name of the log group.
        prefix: Of the names of the log streams.
        since: When the first one was written.
        pause: Waits for some seconds.

    Raises:
        NoLogs: when there is no such log group.
        AwsError: when they cannot be read.
    """
    seen: dict[str, datetime] = {}
    newest = start = since
    while True:
        for line in lines(session, group, prefix, start):
            if line.id not in seen:
                seen[line.id] = line.time
                newest = max(newest, line.time)
                yield line
        start = max(since, newest - _LATE)
        seen = {id: time for id, time in seen.items() if time >= start}
        pause(POLL)


def label(line: TaskLine, blueprint: Blueprint, workload: Workload | None) -> str:
    """Which task a line is of: the beginning of its ID, after the name of the workload where there may be several."""
    prefix, _, rest = line.stream.partition("/")
    container, _, task = rest.rpartition("/")
    short = task[:8]
    if workload:
        return short
    names = {each.log_prefix: each.name for each in blueprint.workloads}
    return f"{container if prefix == 'sidecar' else names.get(prefix, prefix)} {short}"
