"""How a new version replaces the old one."""

from __future__ import annotations

import math
from collections.abc import Iterator

from blogstack.config.deployment import Deployment, count_steps, rolls_back_on_alarms, shift_seconds
from blogstack.config.fields import marked
from blogstack.config.marks import OnlyWith
from blogstack.config.workloads import EcsService
from blogstack.diagnostics import Code
from blogstack.rules.rule import Finding, Scope, rule
from blogstack.words import plural

_ECS = "https://docs.aws.amazon.com/AmazonECS/latest/"
_CLOUDFORMATION = "https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/"


@rule(
    Code.STUCK_DEPLOYMENT,
    Scope[EcsService],
    reads=(
        "deployment.strategy",
        "deployment.minimum_healthy_percent",
        "deployment.maximum_percent",
        "scaling.min",
        "scaling.max",
        "scaling.schedules[].min",
        "scaling.schedules[].max",
    ),
    source=f"{_ECS}APIReference/API_DeploymentConfiguration.html",
)
def stuck_deployment(scope: Scope[EcsService]) -> Iterator[Finding]:
    """ECS may start a new task or stop an old one: it rounds the minimum up and the maximum down."""
    deployment, scaling = scope.value.deployment, scope.value.scaling
    if deployment.strategy != "rolling":
        return
    least, most = deployment.minimum_healthy_percent, deployment.maximum_percent
    for tasks in range(max(1, scaling.min_tasks), scaling.max_tasks + 1):
        if tasks * most // 100 <= tasks and math.ceil(tasks * least / 100) >= tasks:
            percentages = (scope.at("deployment", "maximum_percent"), scope.at("deployment", "minimum_healthy_percent"))
            keys = (*percentages, scope.at("scaling", "min"))
            message = (
                f"no deployment can proceed with {plural(tasks, 'tasks')}, minimum_healthy_percent {least} "
                f"and maximum_percent {most}"
            )
            help = "ECS may neither stop an old task first nor start a new one: set maximum_percent to 200"
            yield Finding(scope.first_written(*keys), message, help, also=keys)
            return


@rule(
    Code.ROLLBACK_WITHOUT_ALARMS,
    Scope[EcsService],
    reads=("deployment.rollback_on_alarms",),
    outside=("alarms",),
    source=f"{_ECS}developerguide/deployment-alarm-failure.html",
)
def rollback_without_alarms(scope: Scope[EcsService]) -> Iterator[Finding]:
    """A rollback on alarms needs alarms."""
    path = scope.at("deployment", "rollback_on_alarms")
    if scope.config.alarms is None and scope.value.deployment.rollback_on_alarms and scope.is_written(path):
        message = "without `alarms` there is nothing to roll back on"
        help = "add `alarms:` with an email; or remove the key: with alarms it is on by default"
        yield Finding(path, message, help)


@rule(
    Code.SHIFT_WITHOUT_ALARMS,
    Scope[EcsService],
    reads=("deployment.strategy", "deployment.rollback_on_alarms"),
    outside=("alarms", "region"),
    source=f"{_ECS}developerguide/canary-deployment.html",
)
def shift_without_alarms(scope: Scope[EcsService]) -> Iterator[Finding]:
    """A canary or linear deployment needs alarms that stop it."""
    deployment, region = scope.value.deployment, scope.config.region
    if deployment.strategy not in ("canary", "linear"):
        return
    rollback, strategy = scope.at("deployment", "rollback_on_alarms"), scope.at("deployment", "strategy")
    message = f"no alarm stops a {deployment.strategy} deployment: "
    if scope.config.alarms is None:
        help = "add `alarms:` with an email, or set strategy to blue_green"
        yield Finding(strategy, f"{message}there are no `alarms`", help)
    elif not rolls_back_on_alarms(deployment, region):
        default = "" if scope.is_written(rollback) else f", the default in {region}"
        help = "set rollback_on_alarms to true if ECS accepts it there, or set strategy to blue_green"
        yield Finding(strategy, f"{message}rollback_on_alarms is false{default}", help, also=(rollback,))


@rule(
    Code.NO_CIRCUIT_BREAKER,
    Scope[EcsService],
    reads=("deployment.circuit_breaker",),
    source=f"{_ECS}developerguide/deployment-circuit-breaker.html",
)
def no_circuit_breaker(scope: Scope[EcsService]) -> Iterator[Finding]:
    """A failing deployment ends by itself."""
    if not scope.value.deployment.circuit_breaker:
        message = "the circuit breaker is off: a deployment that never becomes healthy hangs for up to three hours"
        yield Finding(scope.at("deployment", "circuit_breaker"), message, "remove the key: the default is true")


@rule(Code.FAILURES_UNCOUNTED, Scope[EcsService], reads=("deployment.circuit_breaker", "deployment.failures"))
def failures_without_breaker(scope: Scope[EcsService]) -> Iterator[Finding]:
    """The circuit breaker counts failed tasks."""
    failures, circuit_breaker = scope.value.deployment.failures, scope.value.deployment.circuit_breaker
    if failures is not None and not circuit_breaker:
        keys = scope.at("deployment", "failures"), scope.at("deployment", "circuit_breaker")
        message = f"failures {failures} has no effect: circuit_breaker is false, and nothing counts failed tasks"
        yield Finding(keys[0], message, "remove one of the two keys", also=keys)


@rule(
    Code.OTHER_STRATEGY,
    Scope[EcsService],
    reads=("deployment.*",),
    source=f"{_ECS}APIReference/API_DeploymentConfiguration.html",
)
def other_strategy(scope: Scope[EcsService]) -> Iterator[Finding]:
    """A key has an effect only with its deployment strategies."""
    deployment = scope.value.deployment
    for field, only in marked(Deployment, OnlyWith):
        if field.name in deployment.model_fields_set and deployment.strategy not in only.strategies:
            default = scope.default_mark(scope.at("deployment", "strategy"))
            message = f"deployment.{field.name} has no effect with strategy {deployment.strategy}{default}"
            help = f"remove it, or set strategy to {' or '.join(only.strategies)}"
            yield Finding(scope.at("deployment", field.name), message, help)


_LONGEST = 33 * 3600
"""Seconds: CloudFormation refuses a deployment that takes more than 33 hours, because it gives up after 36."""


@rule(
    Code.DEPLOYMENT_TOO_LONG,
    Scope[EcsService],
    reads=("deployment.strategy", "deployment.bake_time", "deployment.step_percent", "deployment.step_interval"),
    source=f"{_CLOUDFORMATION}aws-properties-ecs-service-linearconfiguration.html",
)
def deployment_too_long(scope: Scope[EcsService]) -> Iterator[Finding]:
    """A canary or linear deployment ends before CloudFormation gives up."""
    deployment = scope.value.deployment
    steps, seconds = count_steps(deployment), shift_seconds(deployment)
    if seconds > _LONGEST:
        names = ("step_interval", "bake_time", "step_percent", "strategy")
        keys = tuple(scope.at("deployment", name) for name in names)
        message = (
            f"{plural(steps, 'steps')} of {deployment.step_interval // 60} minutes and a bake_time of "
            f"{deployment.bake_time // 60} take {seconds / 3600:.1f} hours, and CloudFormation allows 33"
        )
        help = "choose a shorter step_interval or bake_time, or a larger step_percent"
        yield Finding(scope.first_written(*keys[:2]), message, help, also=keys)
