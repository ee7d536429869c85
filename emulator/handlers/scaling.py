"""AWS::ApplicationAutoScaling::ScalableTarget and ScalingPolicy."""

import sys
from typing import Any

from . import autoscaling
from .api import ApiError, call
from .ministack_modules import ministack
from .resource_types import Made, Props, add, without

SERVICE = "application-autoscaling"
KEYS = autoscaling.KEYS
# Ref of a scalable target: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-applicationautoscaling-scalabletarget.html
ORDER = ("ResourceId", "ScalableDimension", "ServiceNamespace")


def install() -> None:
    """Serve the API and add both types."""
    app, router = ministack("app"), ministack("core.router")
    router.SERVICE_PATTERNS[SERVICE] = {"target_prefixes": [autoscaling.TARGET_PREFIX]}
    app.SERVICE_HANDLERS[SERVICE] = autoscaling.handle_request
    # So that ministack's reset also resets it.
    app.SERVICE_REGISTRY[SERVICE] = {"module": "application_autoscaling"}
    app._loaded_modules["application_autoscaling"] = sys.modules[autoscaling.__name__]
    add(
        "AWS::ApplicationAutoScaling::ScalableTarget",
        create=_create_target,
        update=_update_target,
        delete=_delete_target,
        replaced_by=KEYS,
    )
    add(
        "AWS::ApplicationAutoScaling::ScalingPolicy",
        create=_create_policy,
        update=lambda _id, _old, new, stack_name: _create_policy("", new, stack_name),
        delete=_delete_policy,
        replaced_by=(*KEYS, "PolicyName", "ScalingTargetId"),
    )


def _create_target(_logical_id: str, props: Props, _stack_name: str) -> Made:
    tags = {tag["Key"]: tag["Value"] for tag in props.get("Tags", [])}
    asked = without(props, "ScheduledActions", "Tags") | ({"Tags": tags} if tags else {})
    call(SERVICE, "RegisterScalableTarget", asked)
    key = _key(props)
    for action in props.get("ScheduledActions", []):
        call(SERVICE, "PutScheduledAction", key | action)
    target_id = "|".join(props[name] for name in ORDER)
    return target_id, {"Id": target_id}


def _update_target(target_id: str, old: Props, new: Props, stack_name: str) -> Made:
    made = _create_target(target_id, new, stack_name)
    kept = {action["ScheduledActionName"] for action in new.get("ScheduledActions", [])}
    for action in old.get("ScheduledActions", []):
        if action["ScheduledActionName"] not in kept:
            name = {"ScheduledActionName": action["ScheduledActionName"]}
            call(SERVICE, "DeleteScheduledAction", _key(new) | name)
    return made


def _delete_target(target_id: str, _props: Props) -> None:
    _unless_gone("DeregisterScalableTarget", dict(zip(ORDER, target_id.split("|"), strict=True)))


def _create_policy(_logical_id: str, props: Props, _stack_name: str) -> Made:
    asked = without(props, "ScalingTargetId") | _key(props)
    arn = call(SERVICE, "PutScalingPolicy", asked)["PolicyARN"]
    return arn, {"Arn": arn}


def _delete_policy(_arn: str, props: Props) -> None:
    _unless_gone("DeleteScalingPolicy", _key(props) | {"PolicyName": props["PolicyName"]})


def _key(props: Props) -> dict[str, Any]:
    if "ScalingTargetId" in props:
        return dict(zip(ORDER, props["ScalingTargetId"].split("|"), strict=True))
    return {name: props[name] for name in KEYS if name in props}


def _unless_gone(operation: str, asked: dict[str, Any]) -> None:
    try:
        call(SERVICE, operation, asked)
    except ApiError as error:
        if error.code != "ObjectNotFoundException":
            raise
