"""`blogstack deploy`: from the file to a running service, with progress and reasons."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from blogstack.cli.compile import lint_cache_folder
from blogstack.cli.console import OutputFormat, paint, report
from blogstack.cli.exit_codes import ExitCode
from blogstack.cli.inputs import DEFAULT_FILE, EnvironmentsOption, load
from blogstack.cli.operations import ProfileOption
from blogstack.deploy.plan import make_plans
from blogstack.deploy.selection import NotSelected, select, uses_tag
from blogstack.deploy.steps import Plan
from blogstack.lint.cache import FileLintCache
from blogstack.pipeline import compile_text, lint_all

if TYPE_CHECKING:
    from blogstack.cli.progress import Progress


def deploy_command(
    file: Annotated[str, typer.Argument(metavar="FILE", help="The file to deploy.")] = DEFAULT_FILE,
    env: EnvironmentsOption = None,
    image_tag: Annotated[
        str | None, typer.Option(metavar="TAG", help="Tag of the image; default: the git commit of the file's folder.")
    ] = None,
    only: Annotated[
        str | None, typer.Option(metavar="STACK|WORKLOAD", help="Only this stack, or the stack of this workload.")
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    output: Annotated[OutputFormat, typer.Option(help="Format of the progress.")] = OutputFormat.TEXT,
    profile: ProfileOption = None,
) -> ExitCode:
    """Run `blogstack deploy`; returns the exit status."""
    (compilation,) = load([file], lambda path, content: compile_text(path, content, picked=env or ()))
    if not compilation.failed:
        (compilation,) = lint_all([compilation], FileLintCache(lint_cache_folder()))
    if report([compilation]) is not ExitCode.DONE:
        return ExitCode.FAILED
    try:
        plans = select(make_plans(compilation.blueprints), only)
    except NotSelected as error:
        raise typer.BadParameter(str(error), param_hint="--only") from None
    tag = image_tag or _default_tag(plans, Path(file).parent.as_posix())
    # Imported here, because every other command would wait for boto3.
    from blogstack.cli.deployment import Deployment

    progress = _progress(output)
    return Deployment(compilation, plans, tag=tag, progress=progress, profile=profile).run(yes=yes)


def _default_tag(plans: Sequence[Plan], folder: str) -> str:
    from blogstack.cli.tag import NoTag, tag_of_commit

    if not uses_tag(plans):
        return ""
    if image := next((plan.image for plan in plans if plan.image), None):
        raise typer.BadParameter(f"name the tag of {image} to deploy", param_hint="--image-tag")
    try:
        return tag_of_commit(folder)
    except NoTag as error:
        raise typer.BadParameter(str(error), param_hint="--image-tag") from None


def _progress(output: OutputFormat) -> Progress:
    if output is OutputFormat.JSON:
        from blogstack.cli.progress.json_lines import JsonProgress

        return JsonProgress()
    if sys.stdout.isatty():
        from blogstack.cli.progress.live import LiveProgress

        return LiveProgress(paint())
    from blogstack.cli.progress.plain import PlainProgress

    return PlainProgress(paint())
