"""The key `scaling`: how many tasks run."""

from __future__ import annotations

from typing import Annotated

from blogstack.config.types import Duration, Section, Whole

# Amazon ECS service quotas: tasks per service, 5000.
_TASKS = Whole(1, 5000, "tasks")


class Scaling(Section):
    """How many tasks run, and what makes their number change."""

    min: Annotated[int, _TASKS] = 2
    """Fewest tasks."""
    max: Annotated[int, _TASKS] = 10
    """Most tasks."""
    cpu: Annotated[int, Whole(1, 100, "percent")] | None = 60
    """Average CPU percentage to hold by adding and removing tasks; null: none."""
    scale_out_cooldown: Annotated[int, Duration(0, 3600)] = 30
    """Time to wait after adding tasks before adding more."""
    scale_in_cooldown: Annotated[int, Duration(0, 3600)] = 120
    """Time to wait after removing tasks before removing more."""
