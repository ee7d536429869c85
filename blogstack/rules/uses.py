"""The network, cluster and load balancer of another application (docs/decisions/0066-several-files-one-platform.md)."""

from __future__ import annotations

from collections.abc import Iterator

from blogstack.config import Config
from blogstack.config.load_balancer import Front
from blogstack.diagnostics import Code
from blogstack.rules.rule import Finding, Scope, rule
from blogstack.source.document import KeyPath


@rule(
    Code.KEY_OF_OTHER_APPLICATION,
    Scope[Config],
    reads=("uses", "name", "domain", "network.create", "network.shared", "load_balancer.*", "logs.container_insights"),
)
def keys_of_other_application(scope: Scope[Config]) -> Iterator[Finding]:
    """What another application makes is described in its file, and nowhere else."""
    config, uses = scope.value, scope.value.uses
    if uses is None:
        if config.network.shared is not None:
            message = "shared describes the network of another application, but `uses` is not set"
            yield Finding(("network", "shared"), message, "name that application in `uses`, or remove shared")
        return
    if uses == config.name:
        yield Finding(("uses",), f"{uses} is this application itself", "name another one, or remove the key")
        return
    for path, what in _shared_keys(config):
        message = f"{path[-1]} has no effect: the {what} is that of {uses}"
        yield Finding(path, message, f"remove it here, and set it in the file of {uses}")


def _shared_keys(config: Config) -> Iterator[tuple[KeyPath, str]]:
    """The keys in a file that are about the network, the cluster or the load balancer, and which of them."""
    if config.domain is not None:
        yield ("domain",), "load balancer"
    if config.network.create is not None:
        yield ("network", "create"), "network"
    if not config.logs.container_insights:
        yield ("logs", "container_insights"), "cluster"
    for key in Front.model_fields:
        if key in config.load_balancer.model_fields_set:
            yield ("load_balancer", key), "load balancer"


@rule(
    Code.ROUTE_OF_SERVICE,
    Scope[Config],
    reads=("uses", "service.route"),
    source="https://docs.aws.amazon.com/elasticloadbalancing/latest/application/listener-rules.html",
)
def route_of_service(scope: Scope[Config]) -> Iterator[Finding]:
    """Behind the load balancer of another application `service` has a route; otherwise it gets all that is left."""
    uses, route = scope.value.uses, scope.value.service.route
    if uses is not None and route is None:
        message = f"service has no route, so the load balancer of {uses} sends it no requests"
        help = f"add service.route, as in {{path: /app/*}}, or {{host: ...}} with a name from domain.aliases of {uses}"
        yield Finding(("uses",), message, help)
    elif uses is None and route is not None:
        message = "service gets every request that matches no other route, so it has no route"
        help = "remove route, or move this part to `services`; only with `uses` has `service` a route"
        yield Finding(("service", "route"), message, help)
