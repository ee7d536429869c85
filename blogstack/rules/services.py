"""Further services: which requests they get, and which keys need a route."""

from __future__ import annotations

import re
from collections.abc import Iterator

from blogstack.config import Config
from blogstack.config.domain import MAX_NAMES, Domain
from blogstack.config.route import Route, covers
from blogstack.config.workloads import SERVICES, WebService
from blogstack.diagnostics import Code
from blogstack.rules.rule import Finding, Scope, rule
from blogstack.source.document import KeyPath
from blogstack.words import listed

_RULES = "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/listener-rules.html"
_ROUTES = (
    "uses",
    "name",
    *(f"{place}.route.{key}" for place in ("service", "services.NAME") for key in ("path", "host", "header")),
)


@rule(Code.ROUTE_HIDDEN, Scope[Config], reads=_ROUTES, source=_RULES)
def route_hidden(scope: Scope[Config]) -> Iterator[Finding]:
    """Every pattern of a route gets requests: no earlier rule matches all of them."""
    tried: list[tuple[WebService, Route]] = []
    for service, route in sorted(scope.value.routed_services(), key=lambda item: scope.value.rule_priority(item[0])):
        name = service.name
        for host, path, headers in route.combinations():
            before = next((other for other, earlier in tried if earlier.takes(host, path, headers)), None)
            if before is not None:
                what = " ".join(pattern for pattern in (host, path) if pattern != "*")
                what += " with " * bool(headers) + " and ".join(f"{n}: {value}" for n, value in headers.items())
                key = "path" if route.path else "host" if route.host else "header"
                message = f"{before.name} gets every request for {what}, so {name} gets none of them"
                help = f"change the route of {name} or of {before.name}: {_ORDER}"
                yield Finding(service.place.at("route", key), message, help, also=(before.place.at("route"),))
                break
        tried.append((service, route))
        if route.takes("*", "*", {}):
            uses = scope.value.uses
            message = f"{name} gets every request, so service{f' of {uses}' if uses else ''} gets none"
            help = "narrow the path, as in /app/*" + ("" if uses else ", or move what it runs to `service`")
            yield Finding(service.place.at("route"), message, help)


_ORDER = "a header goes before a host, a host before a path, a longer path first"


@rule(Code.SAME_PRIORITY, Scope[Config], reads=_ROUTES, source=_RULES)
def same_priority(scope: Scope[Config]) -> Iterator[Finding]:
    """The rules of the listener have different priorities, computed from the route and the service's name."""
    names: dict[int, str] = {}
    for service, _ in scope.value.routed_services():
        other = names.setdefault(scope.value.rule_priority(service), service.name)
        if other != service.name:
            message = f"the listener rules of {other} and {service.name} get the same priority from their names"
            yield Finding(service.place.at(), message, "choose another name for one of them", at_key=True)


_WITH_ROUTE = ("load_balancer", "scaling.requests", "deployment.strategy", "deployment.rollback_on_alarms")


@rule(
    Code.NEEDS_ROUTE,
    Scope[Config],
    reads=(
        "services.NAME.route",
        "services.NAME.load_balancer.*",
        *(f"services.NAME.{key}" for key in _WITH_ROUTE[1:]),
    ),
    source="https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-type-blue-green.html",
)
def needs_route(scope: Scope[Config]) -> Iterator[Finding]:
    """A key about requests through the load balancer needs a route."""
    for name, service in scope.value.services.items():
        written = (
            bool(service.load_balancer.model_fields_set),
            service.scaling.requests is not None,
            service.deployment.strategy != "rolling",
            bool(service.deployment.rollback_on_alarms),
        )
        for key, is_written in zip(_WITH_ROUTE, written, strict=True):
            if is_written and service.route is None:
                message = f"{key} has no effect: {name} has no route, so the load balancer sends it no requests"
                help = "add route, as in {path: /app/*}, or remove the key"
                yield Finding((SERVICES, name, *key.split(".")), message, help)


@rule(
    Code.HOST_NOT_COVERED,
    Scope[Config],
    reads=("services.NAME.route.host", "domain.name", "domain.aliases", "domain.redirect_from", "uses"),
    needs=("domain",),
    source="https://docs.aws.amazon.com/elasticloadbalancing/latest/application/https-listener-certificates.html",
)
def host_not_covered(scope: Scope[Config]) -> Iterator[Finding]:
    """The domain covers every host of a route, with its certificate and a record for the load balancer."""
    domain = scope.value.domain
    if scope.value.uses is not None:  # `deploy` asks the load balancer of that application
        return
    for service in scope.value.further_services():
        for host in (service.route.host or ()) if service.route else ():
            path = (SERVICES, service.name, "route", "host")
            if domain is None:
                message = f"there is no domain, so no DNS record points {host} to the load balancer"
                help = f"add `domain:` with name, hosted_zone_id and aliases: [{host}], or route by path"
                yield Finding(path, message, help)
            elif host in domain.redirect_from:
                message = f"{host} is redirected to {domain.name}, so {service.name} gets no request for it"
                yield Finding(path, message, "move it from domain.redirect_from to domain.aliases")
            elif not _covers_host(domain, host):
                names = listed([domain.name, *domain.aliases])
                message = f"the domain does not cover {host}: its names are {names}"
                yield Finding(path, message, f"add {host} to domain.aliases")


def _covers_host(domain: Domain, host: str) -> bool:
    """Whether a domain covers a host; `*` in an alias matches one label."""
    names = (domain.name, *domain.aliases)
    if re.search(r"[*?]", host):
        return host in names or any(covers(host, name) for name in names)
    return any(re.fullmatch(re.escape(name).replace(r"\*", "[^.]+"), host) for name in names)


@rule(
    Code.NAME_TWICE,
    Scope[Config],
    reads=("domain.name", "domain.aliases", "domain.redirect_from", "domain.certificate_arn"),
    source="https://docs.aws.amazon.com/acm/latest/userguide/acm-limits.html",
)
def domain_names(scope: Scope[Config]) -> Iterator[Finding]:
    """A domain has no duplicate names, and not more than a certificate covers."""
    domain = scope.value.domain
    if domain is None:
        return
    seen: dict[str, KeyPath] = {domain.name: ("domain", "name")}
    for key, names in (("aliases", domain.aliases), ("redirect_from", domain.redirect_from)):
        for number, name in enumerate(names):
            path = ("domain", key, number)
            if (other := seen.setdefault(name, path)) != path:
                message = f"{name} is also in domain.{other[1]}"
                yield Finding(path, message, "keep one of the two")
    if domain.certificate_arn is None and len(seen) > MAX_NAMES:
        message = f"the domain has {len(seen)} names, but a certificate covers at most {MAX_NAMES}"
        help = f"remove some, or use a wildcard such as *.{domain.name}, or a certificate of your own (certificate_arn)"
        yield Finding(("domain", "redirect_from" if domain.redirect_from else "aliases"), message, help)
