"""Which task a command is executed in."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from blogstack.operate.exec import NoTask, find_task
from tests.cases import compiled
from tests.doctor.answers import NOW
from tests.support.fake_aws import FakeAws, Refusal

SERVICE = compiled("minimal").blueprints[0].services[0]
_ARN = "arn:aws:ecs:ap-northeast-2:123456789012:task/blog-api"


def task(id: str, minutes: int, *, exec: bool = True, status: str = "RUNNING") -> dict[str, Any]:
    started = NOW + timedelta(minutes=minutes)
    return {"taskArn": f"{_ARN}/{id}", "lastStatus": status, "enableExecuteCommand": exec, "startedAt": started}


def aws(*tasks: dict[str, Any]) -> FakeAws:
    arns = [each["taskArn"] for each in tasks]
    return FakeAws({"ecs:ListTasks": {"taskArns": arns}, "ecs:DescribeTasks": {"tasks": list(tasks)}})


def test_the_newest() -> None:
    assert find_task(aws(task("a", 0), task("b", 2), task("c", 1)).session, SERVICE) == "b"


def test_one_that_was_started_before_is_passed_over() -> None:
    assert find_task(aws(task("a", 0), task("b", 2, exec=False)).session, SERVICE) == "a"


@pytest.mark.parametrize(
    ("fake", "reason"),
    [
        (aws(), "no task of service is running"),
        (aws(task("a", 0, status="PENDING")), "no task of service is running"),
        (aws(task("a", 0, exec=False)), "started before exec was turned on"),
        (
            FakeAws({"ecs:ListTasks": Refusal("ClusterNotFoundException", "Cluster not found.")}),
            "blog-api is not deployed",
        ),
    ],
    ids=["none", "pending", "before", "nothing"],
)
def test_none(fake: FakeAws, reason: str) -> None:
    with pytest.raises(NoTask, match=reason):
        find_task(fake.session, SERVICE)
