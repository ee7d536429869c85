"""How a new version replaces the old one."""

from __future__ import annotations

from collections.abc import Iterator

from blogstack.config import Config
from blogstack.rules.finding import Finding, written
from blogstack.source.document import KeyPath


def stuck_deployment(config: Config) -> Iterator[Finding]:
    """ECS must be allowed to start a new task or to stop an old one."""
    if config.deployment.strategy != "rolling":
        return
    least, most = config.deployment.minimum_healthy_percent, config.deployment.maximum_percent
    # Amazon ECS API reference, DeploymentConfiguration: the minimum is rounded up, the maximum down.
    for tasks in range(max(1, config.scaling.least), config.scaling.most + 1):
        if tasks * most // 100 <= tasks and -(-tasks * least // 100) >= tasks:
            percentages = (("deployment", "maximum_percent"), ("deployment", "minimum_healthy_percent"))
            keys: tuple[KeyPath, ...] = (*percentages, ("scaling", "min"))
            message = (
                f"with {tasks} task{'s'[: tasks > 1]}, of which at least {least} and at most {most} percent may run,"
            )
            help = "ECS may neither stop an old task first nor start a new one; set maximum_percent to 200"
            yield Finding(written(config, *keys), f"{message} no deployment can proceed", help, also=keys)
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


_KEYS_OF = {
    "minimum_healthy_percent": ("rolling",),
    "maximum_percent": ("rolling",),
    "bake_time": ("blue_green", "canary", "linear"),
    "canary_percent": ("canary",),
    "step_percent": ("linear",),
    "step_interval": ("canary", "linear"),
}


def other_strategy(config: Config) -> Iterator[Finding]:
    """No key stands in the file that the strategy has no use for."""
    deployment = config.deployment
    for key in deployment.model_fields_set:
        strategies = _KEYS_OF.get(key, (deployment.strategy,))
        if deployment.strategy not in strategies:
            default = "" if "strategy" in deployment.model_fields_set else " (the default)"
            message = f"deployment.{key} has no effect with strategy {deployment.strategy}{default}"
            help = f"remove it, or set strategy to {' or '.join(strategies)}"
            yield Finding(("deployment", key), message, help)


# AWS CloudFormation template reference, AWS::ECS::Service CanaryConfiguration and LinearConfiguration: it refuses a
# deployment that takes more than 33 hours by this sum, because it ends its own work after 36.
_LONGEST = 33 * 3600


def deployment_too_long(config: Config) -> Iterator[Finding]:
    """A deployment in steps ends before CloudFormation gives up."""
    deployment = config.deployment
    steps = {"canary": 1, "linear": -(-100 // deployment.step_percent) - 1}.get(deployment.strategy, 0)
    seconds = deployment.bake_time + steps * deployment.step_interval
    if seconds > _LONGEST:
        keys = tuple(("deployment", key) for key in ("step_interval", "bake_time", "step_percent", "strategy"))
        path = written(config, *keys[:2])
        message = (
            f"{steps} step{'s'[: steps > 1]} of {deployment.step_interval // 60} minutes and a bake_time of "
            f"{deployment.bake_time // 60} take {seconds / 3600:.1f} hours, and CloudFormation accepts 33"
        )
        help = "choose a shorter step_interval or bake_time, or a larger step_percent"
        yield Finding(path, message, help, also=keys)
