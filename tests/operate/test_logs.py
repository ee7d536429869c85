"""Lines in order of arrival: each once, including late ones."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any

import pytest

from blogstack.aws.logs import TaskLine
from blogstack.operate.logs import NoLogs, follow, label, lines, stream_prefix
from tests.cases import compiled
from tests.support.fake_aws import FakeAws, Refusal

NOW = datetime(2026, 11, 1, 12, 0, tzinfo=UTC)
BLUEPRINT = compiled("everything").blueprints[0]


def event(number: int, seconds: int, text: str = "hello") -> dict[str, Any]:
    return {
        "eventId": str(number),
        "timestamp": int((NOW + timedelta(seconds=seconds)).timestamp() * 1000),
        "logStreamName": "task/blog-api/0123456789abcdef",
        "message": f"{text}\n",
    }


def test_in_one_pass() -> None:
    pages = [{"events": [event(1, 0)], "nextToken": "more"}, {"events": [event(2, 1, "password=hunter2")]}]
    aws = FakeAws({"logs:FilterLogEvents": pages})
    assert [line.text for line in lines(aws.session, "/ecs/shop", "task/", NOW)] == ["hello", "password=***"]
    first, second = aws.called("logs:FilterLogEvents")
    assert first == {"logGroupName": "/ecs/shop", "logStreamNamePrefix": "task/", "startTime": 1793534400000}
    assert second["nextToken"] == "more"


def test_following() -> None:
    """The third look has a line that was written before the newest one, but arrived after it."""
    looks = [[event(1, 0)], [event(1, 0), event(3, 60)], [event(2, 55, "late"), event(3, 60)], [event(4, 61)]]
    aws = FakeAws({"logs:FilterLogEvents": [{"events": events} for events in looks]})
    found = follow(aws.session, "/ecs/shop", "", NOW, pause=lambda _: None)
    assert [line.id for line in islice(found, 4)] == ["1", "3", "2", "4"]
    starts = [call["startTime"] - 1793534400000 for call in aws.called("logs:FilterLogEvents")]
    assert starts == [0, 0, 30_000, 30_000]


def test_nothing_is_deployed() -> None:
    aws = FakeAws(
        {"logs:FilterLogEvents": Refusal("ResourceNotFoundException", "The specified log group does not exist.")}
    )
    with pytest.raises(NoLogs):
        list(lines(aws.session, "/ecs/shop", "", NOW))


@pytest.mark.parametrize(
    ("stream", "expected"),
    [
        ("task/blog-api/0123456789abcdef", "service 01234567"),
        ("clock/blog-api-clock/0123456789abcdef", "clock 01234567"),
        ("sidecar/proxy/0123456789abcdef", "proxy 01234567"),
        ("release/blog-api/0123456789abcdef", "release 01234567"),
    ],
)
def test_label(stream: str, expected: str) -> None:
    assert label(TaskLine("1", NOW, stream, ""), BLUEPRINT, None) == expected
    assert label(TaskLine("1", NOW, stream, ""), BLUEPRINT, BLUEPRINT.workloads[0]) == "01234567"


def test_stream_prefix() -> None:
    assert stream_prefix(BLUEPRINT.services[-1]) == "task/blog-api/"
