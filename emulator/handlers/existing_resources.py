"""Resources that exist before any stack, with the IDs in a configuration, which AWS itself would choose."""

from collections.abc import Callable
from typing import Any

from .ministack_modules import account, ministack, region, service
from .target_health import answers


def add(what: dict[str, Any], account_id: str, region_name: str) -> None:
    """Add hosted zones, networks, security groups, certificates, keys, secrets, buckets for logs, and answers."""
    known: dict[str, Callable[[str, Any], None]] = {
        "hosted_zones": _hosted_zone,
        "vpcs": _vpc,
        "subnets": _subnet,
        "security_groups": _security_group,
        "certificates": _certificate,
        "keys": _key,
        "secrets": _secret,
        "log_buckets": _log_bucket,
        "answers": answers.__setitem__,
    }
    unknown = set(what) - set(known)
    if unknown:
        raise ValueError(f"cannot add {sorted(unknown)}, only {sorted(known)}")
    with ministack("core.responses").request_scope(account_id, region_name):
        for kind, make in known.items():
            for name, detail in what.get(kind, {}).items():
                make(name, detail)


def _hosted_zone(zone_id: str, name: str) -> None:
    route53 = service("route53")
    name = name.rstrip(".") + "."
    route53._zones[zone_id] = {
        "id": zone_id,
        "name": name,
        "caller_reference": zone_id,
        "comment": "",
        "private": False,
        "vpcs": [],
    }
    route53._records[zone_id] = route53._default_records(name)
    route53._caller_refs[zone_id] = zone_id


def _vpc(vpc_id: str, cidr: str) -> None:
    _renamed("AWS::EC2::VPC", "_vpcs", "VpcId", vpc_id, {"CidrBlock": cidr})
    ec2 = service("ec2")
    # Its own group and route table refer to the ID with which it was created.
    vpc = ec2._vpcs[vpc_id]
    for store, key in (
        (ec2._security_groups, "DefaultSecurityGroupId"),
        (ec2._route_tables, "MainRouteTableId"),
        (ec2._network_acls, "DefaultNetworkAclId"),
    ):
        store[vpc[key]]["VpcId"] = vpc_id


def _subnet(subnet_id: str, detail: dict[str, Any]) -> None:
    zone = detail.get("zone") or f"{region()}a"
    props = {"VpcId": detail["vpc"], "CidrBlock": detail["cidr"], "AvailabilityZone": zone}
    _renamed("AWS::EC2::Subnet", "_subnets", "SubnetId", subnet_id, props)
    if detail.get("public"):
        _public(subnet_id, detail["vpc"])


def _security_group(group_id: str, vpc_id: str) -> None:
    props = {"GroupDescription": "somebody else's", "VpcId": vpc_id}
    _renamed("AWS::EC2::SecurityGroup", "_security_groups", "GroupId", group_id, props)


def _public(subnet_id: str, vpc_id: str) -> None:
    ec2 = service("ec2")
    attached = [
        gateway_id
        for gateway_id, gateway in ec2._internet_gateways.items()
        if any(item.get("VpcId") == vpc_id for item in gateway["Attachments"])
    ]
    if not attached:
        attached = [_make("AWS::EC2::InternetGateway", {})]
        _make("AWS::EC2::VPCGatewayAttachment", {"VpcId": vpc_id, "InternetGatewayId": attached[0]})
    table = _make("AWS::EC2::RouteTable", {"VpcId": vpc_id})
    route = {"RouteTableId": table, "DestinationCidrBlock": "0.0.0.0/0", "GatewayId": attached[0]}
    _make("AWS::EC2::Route", route)
    _make("AWS::EC2::SubnetRouteTableAssociation", {"RouteTableId": table, "SubnetId": subnet_id})


def _certificate(arn: str, domain: str) -> None:
    _renamed(
        "AWS::CertificateManager::Certificate",
        "_certificates",
        "CertificateArn",
        arn,
        {"DomainName": domain, "ValidationMethod": "EMAIL"},
        module="acm",
    )


def _key(arn: str, description: str) -> None:
    props = {"Description": description, "KeyPolicy": {"Version": "2012-10-17", "Statement": []}}
    made = _make("AWS::KMS::Key", props)
    keys = service("kms")._keys
    key = keys[made]
    del keys[made]
    key_id = arn.rpartition("/")[2]
    keys[key_id] = key | {"KeyId": key_id, "Arn": arn}


def _secret(arn: str, value: str) -> None:
    secrets = service("secretsmanager")
    name = arn.rpartition(":secret:")[2].rpartition("-")[0]
    made = _make("AWS::SecretsManager::Secret", {"Name": name, "SecretString": value})
    stored = next(item for item in secrets._secrets.values() if item["ARN"] == made)
    stored["ARN"] = arn


def _log_bucket(name: str, writer: str) -> None:
    _make("AWS::S3::Bucket", {"BucketName": name})
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": writer},
        "Action": "s3:PutObject",
        "Resource": f"arn:aws:s3:::{name}/*",
    }
    _make("AWS::S3::BucketPolicy", {"Bucket": name, "PolicyDocument": {"Statement": [statement]}})


def _renamed(resource_type: str, store: str, key: str, wanted: str, props: dict[str, Any], module: str = "ec2") -> None:
    """Create a resource as CloudFormation does, then give it the ID that the test requested."""
    items = getattr(service(module), store)
    if wanted in items:
        raise ValueError(f"{wanted} is there already, in account {account()}")
    made = _make(resource_type, props)
    item = items[made]
    del items[made]
    items[wanted] = item | {key: wanted}


def _make(resource_type: str, props: dict[str, Any]) -> str:
    handler = ministack("services.cloudformation.provisioners")._RESOURCE_HANDLERS[resource_type]
    physical_id, _ = handler["create"]("Given", props, "given")
    return str(physical_id)
