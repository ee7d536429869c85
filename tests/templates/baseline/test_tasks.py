"""ECS, ECR, IAM and Secrets Manager."""

from __future__ import annotations

from typing import Any

from tests.support.templates import trees
from tests.templates.baseline import CASE, all_of, allowed, only


def containers(case: str = CASE) -> list[Any]:
    """Every container of every task definition."""
    return [container for task in all_of("ECS::TaskDefinition", case) for container in task["ContainerDefinitions"]]


def test_ecs_2() -> None:
    """Services assign tasks no public addresses automatically."""
    network = only("ECS::Service")["NetworkConfiguration"]["AwsvpcConfiguration"]
    assert network["AssignPublicIp"] == "DISABLED"


def test_ecs_3() -> None:
    """Task definitions do not share the host's process namespace."""
    assert not any("PidMode" in task for task in all_of("ECS::TaskDefinition"))


def test_ecs_4() -> None:
    """Containers are not privileged."""
    assert not any(container.get("Privileged") for container in containers())


def test_ecs_5() -> None:
    """Containers have a read-only root filesystem."""
    assert all(container["ReadonlyRootFilesystem"] is True for container in containers())


def test_ecs_8() -> None:
    """No AWS key or registry password is an environment variable; the database's values come as secrets."""
    secret = {"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "ECS_ENGINE_AUTH_DATA", "DATABASE_PASSWORD"}
    for container in containers():
        assert not secret & {variable["Name"] for variable in container["Environment"]}
        assert "DATABASE_PASSWORD" in {variable["Name"] for variable in container["Secrets"]}


def test_ecs_9() -> None:
    """Containers log."""
    assert all(container["LogConfiguration"]["LogDriver"] == "awslogs" for container in containers())


def test_ecs_10() -> None:
    """Services run on the latest platform version of Fargate."""
    assert only("ECS::Service")["PlatformVersion"] == "LATEST"


def test_ecs_12() -> None:
    """Clusters have Container Insights."""
    assert {"Name": "containerInsights", "Value": "enabled"} in only("ECS::Cluster")["ClusterSettings"]


def test_ecs_16() -> None:
    """Task sets give no public address by themselves: there are none, ECS replaces tasks by itself."""
    assert not all_of("ECS::TaskSet")


def test_ecs_17() -> None:
    """Task definitions do not use the host's network."""
    assert {task["NetworkMode"] for task in all_of("ECS::TaskDefinition")} == {"awsvpc"}


def test_ecs_20() -> None:
    """Linux containers name a user other than root. Not met unless `service.user` is set."""
    assert not any("User" in container for container in containers())
    named = [container["User"] for container in containers("everything") if "User" in container]
    # The service's own, the release step's and that of what inherits it; a sidecar's image names its own.
    assert sorted(named) == ["1000:1000"] * 5 + ["1001"] * 2


def test_ecr_1() -> None:
    """Repositories scan images."""
    assert only("ECR::Repository")["ImageScanningConfiguration"] == {"ScanOnPush": True}


def test_ecr_2() -> None:
    """Repositories do not let tags move."""
    assert only("ECR::Repository")["ImageTagMutability"] == "IMMUTABLE"


def test_ecr_3() -> None:
    """Repositories have a lifecycle policy."""
    assert only("ECR::Repository")["LifecyclePolicy"]["LifecyclePolicyText"]


def test_secretsmanager_4() -> None:
    """Secrets are rotated every 90 days. Not met: a process reads them only when it starts."""
    assert all_of("SecretsManager::Secret")
    assert not all_of("SecretsManager::RotationSchedule")


def test_iam_21() -> None:
    """Policies do not allow every action of a service; and none of them is a managed one."""
    assert not all_of("IAM::ManagedPolicy")
    for tree in trees(CASE).values():
        assert not any(action.endswith("*") for _, statement in allowed(tree) for action in statement["Action"])
