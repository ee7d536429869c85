"""The rules of other applications at the load balancer: whether a route takes their requests, or the other way round.

Elastic Load Balancing refuses two rules with the same number, but does not report a rule that no longer gets requests.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from blogstack.aws.stacks import read_stack
from blogstack.blueprint.names import Output
from blogstack.blueprint.workload import EcsService
from blogstack.blueprint.workload.exposure import Exposure
from blogstack.config.route import Route
from blogstack.deploy.preflight.account import Account, Problem
from blogstack.diagnostics import Code
from blogstack.words import listed


def check(account: Account) -> Iterator[Problem]:
    """Compare each route that is deployed with the rules that other applications have."""
    routed = [each for each in account.blueprint.services if each.exposure and not each.exposure.is_main]
    balancer = read_stack(account.session, account.blueprint.load_balancer.stack) if routed else None
    if balancer is None or Output.LISTENER_ARN not in balancer.outputs:
        return
    listener = balancer.outputs[Output.LISTENER_ARN]
    own = {arn for each in account.blueprint.services if (arn := _own_rule(account, each))}
    rules = account.session.pages("elbv2", "describe_rules", "Rules", ListenerArn=listener)
    # Those that redirect are of the application that has the load balancer, and the default rule has no number.
    others = [each for each in rules if each["RuleArn"] not in own and each["Actions"][0]["Type"] == "forward"]
    for workload in routed:
        if account.deploys(workload.stack) and workload.exposure:
            yield from _problems(workload, workload.exposure, others)


def _own_rule(account: Account, workload: EcsService) -> str | None:
    stack = read_stack(account.session, workload.stack) if workload.stack in account.stacks else None
    return stack.outputs.get(Output.LISTENER_RULE_ARN) if stack else None


def _problems(workload: EcsService, exposure: Exposure, others: list[Mapping[str, Any]]) -> Iterator[Problem]:
    path, own = workload.locate("route"), _route_of_exposure(exposure)
    for rule in others:
        other = _route_of_rule(rule)
        number, what = int(rule["Priority"]), _in_words(other)
        if number == exposure.priority:
            message = f"listener rule {number} belongs to another application, for {what}"
            yield Problem(Code.RULE_IN_THE_WAY, message, path, "give the service another name or another route")
        elif number < exposure.priority and other.hides(own):
            message = f"another application gets every request for {what}, so {workload.name} gets none"
            yield Problem(Code.RULE_IN_THE_WAY, message, path, "change one of the two routes")
        elif number > exposure.priority and own.hides(other) and not _is_rest(other):
            message = f"{workload.name} would get the requests for {what}, which another application gets now"
            yield Problem(Code.RULE_IN_THE_WAY, message, path, "change one of the two routes")


def _route_of_exposure(exposure: Exposure) -> Route:
    return Route.model_construct(path=exposure.paths, host=exposure.hosts, header=dict(exposure.headers))


def _route_of_rule(rule: Mapping[str, Any]) -> Route:
    """An AWS rule as a route; other conditions, such as a method, become headers, because they narrow the rule."""
    values: dict[str, tuple[str, ...]] = {}
    headers: dict[str, tuple[str, ...]] = {}
    for condition in rule["Conditions"]:
        settings = next((value for key, value in condition.items() if key.endswith("Config")), condition)
        if condition["Field"] == "http-header":
            headers[settings["HttpHeaderName"]] = tuple(settings["Values"])
        else:
            values[condition["Field"]] = tuple(settings.get("Values", ()))
    path, host = values.pop("path-pattern", ()), values.pop("host-header", ())
    headers |= {f"({field})": ("*",) for field in values}
    return Route.model_construct(path=path, host=host, header=headers)


def _in_words(route: Route) -> str:
    parts = [listed(list(values)) for values in (route.host, route.path) if values]
    parts += [f"{name}: {listed(list(values))}" for name, values in route.header.items()]
    return " with ".join(parts)


def _is_rest(route: Route) -> bool:
    """Whether it is the route of all remaining requests."""
    return not route.host and not route.header and route.path == ("/*",)
