"""Elastic Load Balancing, EC2 and S3."""

from __future__ import annotations

from typing import Any, get_args

from blogstack.config.load_balancer import TlsPolicy
from tests.support.templates import trees
from tests.templates.baseline import CASE, all_of, only


def balancer() -> dict[str, Any]:
    """The load balancer's attributes."""
    return {
        item["Key"]: item["Value"] for item in only("ElasticLoadBalancingV2::LoadBalancer")["LoadBalancerAttributes"]
    }


def on(attribute: object) -> bool:
    """Whether an attribute is on once the stack is there: by the parameter that is `true` unless it is created."""
    default = trees(CASE)["edge"]["Parameters"]["CreationComplete"]["Default"]
    return attribute == {"Ref": "CreationComplete"} and default == "true"


def open_ports() -> set[int]:
    """The ports that any security group opens to everybody."""
    rules = [rule for group in all_of("EC2::SecurityGroup") for rule in group.get("SecurityGroupIngress", [])]
    rules += all_of("EC2::SecurityGroupIngress")
    world = [rule for rule in rules if rule.get("CidrIp") == "0.0.0.0/0" or "CidrIpv6" in rule]
    return {port for rule in world for port in range(int(rule["FromPort"]), int(rule["ToPort"]) + 1)}


def test_elb_1() -> None:
    """Load balancers redirect plain HTTP to HTTPS."""
    listeners = {listener["Port"]: listener for listener in all_of("ElasticLoadBalancingV2::Listener")}
    (action,) = listeners[80]["DefaultActions"]
    assert (action["Type"], action["RedirectConfig"]["Protocol"]) == ("redirect", "HTTPS")


def test_elb_4() -> None:
    """Load balancers drop invalid headers."""
    assert balancer()["routing.http.drop_invalid_header_fields.enabled"] == "true"


def test_elb_5() -> None:
    """Load balancers log requests."""
    assert on(balancer()["access_logs.s3.enabled"])
    assert balancer()["access_logs.s3.bucket"] == {"Ref": "AccessLogBucket"}


def test_elb_6() -> None:
    """Load balancers are protected against deletion."""
    assert on(balancer()["deletion_protection.enabled"])


def test_elb_12() -> None:
    """Load balancers mitigate desynchronization, defensively or strictly."""
    assert balancer()["routing.http.desync_mitigation_mode"] in ("defensive", "strictest")


def test_elb_13() -> None:
    """Load balancers are in two or more zones."""
    assert len(only("ElasticLoadBalancingV2::LoadBalancer")["Subnets"]) >= 2


# The control's list, without the policies for FIPS: https://docs.aws.amazon.com/securityhub/latest/userguide/elb-controls.html#elb-17
RECOMMENDED = {
    "ELBSecurityPolicy-TLS13-1-2-Res-2021-06",
    "ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09",
    "ELBSecurityPolicy-TLS13-1-3-2021-06",
    "ELBSecurityPolicy-TLS13-1-3-PQ-2025-09",
}


def test_elb_17() -> None:
    """Listeners use a recommended policy. Not met: the default also allows older ciphers of TLS 1.2."""
    policies = {listener.get("SslPolicy") for listener in all_of("ElasticLoadBalancingV2::Listener")}
    assert policies == {None, "ELBSecurityPolicy-TLS13-1-2-2021-06"}
    assert set(get_args(TlsPolicy)) > RECOMMENDED


def endpoints(case: str = CASE) -> set[str]:
    """The AWS services that the network has interface endpoints for, such as `ecr.api`."""
    interfaces = [each for each in all_of("EC2::VPCEndpoint", case) if each["VpcEndpointType"] == "Interface"]
    return {each["ServiceName"]["Fn::Sub"].partition("${AWS::Region}.")[2] for each in interfaces}


def test_ec2_2() -> None:
    """A VPC's default security group lets nothing through. Not met: EC2 creates it, and nothing is in it."""
    assert "DefaultSecurityGroup" not in str(trees(CASE))


def test_ec2_10() -> None:
    """Networks have an endpoint for EC2. Not met: nothing calls EC2."""
    assert "ec2" not in endpoints()


def test_ec2_55() -> None:
    """Networks have an endpoint for the ECR API. Met only with `egress: endpoints`."""
    assert "ecr.api" not in endpoints()
    assert "ecr.api" in endpoints("endpoints")


def test_ec2_56() -> None:
    """Networks have an endpoint for the Docker registry. Met only with `egress: endpoints`."""
    assert "ecr.dkr" not in endpoints()
    assert "ecr.dkr" in endpoints("endpoints")


def test_ec2_57() -> None:
    """Networks have an endpoint for Systems Manager. Met only with `egress: endpoints` and a parameter."""
    assert "ssm" not in endpoints()
    assert "ssm" in endpoints("secrets")


def test_ec2_21() -> None:
    """Network ACLs do not let everybody in on ports 22 and 3389: there is only the default one, which is exempt."""
    assert not all_of("EC2::NetworkAcl") + all_of("EC2::NetworkAclEntry")


def test_ec2_6() -> None:
    """Networks log their traffic."""
    assert only("EC2::FlowLog")["ResourceId"] == {"Ref": "Vpc"}


def test_ec2_15() -> None:
    """Subnets assign no public addresses automatically."""
    assert not any(subnet["MapPublicIpOnLaunch"] for subnet in all_of("EC2::Subnet"))


def test_ec2_18() -> None:
    """Security groups open only ports 80 and 443 to everybody."""
    assert open_ports() == {80, 443}


def test_ec2_19() -> None:
    """Security groups open no port of high risk to everybody."""
    low = {20, 21, 22, 23, 25, 110, 135, 143, 445}
    high = {1433, 1434, 3000, 3306, 3389, 4333, 5000, 5432, 5500, 5601, 8080, 8088, 8888, 9200, 9300}
    assert not open_ports() & (low | high)


PUBLIC_ACCESS_BLOCKED = {
    "BlockPublicAcls": True,
    "BlockPublicPolicy": True,
    "IgnorePublicAcls": True,
    "RestrictPublicBuckets": True,
}


def test_s3_1() -> None:
    """The account blocks public access. Not met by any template: it is the account's; each bucket does."""
    assert all(bucket["PublicAccessBlockConfiguration"] == PUBLIC_ACCESS_BLOCKED for bucket in all_of("S3::Bucket"))


def test_s3_3() -> None:
    """Buckets are not writable by everybody: no ACL, and a policy that allows only an AWS service."""
    assert only("S3::Bucket")["OwnershipControls"] == {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}
    allowed = [s for s in only("S3::BucketPolicy")["PolicyDocument"]["Statement"] if s["Effect"] == "Allow"]
    assert [s["Principal"] for s in allowed] == [{"Service": "logdelivery.elasticloadbalancing.amazonaws.com"}]


def test_s3_5() -> None:
    """Buckets refuse requests without TLS."""
    (denied,) = (s for s in only("S3::BucketPolicy")["PolicyDocument"]["Statement"] if s["Effect"] == "Deny")
    assert (denied["Principal"], denied["Action"]) == ("*", ["s3:*"])
    assert denied["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
    bucket = {"Fn::GetAtt": ["AccessLogBucket", "Arn"]}
    assert denied["Resource"] == [bucket, {"Fn::Sub": "${AccessLogBucket.Arn}/*"}]


def test_s3_8() -> None:
    """Buckets block public access."""
    assert only("S3::Bucket")["PublicAccessBlockConfiguration"] == PUBLIC_ACCESS_BLOCKED


def test_s3_9() -> None:
    """Buckets log requests. Not met: the one bucket is where logs go."""
    assert "LoggingConfiguration" not in only("S3::Bucket")


def test_s3_13() -> None:
    """Buckets have a lifecycle: logs are deleted after as many days as all logs."""
    (rule,) = only("S3::Bucket")["LifecycleConfiguration"]["Rules"]
    assert (rule["Status"], rule["ExpirationInDays"]) == ("Enabled", 30)
