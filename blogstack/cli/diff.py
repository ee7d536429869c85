"""`blogstack diff`: what a deployment changes, before anything is deployed."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from blogstack.cli.console import print_message, report
from blogstack.cli.exit_codes import ExitCode
from blogstack.cli.files import read_templates
from blogstack.cli.inputs import DEFAULT_FILE, EnvironmentsOption, load
from blogstack.pipeline import Compilation, compile_text
from blogstack.source.template import UnreadableTemplate
from blogstack.words import listed

if TYPE_CHECKING:
    from blogstack.diff.model import Comparison


class DiffFormat(StrEnum):
    """Format of the differences."""

    TEXT = "text"
    JSON = "json"
    MARKDOWN = "markdown"


_DEPLOYED = "deployed"
"""As a value of --against; write `./deployed` for a folder of this name."""


class FailOn(StrEnum):
    """What ends with status 1."""

    CHANGES = "changes"
    REPLACEMENT = "replacement"
    DATA = "data"


def diff_command(
    file: Annotated[str, typer.Argument(metavar="FILE", help="The file to compile.")] = DEFAULT_FILE,
    against: Annotated[
        str | None,
        typer.Option(
            metavar="DIR|REVISION|deployed",
            help="A folder of templates, a git revision, or what is deployed.",
            show_default="the file's output, else templates/out",
        ),
    ] = None,
    env: EnvironmentsOption = None,
    fail_on: Annotated[FailOn, typer.Option(help="What makes the exit status 1.")] = FailOn.CHANGES,
    format: Annotated[DiffFormat, typer.Option(help="Format of the differences.")] = DiffFormat.TEXT,
) -> ExitCode:
    """Run `blogstack diff`; returns the exit status."""
    # Here and not above, because every other command would wait for it.
    from blogstack.diff.causes import SourceFile, add_causes
    from blogstack.diff.compare import compare
    from blogstack.diff.snapshots import of_environments, read_snapshot, regions_of, snapshot_of

    (after,) = load([file], lambda path, content: compile_text(path, content, picked=env or ()))
    if after.failed:
        report([after])
        return ExitCode.USAGE
    against = against or after.blueprints[0].output
    before: Compilation | None = None
    if against == _DEPLOYED:
        texts = _read_deployed(after)
    elif Path(against).is_dir():
        texts = _read_folder(Path(against), after)
    else:
        before = _compile_revision(against, file)
        if before.failed:
            report([before])
            return ExitCode.USAGE
        texts = {template.stack_name: template.text for template in before.templates}
    try:
        old = read_snapshot(of_environments(texts, after, env or ()))
    except UnreadableTemplate as error:
        message = f"{against}: {error}; `blogstack compile` writes it again"
        raise typer.BadParameter(message, param_hint="--against") from None
    comparison = compare(old, snapshot_of(after), regions_of(after))
    if comparison.stacks:
        older = SourceFile(before.path, before.content) if before else None
        comparison = add_causes(comparison, SourceFile(file, after.content), older)
    print(_formatted(comparison, format), end="")
    return ExitCode.FAILED if _fails(comparison, fail_on) else ExitCode.DONE


def _read_folder(folder: Path, after: Compilation) -> Mapping[str, str]:
    """The templates in a folder that were written for the same service."""
    services = {blueprint.name for blueprint in after.blueprints}
    try:
        texts = read_templates(folder, services)
    except OSError as error:
        raise typer.BadParameter(f"{folder} cannot be read: {error.strerror}", param_hint="--against") from None
    if not texts:
        print_message(f"{folder} has no templates for {listed(sorted(services))}: everything is new")
    return texts


def _read_deployed(after: Compilation) -> Mapping[str, str]:
    """The templates of the stacks in the account that the AWS CLI would use."""
    from blogstack.cli.deployed import NotDeployed, read_deployed

    texts: dict[str, str] = {}
    ours = {template.stack_name for template in after.templates}
    try:
        for service, region in sorted({(blueprint.name, blueprint.region) for blueprint in after.blueprints}):
            texts |= read_deployed(service, region, ours)
    except NotDeployed as error:
        raise typer.BadParameter(str(error), param_hint="--against") from None
    if not texts:
        print_message(f"{after.blueprints[0].name} is not deployed: everything is new")
    return texts


def _compile_revision(revision: str, file: str) -> Compilation:
    """An earlier version of the file, compiled by this compiler."""
    from blogstack.cli.git import NoRevision, read_revision

    try:
        content = read_revision(revision, file)
    except NoRevision as error:
        message = f"{error}; name a folder that `blogstack compile` wrote, or a revision such as HEAD"
        raise typer.BadParameter(message, param_hint="--against") from None
    return compile_text(f"{revision}:{file}", content)


def _formatted(comparison: Comparison, format: DiffFormat) -> str:
    match format:
        case DiffFormat.JSON:
            from blogstack.diff.reports.json import as_json

            return as_json(comparison)
        case DiffFormat.MARKDOWN:
            from blogstack.diff.reports.markdown import as_markdown

            return as_markdown(comparison)
        case DiffFormat.TEXT:
            from blogstack.diff.reports.text import as_text

            return as_text(comparison)


def _fails(comparison: Comparison, fail_on: FailOn) -> bool:
    match fail_on:
        case FailOn.CHANGES:
            return bool(comparison.stacks)
        case FailOn.REPLACEMENT:
            return comparison.replaces
        case FailOn.DATA:
            return comparison.endangers_data
