"""AWS's answers about a healthy service; a scenario sets the differences."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

NOW = datetime(2026, 11, 1, 12, 0, tzinfo=UTC)
_ARN = "arn:aws:ecs:eu-west-1:123456789012"
TARGET_GROUP = "arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/shop/0123456789abcdef"
CERTIFICATE = "arn:aws:acm:eu-west-1:123456789012:certificate/12345678-1234-1234-1234-123456789012"
DETECTION = {
    "StackId": "arn:stack",
    "StackDriftDetectionId": "12345678-1234-1234-1234-123456789012",
    "DetectionStatus": "DETECTION_COMPLETE",
    "Timestamp": NOW,
}


def healthy() -> dict[str, Any]:
    """Every stack is complete, two tasks run and are healthy, no alarm fires."""
    return {
        "cloudformation:DescribeStacks": stacks({}),
        "cloudformation:DescribeEvents": {"OperationEvents": []},
        "cloudformation:DescribeStackEvents": {"StackEvents": []},
        "cloudformation:ListStackResources": {
            "StackResourceSummaries": [resource("TargetGroup", TARGET_GROUP), resource("Certificate", CERTIFICATE)]
        },
        "cloudformation:DetectStackDrift": {"StackDriftDetectionId": DETECTION["StackDriftDetectionId"]},
        "cloudformation:DescribeStackDriftDetectionStatus": DETECTION,
        "cloudformation:DescribeStackResourceDrifts": {"StackResourceDrifts": []},
        "ecs:DescribeServices": {"services": [service()]},
        "ecs:ListTasks": {"taskArns": []},
        "elbv2:DescribeTargetHealth": targets("healthy"),
        "cloudwatch:DescribeAlarms": {"MetricAlarms": []},
        "acm:DescribeCertificate": {"Certificate": {"Status": "ISSUED"}},
    }


def stacks(others: Mapping[str, str]) -> Callable[[Mapping[str, Any]], Mapping[str, Any]]:
    """Every stack exists and is complete, except those with another status."""

    def answer(parameters: Mapping[str, Any]) -> Mapping[str, Any]:
        name = parameters["StackName"]
        status = others.get(name, "UPDATE_COMPLETE")
        return {"Stacks": [{"StackName": name, "StackId": f"arn:{name}", "CreationTime": NOW, "StackStatus": status}]}

    return answer


def resource(logical_id: str, physical_id: str) -> dict[str, Any]:
    return {
        "LogicalResourceId": logical_id,
        "PhysicalResourceId": physical_id,
        "ResourceType": "AWS::Any::Thing",
        "LastUpdatedTimestamp": NOW,
        "ResourceStatus": "CREATE_COMPLETE",
    }


def service(
    *, running: int = 2, events: tuple[str, ...] = (), state: str = "COMPLETED", failed: int = 0
) -> dict[str, Any]:
    return {
        "serviceName": "shop",
        "status": "ACTIVE",
        "desiredCount": 2,
        "runningCount": running,
        "pendingCount": 0,
        "taskDefinition": f"{_ARN}:task-definition/shop:7",
        "deployments": [
            {
                "status": "PRIMARY",
                "rolloutState": state,
                "taskDefinition": f"{_ARN}:task-definition/shop:7",
                "desiredCount": 2,
                "runningCount": running,
                "pendingCount": 0,
                "failedTasks": failed,
            }
        ],
        "events": [{"id": str(number), "createdAt": NOW, "message": text} for number, text in enumerate(events)],
    }


def service_event(text: str, minutes: int) -> dict[str, Any]:
    """A message of ECS, some minutes after now, when stacks fail."""
    return {"id": text, "createdAt": NOW + timedelta(minutes=minutes), "message": text}


def stopped(
    reason: str,
    *,
    code: str = "TaskFailedToStart",
    exit_code: int | None = None,
    container_reason: str = "",
    seconds: int | None = None,
    log: tuple[tuple[int, str], ...] = (),
) -> dict[str, Any]:
    """The answers about a service whose newest task has stopped.

    Args:
        reason: `stoppedReason` of the task.
        code: `stopCode` of the task.
        exit_code: Of its container; None if it never ran.
        container_reason: Of its container.
        seconds: How long it ran; None if it never did.
        log: Its lines, each with the seconds since the start.
    """
    container: dict[str, Any] = {"name": "shop", "reason": container_reason}
    if exit_code is not None:
        container["exitCode"] = exit_code
    arn = f"{_ARN}:task/shop/0123456789abcdef0123456789abcdef"
    task: dict[str, Any] = {
        "taskArn": arn,
        "lastStatus": "STOPPED",
        "group": "service:shop",
        "stopCode": code,
        "taskDefinitionArn": f"{_ARN}:task-definition/shop:7",
        "stoppedReason": reason,
        "stoppedAt": NOW,
        "containers": [container],
    }
    if seconds is not None:
        task["startedAt"] = NOW - timedelta(seconds=seconds)
    start = (NOW - timedelta(seconds=seconds or 0)).timestamp()
    events = [{"timestamp": int((start + second) * 1000), "message": text} for second, text in log]
    return {
        "ecs:DescribeServices": {"services": [service(running=0, state="IN_PROGRESS")]},
        "ecs:ListTasks": {"taskArns": [arn]},
        "ecs:DescribeTasks": {"tasks": [task]},
        "logs:GetLogEvents": {"events": events},
    }


def targets(state: str, reason: str = "", description: str = "") -> dict[str, Any]:
    health = {"State": state} | ({"Reason": reason, "Description": description} if reason else {})
    return {"TargetHealthDescriptions": [{"Target": {"Id": "10.0.1.7", "Port": 8000}, "TargetHealth": health}]}


def failed_event(logical_id: str, type: str, reason: str) -> dict[str, Any]:
    return {
        "OperationId": "1",
        "EventType": "STACK_EVENT",
        "LogicalResourceId": logical_id,
        "ResourceType": type,
        "Timestamp": NOW,
        "ResourceStatus": "CREATE_FAILED",
        "ResourceStatusReason": reason,
    }
