"""One-off tasks: how they start, and every way in which they end."""

from __future__ import annotations

from typing import Any

import pytest

from blogstack.aws.changes import NotStarted
from blogstack.aws.services import StoppedTask
from blogstack.operate.one_off import NotDeployed, Started, own_container, start, watch
from tests.cases import compiled
from tests.doctor.answers import NOW
from tests.support.fake_aws import FakeAws, Refusal

BLUEPRINT = compiled("everything").blueprints[0]
SERVICE = next(each for each in BLUEPRINT.services if each.name == "service")
JOB = BLUEPRINT.jobs[0]
ARN = "arn:aws:ecs:ap-northeast-2:123456789012:task/blog-api/0123456789abcdef"
DEFINITION = "arn:aws:ecs:ap-northeast-2:123456789012:task-definition/blog-api:7"


def stack(parameters: Any) -> dict[str, Any]:  # noqa: ANN401 (any parameters)
    names = [
        "TaskSecurityGroupId",
        *(f"{kind}Subnet{number}Id" for kind in ("Public", "Private") for number in (1, 2, 3)),
    ]
    outputs = [{"OutputKey": name, "OutputValue": f"id-of-{name}"} for name in names]
    state = {"StackName": parameters["StackName"], "CreationTime": NOW, "StackStatus": "UPDATE_COMPLETE"}
    return {"Stacks": [{**state, "Outputs": outputs}]}


def deployed(**answers: Any) -> FakeAws:  # noqa: ANN401 (any answer)
    service = {"serviceName": "blog-api", "status": "ACTIVE", "taskDefinition": DEFINITION}
    counts = {"desiredCount": 1, "runningCount": 1, "pendingCount": 0}
    usual: dict[str, Any] = {
        "cloudformation:DescribeStacks": stack,
        "ecs:DescribeServices": {"services": [{**service, **counts}]},
        "ecs:RunTask": {"tasks": [{"taskArn": ARN}], "failures": []},
    }
    return FakeAws({**usual, **{name.replace("_", ":"): answer for name, answer in answers.items()}})


def task(status: str, *, exit_code: int | None = None, reason: str = "", why: str = "") -> dict[str, Any]:
    ended = {} if exit_code is None else {"exitCode": exit_code}
    containers = [{"name": "proxy", "exitCode": 143}, {"name": SERVICE.container_name, "reason": why, **ended}]
    return {"tasks": [{"taskArn": ARN, "lastStatus": status, "stoppedReason": reason, "containers": containers}]}


def lines(*texts: str, place: str = "end") -> dict[str, Any]:
    events = [{"timestamp": 1793534400000, "message": text} for text in texts]
    return {"events": events, "nextForwardToken": place}


def run(aws: FakeAws) -> list[str | StoppedTask]:
    started = Started(ARN, "task/blog-api/0123456789abcdef")
    return list(watch(aws.session, SERVICE, started, pause=lambda _: None))


def test_a_command_in_the_version_that_runs() -> None:
    aws = deployed()
    assert start(aws.session, SERVICE, ["python", "-m", "x"]).stream == "task/blog-api/0123456789abcdef"
    (call,) = aws.called("ecs:RunTask")
    assert call["taskDefinition"] == DEFINITION
    assert call["overrides"] == {"containerOverrides": [{"name": "blog-api", "command": ["python", "-m", "x"]}]}
    network = call["networkConfiguration"]["awsvpcConfiguration"]
    assert network["securityGroups"] == ["id-of-TaskSecurityGroupId"]
    assert all(subnet.startswith("id-of-Private") for subnet in network["subnets"])
    assert network["assignPublicIp"] == "DISABLED"


def test_a_job_with_its_own_command() -> None:
    aws = deployed()
    start(aws.session, JOB, [])
    (call,) = aws.called("ecs:RunTask")
    assert (call["taskDefinition"], call["overrides"]) == (JOB.service_name, {"containerOverrides": []})


def test_its_lines_and_its_exit_code() -> None:
    """Also if ECS throttles a request in between."""
    aws = deployed(
        ecs_DescribeTasks=[
            task("PENDING"),
            Refusal("ThrottlingException"),
            task("RUNNING"),
            task("STOPPED", exit_code=3),
        ],
        logs_GetLogEvents=[
            Refusal("ResourceNotFoundException", "The specified log stream does not exist."),
            lines("one", place="a"),
            lines("two", place="b"),
            lines("a late one", place="c"),
            lines(place="c"),
        ],
    )
    *texts, state = run(aws)
    assert texts == ["one", "two", "a late one"]
    assert isinstance(state, StoppedTask)
    end = own_container(SERVICE, state)
    assert end
    assert end.exit_code == 3
    tokens = [call.get("nextToken") for call in aws.called("logs:GetLogEvents")]
    assert tokens == [None, None, "a", "b", "c"]


def test_no_capacity() -> None:
    failures = [{"reason": "Capacity is unavailable at this time."}]
    aws = deployed(ecs_RunTask={"tasks": [], "failures": failures})
    with pytest.raises(NotStarted, match="Capacity is unavailable"):
        start(aws.session, SERVICE, ["x"])


def test_the_service_is_missing() -> None:
    with pytest.raises(NotDeployed, match="there is no service"):
        start(deployed(ecs_DescribeServices={"services": []}).session, SERVICE, ["x"])


def test_a_stack_is_missing() -> None:
    answer = Refusal("ValidationError", "Stack with id blog-api-digest does not exist")
    with pytest.raises(NotDeployed, match="there is no stack blog-api-"):
        start(deployed(cloudformation_DescribeStacks=answer).session, JOB, [])


def test_an_image_that_cannot_be_pulled() -> None:
    aws = deployed(
        ecs_DescribeTasks=task("STOPPED", reason="CannotPullContainerError: not found"),
        logs_GetLogEvents=Refusal("ResourceNotFoundException"),
    )
    (state,) = run(aws)
    assert isinstance(state, StoppedTask)
    end = own_container(SERVICE, state)
    assert end
    assert (end.exit_code, state.reason) == (None, "CannotPullContainerError: not found")
