"""`blogstack cost`: what the stacks cost a month."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from blogstack.cli.console import OutputFormat, print_message, report
from blogstack.cli.exit_codes import ExitCode
from blogstack.cli.inputs import DEFAULT_FILE, EnvironmentsOption, load
from blogstack.pipeline import Compilation, compile_text, lower_environment, read_environments
from blogstack.words import listed

if TYPE_CHECKING:
    from blogstack.blueprint import Blueprint
    from blogstack.cost.report import Report


def cost_command(
    file: Annotated[str, typer.Argument(metavar="FILE", help="The file to compile.")] = DEFAULT_FILE,
    env: EnvironmentsOption = None,
    format: Annotated[OutputFormat, typer.Option(help="Format of the estimate.")] = OutputFormat.TEXT,
) -> ExitCode:
    """Run `blogstack cost`; returns the exit status."""
    # Imported here, because every other command would wait for it.
    from blogstack.cost.report import as_json, as_text
    from blogstack.facts.prices import regions

    (compilation,) = load([file], lambda path, content: compile_text(path, content, picked=env or ()))
    if compilation.failed:
        return report([compilation])
    unknown = sorted({b.region for b in compilation.blueprints} - set(regions()))
    if unknown:
        print_message(f"error: no prices for {listed(unknown)}: the table has {listed(regions())}")
        print_message("help: https://calculator.aws has the prices of every region")
        return ExitCode.FAILED
    reports = list(_reports(compilation))
    print(as_json(reports) if format is OutputFormat.JSON else as_text(reports), end="")
    return ExitCode.DONE


def _reports(compilation: Compilation) -> Iterator[Report]:
    from blogstack.cost.alternatives import alternatives
    from blogstack.cost.estimate import estimate
    from blogstack.cost.report import Report

    by_name = {each.name: each for each in read_environments(compilation.path, compilation.content)}
    for blueprint in compilation.blueprints:
        environment = by_name[blueprint.environment or ""]
        stacks = lower_environment(environment)
        assert stacks is not None, blueprint.name
        now = estimate({stack.name: stack.tree for stack in stacks}, blueprint.region)
        title = f"{blueprint.name}-{blueprint.environment}" if blueprint.environment else blueprint.name
        yield Report(
            title=title,
            region=blueprint.region,
            estimate=now,
            alternatives=tuple(alternatives(environment, blueprint.region, now)),
            external_resources=tuple(_external_resources(blueprint)),
            spot=any(service.capacity.spot for service in blueprint.services),
        )


def _external_resources(blueprint: Blueprint) -> Iterator[str]:
    """What the application uses and other stacks pay for."""
    if blueprint.tasks.database and not blueprint.database:
        yield "the existing database"
    if blueprint.platform:
        yield f"the network and load balancer of {blueprint.platform}"
