"""Rollback: the plan in each state of a service, and how it ends."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from botocore.exceptions import EndpointConnectionError

from blogstack.aws.session import AwsError, Trouble
from blogstack.operate.rollback import CannotRollBack, DeployTag, Failed, StopDeployment, deploy, plan_rollback, stop
from tests.cases import compiled
from tests.doctor.answers import NOW
from tests.support.fake_aws import FakeAws, Refusal

BLUEPRINT = compiled("canary").blueprints[0]
(SERVICE,) = BLUEPRINT.services
_ECS = "arn:aws:ecs:ap-northeast-2:123456789012"
DEPLOYMENT = f"{_ECS}:service-deployment/blog-api/blog-api/1"
NAME = SERVICE.service_name


def stack(status: str = "UPDATE_COMPLETE", tag: str | None = "v8") -> dict[str, Any]:
    parameters = [{"ParameterKey": "ImageTag", "ParameterValue": tag}] if tag else []
    state = {"StackName": SERVICE.stack, "CreationTime": NOW, "StackStatus": status, "Parameters": parameters}
    return {"Stacks": [state]}


def deployment(status: str, reason: str = "") -> dict[str, Any]:
    return {"serviceDeployments": [{"serviceDeploymentArn": DEPLOYMENT, "status": status, "statusReason": reason}]}


def definitions(parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Revisions 5 to 9: 9 and 8 have the image that is deployed, 7 was deleted."""
    revision = int(parameters["taskDefinition"].rpartition(":")[2])
    tag = {5: "v6", 6: "v7", 8: "v8", 9: "v8"}[revision]
    image = f"123456789012.dkr.ecr.ap-northeast-2.amazonaws.com/blog-api:{tag}"
    return {"taskDefinition": {"containerDefinitions": [{"name": NAME, "image": image}]}}


def some_deleted(parameters: Mapping[str, Any]) -> Any:  # noqa: ANN401 (an answer or a refusal)
    if parameters["taskDefinition"].endswith(":7"):
        return Refusal("ClientException", "Unable to describe task definition.")
    return definitions(parameters)


def aws(**answers: Any) -> FakeAws:  # noqa: ANN401 (any answer)
    counts = {"desiredCount": 1, "runningCount": 1, "pendingCount": 0}
    service = {"serviceName": NAME, "status": "ACTIVE", "taskDefinition": f"{_ECS}:task-definition/{NAME}:9", **counts}
    usual: dict[str, Any] = {
        "cloudformation:DescribeStacks": stack(),
        "cloudformation:UpdateStack": {"StackId": "id"},
        "cloudformation:DescribeEvents": {"OperationEvents": []},
        "ecs:DescribeServices": {"services": [service]},
        "ecs:ListServiceDeployments": {"serviceDeployments": []},
        "ecs:DescribeTaskDefinition": some_deleted,
        "ecs:StopServiceDeployment": {"serviceDeploymentArn": DEPLOYMENT},
        "ecr:DescribeImages": {"imageDetails": [{}]},
    }
    return FakeAws({**usual, **{name.replace("_", ":"): answer for name, answer in answers.items()}}, "ap-northeast-2")


def test_the_version_before() -> None:
    plan = plan_rollback(aws().session, SERVICE, None)
    assert isinstance(plan, DeployTag)
    assert (plan.before, plan.tag) == ("v8", "v7")


def test_a_version_by_its_tag() -> None:
    plan = plan_rollback(aws().session, SERVICE, "v3")
    assert isinstance(plan, DeployTag)
    assert plan.tag == "v3"


def test_a_tag_without_an_image() -> None:
    """It is known before anything is deployed; who may not ask goes on."""
    missing = Refusal("ImageNotFoundException", "The image with imageId {imageTag:'v3'} does not exist")
    with pytest.raises(CannotRollBack, match=r"there is no image blog-api:v3; `aws ecr list-images"):
        plan_rollback(aws(ecr_DescribeImages=missing).session, SERVICE, "v3")
    denied = Refusal("AccessDeniedException", "User: ann is not authorized to perform: ecr:DescribeImages")
    assert isinstance(plan_rollback(aws(ecr_DescribeImages=denied).session, SERVICE, "v3"), DeployTag)
    with pytest.raises(AwsError):
        plan_rollback(aws(ecr_DescribeImages=Refusal("ServerException", "down")).session, SERVICE, "v3")


def test_a_shift_is_stopped() -> None:
    plan = plan_rollback(aws(ecs_ListServiceDeployments=deployment("IN_PROGRESS")).session, SERVICE, None)
    assert isinstance(plan, StopDeployment)
    assert plan.deployment.arn == DEPLOYMENT


@pytest.mark.parametrize(
    ("answers", "tag", "reason"),
    [
        ({"cloudformation_DescribeStacks": Refusal("ValidationError", "it does not exist")}, None, "is not deployed"),
        ({"ecs_DescribeServices": {"services": []}}, None, "is not deployed"),
        ({"ecs_ListServiceDeployments": deployment("PENDING")}, "v3", "or leave out --to to stop it"),
        (
            {"cloudformation_DescribeStacks": stack("UPDATE_IN_PROGRESS")},
            None,
            "is in progress: wait until it has ended",
        ),
        ({"cloudformation_DescribeStacks": stack(tag=None)}, None, "the file sets its image.s tag"),
        ({}, "v8", "v8 is deployed already"),
        ({"ecs_DescribeTaskDefinition": Refusal("ClientException")}, None, "no version before v8 is known"),
    ],
    ids=["nothing", "no-service", "tag-meanwhile", "busy", "tagged-in-file", "same", "no-version-before"],
)
def test_no_way_back(answers: dict[str, Any], tag: str | None, reason: str) -> None:
    with pytest.raises(CannotRollBack, match=reason):
        plan_rollback(aws(**answers).session, SERVICE, tag)


def test_deploying() -> None:
    states = [stack(), stack("UPDATE_IN_PROGRESS"), stack("UPDATE_COMPLETE", "v7")]
    fake = aws(cloudformation_DescribeStacks=states)
    plan = plan_rollback(fake.session, SERVICE, None)
    assert isinstance(plan, DeployTag)
    deploy(fake.session, plan, pause=lambda _: None)
    (call,) = fake.called("cloudformation:UpdateStack")
    assert call["UsePreviousTemplate"]
    assert call["Parameters"] == [{"ParameterKey": "ImageTag", "ParameterValue": "v7"}]


LOST = EndpointConnectionError(endpoint_url="https://cloudformation.ap-northeast-2.amazonaws.com")
EXPIRED = Refusal("ExpiredToken", "The security token included in the request is expired", 403)


def test_trouble_that_passes() -> None:
    """It retries after throttling and a lost connection; the update is requested once."""
    states = [stack(), stack("UPDATE_IN_PROGRESS"), Refusal("Throttling", "Rate exceeded"), LOST, stack()]
    fake = aws(cloudformation_DescribeStacks=states)
    plan = plan_rollback(fake.session, SERVICE, None)
    assert isinstance(plan, DeployTag)
    deploy(fake.session, plan, pause=lambda _: None)
    assert len(fake.called("cloudformation:UpdateStack")) == 1


def test_credentials_that_expire_in_the_middle() -> None:
    """AWS continues what was started; a second run says that it is in progress."""
    fake = aws(cloudformation_DescribeStacks=[stack(), stack("UPDATE_IN_PROGRESS"), EXPIRED])
    plan = plan_rollback(fake.session, SERVICE, None)
    assert isinstance(plan, DeployTag)
    with pytest.raises(AwsError) as caught:
        deploy(fake.session, plan, pause=lambda _: None)
    assert caught.value.trouble is Trouble.CREDENTIALS
    with pytest.raises(CannotRollBack, match="is in progress: wait until it has ended"):
        plan_rollback(aws(cloudformation_DescribeStacks=stack("UPDATE_IN_PROGRESS")).session, SERVICE, None)


def test_deploying_what_is_deployed() -> None:
    fake = aws(cloudformation_UpdateStack=Refusal("ValidationError", "No updates are to be performed."))
    plan = plan_rollback(fake.session, SERVICE, "v3")
    assert isinstance(plan, DeployTag)
    deploy(fake.session, plan)


def test_a_version_that_does_not_start() -> None:
    events = [
        {
            "OperationId": "1",
            "EventId": "1",
            "LogicalResourceId": "Service",
            "ResourceType": "AWS::ECS::Service",
            "Timestamp": NOW,
            "ResourceStatusReason": "Circuit breaker triggered",
        }
    ]
    states = [stack(), stack("UPDATE_ROLLBACK_COMPLETE")]
    fake = aws(cloudformation_DescribeStacks=states, cloudformation_DescribeEvents={"OperationEvents": events})
    plan = plan_rollback(fake.session, SERVICE, None)
    assert isinstance(plan, DeployTag)
    with pytest.raises(Failed, match="Service: Circuit breaker triggered"):
        deploy(fake.session, plan, pause=lambda _: None)


def test_stopping() -> None:
    fake = aws(
        ecs_ListServiceDeployments=deployment("IN_PROGRESS"),
        ecs_DescribeServiceDeployments=[deployment("ROLLBACK_IN_PROGRESS"), deployment("ROLLBACK_SUCCESSFUL")],
        cloudformation_DescribeStacks=[
            stack("UPDATE_IN_PROGRESS"),
            stack("UPDATE_ROLLBACK_IN_PROGRESS"),
            stack("UPDATE_ROLLBACK_COMPLETE"),
        ],
    )
    plan = plan_rollback(fake.session, SERVICE, None)
    assert isinstance(plan, StopDeployment)
    stop(fake.session, plan.deployment, SERVICE.stack, pause=lambda _: None)
    assert fake.called("ecs:StopServiceDeployment") == [{"serviceDeploymentArn": DEPLOYMENT, "stopType": "ROLLBACK"}]


@pytest.mark.parametrize(("status", "reason"), [("ROLLBACK_FAILED", "no capacity"), ("SUCCESSFUL", "ended before")])
def test_stopping_fails(status: str, reason: str) -> None:
    fake = aws(
        ecs_ListServiceDeployments=deployment("IN_PROGRESS"),
        ecs_DescribeServiceDeployments=deployment(status, "no capacity"),
    )
    plan = plan_rollback(fake.session, SERVICE, None)
    assert isinstance(plan, StopDeployment)
    with pytest.raises(Failed, match=reason):
        stop(fake.session, plan.deployment, SERVICE.stack, pause=lambda _: None)
