"""The load balancer in front of a workload."""

from __future__ import annotations

from collections.abc import Iterator

from blogstack.config import Config
from blogstack.config.workloads import WebService
from blogstack.diagnostics import Code
from blogstack.rules.rule import Finding, Scope, rule
from blogstack.words import did_you_mean


@rule(
    Code.BALANCER_SUBNETS,
    Scope[Config],
    reads=(
        "uses",
        "load_balancer.internal",
        "network.existing.egress",
        "network.existing.public_subnet_ids",
        "network.existing.private_subnet_ids",
    ),
    source="https://docs.aws.amazon.com/elasticloadbalancing/latest/application/application-load-balancers.html",
)
def balancer_subnets(scope: Scope[Config]) -> Iterator[Finding]:
    """An application load balancer needs subnets in two zones."""
    existing, balancer = scope.config.network.existing, scope.value.load_balancer
    if existing is None or scope.value.uses is not None:
        return
    private = balancer.internal and existing.egress != "public_ip"
    key = "private_subnet_ids" if private else "public_subnet_ids"
    count = len(existing.private_subnet_ids if private else existing.public_subnet_ids)
    if count < 2 and not (private and count == 0):  # none at all: the tasks need them first
        path = scope.first_written(("network", "existing", key), ("network", "existing", "vpc_id"))
        what = "internal load balancer" if private else "load balancer"
        help = "list subnets in two or more availability zones"
        yield Finding(path, f"the {what} needs two subnets, but {key} lists {count or 'none'}", help)


@rule(
    Code.TARGET_CONTAINER,
    Scope[WebService],
    reads=("load_balancer.container", "sidecars.NAME.port", "sidecars.NAME.essential"),
    source="https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_LoadBalancer.html",
)
def target_container(scope: Scope[WebService]) -> Iterator[Finding]:
    """The container that gets the requests is in the task, listens on a port, and lives as long as the task."""
    name, sidecars = scope.value.load_balancer.container, scope.value.task.sidecars
    path = scope.at("load_balancer", "container")
    if name is None:
        return
    if name not in sidecars:
        near = did_you_mean(name, sidecars)
        help = f"did you mean {near!r}?" if near else "name one of the sidecars, or remove the key"
        yield Finding(path, f"{name!r} is not a sidecar", help)
    elif sidecars[name].port is None:
        yield Finding(
            path, f"the sidecar {name} has no port", f"add a port to {name}", also=(scope.at("sidecars", name),)
        )
    elif not sidecars[name].essential:
        message = f"the sidecar {name} is not essential: when it stops, the task keeps running, and its requests fail"
        yield Finding(
            path, message, f"remove essential: false from {name}", also=(scope.at("sidecars", name, "essential"),)
        )


# Elastic Load Balancing refuses such a target group: "This target group appears behind a rule with group stickiness
# disabled"; and a rule with group stickiness would keep clients on the old version.
@rule(
    Code.STICKY_SHIFT,
    Scope[WebService],
    reads=("load_balancer.stickiness", "deployment.strategy"),
    source="https://github.com/kubernetes-sigs/aws-load-balancer-controller/issues/2734",
)
def sticky_shift(scope: Scope[WebService]) -> Iterator[Finding]:
    """No cookie keeps a client on a task while requests move from one target group to another."""
    strategy, balancer = scope.value.deployment.strategy, scope.value.load_balancer
    if balancer.stickiness is not None and strategy != "rolling":
        message = f"stickiness keeps clients on a task, but strategy {strategy} moves requests to other tasks"
        help = "remove stickiness, or set deployment.strategy to rolling"
        path, also = scope.at("load_balancer", "stickiness"), scope.at("deployment", "strategy")
        yield Finding(path, message, help, also=(also,))
