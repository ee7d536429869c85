"""The plan: its steps depend on what the templates import, and every name in it exists."""

from __future__ import annotations

import re
from typing import Any

import pytest

from blogstack.blueprint.names import Output
from blogstack.deploy.plan import make_plans
from blogstack.deploy.steps import DeployStack, FindImage, Plan, PushImage, Request, RunTask, Step
from tests.cases import NAMES, compiled
from tests.support.templates import FOREIGN, platform, read

ONE_ENVIRONMENT = [name for name in NAMES if len(compiled(name).blueprints) == 1]


def plan(case: str) -> Plan:
    (plan,) = make_plans(compiled(case).blueprints)
    return plan


def trees(case: str) -> dict[str, Any]:
    """The templates of a case, by the stack's name."""
    return {template.stack_name: read(template.text) for template in compiled(case).templates}


def imported_stacks(tree: object) -> set[str]:
    """Names of the stacks that a template imports from."""
    if isinstance(tree, dict):
        own = {str(tree["Fn::ImportValue"]).split(":")[0]} if "Fn::ImportValue" in tree else set()
        return own.union(*map(imported_stacks, tree.values()))
    return set().union(*map(imported_stacks, tree)) if isinstance(tree, list) else set()


def all_needs(steps: dict[str, Step], step: Step) -> set[str]:
    """The dependencies of a step, and theirs."""
    return set(step.needs).union(*(all_needs(steps, steps[need]) for need in step.needs))


@pytest.mark.parametrize("case", ONE_ENVIRONMENT)
def test_a_stack_needs_what_its_template_imports(case: str) -> None:
    """No more stacks than that, so that the others may be deployed side by side; and every stack is deployed."""
    templates, steps = trees(case), {step.id: step for step in plan(case).steps}
    assert [step.id for step in plan(case).steps if isinstance(step.action, DeployStack)] == list(templates)
    for stack, tree in templates.items():
        imports = imported_stacks(tree) - {export.partition(":")[0] for export in FOREIGN}
        everything = all_needs(steps, steps[stack])
        needs = everything & set(templates)
        if imports & platform(case).keys():
            assert "platform" in everything
        imports -= platform(case).keys()
        assert imports <= needs, stack
        # What a stack needs beyond its imports, its own needs import; workloads also wait for those that they call.
        needs -= {each.stack for each in compiled(case).blueprints[0].services}
        assert all(any(need in all_needs(steps, steps[other]) for other in imports) for need in needs - imports), stack


def test_stores_and_edge_are_deployed_side_by_side() -> None:
    """The longest wait of a first deployment is the database's."""
    waves = [{step.id for step in wave} for wave in plan("everything").waves()]
    assert waves[0] >= {"service-roles", "blog-api-registry", "zones", "blog-api-queues", "blog-api-buckets"}
    assert waves[1] >= {"blog-api-network", "image"}
    assert waves[2] >= {"blog-api-database", "blog-api-cache", "blog-api-edge"}
    assert waves[3] == {"blog-api-tasks"}
    assert waves[4] == {"release service"}
    assert waves[5] == {"blog-api-feeds"}
    assert waves[6] >= {f"blog-api-{name}" for name in ("digest", "reindex", "search", "clock")}
    assert waves[7] >= {"blog-api-service", "blog-api-front"}
    assert sum(map(len, waves)) == len(plan("everything").steps)


@pytest.mark.parametrize("case", ONE_ENVIRONMENT)
def test_what_the_steps_read_exists(case: str) -> None:
    """Outputs and parameters that the commands name are those of the templates."""
    templates = trees(case)
    for step in plan(case).steps:
        match step.action:
            case DeployStack() as deploy:
                expected = {*deploy.parameters, *(["ImageTag"] if deploy.image_tag else [])}
                assert set(templates[deploy.stack].get("Parameters", {})) == expected
                assert set(deploy.creation_parameters) <= set(deploy.parameters)
            case PushImage() as push:
                assert Output.REPOSITORY_URI in templates[push.registry_stack]["Outputs"]
            case RunTask() as task:
                outputs = templates[task.tasks_stack]["Outputs"]
                assert {task.task_definition, Output.TASK_SECURITY_GROUP_ID} <= set(outputs)
            case Request() as request:
                assert Output.URL in templates[request.edge_stack]["Outputs"]


def test_environments_share_the_image() -> None:
    """It is built once; each environment only makes sure that it exists."""
    shared, *environments = make_plans(compiled("environments").blueprints)
    assert (shared.environment, shared.builds_image) == (None, True)
    assert [plan.environment for plan in environments] == ["staging", "prod"]
    for own in environments:
        assert [step.id for step in own.steps if isinstance(step.action, FindImage)] == ["image"]
        assert not own.builds_image
        first = next(step for step in own.steps if isinstance(step.action, DeployStack))
        assert re.fullmatch("blog-api-(staging|prod)-network", first.id)
