"""The effect of Application Auto Scaling on ECS services, and its checks of load balancers."""

from .api import call
from .ministack_modules import service


def exists(resource_id: str) -> bool:
    """Whether `service/CLUSTER/NAME` is an active ECS service."""
    found = service("ecs")._services.get(resource_id.removeprefix("service/"))
    return found is not None and found["status"] == "ACTIVE"


def hold_within(resource_id: str, least: int, most: int) -> None:
    """A service with fewer or more tasks than the target allows is scaled to its limit.

    https://docs.aws.amazon.com/autoscaling/application/userguide/how-scalable-target-works.html
    """
    cluster, _, name = resource_id.removeprefix("service/").partition("/")
    desired = service("ecs")._services[f"{cluster}/{name}"]["desiredCount"]
    wanted = min(max(desired, least), most)
    if wanted != desired:
        call("ecs", "UpdateService", {"cluster": cluster, "service": name, "desiredCount": wanted})


def is_request_label(label: str) -> bool:
    """Whether `app/LB/ID/targetgroup/TG/ID` names a target group that the load balancer forwards to.

    https://docs.aws.amazon.com/autoscaling/application/APIReference/API_PredefinedMetricSpecification.html
    """
    balancer, found, group = label.partition("/targetgroup/")
    return bool(found) and any(
        target["TargetGroupArn"].endswith(f":targetgroup/{group}")
        and any(arn.endswith(f":loadbalancer/{balancer}") for arn in target["LoadBalancerArns"])
        for target in service("alb")._tgs.values()
    )
