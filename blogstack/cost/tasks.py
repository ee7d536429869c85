"""How many tasks an ECS service has, from its template."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Tree = Mapping[str, Any]
"""A template, or a part of one."""

_SCALABLE_TARGET = "AWS::ApplicationAutoScaling::ScalableTarget"


def number_of_tasks(properties: Tree, tree: Tree) -> tuple[int, int]:
    """The minimum and the maximum number of tasks of a service, including its schedules.

    Args:
        properties: Properties of the service.
        tree: Its template.
    """
    targets = [body["Properties"] for body in tree["Resources"].values() if body["Type"] == _SCALABLE_TARGET]
    if not targets:
        count = int(properties["DesiredCount"])
        return count, count
    actions = [action["ScalableTargetAction"] for action in targets[0].get("ScheduledActions", ())]
    limits = [(int(each["MinCapacity"]), int(each["MaxCapacity"])) for each in (targets[0], *actions)]
    return min(low for low, _ in limits), max(high for _, high in limits)
