"""Application Auto Scaling, which ministack lacks: its API and its two resource types' state.

https://docs.aws.amazon.com/autoscaling/application/APIReference/Welcome.html
"""

import json
import time
import uuid
from collections.abc import Callable, Mapping
from typing import Any

from .ministack_modules import account, region, scoped_store

Answer = tuple[int, dict[str, str], bytes]
Data = dict[str, Any]
TARGET_PREFIX = "AnyScaleFrontendService"
KEYS = ("ServiceNamespace", "ResourceId", "ScalableDimension")

targets: Any = scoped_store()
policies: Any = scoped_store()
actions: Any = scoped_store()


class Refused(Exception):
    """An API error: its code and its message."""


def reset() -> None:
    """Remove everything, as ministack's own services do."""
    for store in (targets, policies, actions):
        store.clear()


async def handle_request(
    _method: str, _path: str, headers: dict[str, str], body: bytes, _query: dict[str, list[str]]
) -> Answer:
    """Answer one call in the JSON protocol."""
    operation = headers.get("x-amz-target", "").rpartition(".")[2]
    handler = OPERATIONS.get(operation, _not_emulated)
    try:
        status, content = 200, handler(json.loads(body or b"{}"))
    except Refused as error:
        status, content = 400, {"__type": error.args[0], "message": error.args[1]}
    return status, {"Content-Type": "application/x-amz-json-1.1"}, json.dumps(content).encode()


def _not_emulated(_data: Data) -> Data:
    raise Refused("InvalidAction", "this operation is not emulated")


def _key(data: Data) -> tuple[str, ...]:
    return tuple(data[name] for name in KEYS)


def _target(data: Data) -> Data:
    found: Data | None = targets.get(_key(data))
    if found is None:
        namespace, resource, dimension = _key(data)
        raise Refused(
            "ObjectNotFoundException",
            f"No scalable target registered for service namespace: {namespace}, "
            f"resource ID: {resource}, scalable dimension: {dimension}",
        )
    return found


def _register(data: Data) -> Data:
    from . import scaled_services

    key = _key(data)
    found: Data = dict(targets.get(key) or {})
    if not found and not {"MinCapacity", "MaxCapacity"} <= set(data):
        raise Refused("ValidationException", "A new scalable target needs MinCapacity and MaxCapacity")
    merged = found | data
    if merged["MinCapacity"] > merged["MaxCapacity"]:
        raise Refused("ValidationException", "Maximum capacity cannot be less than minimum capacity")
    if merged["ServiceNamespace"] == "ecs" and not scaled_services.exists(merged["ResourceId"]):
        raise Refused("ValidationException", f"ECS service doesn't exist: {merged['ResourceId']}")
    role = (
        f"arn:aws:iam::{account()}:role/aws-service-role/ecs.application-autoscaling.amazonaws.com/"
        "AWSServiceRoleForApplicationAutoScaling_ECSService"
    )
    defaults = {
        "RoleARN": role,
        "CreationTime": time.time(),
        "ScalableTargetARN": f"arn:aws:application-autoscaling:{region()}:{account()}"
        f":scalable-target/{uuid.uuid4().hex}",
        "SuspendedState": {
            "DynamicScalingInSuspended": False,
            "DynamicScalingOutSuspended": False,
            "ScheduledScalingSuspended": False,
        },
    }
    targets[key] = defaults | merged
    if merged["ServiceNamespace"] == "ecs":
        scaled_services.hold_within(merged["ResourceId"], merged["MinCapacity"], merged["MaxCapacity"])
    return {"ScalableTargetARN": targets[key]["ScalableTargetARN"]}


def _deregister(data: Data) -> Data:
    _target(data)
    key = _key(data)
    del targets[key]
    # Its policies and scheduled actions are deleted with it: see DeregisterScalableTarget.
    for store in (policies, actions):
        for name in [name for name in store if name[:3] == key]:
            del store[name]
    return {}


def _put_policy(data: Data) -> Data:
    from . import scaled_services

    _target(data)
    tracking = data.get("TargetTrackingScalingPolicyConfiguration", {})
    metric = tracking.get("PredefinedMetricSpecification", {})
    label = metric.get("ResourceLabel")
    if metric.get("PredefinedMetricType") == "ALBRequestCountPerTarget":
        if not label or not scaled_services.is_request_label(label):
            raise Refused("ValidationException", f"ResourceLabel is not valid: {label}")
    elif label:
        raise Refused("ValidationException", f"ResourceLabel goes with no {metric['PredefinedMetricType']}")
    name = (*_key(data), data["PolicyName"])
    arn = (
        f"arn:aws:autoscaling:{region()}:{account()}:scalingPolicy:{uuid.uuid4()}"
        f":resource/{data['ServiceNamespace']}/{data['ResourceId']}:policyName/{data['PolicyName']}"
    )
    old = policies.get(name) or {"PolicyARN": arn, "CreationTime": time.time()}
    policies[name] = {"PolicyType": "StepScaling", "Alarms": []} | old | data
    return {"PolicyARN": policies[name]["PolicyARN"], "Alarms": []}


def _delete_policy(data: Data) -> Data:
    name = (*_key(data), data["PolicyName"])
    if name not in policies:
        raise Refused("ObjectNotFoundException", f"No scaling policy found: {data['PolicyName']}")
    del policies[name]
    return {}


def _put_action(data: Data) -> Data:
    _target(data)
    name = (*_key(data), data["ScheduledActionName"])
    if name not in actions and "Schedule" not in data:
        raise Refused("ValidationException", "A new scheduled action needs Schedule")
    arn = (
        f"arn:aws:autoscaling:{region()}:{account()}:scheduledAction:{uuid.uuid4()}"
        f":resource/{data['ServiceNamespace']}/{data['ResourceId']}"
        f":scheduledActionName/{data['ScheduledActionName']}"
    )
    old = actions.get(name) or {"ScheduledActionARN": arn, "CreationTime": time.time()}
    actions[name] = old | data
    return {}


def _delete_action(data: Data) -> Data:
    name = (*_key(data), data["ScheduledActionName"])
    if name not in actions:
        raise Refused("ObjectNotFoundException", f"No scheduled action found: {name[-1]}")
    del actions[name]
    return {}


def _describe(store: Mapping[Any, Data], member: str, names: str, name: str) -> Callable[[Data], Data]:
    def describe(data: Data) -> Data:
        found = [item for item in store.values() if item["ServiceNamespace"] == data["ServiceNamespace"]]
        for key in ("ResourceId", "ScalableDimension"):
            if key in data:
                found = [item for item in found if item[key] == data[key]]
        if data.get(names):
            found = [item for item in found if item[name] in data[names]]
        return {member: [{key: item[key] for key in item if key != "Tags"} for item in found]}

    return describe


def _tags(data: Data) -> Data:
    for target in targets.values():
        if target["ScalableTargetARN"] == data["ResourceARN"]:
            return {"Tags": target.get("Tags", {})}
    raise Refused("ResourceNotFoundException", f"{data['ResourceARN']} does not exist")


OPERATIONS: dict[str, Callable[[Data], Data]] = {
    "RegisterScalableTarget": _register,
    "DeregisterScalableTarget": _deregister,
    "DescribeScalableTargets": _describe(targets, "ScalableTargets", "ResourceIds", "ResourceId"),
    "PutScalingPolicy": _put_policy,
    "DeleteScalingPolicy": _delete_policy,
    "DescribeScalingPolicies": _describe(policies, "ScalingPolicies", "PolicyNames", "PolicyName"),
    "PutScheduledAction": _put_action,
    "DeleteScheduledAction": _delete_action,
    "DescribeScheduledActions": _describe(actions, "ScheduledActions", "ScheduledActionNames", "ScheduledActionName"),
    "ListTagsForResource": _tags,
}
