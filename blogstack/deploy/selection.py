"""A part of the plans: one stack, or what belongs to one workload."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from blogstack.blueprint import Blueprint
from blogstack.deploy.steps import DeployStack, FindImage, Phase, Plan, PushImage, Step
from blogstack.records import replace
from blogstack.words import listed


class NotSelected(ValueError):
    """No stack and no workload has the name; the message says which there are."""


def select(plans: Sequence[Plan], blueprints: Sequence[Blueprint], only: str | None) -> list[Plan]:
    """The plans, or of them what deploys one stack: the image that it runs before, and its checks after it.

    The release step is not among them.

    Args:
        plans: Of the blueprints.
        blueprints: Of one application.
        only: A stack's name, or a workload's, whose stack is meant in each environment; None for everything.

    Raises:
        NotSelected: when there is no such stack or workload.
    """
    if only is None:
        return list(plans)
    workloads = {w.stack: w.name for blueprint in blueprints for w in blueprint.workloads}
    wanted = {only, *(stack for stack, name in workloads.items() if name == only)}
    selected = [replace(plan, steps=steps) for plan in plans if (steps := tuple(_part(plan, wanted)))]
    if not any(isinstance(step.action, DeployStack) for plan in selected for step in plan.steps):
        stacks = [step.id for plan in plans for step in plan.steps if isinstance(step.action, DeployStack)]
        names = dict.fromkeys(workloads.values())
        raise NotSelected(f"there is no stack or workload {only!r}; there are {listed([*stacks, *names])}")
    return selected


def uses_tag(plans: Sequence[Plan]) -> bool:
    """Whether a step of the plans needs the tag of the image."""
    return any(_uses_tag(step) for plan in plans for step in plan.steps)


def _uses_tag(step: Step) -> bool:
    if isinstance(step.action, DeployStack):
        return step.action.image_tag
    return isinstance(step.action, PushImage | FindImage)


def _part(plan: Plan, wanted: set[str]) -> Iterator[Step]:
    runs_image = any(step.id in wanted and _uses_tag(step) for step in plan.steps)
    taken = set(wanted)
    for step in plan.steps:
        is_image = isinstance(step.action, PushImage | FindImage)
        follows = step.phase is Phase.CHECKS and bool(taken.intersection(step.needs))
        if step.id in wanted or (is_image and runs_image) or follows:
            taken.add(step.id)
            yield step
