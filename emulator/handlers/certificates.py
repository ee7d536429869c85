"""Certificates that are validated through a hosted zone, and records in a hosted zone."""

from typing import Any

from .api import ApiError, request
from .ministack_modules import service
from .resource_types import Props, extend, without


def install() -> None:
    """Correct both types."""
    extend("AWS::CertificateManager::Certificate", check=_check_certificate, amend=_validate)
    extend("AWS::Route53::RecordSet", check=_check_record)


def _check_certificate(props: Props) -> None:
    later = ("DomainValidationOptions", "Tags", "CertificateTransparencyLoggingPreference")
    request("acm", "RequestCertificate", without(props, *later))
    for domain in _domains(props) if props.get("ValidationMethod") == "DNS" else []:
        zone_id = _zone_id(props, domain)
        # https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-certificatemanager-certificate.html
        if zone_id is None:
            raise ValueError(f"the stack would wait for a person to add the validation record of {domain}")
        _check_in_zone(domain, zone_id)


def _domains(props: Props) -> list[str]:
    return list(dict.fromkeys([props["DomainName"], *props.get("SubjectAlternativeNames", [])]))


def _zone_id(props: Props, domain: str) -> str | None:
    for option in props.get("DomainValidationOptions") or []:
        if option.get("DomainName") == domain:
            zone_id: str | None = option.get("HostedZoneId")
            return zone_id
    return None


def _check_in_zone(name: str, zone_id: str) -> None:
    zone = service("route53")._zones.get(zone_id)

    def refuse(code: str, message: str) -> ApiError:
        return ApiError("route53", "ChangeResourceRecordSets", code, message)

    if zone is None:
        raise refuse("NoSuchHostedZone", f"No hosted zone found with ID: {zone_id}")
    full = name.rstrip(".") + "."
    if full != zone["name"] and not full.endswith("." + zone["name"]):
        raise refuse("InvalidChangeBatch", f"RRSet with DNS name {full} is not permitted in zone {zone['name']}")


def _validate(arn: str, props: Props, _attributes: dict[str, Any]) -> None:
    """CloudFormation itself creates the validation records in the hosted zone; ACM then issues the certificate."""
    route53 = service("route53")
    for option in service("acm")._certificates[arn]["DomainValidationOptions"]:
        option["ValidationStatus"] = "SUCCESS"
        zone_id = _zone_id(props, option["DomainName"])
        record = option.get("ResourceRecord")
        if zone_id is None or record is None:
            continue
        entry = {
            "Name": record["Name"].rstrip(".") + ".",
            "Type": "CNAME",
            "TTL": "300",
            "ResourceRecords": [record["Value"]],
        }
        others = [item for item in route53._records[zone_id] if route53._rs_key(item) != route53._rs_key(entry)]
        route53._records[zone_id] = [*others, entry]


def _check_record(props: Props) -> None:
    if "HostedZoneId" in props:
        _check_in_zone(props["Name"], props["HostedZoneId"])
    record = without(props, "HostedZoneId", "HostedZoneName", "Comment", "ResourceRecords")
    if "ResourceRecords" in props:
        record["ResourceRecords"] = [{"Value": value} for value in props["ResourceRecords"]]
    if "AliasTarget" in props:
        # The API requires it; CloudFormation fills it in.
        record["AliasTarget"] = {"EvaluateTargetHealth": False, **props["AliasTarget"]}
    batch = {"Changes": [{"Action": "CREATE", "ResourceRecordSet": record}]}
    zone_id = props.get("HostedZoneId", "Z0")
    request("route53", "ChangeResourceRecordSets", {"HostedZoneId": zone_id, "ChangeBatch": batch})
    target = props.get("AliasTarget")
    if target and ".elb.amazonaws.com" in target["DNSName"]:
        names = [item["DNSName"] for item in service("alb")._lbs.values()]
        if target["DNSName"].removeprefix("dualstack.").rstrip(".") not in names:
            raise ApiError(
                "route53",
                "ChangeResourceRecordSets",
                "InvalidChangeBatch",
                f"the alias target {target['DNSName']} was not found",
            )
