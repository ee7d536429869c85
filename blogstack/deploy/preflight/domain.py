"""The hosted zone: whether it is there, public, covers the domain's name, and is the one that the internet asks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from urllib.parse import urlsplit

from blogstack.aws.session import AwsError
from blogstack.blueprint.edge import Tls
from blogstack.deploy.preflight.account import Account, Finding, Problem, Unchecked
from blogstack.deploy.preflight.name_servers import NoDns
from blogstack.diagnostics import Code

_PATH = ("domain", "hosted_zone_id")


def check(account: Account) -> Iterator[Finding]:
    """Look up the hosted zone of the domain."""
    edge = account.blueprint.edge
    tls = edge.tls
    if tls is None or not account.deploys(edge.stack):
        return
    help = "`aws route53 list-hosted-zones` shows the zones of this account"
    try:
        found = account.session.call("route53", "get_hosted_zone", Id=tls.hosted_zone_id)
    except AwsError as error:
        if error.code != "NoSuchHostedZone":
            raise
        yield Problem(Code.HOSTED_ZONE, f"this account has no hosted zone {tls.hosted_zone_id}", _PATH, help)
        return
    zone = found["HostedZone"]
    name = zone["Name"].rstrip(".")
    private = zone.get("Config", {}).get("PrivateZone", False)
    if tls.domain != name and not tls.domain.endswith(f".{name}"):
        message = f"the hosted zone {tls.hosted_zone_id} is for {name}, which does not contain {tls.domain}"
        yield Problem(Code.HOSTED_ZONE, message, _PATH, help)
    elif private and not edge.internal:
        message = f"the hosted zone {tls.hosted_zone_id} is private: the internet does not see {tls.domain}"
        yield Problem(Code.HOSTED_ZONE, message, _PATH, "name the public hosted zone of the domain")
    elif not private and tls.certificate_arn is None and account.creates(edge.stack):
        yield from _delegation(account, tls, name, found.get("DelegationSet", {}).get("NameServers", ()))


def _delegation(account: Account, tls: Tls, name: str, its: Iterable[str]) -> Iterator[Finding]:
    """Whether DNS leads to the zone: ACM validates a new certificate by a record in it, and waits for hours.

    One name server in common is enough: a zone may have others besides.
    """
    host = urlsplit(account.session.client("route53").meta.endpoint_url).hostname or ""
    if not host.endswith((".amazonaws.com", ".amazonaws.com.cn")):
        yield Unchecked(f"the delegation of {name} (this AWS is not the real one)")
        return
    servers = sorted(server.rstrip(".").lower() for server in its)
    try:
        asked = account.name_servers(name)
    except NoDns:
        yield Unchecked(f"the delegation of {name} (DNS)")
        return
    if asked.isdisjoint(servers):
        instead = f"is delegated to {', '.join(sorted(asked))}" if asked else "is not delegated to any name server"
        message = f"{name} {instead}, not to those of the hosted zone {tls.hosted_zone_id}"
        help = f"name the zone that DNS leads to, or these name servers at the registrar: {', '.join(servers)}"
        yield Problem(Code.HOSTED_ZONE, message, _PATH, help)
