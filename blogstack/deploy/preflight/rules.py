"""The listener's rules: whether an update would send the requests to a target group without tasks.

With two target groups, ECS changes the weights of a rule, and CloudFormation resets them to those of the template when
anything in the rule changes (docs/decisions/0095-weights-of-a-changed-rule.md).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from blogstack.aws.stacks import read_stack
from blogstack.blueprint.names import Output
from blogstack.blueprint.workload import EcsService
from blogstack.blueprint.workload.exposure import Exposure
from blogstack.deploy.preflight.account import Account, Problem
from blogstack.diagnostics import Code


def check(account: Account) -> Iterator[Problem]:
    """Look at the weights of each rule that the deployment changes."""
    there = account.stacks & account.chosen
    for workload in account.blueprint.workloads:
        if isinstance(workload, EcsService) and workload.exposure and workload.stack in there:
            stack = read_stack(account.session, workload.stack)
            outputs = stack.outputs if stack else {}
            # Only with two target groups, which ECS uses in turn.
            if {Output.LISTENER_RULE_ARN, Output.ALTERNATE_TARGET_GROUP_ARN} <= outputs.keys():
                arn = outputs[Output.LISTENER_RULE_ARN]
                (rule,) = account.session.call("elbv2", "describe_rules", RuleArns=[arn])["Rules"]
                yield from _problems(workload, workload.exposure, rule, outputs[Output.TARGET_GROUP_ARN])


def _problems(workload: EcsService, exposure: Exposure, rule: Mapping[str, Any], first: str) -> Iterator[Problem]:
    groups = rule["Actions"][0].get("ForwardConfig", {}).get("TargetGroups", ())
    weights = {each["TargetGroupArn"]: each.get("Weight", 0) for each in groups}
    if weights.get(first):
        return
    key = _changed_key(workload, exposure, rule)
    if key:
        message = (
            f"{workload.name} uses its second target group, but a change of {key[-1]} sends the requests to the"
            " first one, which has no tasks"
        )
        help = f"deploy once more without that change and with another image tag, then deploy the change of {key[-1]}"
        yield Problem(Code.TARGETS_WITHOUT_TASKS, message, key, help)


def _changed_key(workload: EcsService, exposure: Exposure, rule: Mapping[str, Any]) -> tuple[str | int, ...] | None:
    """Path of the key that changes the rule; None if the rule stays as it is."""
    if workload.deployment.shift is None:
        return workload.locate("deployment", "strategy")
    if int(rule["Priority"]) != exposure.priority or _conditions_of(rule) != _conditions(exposure):
        return workload.locate("route")
    return None


def _conditions(exposure: Exposure) -> set[tuple[str, str, frozenset[str]]]:
    """Field, header and values of each condition that the template has."""
    found = [("host-header", "", exposure.hosts), ("path-pattern", "", exposure.paths)]
    found += [("http-header", name, values) for name, values in exposure.headers.items()]
    return {(field, name, frozenset(values)) for field, name, values in found if values}


def _conditions_of(rule: Mapping[str, Any]) -> set[tuple[str, str, frozenset[str]]]:
    """The same for a rule as AWS returns it."""
    return {(field, name, frozenset(values)) for field, name, values in read_conditions(rule)}


def read_conditions(rule: Mapping[str, Any]) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """Field, header ("" for none) and values of each condition of a rule as AWS returns it."""
    for condition in rule["Conditions"]:
        settings = next((value for key, value in condition.items() if key.endswith("Config")), condition)
        yield condition["Field"], settings.get("HttpHeaderName", ""), tuple(settings.get("Values", ()))
