"""`blogstack deploy`: from the file to a running service, with progress and reasons."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from blogstack.cli.compile import lint_cache_folder
from blogstack.cli.console import console_paint, report
from blogstack.cli.exit_codes import ExitCode
from blogstack.cli.inputs import DEFAULT_FILE, EnvironmentsOption, load
from blogstack.deploy.plan import make_plans
from blogstack.deploy.selection import NotSelected, select, uses_tag
from blogstack.deploy.steps import Plan
from blogstack.lint.cache import VerdictFolder
from blogstack.pipeline import Compilation, compile_text, lint_all

if TYPE_CHECKING:
    from blogstack.aws.session import Session
    from blogstack.cli.progress import Progress
    from blogstack.deploy.execution.context import Context


class ProgressFormat(StrEnum):
    """Format of the progress."""

    TEXT = "text"
    JSON = "json"


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
    output: Annotated[ProgressFormat, typer.Option(help="Format of the progress.")] = ProgressFormat.TEXT,
    profile: Annotated[str | None, typer.Option(metavar="NAME", help="Profile of the AWS CLI's configuration.")] = None,
) -> ExitCode:
    """Deploy to AWS: compile, show what will change, ask, and run the plan."""
    (compilation,) = load([file], lambda path, content: compile_text(path, content, picked=env or ()))
    if not compilation.failed:
        (compilation,) = lint_all([compilation], VerdictFolder(lint_cache_folder()))
    if report([compilation]) is not ExitCode.DONE:
        return ExitCode.FAILED
    try:
        plans = select(make_plans(compilation.blueprints), compilation.blueprints, only)
    except NotSelected as error:
        raise typer.BadParameter(str(error), param_hint="--only") from None
    tag = image_tag or _default_tag(plans, Path(file).parent.as_posix())
    return _Deployment(compilation, plans, tag, _progress(output), profile).run(yes=yes)


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


def _progress(output: ProgressFormat) -> Progress:
    if output is ProgressFormat.JSON:
        from blogstack.cli.progress.json_lines import JsonProgress

        return JsonProgress()
    from blogstack.cli.progress.plain import PlainProgress

    return PlainProgress(console_paint())


class _Deployment:
    """One run of the command, after the compilation."""

    def __init__(
        self, compilation: Compilation, plans: Sequence[Plan], tag: str, progress: Progress, profile: str | None
    ) -> None:
        self._compilation = compilation
        self._plans = plans
        self._tag = tag
        self._progress = progress
        self._profile = profile

    def run(self, *, yes: bool) -> ExitCode:
        """Connect, preview, ask and deploy; returns the exit status."""
        from blogstack.aws.session import AwsError
        from blogstack.deploy.execution.context import Failed
        from blogstack.deploy.execution.preview import Will, discard, preview

        contexts: Mapping[str, Context] = {}
        context: Context | None = None
        try:
            contexts = {region: self._connect(region) for region in dict.fromkeys(plan.region for plan in self._plans)}
            stacks = []
            for plan in self._plans:
                context = contexts[plan.region]
                stacks += preview(context, plan.steps)
        except (AwsError, Failed) as error:
            for each in contexts.values():
                discard(each)
            return self._fail(context, error)
        self._progress.preview(stacks)
        if stacks and all(stack.will is Will.NOTHING for stack in stacks):
            self._progress.say("nothing to change; `blogstack verify` checks what runs")
            return ExitCode.DONE
        if not yes and not self._confirm():
            for each in contexts.values():
                discard(each)
            return ExitCode.FAILED
        return self._execute(contexts)

    def _connect(self, region: str) -> Context:
        from blogstack.aws.session import Session
        from blogstack.deploy.execution.context import Context

        session = Session(region, self._profile)
        self._announce(session)
        from blogstack.deploy.execution.targets import services_of, templates_of

        return Context(
            session=session,
            tag=self._tag,
            templates=templates_of(self._compilation),
            services=services_of(self._compilation.blueprints),
            folder=Path(self._compilation.path).parent.as_posix(),
            tell=self._progress.tell,
        )

    def _announce(self, session: Session) -> None:
        identity = session.identity()
        tag = f", tag {self._tag}" if self._tag else ""
        name = self._plans[0].name
        self._progress.say(f"{name} to account {identity.account} as {identity.arn}, region {session.region}{tag}")

    def _confirm(self) -> bool:
        if not (sys.stdin.isatty() and sys.stdout.isatty()):
            self._progress.say("nothing was deployed: without a terminal to ask on, --yes says that you mean it")
            return False
        return typer.confirm("Deploy?")

    def _execute(self, contexts: Mapping[str, Context]) -> ExitCode:
        """The plans one after the other; none after one that failed."""
        from blogstack.deploy.execution.runner import run_plan

        self._progress.start()
        try:
            for plan in self._plans:
                context = contexts[plan.region]
                failures = run_plan(context, plan)
                if failures:
                    self._progress.stop()
                    later = [each.environment for each in self._plans[self._plans.index(plan) + 1 :]]
                    for error in failures.values():
                        self._fail(context, error)
                    if later:
                        self._progress.say(f"not deployed after this failure: {', '.join(str(name) for name in later)}")
                    return ExitCode.FAILED
        except KeyboardInterrupt:
            self._progress.stop()
            self._say_how_to_go_on()
            return ExitCode.FAILED
        finally:
            self._progress.stop()
        self._progress.say("deployed")
        return ExitCode.DONE

    def _fail(self, context: Context | None, error: BaseException) -> ExitCode:
        from blogstack.aws.session import AwsError
        from blogstack.deploy.execution.context import Failed
        from blogstack.deploy.execution.failure import explain_aws_error, explain_failure

        path, content = self._compilation.path, self._compilation.content
        if isinstance(error, Failed) and context is not None:
            self._progress.failure(path, content, explain_failure(context, error))
        elif isinstance(error, AwsError):
            self._progress.failure(path, content, explain_aws_error(error))
        else:
            raise error
        return ExitCode.FAILED

    def _say_how_to_go_on(self) -> None:
        """After Ctrl-C: what was started goes on in AWS."""
        plan = self._plans[0]
        region = plan.region
        for text in (
            "no longer waiting; what was started goes on in AWS",
            "to follow it: run the same command again",
            f"to cancel an update: aws cloudformation cancel-update-stack --region {region} --stack-name STACK",
            "to go back: `blogstack rollback`, or deploy an older --image-tag",
        ):
            self._progress.say(text)
