"""Lines of CloudWatch Logs."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from blogstack.aws.session import AwsError, Session
from blogstack.records import Record

# A password in a URL, and what follows a name that says that it is secret.
_IN_URL = re.compile(r"(://[^\s:/@]*:)[^\s@/]+@")
_NAMED = re.compile(r"(?i)((?:password|passwd|secret|token|api_?key)\w*[\"']?\s*[=:]\s*[\"']?)[^\s\"',;&]+")


class LogLine(Record):
    """A line of a log.

    Attributes:
        time: When it was written.
        text: Without passwords and other values that a name marks as secret.
    """

    time: datetime
    text: str


def last_lines(session: Session, group: str, stream: str, count: int) -> tuple[LogLine, ...]:
    """The last lines of a stream, the oldest first; none for a stream that does not exist.

    Raises:
        AwsError: when they cannot be read.
    """
    try:
        answer = session.call(
            "logs", "get_log_events", logGroupName=group, logStreamName=stream, limit=count, startFromHead=False
        )
    except AwsError as error:
        if error.code == "ResourceNotFoundException":
            return ()
        raise
    return tuple(
        LogLine(datetime.fromtimestamp(event["timestamp"] / 1000, UTC), redact(event["message"].rstrip()))
        for event in answer["events"]
    )


def redact(text: str) -> str:
    """A text without what looks like the value of a secret."""
    return _NAMED.sub(r"\1***", _IN_URL.sub(r"\1***@", text))
