"""The message about stacks that are no longer in the file."""

from __future__ import annotations

import re

from blogstack.deploy.plan import make_plans
from blogstack.deploy.removal import removal_notes
from blogstack.deploy.steps import DeployStack
from tests.cases import compiled


def deleted(stacks: list[str]) -> list[str]:
    return re.findall(
        r"delete-stack --region us-east-1 --stack-name (\S+)", "\n".join(removal_notes(stacks, "us-east-1"))
    )


def test_nothing_is_deleted_before_what_imports_from_it() -> None:
    """In the reverse of an order in which the stacks may be deployed."""
    blueprints = compiled("everything").blueprints
    for plan in make_plans(blueprints):
        order = deleted([step.id for step in plan.steps if isinstance(step.action, DeployStack)])
        # The service waits for workers, of which it imports nothing.
        workers = {service.stack for service in blueprints[0].services if not service.exposure}
        needs = {step.id: set(step.needs) - workers for step in plan.steps}
        for place, stack in enumerate(order):
            assert not set(order[:place]) & needs[stack]


def test_protection_is_turned_off_first() -> None:
    lines = list(removal_notes(["blog-api-database"], "us-east-1"))
    assert "--no-deletion-protection" in lines[1]
    assert "delete-stack --region us-east-1 --stack-name blog-api-database" in lines[2]
    assert "snapshot" in lines[-1]


def test_no_stacks() -> None:
    assert list(removal_notes([], "us-east-1")) == []
