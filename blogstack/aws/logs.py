"""Lines of CloudWatch Logs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from blogstack.aws.session import AwsError, Session
from blogstack.records import Record

# A password in a URL, and the value after a name that sounds secret.
_IN_URL = re.compile(r"(://[^\s:/@]*:)[^\s@/]+@")
_NAMED = re.compile(r"(?i)((?:password|passwd|secret|token|api_?key)\w*[\"']?\s*[=:]\s*[\"']?)[^\s\"',;&]+")


class LogLine(Record):
    """A line of a log.

    Attributes:
        time: When it was written.
        text: The line, without passwords and other values whose name sounds secret.
    """

    time: datetime
    text: str


def last_lines(session: Session, group: str, stream: str, count: int) -> tuple[LogLine, ...]:
    """The last lines of a stream, the oldest first; none for a stream that does not exist.

    Raises:
        AwsError: when a call fails.
    """
    try:
        answer = session.call(
            "logs", "get_log_events", logGroupName=group, logStreamName=stream, limit=count, startFromHead=False
        )
    except AwsError as error:
        if error.code == "ResourceNotFoundException":
            return ()
        raise
    return tuple(_line(event) for event in answer["events"])


def next_lines(session: Session, group: str, stream: str, token: str) -> tuple[tuple[LogLine, ...], str]:
    """The lines of a stream after a position, and the position after them.

    Args:
        session: Session with AWS.
        group: Name of the log group.
        stream: Name of the stream, which may not exist yet.
        token: The position; "" for the beginning.

    Raises:
        AwsError: when a call fails.
    """
    place = {"nextToken": token} if token else {}
    try:
        answer = session.call(
            "logs", "get_log_events", logGroupName=group, logStreamName=stream, startFromHead=True, **place
        )
    except AwsError as error:
        if error.code == "ResourceNotFoundException":
            return (), token
        raise
    return tuple(_line(event) for event in answer["events"]), answer.get("nextForwardToken", token)


class TaskLine(Record):
    """A line of a task, in a log that several tasks share.

    Attributes:
        id: ID of the event, unique in the log group.
        time: When it was written.
        stream: Name of its log stream: prefix, container and task.
        text: The line, as in `LogLine`.
    """

    id: str
    time: datetime
    stream: str
    text: str


def read_lines(session: Session, group: str, prefix: str, since: datetime) -> Iterator[TaskLine]:
    """The lines of all streams whose names begin with a prefix, sorted by time.

    Raises:
        AwsError: when a call fails.
    """
    streams = {"logStreamNamePrefix": prefix} if prefix else {}
    # Sorted by AWS: https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_FilterLogEvents.html
    events = session.pages(
        "logs", "filter_log_events", "events", logGroupName=group, startTime=int(since.timestamp() * 1000), **streams
    )
    for event in events:
        time = datetime.fromtimestamp(event["timestamp"] / 1000, UTC)
        yield TaskLine(event["eventId"], time, event["logStreamName"], redact(event["message"].rstrip()))


def _line(event: dict[str, Any]) -> LogLine:
    return LogLine(datetime.fromtimestamp(event["timestamp"] / 1000, UTC), redact(event["message"].rstrip()))


def redact(text: str) -> str:
    """A text without what looks like the value of a secret."""
    return _NAMED.sub(r"\1***", _IN_URL.sub(r"\1***@", text))
