"""The key `deployment`: how a new version replaces the old one."""

import math
from typing import Annotated, Literal

from pydantic import Field

from blogstack.config.marks import OnlyWith
from blogstack.config.types import Choices, Minutes, Section, Whole
from blogstack.facts.regions import partition

# ECS takes durations in minutes, up to a day. It also takes tenths of a percent, which nobody needs.
# https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DeploymentConfiguration.html
# https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_CanaryConfiguration.html
# https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_LinearConfiguration.html
_DAY = 1440


class Deployment(Section):
    """How a new version replaces the old one."""

    strategy: Annotated[
        Literal["rolling", "blue_green", "canary", "linear"],
        Choices(
            {
                "rolling": "new tasks replace old ones, a few at a time",
                "blue_green": "a second set of tasks gets all requests at once, and the first stays for bake_time",
                "canary": "a second set gets canary_percent of the requests first, and the rest after step_interval",
                "linear": "a second set gets another step_percent of the requests every step_interval",
            }
        ),
    ] = "rolling"
    """How tasks are replaced: a few at a time, or by a second set, which gets the requests at once or in steps."""
    minimum_healthy_percent: Annotated[int, Whole(0, 100, "percent"), OnlyWith("rolling")] = 100
    """Minimum percentage of the tasks that stay healthy during a deployment, rounded up."""
    maximum_percent: Annotated[int, Whole(100, 200, "percent"), OnlyWith("rolling")] = 200
    """Maximum percentage of the tasks that run during a deployment, rounded down."""
    circuit_breaker: bool = True
    """Whether a deployment whose tasks never become healthy is stopped and rolled back."""
    failures: Annotated[int, Whole(1, 1000, "tasks")] | None = Field(None, examples=[5])
    """Number of failed tasks at which `circuit_breaker` ends a deployment; null: half of the tasks, 3 to 200."""
    rollback_on_alarms: bool | None = Field(None, examples=[False])
    """Whether, with `alarms`, a deployment during which requests begin to fail is rolled back; the default is true, but
    false in China, GovCloud and the European Sovereign Cloud."""
    bake_time: Annotated[int, Minutes(0, _DAY), OnlyWith("blue_green", "canary", "linear")] = 300
    """Time that the old tasks stay after all requests go to the new ones."""
    canary_percent: Annotated[int, Whole(1, 100, "percent"), OnlyWith("canary")] = 10
    """Percentage of the requests that the new tasks get first; an alarm needs ten failed requests among them in five
    minutes."""
    step_percent: Annotated[int, Whole(3, 100, "percent"), OnlyWith("linear")] = 10
    """Percentage of the requests that moves to the new tasks in each step."""
    # The alarms' rates cover five minutes, and metrics come a minute late. It is also CloudFormation's default for
    # linear, with which the nine steps and bake_time take just under an hour.
    # https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-ecs-service-linearconfiguration.html
    step_interval: Annotated[int, Minutes(1, _DAY), OnlyWith("canary", "linear")] = 360
    """Time between two steps."""


def count_steps(deployment: Deployment) -> int:
    """How often a deployment waits for `step_interval`."""
    return {"canary": 1, "linear": math.ceil(100 / deployment.step_percent) - 1}.get(deployment.strategy, 0)


def shift_seconds(deployment: Deployment) -> int:
    """How long a deployment waits when it shifts requests, in seconds: between steps, and at the end."""
    return deployment.bake_time + count_steps(deployment) * deployment.step_interval


def rolls_back_on_alarms(deployment: Deployment, region: str) -> bool:
    """Whether a deployment is rolled back on alarms, where there are alarms.

    Outside the commercial partition ECS has refused it, in the first deployment of a service:
    https://github.com/aws/aws-cdk/issues/26574 (China), https://github.com/aws/copilot-cli/issues/4778 (GovCloud)
    """
    written = deployment.rollback_on_alarms
    return partition(region) == "aws" if written is None else written
