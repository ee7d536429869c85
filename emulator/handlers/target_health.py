"""The load balancer's health checks, with the answers of the images.

No container runs, so a test sets the answers: `Emulator.add_existing(answers={"/health": 200})`. Any other path then
answers 404. Without answers, every target is healthy. The result of the check is in DescribeTargetHealth, in ECS's
events, and in the deployment of a new version:
https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_TargetHealth.html
https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-unhealthy-event-messages.html
"""

import re
import time
from typing import Any
from uuid import uuid4

from .ministack_modules import scoped_store, service

_NOT_FOUND = 404

answers: Any = scoped_store()


def install() -> None:
    """Replace the checks of ministack, which always succeed."""
    alb, ecs = service("alb"), service("ecs")
    describe_health, describe_services = alb._ACTION_MAP["DescribeTargetHealth"], ecs._ACTION_MAP["DescribeServices"]
    reset = ecs.reset

    def describe_target_health(params: dict[str, Any]) -> Any:  # noqa: ANN401 - ministack is not typed
        status, headers, body = describe_health(params)
        if reason := failure(str(params["TargetGroupArn"][0])):
            text = f"unhealthy</State><Reason>Target.ResponseCodeMismatch</Reason><Description>{reason}</Description>"
            body = body.replace(b"healthy</State>", text.encode())
        return status, headers, body

    def describe(data: dict[str, Any]) -> Any:  # noqa: ANN401 - as above
        for found in ecs._services.values():
            if found["status"] == "ACTIVE":
                add_events(found)
        return describe_services(data)

    def reset_all() -> None:
        reset()
        answers.clear()

    alb._ACTION_MAP["DescribeTargetHealth"] = describe_target_health
    ecs._ACTION_MAP["DescribeServices"] = describe
    ecs.reset = reset_all


def failure(target_group: str) -> str | None:
    """The result of a target group's check, with Elastic Load Balancing's message; None for healthy targets."""
    group = service("alb")._tgs.get(target_group)
    if group is None or not answers:
        return None
    status = answers.get(group["HealthCheckPath"], _NOT_FOUND)
    matcher = group["Matcher"]["HttpCode"]
    return None if _matches(matcher, status) else f"Health checks failed with these codes: [{status}]"


def _matches(matcher: str, status: int) -> bool:
    """Whether `200-299,302` has a status."""
    ranges = re.findall(r"(\d+)(?:-(\d+))?", matcher)
    return any(int(low) <= status <= int(high or low) for low, high in ranges)


def add_events(found: dict[str, Any]) -> None:
    """Add ECS's event when the targets of a service became unhealthy, or healthy again."""
    name = found["serviceName"]
    reasons = [
        f"(service {name}) (port {balancer['containerPort']}) is unhealthy in (target-group"
        f" {balancer['targetGroupArn']}) due to (reason {reason})."
        for balancer in found.get("loadBalancers") or ()
        if (reason := failure(balancer["targetGroupArn"]))
    ]
    if reasons == found.get("_unhealthy", []):
        return
    found["_unhealthy"] = reasons
    for message in reasons or [f"(service {name}) has reached a steady state."]:
        # With fractions of a second, as in AWS, so that events within one second are in order.
        found["events"].insert(0, {"id": str(uuid4()), "createdAt": time.time(), "message": message})
