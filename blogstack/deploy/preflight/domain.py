"""The hosted zone: whether it exists, is public, holds the domain and is delegated to; without one, the certificate."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from urllib.parse import urlsplit

from blogstack.aws.session import AwsError
from blogstack.blueprint.edge import Edge, Tls
from blogstack.deploy.preflight.account import Account, Finding, Problem, Unchecked
from blogstack.deploy.preflight.name_servers import NoDns
from blogstack.diagnostics import Code
from blogstack.words import listed

_PATH = ("domain", "hosted_zone_id")


def check(account: Account) -> Iterator[Finding]:
    """Look up the hosted zone of the domain, or the certificate if its DNS is elsewhere."""
    edge = account.blueprint.edge
    if edge is None or edge.tls is None or not account.deploys(edge.stack):
        return
    tls = edge.tls
    if tls.hosted_zone_id:
        yield from _check_zone(account, edge, tls, tls.hosted_zone_id)
    elif tls.certificate_arn:
        yield from _check_certificate(account, tls, tls.certificate_arn)


def _check_certificate(account: Account, tls: Tls, arn: str) -> Iterator[Problem]:
    """`deploy` sends its request before a record points to the load balancer, so nothing else compares the names."""
    path = ("domain", "certificate_arn")
    help = f"`aws acm list-certificates --region {account.session.region}` lists the certificates"
    try:
        certificate = account.session.call("acm", "describe_certificate", CertificateArn=arn)["Certificate"]
    except AwsError as error:
        if error.code != "ResourceNotFoundException":
            raise
        yield Problem(Code.CERTIFICATE, "there is no such certificate in this account and region", path, help)
        return
    if certificate["Status"] != "ISSUED":
        message = f"the certificate is {certificate['Status']}: a load balancer accepts only one that is ISSUED"
        yield Problem(Code.CERTIFICATE, message, path, "add the records that ACM asks for to your DNS, and wait")
    covered = [certificate["DomainName"], *certificate.get("SubjectAlternativeNames", ())]
    for name in (tls.domain, *tls.more_names):
        wildcard = f"*.{name.partition('.')[2]}"
        if name not in covered and wildcard not in covered:
            message = f"the certificate is for {listed(list(dict.fromkeys(covered)))}, but not for {name}"
            yield Problem(Code.CERTIFICATE, message, path, help)


def _check_zone(account: Account, edge: Edge, tls: Tls, zone_id: str) -> Iterator[Finding]:
    help = "`aws route53 list-hosted-zones` lists the zones of this account"
    try:
        found = account.session.call("route53", "get_hosted_zone", Id=zone_id)
    except AwsError as error:
        if error.code != "NoSuchHostedZone":
            raise
        yield Problem(Code.HOSTED_ZONE, f"this account has no hosted zone {zone_id}", _PATH, help)
        return
    zone = found["HostedZone"]
    name = zone["Name"].rstrip(".")
    private = zone.get("Config", {}).get("PrivateZone", False)
    outside = [each for each in (tls.domain, *tls.more_names) if each != name and not each.endswith(f".{name}")]
    for each in outside:
        message = f"the hosted zone {zone_id} is for {name}, which does not contain {each}"
        yield Problem(Code.HOSTED_ZONE, message, _PATH, help)
    if outside:
        return
    if private and not edge.internal:
        message = f"the hosted zone {zone_id} is private: nobody on the internet can look up {tls.domain}"
        yield Problem(Code.HOSTED_ZONE, message, _PATH, "name the public hosted zone of the domain")
    elif not private and tls.certificate_arn is None and account.creates(edge.stack):
        yield from _delegation(account, zone_id, name, found.get("DelegationSet", {}).get("NameServers", ()))


def _delegation(account: Account, zone_id: str, name: str, its: Iterable[str]) -> Iterator[Finding]:
    """Whether DNS leads to the zone: ACM validates a new certificate with a record in it, and would wait for hours.

    One name server in common is enough: the domain may have other name servers too.
    """
    host = urlsplit(account.session.client("route53").meta.endpoint_url).hostname or ""
    if not host.endswith((".amazonaws.com", ".amazonaws.com.cn")):
        yield Unchecked(f"the delegation of {name} (the endpoint does not belong to AWS)")
        return
    servers = sorted(server.rstrip(".").lower() for server in its)
    try:
        asked = account.name_servers(name)
    except NoDns:
        yield Unchecked(f"the delegation of {name} (no answer from public DNS)")
        return
    if asked.isdisjoint(servers):
        others = f"{', '.join(sorted(asked))}, not to the name servers of the hosted zone {zone_id}"
        message = f"{name} is delegated to {others}" if asked else f"{name} is not delegated to any name server"
        help = f"name the zone that DNS leads to, or set these name servers at the registrar: {', '.join(servers)}"
        yield Problem(Code.HOSTED_ZONE, message, _PATH, help)
