"""How many tasks run, and how a new version replaces the old one."""

from __future__ import annotations

from collections.abc import Iterator

from blogstack.config import Config
from blogstack.rules.finding import Finding, or_default, written


def min_above_max(config: Config) -> Iterator[Finding]:
    """There are no more least tasks than most."""
    low, high = config.scaling.min, config.scaling.max
    if low > high:
        path = written(config, ("scaling", "max"), ("scaling", "min"))
        least, most = (or_default(config, "scaling", key) for key in ("min", "max"))
        message = f"scaling.min {low}{least} is above scaling.max {high}{most}"
        yield Finding(path, message, "raise max or lower min; both may be equal")


def single_task(config: Config) -> Iterator[Finding]:
    """One task is no redundancy."""
    if config.scaling.min < 2:
        path = ("scaling", "min")
        yield Finding(path, "with one task, its failure is an outage until another has started", "set scaling.min to 2")


def stuck_deployment(config: Config) -> Iterator[Finding]:
    """ECS must be allowed to start a new task or to stop an old one."""
    least, most = config.deployment.minimum_healthy_percent, config.deployment.maximum_percent
    # Amazon ECS API reference, DeploymentConfiguration: the minimum is rounded up, the maximum down.
    for tasks in range(config.scaling.min, config.scaling.max + 1):
        if tasks * most // 100 <= tasks and -(-tasks * least // 100) >= tasks:
            path = written(
                config, ("deployment", "maximum_percent"), ("deployment", "minimum_healthy_percent"), ("scaling", "min")
            )
            message = (
                f"with {tasks} task{'s'[: tasks > 1]}, of which at least {least} and at most {most} percent may run,"
            )
            help = "ECS may neither stop an old task first nor start a new one; set maximum_percent to 200"
            yield Finding(path, f"{message} no deployment can proceed", help)
            return


def rollback_without_alarms(config: Config) -> Iterator[Finding]:
    """Nothing is rolled back on alarms that do not exist."""
    deployment = config.deployment
    if config.alarms is None and deployment.rollback_on_alarms and "rollback_on_alarms" in deployment.model_fields_set:
        message = "without `alarms` there is nothing to roll back on"
        help = "add `alarms:` with an email; or remove the key: wherever there are alarms, it is on by itself"
        yield Finding(("deployment", "rollback_on_alarms"), message, help)


def no_circuit_breaker(config: Config) -> Iterator[Finding]:
    """A failing deployment ends by itself."""
    if not config.deployment.circuit_breaker:
        message = "the circuit breaker is off: a deployment that never becomes healthy hangs for up to three hours"
        yield Finding(("deployment", "circuit_breaker"), message, "remove the key: on is the default")
