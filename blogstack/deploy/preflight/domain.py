"""The hosted zone: whether it is there, public, and covers the domain's name."""

from __future__ import annotations

from collections.abc import Iterator

from blogstack.aws.session import AwsError
from blogstack.deploy.preflight.account import Account, Problem
from blogstack.diagnostics import Code


def check(account: Account) -> Iterator[Problem]:
    """Look up the hosted zone of the domain."""
    tls = account.blueprint.edge.tls
    if tls is None:
        return
    path = ("domain", "hosted_zone_id")
    help = "`aws route53 list-hosted-zones` shows the zones of this account"
    try:
        zone = account.session.call("route53", "get_hosted_zone", Id=tls.hosted_zone_id)["HostedZone"]
    except AwsError as error:
        if error.code != "NoSuchHostedZone":
            raise
        yield Problem(Code.HOSTED_ZONE, f"this account has no hosted zone {tls.hosted_zone_id}", path, help)
        return
    name = zone["Name"].rstrip(".")
    if tls.domain != name and not tls.domain.endswith(f".{name}"):
        message = f"the hosted zone {tls.hosted_zone_id} is for {name}, which does not contain {tls.domain}"
        yield Problem(Code.HOSTED_ZONE, message, path, help)
    if zone.get("Config", {}).get("PrivateZone") and not account.blueprint.edge.internal:
        message = f"the hosted zone {tls.hosted_zone_id} is private: the internet does not see {tls.domain}"
        yield Problem(Code.HOSTED_ZONE, message, path, "name the public hosted zone of the domain")
