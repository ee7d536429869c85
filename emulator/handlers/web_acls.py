"""Web ACLs: the resources that they protect, and their logs."""

from .api import ApiError, call, request
from .ministack_modules import service
from .resource_types import Made, Props, add


def install() -> None:
    """Add both types, which ministack lacks."""
    add(
        "AWS::WAFv2::WebACLAssociation",
        create=_associate,
        update=lambda _id, _old, new, stack_name: _associate("", new, stack_name),
        delete=_dissociate,
        replaced_by=("ResourceArn", "WebACLArn"),
    )
    add(
        "AWS::WAFv2::LoggingConfiguration",
        create=_log,
        update=lambda _id, _old, new, stack_name: _log("", new, stack_name),
        delete=lambda _id, _props: None,
        replaced_by=("ResourceArn",),
    )


def _associate(_logical_id: str, props: Props, _stack_name: str) -> Made:
    balancer = props["ResourceArn"]
    if ":loadbalancer/" in balancer and balancer not in service("alb")._lbs:
        message = f"AWS WAF couldn't find the resource {balancer}"
        raise ApiError("wafv2", "AssociateWebACL", "WAFNonexistentItemException", message)
    call("wafv2", "AssociateWebACL", props)
    # Ref: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-wafv2-webaclassociation.html
    return f"{props['WebACLArn']}|{balancer}", {}


def _dissociate(_physical_id: str, props: Props) -> None:
    call("wafv2", "DisassociateWebACL", {"ResourceArn": props["ResourceArn"]})


def _log(_logical_id: str, props: Props, _stack_name: str) -> Made:
    """Only checked: there are no requests to log.

    https://docs.aws.amazon.com/waf/latest/developerguide/logging-cw-logs.html
    """
    request("wafv2", "PutLoggingConfiguration", {"LoggingConfiguration": props})
    if props["ResourceArn"] not in {acl["ARN"] for acl in service("waf")._web_acls.values()}:
        message = "AWS WAF couldn't perform the operation because your resource doesn't exist."
        raise ApiError("wafv2", "PutLoggingConfiguration", "WAFNonexistentItemException", message)
    for destination in props["LogDestinationConfigs"]:
        name = destination.partition(":log-group:")[2]
        if not name.startswith("aws-waf-logs-") or name not in service("cloudwatch_logs")._log_groups:
            message = f"Error reason: The ARN isn't valid., field: LOG_DESTINATION, parameter: {destination}"
            raise ApiError("wafv2", "PutLoggingConfiguration", "WAFInvalidParameterException", message)
    return str(props["ResourceArn"]), {}
