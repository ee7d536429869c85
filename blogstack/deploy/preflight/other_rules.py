"""The rules of other applications at the load balancer: whether a route takes their requests, or the other way round.

Elastic Load Balancing refuses two rules with the same number, but does not report a rule that no longer gets requests.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from blogstack.aws.stacks import read_stack, read_template_text
from blogstack.blueprint.names import Output
from blogstack.blueprint.workload import EcsService
from blogstack.blueprint.workload.exposure import Exposure
from blogstack.config.route import Route
from blogstack.deploy.preflight.account import Account, Problem
from blogstack.deploy.preflight.rules import read_conditions
from blogstack.diagnostics import Code
from blogstack.templates.render import written_for
from blogstack.words import listed


def check(account: Account) -> Iterator[Problem]:
    """Compare each route that is deployed with the rules that other applications have."""
    routed = [each for each in account.blueprint.services if each.exposure and not each.exposure.is_main]
    balancer = read_stack(account.session, account.blueprint.load_balancer.stack) if routed else None
    if balancer is None or Output.LISTENER_ARN not in balancer.outputs:
        return
    listener = balancer.outputs[Output.LISTENER_ARN]
    rules = account.session.pages("elbv2", "describe_rules", "Rules", ListenerArn=listener)
    kinds = _KINDS if account.blueprint.platform else _KINDS - {_REDIRECT}
    others = {each["RuleArn"]: each for each in rules if not each["IsDefault"] and _kind(each) in kinds}
    for stack in {each.stack for each in account.blueprint.services} & account.stacks:
        others.pop(_rule_of(account, stack), None)
    if others:
        for stack in _stacks_that_left(account):
            others.pop(_rule_of(account, stack), None)
    for workload in routed:
        if account.deploys(workload.stack) and workload.exposure:
            yield from _problems(workload, workload.exposure, list(others.values()))


_REDIRECT = "redirect"
# The redirects are of the application that has the load balancer. A fixed answer is somebody's doing by hand, such as a
# page about maintenance.
_KINDS = frozenset(["forward", _REDIRECT])


def _kind(rule: Mapping[str, Any]) -> str:
    """What a rule does with a request, after the authentication of the user if it has that."""
    kind: str = rule["Actions"][-1]["Type"]
    return kind


def _rule_of(account: Account, stack: str) -> str:
    """ARN of the rule in a stack; "" without one."""
    state = read_stack(account.session, stack)
    return state.outputs.get(Output.LISTENER_RULE_ARN, "") if state else ""


def _stacks_that_left(account: Account) -> Iterator[str]:
    """The stacks of this application that are no longer in the file: a renamed service leaves one."""
    blueprint = account.blueprint
    own, prefix = (blueprint.name, blueprint.environment or ""), f"{blueprint.tasks.title}-"
    known = {each.stack for each in blueprint.services}
    for stack in sorted(each for each in account.stacks - known if each.startswith(prefix)):
        if _rule_of(account, stack) and written_for(read_template_text(account.session, stack)) == own:
            yield stack


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
    """An AWS rule as a route; other conditions, such as a method, become headers, because they narrow the rule.

    So do regular expressions: https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_RuleCondition.html
    """
    places: dict[str, tuple[str, ...]] = {"path-pattern": (), "host-header": ()}
    headers: dict[str, tuple[str, ...]] = {}
    for field, name, values in read_conditions(rule):
        if values and field in places:
            places[field] = values
        elif values and field == "http-header":
            headers[name] = values
        else:
            headers[f"({field})"] = ("*",)
    return Route.model_construct(path=places["path-pattern"], host=places["host-header"], header=headers)


def _in_words(route: Route) -> str:
    parts = [listed(list(values)) for values in (route.host, route.path) if values]
    parts += [f"{name}: {listed(list(values))}" for name, values in route.header.items()]
    return " with ".join(parts)


def _is_rest(route: Route) -> bool:
    """Whether it is the route of all remaining requests."""
    return not route.host and not route.header and route.path == ("/*",)
