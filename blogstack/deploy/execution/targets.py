"""Compilation -> what the steps of its plans need from it."""

from __future__ import annotations

from collections.abc import Sequence

from blogstack.blueprint import Blueprint
from blogstack.deploy.execution.context import EcsTarget, StackTemplate
from blogstack.pipeline import Compilation


def templates_of(compilation: Compilation) -> dict[str, StackTemplate]:
    """The templates, by the names of their stacks."""
    return {
        template.stack_name: StackTemplate(template.text, origins)
        for template, origins in zip(compilation.templates, compilation.origins, strict=True)
    }


def services_of(blueprints: Sequence[Blueprint]) -> dict[str, EcsTarget]:
    """The ECS service of each stack that has one."""
    return {
        service.stack: EcsTarget(service.cluster, service.service_name, service.deployment.shift is not None)
        for blueprint in blueprints
        for service in blueprint.services
    }
