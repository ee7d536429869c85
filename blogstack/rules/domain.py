"""The domain name of the service."""

from __future__ import annotations

from collections.abc import Iterator

from blogstack.config import Config
from blogstack.config.domain import Domain
from blogstack.diagnostics import Code
from blogstack.facts.regions import partition
from blogstack.rules.rule import File, Finding, Scope, rule
from blogstack.source.environments import ENVIRONMENTS
from blogstack.words import listed


# A file without a name gets the error about the name first.
@rule(
    Code.PLAIN_HTTP,
    Scope[Config],
    reads=("uses", "domain", "load_balancer.internal"),
    needs=("name",),
    source="https://docs.aws.amazon.com/elasticloadbalancing/latest/application/create-https-listener.html",
)
def plain_http(scope: Scope[Config]) -> Iterator[Finding]:
    """HTTPS needs a certificate, and a certificate needs a domain; an internal load balancer needs no HTTPS.

    Nor does a service whose file says `domain: null`.
    """
    if scope.value.uses is not None:  # as its load balancer does
        return
    root = scope.document.root
    written = "domain" in (root.entries or {}) or "domain" in root.removed
    if scope.value.domain is None and not written and not scope.value.load_balancer.internal:
        message = "no domain: the load balancer speaks plain HTTP, which anyone on the network path can read and change"
        yield Finding(
            ("domain",),
            message,
            "add `domain:` with name and hosted_zone_id; if plain HTTP is intended, write `domain: null`",
        )


@rule(
    Code.NO_PUBLIC_ZONES,
    Scope[Config],
    reads=("region", "domain.hosted_zone_id"),
    source="https://docs.aws.amazon.com/govcloud-us/latest/UserGuide/govcloud-r53.html",
)
def no_public_zones(scope: Scope[Config]) -> Iterator[Finding]:
    """The region's Route 53 has public hosted zones, and records that point to a load balancer."""
    region, domain = scope.value.region, scope.value.domain
    if domain is not None and domain.hosted_zone_id and partition(region) == "aws-us-gov":
        message = f"Route 53 has no public hosted zones in {region} and no records that point to a load balancer"
        help = "replace hosted_zone_id with certificate_arn, and point the name to the load balancer with DNS elsewhere"
        yield Finding(("domain",), message, help)


# Names are compared as text: domain.name is in lower case, without a dot at its end.
@rule(
    Code.SAME_DOMAIN,
    File,
    reads=("domain.name", "domain.aliases", "domain.redirect_from", "domain.hosted_zone_id"),
    source="https://docs.aws.amazon.com/Route53/latest/APIReference/API_ChangeResourceRecordSets.html",
)
def same_domain(file: File) -> Iterator[Finding]:
    """A hosted zone has one record for a name and type, so environments have different names."""
    sharing: dict[tuple[str | None, str], dict[str, str]] = {}
    for scope in file.environments:
        if scope.environment and (domain := scope.config.domain) is not None:
            for name in dict.fromkeys(domain.names):
                sharing.setdefault((domain.hosted_zone_id, name), {})[scope.environment] = _key_of(domain, name)
    for (zone, domain_name), keys in sharing.items():
        names = list(keys)
        where = " in one hosted zone: only one of them can be deployed" if zone else ", which can point to only one"
        message = f"{listed(names)} have the same domain {domain_name}{where}"
        help = f"give each a domain.{keys[names[-1]]} of its own, such as {names[0]}.{domain_name}"
        paths = [(ENVIRONMENTS, name, "domain", keys[name]) for name in names[1:]]
        for path in dict.fromkeys(path if file.document.has(path) else path[2:] for path in paths):
            yield Finding(path, message, help)


def _key_of(domain: Domain, name: str) -> str:
    """The key that has one of a domain's names."""
    return "name" if name == domain.name else "aliases" if name in domain.aliases else "redirect_from"
