"""The hosted zone: whether it is there, public, and covers the domain's names; or else the certificate."""

from __future__ import annotations

from collections.abc import Iterator

from blogstack.aws.session import AwsError
from blogstack.blueprint.edge import Tls
from blogstack.deploy.preflight.account import Account, Problem
from blogstack.diagnostics import Code
from blogstack.words import listed


def check(account: Account) -> Iterator[Problem]:
    """Look up the hosted zone of the domain, or the certificate where its DNS is elsewhere."""
    tls = account.blueprint.edge.tls
    if tls and tls.hosted_zone_id:
        yield from _check_zone(account, tls, tls.hosted_zone_id)
    elif tls and tls.certificate_arn:
        yield from _check_certificate(account, tls, tls.certificate_arn)


def _check_certificate(account: Account, tls: Tls, arn: str) -> Iterator[Problem]:
    """`deploy` asks the load balancer before a record leads to it, so nobody else compares the names."""
    path = ("domain", "certificate_arn")
    help = f"`aws acm list-certificates --region {account.session.region}` shows what there is"
    try:
        certificate = account.session.call("acm", "describe_certificate", CertificateArn=arn)["Certificate"]
    except AwsError as error:
        if error.code != "ResourceNotFoundException":
            raise
        yield Problem(Code.CERTIFICATE, "there is no such certificate in this account and region", path, help)
        return
    if certificate["Status"] != "ISSUED":
        message = f"the certificate is {certificate['Status']}: a load balancer takes one that is ISSUED"
        yield Problem(Code.CERTIFICATE, message, path, "add the records to your DNS that ACM asks for, and wait")
    covered = [certificate["DomainName"], *certificate.get("SubjectAlternativeNames", ())]
    for name in (tls.domain, *tls.more_names):
        wildcard = f"*.{name.partition('.')[2]}"
        if name not in covered and wildcard not in covered:
            message = f"the certificate is for {listed(list(dict.fromkeys(covered)))}, and not for {name}"
            yield Problem(Code.CERTIFICATE, message, path, help)


def _check_zone(account: Account, tls: Tls, zone_id: str) -> Iterator[Problem]:
    path = ("domain", "hosted_zone_id")
    help = "`aws route53 list-hosted-zones` shows the zones of this account"
    try:
        zone = account.session.call("route53", "get_hosted_zone", Id=zone_id)["HostedZone"]
    except AwsError as error:
        if error.code != "NoSuchHostedZone":
            raise
        yield Problem(Code.HOSTED_ZONE, f"this account has no hosted zone {zone_id}", path, help)
        return
    name = zone["Name"].rstrip(".")
    for each in (tls.domain, *tls.more_names):
        if each != name and not each.endswith(f".{name}"):
            message = f"the hosted zone {zone_id} is of {name}, which {each} is not in"
            yield Problem(Code.HOSTED_ZONE, message, path, help)
    if zone.get("Config", {}).get("PrivateZone") and not account.blueprint.edge.internal:
        message = f"the hosted zone {zone_id} is private: the internet does not see {tls.domain}"
        yield Problem(Code.HOSTED_ZONE, message, path, "name the public hosted zone of the domain")
