"""The log lines of an environment's tasks; can follow new lines."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

from blogstack.aws.logs import TaskLine, read_lines
from blogstack.aws.session import AwsError, Session
from blogstack.blueprint import Blueprint
from blogstack.blueprint.workload import Workload

POLL = 2.0
"""Seconds between two requests."""
# A line may arrive after later ones of other tasks: CloudWatch Logs is eventually consistent, and the log driver of a
# task sends its lines in batches.
_LATE = timedelta(seconds=30)


class NoLogs(Exception):
    """The log group does not exist."""


def stream_prefix(workload: Workload | None) -> str:
    """The prefix of the names of a workload's log streams; "" for all workloads."""
    return f"{workload.log_prefix}/{workload.container_name}/" if workload else ""


def lines(session: Session, group: str, prefix: str, since: datetime) -> Iterator[TaskLine]:
    """The lines since a time, oldest first.

    Raises:
        NoLogs: when there is no such log group.
        AwsError: when a call fails.
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
    """The lines since a time and those that follow, each once; never ends.

    Args:
        session: Session with AWS.
        group: Name of the log group.
        prefix: Prefix of the names of the log streams.
        since: Time of the earliest line.
        pause: Waits for some seconds.

    Raises:
        NoLogs: when there is no such log group.
        AwsError: when a call fails.
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
    """The task that a line comes from: the beginning of its ID, after the workload's name unless one is given."""
    prefix, _, rest = line.stream.partition("/")
    container, _, task = rest.rpartition("/")
    short = task[:8]
    if workload:
        return short
    names = {each.log_prefix: each.name for each in blueprint.workloads}
    return f"{container if prefix == 'sidecar' else names.get(prefix, prefix)} {short}"
