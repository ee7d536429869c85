"""Removal: what is deleted and what is kept by the deployed templates, what blocks it, and how a deletion ends."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from blogstack.aws.session import AwsError
from blogstack.operate.removal import CannotDelete, delete, plan_removal
from tests.cases import compiled
from tests.doctor.answers import NOW, resource
from tests.support.fake_aws import FakeAws, Refusal

COMPILATION = compiled("everything")
BLUEPRINT = COMPILATION.blueprints[0]
TEXTS = {template.stack_name: template.text for template in COMPILATION.templates}
_ID = "arn:aws:cloudformation:ap-northeast-2:123456789012:stack/shop-tasks/1"


def aws(*, protected: bool = False, gone: bool = False, used: bool = False) -> FakeAws:
    texts = {**TEXTS, "blog-api-prod-tasks": _of_environment(), "blog-api-of-others": "Resources: {}\n"}

    def template(parameters: Mapping[str, Any]) -> Mapping[str, Any]:
        return {"TemplateBody": texts[parameters["StackName"]]}

    deleted = {"StackName": "blog-api-old", "StackStatus": "DELETE_COMPLETE", "CreationTime": NOW}
    listed = [{"StackName": name, "StackStatus": "CREATE_COMPLETE", "CreationTime": NOW} for name in texts]
    found = [resource("Database", "blog-api-database"), resource("LoadBalancer", "arn:of:the-load-balancer")]
    attribute = {"Key": "deletion_protection.enabled", "Value": str(protected).lower()}
    database = {"DBInstances": [{"DeletionProtection": protected}]}
    own = ["blog-api-service", "blog-api-clock"]
    return FakeAws(
        {
            "cloudformation:ListImports": {"Imports": [*own, "reports-service"]} if used else _NO_IMPORTS,
            "cloudformation:ListStacks": {"StackSummaries": [*listed, deleted]},
            "cloudformation:GetTemplate": template,
            "cloudformation:ListStackResources": {"StackResourceSummaries": found},
            "rds:DescribeDBInstances": Refusal("DBInstanceNotFound") if gone else database,
            "elbv2:DescribeLoadBalancerAttributes": {"Attributes": [attribute]},
        },
        region="ap-northeast-2",
    )


# As CloudFormation says it.
_NO_IMPORTS = Refusal("ValidationError", "Export 'blog-api-tasks:ClusterName' is not imported by any stack.")


def _of_environment() -> str:
    """A stack of another environment of the same application."""
    return TEXTS["blog-api-tasks"].replace("for service blog-api.", "for service blog-api, environment prod.", 1)


def test_the_stacks_in_order() -> None:
    """Of the application, and of no other environment; what imports from a stack is deleted before it."""
    names = [stack.name for stack in plan_removal(aws().session, BLUEPRINT).stacks]
    assert set(names) == set(TEXTS)
    tail = ["tasks", "edge", "buckets", "queues", "cache", "database", "network", "registry"]
    assert names[-8:] == [f"blog-api-{kind}" for kind in tail]


def test_what_stays() -> None:
    stacks = {stack.name: stack for stack in plan_removal(aws().session, BLUEPRINT).stacks}
    assert stacks["blog-api-database"].snapshots == ("Database",)
    assert "DatabaseSecret (AWS::SecretsManager::Secret)" in stacks["blog-api-database"].stays
    assert stacks["blog-api-registry"].stays == ("Repository (AWS::ECR::Repository)",)
    assert "its logs (LogGroup)" in stacks["blog-api-tasks"].data
    assert stacks["blog-api-network"].stays == ()


def test_protection() -> None:
    found = plan_removal(aws(protected=True).session, BLUEPRINT).protected
    assert [(each.stack, each.key) for each in found] == [
        ("blog-api-edge", "load_balancer.deletion_protection"),
        ("blog-api-database", "database.deletion_protection"),
    ]


def test_a_database_that_is_gone_is_not_protected() -> None:
    assert plan_removal(aws(gone=True).session, BLUEPRINT).protected == ()


def test_another_application_uses_it() -> None:
    """Its stacks are named; without that the services would be gone before CloudFormation refuses."""
    assert plan_removal(aws().session, BLUEPRINT).users == ()
    assert plan_removal(aws(used=True).session, BLUEPRINT).users == ("reports-service",)


def state(status: str, reason: str = "") -> dict[str, Any]:
    found = {"StackName": "shop-tasks", "StackId": _ID, "CreationTime": NOW, "StackStatus": status}
    return {"Stacks": [{**found, "StackStatusReason": reason}]}


def deleting(*states: dict[str, Any] | Refusal) -> FakeAws:
    return FakeAws(
        {
            "cloudformation:DescribeStacks": list(states),
            "cloudformation:DeleteStack": {},
            "cloudformation:DescribeEvents": {"OperationEvents": []},
            "cloudformation:DescribeStackEvents": {"StackEvents": []},
        }
    )


def test_deleting() -> None:
    fake = deleting(state("CREATE_COMPLETE"), state("DELETE_IN_PROGRESS"), state("DELETE_COMPLETE"))
    delete(fake.session, "shop-tasks", pause=lambda _: None)
    assert len(fake.called("cloudformation:DeleteStack")) == 1
    assert fake.called("cloudformation:DescribeStacks")[-1] == {"StackName": _ID}


def test_a_deletion_in_progress_is_waited_for() -> None:
    fake = deleting(state("DELETE_IN_PROGRESS"), state("DELETE_COMPLETE"))
    delete(fake.session, "shop-tasks", pause=lambda _: None)
    assert fake.called("cloudformation:DeleteStack") == []


def test_trouble_that_passes() -> None:
    """It retries after throttling; expired credentials end the wait, and a second run continues."""
    throttled = Refusal("Throttling", "Rate exceeded")
    fake = deleting(state("CREATE_COMPLETE"), state("DELETE_IN_PROGRESS"), throttled, state("DELETE_COMPLETE"))
    delete(fake.session, "shop-tasks", pause=lambda _: None)
    expired = Refusal("ExpiredToken", "The security token included in the request is expired", 403)
    fake = deleting(state("CREATE_COMPLETE"), expired, state("DELETE_IN_PROGRESS"), state("DELETE_COMPLETE"))
    with pytest.raises(AwsError, match="expired"):
        delete(fake.session, "shop-tasks", pause=lambda _: None)
    delete(fake.session, "shop-tasks", pause=lambda _: None)
    assert len(fake.called("cloudformation:DeleteStack")) == 1


def test_a_deletion_that_fails() -> None:
    why = "Export shop-tasks:TaskRoleArn cannot be deleted as it is in use by other"
    fake = deleting(state("CREATE_COMPLETE"), state("DELETE_FAILED", why))
    with pytest.raises(CannotDelete, match=why):
        delete(fake.session, "shop-tasks", pause=lambda _: None)


def test_an_update_in_progress() -> None:
    with pytest.raises(CannotDelete, match="an update of shop-tasks is in progress"):
        delete(deleting(state("UPDATE_IN_PROGRESS")).session, "shop-tasks", pause=lambda _: None)


def test_a_stack_that_is_gone() -> None:
    fake = FakeAws({"cloudformation:DescribeStacks": Refusal("ValidationError", "Stack does not exist")})
    delete(fake.session, "shop-tasks")
