"""Load balancers and target groups: details that ministack ignores, and AWS's checks."""

import json
from collections.abc import Callable, MutableMapping
from fnmatch import fnmatchcase
from typing import Any

from .api import ApiError, call, request
from .ministack_modules import account, service
from .resource_types import Props, extend, without

Show = Callable[[dict[str, Any]], str]
# https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_LoadBalancerAttribute.html
BALANCER_ATTRIBUTES = {
    "access_logs.s3.enabled": "false",
    "access_logs.s3.bucket": "",
    "access_logs.s3.prefix": "",
    "client_keep_alive.seconds": "3600",
    "connection_logs.s3.enabled": "false",
    "connection_logs.s3.bucket": "",
    "connection_logs.s3.prefix": "",
    "deletion_protection.enabled": "false",
    "health_check_logs.s3.enabled": "false",
    "health_check_logs.s3.bucket": "",
    "health_check_logs.s3.prefix": "",
    "idle_timeout.timeout_seconds": "60",
    "load_balancing.cross_zone.enabled": "true",
    "routing.http.desync_mitigation_mode": "defensive",
    "routing.http.drop_invalid_header_fields.enabled": "false",
    "routing.http.preserve_host_header.enabled": "false",
    "routing.http.x_amzn_tls_version_and_cipher_suite.enabled": "false",
    "routing.http.xff_client_port.enabled": "false",
    "routing.http.xff_header_processing.mode": "append",
    "routing.http2.enabled": "true",
    "waf.fail_open.enabled": "false",
    "zonal_shift.config.enabled": "false",
}
# https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_TargetGroupAttribute.html
GROUP_ATTRIBUTES = {
    "deregistration_delay.timeout_seconds": "300",
    "load_balancing.algorithm.anomaly_mitigation": "off",
    "load_balancing.algorithm.type": "round_robin",
    "load_balancing.cross_zone.enabled": "use_load_balancer_configuration",
    "slow_start.duration_seconds": "0",
    "stickiness.app_cookie.cookie_name": "",
    "stickiness.app_cookie.duration_seconds": "86400",
    "stickiness.enabled": "false",
    "stickiness.lb_cookie.duration_seconds": "86400",
    "stickiness.type": "lb_cookie",
    "target_group_health.dns_failover.minimum_healthy_targets.count": "1",
    "target_group_health.dns_failover.minimum_healthy_targets.percentage": "off",
    "target_group_health.unhealthy_state_routing.minimum_healthy_targets.count": "1",
    "target_group_health.unhealthy_state_routing.minimum_healthy_targets.percentage": "off",
}
LOG_DELIVERY = "logdelivery.elasticloadbalancing.amazonaws.com"
NAMED_LATER = {"Name": "chosen-by-cloudformation"}


def install() -> None:
    """Correct both types."""
    extend(
        "AWS::ElasticLoadBalancingV2::LoadBalancer",
        check=_check_balancer,
        amend=_amend_balancer,
        check_delete=_check_unprotected,
    )
    extend("AWS::ElasticLoadBalancingV2::TargetGroup", check=_check_group, amend=_amend_group)
    # ministack reports every subnet in the first zone.
    service("alb")._lb_xml = _with_zones(service("alb")._lb_xml)


def refuse(operation: str, code: str, message: str) -> ApiError:
    """An error with Elastic Load Balancing's message."""
    return ApiError("elbv2", operation, code, message)


def _check_balancer(props: Props) -> None:
    later = ("Tags", "LoadBalancerAttributes", "MinimumLoadBalancerCapacity")
    request("elbv2", "CreateLoadBalancer", NAMED_LATER | without(props, *later))
    ec2 = service("ec2")
    subnets = [*props.get("Subnets", []), *(item["SubnetId"] for item in props.get("SubnetMappings", []))]
    for subnet in subnets:
        if subnet not in ec2._subnets:
            raise refuse("CreateLoadBalancer", "SubnetNotFound", f"The subnet ID '{subnet}' does not exist")
    zones = {ec2._subnets[subnet]["AvailabilityZone"] for subnet in subnets}
    if len(zones) < 2 or len(zones) < len(subnets):
        message = "At least two subnets in two different Availability Zones must be specified, one in each zone"
        raise refuse("CreateLoadBalancer", "ValidationError", message)
    vpcs = {ec2._subnets[subnet]["VpcId"] for subnet in subnets}
    for group in props.get("SecurityGroups", []):
        if ec2._security_groups.get(group, {}).get("VpcId") not in vpcs:
            message = f"The security group '{group}' does not exist in {', '.join(vpcs)}"
            raise refuse("CreateLoadBalancer", "InvalidSecurityGroup", message)
    _check_attributes("LoadBalancerAttributes", props, BALANCER_ATTRIBUTES)
    _check_log_bucket(props)


def _check_log_bucket(props: Props) -> None:
    """Access logs need a bucket whose policy lets Elastic Load Balancing write, before they are turned on.

    https://docs.aws.amazon.com/elasticloadbalancing/latest/application/enable-access-logging.html
    """
    declared = {item["Key"]: str(item["Value"]) for item in props.get("LoadBalancerAttributes", [])}
    if declared.get("access_logs.s3.enabled", "").lower() != "true":
        return
    bucket = declared.get("access_logs.s3.bucket", "")
    s3 = service("s3")
    if bucket not in s3._buckets or not _may_write_logs(s3._bucket_policies.get(bucket), bucket):
        message = f"Access Denied for bucket: {bucket}. Please check S3bucket permission"
        raise refuse("ModifyLoadBalancerAttributes", "InvalidConfigurationRequest", message)


def _write_test_file(props: Props) -> None:
    """Turning on access logs writes a test file, so that the bucket is not empty.

    https://docs.aws.amazon.com/elasticloadbalancing/latest/application/enable-access-logging.html
    """
    declared = {item["Key"]: str(item["Value"]) for item in props.get("LoadBalancerAttributes", [])}
    if declared.get("access_logs.s3.enabled", "").lower() == "true":
        key = f"AWSLogs/{account()}/ELBAccessLogTestFile"
        call("s3", "PutObject", {"Bucket": declared["access_logs.s3.bucket"], "Key": key, "Body": "test"})


def _may_write_logs(policy: str | bytes | None, bucket: str) -> bool:
    """Whether a bucket's policy lets load balancers write, as the service or as the region's account of AWS's."""
    path = f":s3:::{bucket}/AWSLogs/{account()}/"
    for statement in json.loads(policy or "{}").get("Statement", []):
        resources, principal = statement["Resource"], statement["Principal"]
        resources = resources if isinstance(resources, list) else [resources]
        if (
            statement["Effect"] == "Allow"
            and "s3:PutObject" in statement["Action"]
            and any(fnmatchcase(f"arn:aws{path}log", resource) for resource in resources)
            and (principal.get("Service") == LOG_DELIVERY or ":iam::" in principal.get("AWS", ""))
        ):
            return True
    return False


def _check_attributes(name: str, props: Props, known: dict[str, str]) -> None:
    for item in props.get(name) or []:
        if item.get("Key") not in known:
            message = f"{name} key '{item.get('Key')}' is not recognized"
            raise refuse(f"Modify{name}", "InvalidConfigurationRequest", message)


def _amend_balancer(arn: str, props: Props, attributes: dict[str, Any]) -> None:
    alb, ec2 = service("alb"), service("ec2")
    balancer = alb._lbs[arn]
    if props.get("SubnetMappings"):
        balancer["Subnets"] = [item["SubnetId"] for item in props["SubnetMappings"]]
    balancer["VpcId"] = ec2._subnets[balancer["Subnets"][0]]["VpcId"]
    attributes["VpcId"] = balancer["VpcId"]
    _write_test_file(props)
    _fill(alb._lb_attrs, arn, BALANCER_ATTRIBUTES)


def _fill(store: MutableMapping[str, list[dict[str, str]]], arn: str, defaults: dict[str, str]) -> None:
    """Show the attributes that a template leaves out too: ministack drops them if it sets any."""
    declared = {item["Key"]: str(item["Value"]) for item in store.get(arn, [])}
    store[arn] = [{"Key": key, "Value": value} for key, value in (defaults | declared).items()]


def _check_unprotected(arn: str) -> None:
    attributes = {item["Key"]: item["Value"] for item in service("alb")._lb_attrs.get(arn, [])}
    if attributes.get("deletion_protection.enabled") == "true":
        message = f"Load balancer '{arn}' cannot be deleted because deletion protection is enabled"
        raise refuse("DeleteLoadBalancer", "OperationNotPermitted", message)


def _with_zones(show: Show) -> Show:
    def shown(balancer: dict[str, Any]) -> str:
        text = show(balancer)
        for subnet in balancer.get("Subnets", []):
            zone = service("ec2")._subnets.get(subnet, {}).get("AvailabilityZone")
            before, found, after = text.partition(f"</ZoneName><SubnetId>{subnet}<")
            if zone and found:
                text = f"{before.rpartition('<ZoneName>')[0]}<ZoneName>{zone}{found}{after}"
        return text

    return shown


def _check_group(props: Props) -> None:
    later = ("Tags", "TargetGroupAttributes", "Targets")
    request("elbv2", "CreateTargetGroup", NAMED_LATER | without(props, *later))
    vpc = props.get("VpcId")
    if props.get("TargetType") != "lambda" and vpc not in service("ec2")._vpcs:
        raise refuse("CreateTargetGroup", "ValidationError", f"The VPC ID '{vpc}' is not found")
    interval = int(props.get("HealthCheckIntervalSeconds", 30))
    # https://docs.aws.amazon.com/elasticloadbalancing/latest/application/target-group-health-checks.html
    if int(props.get("HealthCheckTimeoutSeconds", 5)) >= interval:
        message = "Health check timeout must be smaller than the health check interval"
        raise refuse("CreateTargetGroup", "ValidationError", message)
    _check_attributes("TargetGroupAttributes", props, GROUP_ATTRIBUTES)


def _amend_group(arn: str, props: Props, attributes: dict[str, Any]) -> None:
    alb = service("alb")
    if "HealthyThresholdCount" not in props:
        alb._tgs[arn]["HealthyThresholdCount"] = 5
    _fill(alb._tg_attrs, arn, GROUP_ATTRIBUTES)
    # https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-elasticloadbalancingv2-targetgroup.html
    attributes["TargetGroupFullName"] = arn.rpartition(":")[2]
    attributes["LoadBalancerArns"] = list(alb._tgs[arn]["LoadBalancerArns"])
