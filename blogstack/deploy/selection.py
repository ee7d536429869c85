"""A part of the plans: one stack, or what belongs to one workload."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from blogstack.deploy.steps import DeployStack, FindImage, Phase, Plan, PushImage, Step
from blogstack.records import replace
from blogstack.words import listed


class NotSelected(ValueError):
    """No stack has the name; the message says which there are."""


def select(plans: Sequence[Plan], only: str | None) -> list[Plan]:
    """The plans, or only the steps that deploy one stack: before it the image that it runs, after it its checks.

    The release step is not part of that.

    Args:
        plans: The plans of one application.
        only: A stack's name; or its last word, such as a workload's name, for that stack in each environment. None for
            everything.

    Raises:
        NotSelected: when there is no such stack.
    """
    if only is None:
        return list(plans)
    wanted = {only}
    for plan in plans:
        wanted |= {f"{plan.name}-{only}", f"{plan.name}-{plan.environment}-{only}"}
    selected = [replace(plan, steps=steps) for plan in plans if (steps := tuple(_part(plan, wanted)))]
    if not selected:
        stacks = [step.id for plan in plans for step in plan.steps if isinstance(step.action, DeployStack)]
        raise NotSelected(f"there is no stack or workload {only!r}; there are {listed(stacks)}")
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
