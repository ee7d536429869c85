"""One run of `blogstack deploy`, after the compilation: connect, show, ask, deploy. Loads boto3."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import typer

from blogstack.aws.session import AwsError, Session
from blogstack.cli.exit_codes import ExitCode
from blogstack.cli.preflight import find_problems
from blogstack.cli.progress import Progress
from blogstack.deploy.execution.context import Context, Failed
from blogstack.deploy.execution.failure import explain_aws_error, explain_failure, find_causes, is_about_tasks
from blogstack.deploy.execution.preview import PlannedChange, StackPreview, discard, preview
from blogstack.deploy.execution.runner import run_plan
from blogstack.deploy.execution.targets import services_of, templates_of
from blogstack.deploy.steps import DeployStack, Plan
from blogstack.pipeline import Compilation, read_environments


class Deployment:
    """A deployment of some plans of a file.

    Args:
        compilation: The file, without errors.
        plans: In order; none begins after one that failed.
        tag: Tag of the image.
        progress: Shows what happens.
        profile: Profile of the AWS CLI; None for what the environment variables say.
    """

    def __init__(
        self,
        compilation: Compilation,
        plans: Sequence[Plan],
        *,
        tag: str,
        progress: Progress,
        profile: str | None,
    ) -> None:
        self._compilation = compilation
        self._plans = plans
        self._tag = tag
        self._progress = progress
        self._profile = profile
        self._contexts: dict[str, Context] = {}

    def run(self, *, yes: bool) -> ExitCode:
        """Deploy, after a question unless `yes`; returns the exit status."""
        try:
            for region in dict.fromkeys(plan.region for plan in self._plans):
                self._contexts[region] = self._connect(region)
            stacks = self._preview()
            if stacks is None:
                self._discard()
                return ExitCode.FAILED
            if stacks and all(stack.will is PlannedChange.NOTHING for stack in stacks):
                self._progress.show_message("nothing to change; `blogstack verify` checks what runs")
                return ExitCode.DONE
            if not self._has_everything() or not (yes or self._confirm()):
                self._discard()
                return ExitCode.FAILED
        except AwsError as error:
            self._discard()
            self._explain(error)
            return ExitCode.FAILED
        except KeyboardInterrupt:
            self._discard()
            self._progress.show_message("nothing was deployed")
            return ExitCode.FAILED
        return self._execute()

    def _connect(self, region: str) -> Context:
        session = Session(region, self._profile)
        identity = session.identity()
        tag = f", tag {self._tag}" if self._tag else ""
        name = self._plans[0].name
        self._progress.show_message(f"{name} to account {identity.account} as {identity.arn}, region {region}{tag}")
        return Context(
            session=session,
            tag=self._tag,
            templates=templates_of(self._compilation),
            services=services_of(self._compilation.blueprints),
            folder=Path(self._compilation.path).parent.as_posix(),
            emit=self._progress.show_event,
        )

    def _preview(self) -> Sequence[StackPreview] | None:
        """What will happen to each stack; None, after a message, if one cannot be updated."""
        stacks: list[StackPreview] = []
        for plan in self._plans:
            context = self._contexts[plan.region]
            try:
                stacks += preview(context, plan.steps)
            except Failed as error:
                self._explain(error, context)
                return None
        self._progress.preview(stacks)
        return stacks

    def _has_everything(self) -> bool:
        """Whether nothing was found that would fail later."""
        steps = (step for plan in self._plans for step in plan.steps)
        chosen = frozenset(step.action.stack for step in steps if isinstance(step.action, DeployStack))
        problems, unchecked = find_problems(self._compilation, self._tag, self._contexts, chosen)
        if unchecked:
            self._progress.show_message(f"not checked: {'; '.join(unchecked)}")
        if problems:
            self._progress.problems(self._compilation.path, self._compilation.content, problems)
        return not problems

    def _confirm(self) -> bool:
        if not (sys.stdin.isatty() and sys.stdout.isatty()):
            self._progress.show_message("nothing was deployed: confirmation needs a terminal; --yes skips it")
            return False
        try:
            return typer.confirm("Deploy?")
        except typer.Abort:  # Ctrl-C
            return False

    def _execute(self) -> ExitCode:
        """The plans one after the other; none after one that failed."""
        for number, plan in enumerate(self._plans):
            context = self._contexts[plan.region]
            self._progress.start(plan)
            try:
                failures = run_plan(context, plan)
            except KeyboardInterrupt:
                self._progress.stop()
                self._discard()
                self._say_how_to_go_on(plan)
                return ExitCode.FAILED
            finally:
                self._progress.stop()
            if failures:
                self._discard()
                self._explain_all(context, plan, failures)
                if later := [str(each.environment) for each in self._plans[number + 1 :]]:
                    self._progress.show_message(f"not deployed after this failure: {', '.join(later)}")
                return ExitCode.FAILED
            if plan.email:
                self._progress.show_message(f"AWS asks {plan.email} once to confirm; until then it mails no alarms")
        self._progress.show_message("deployed")
        return ExitCode.DONE

    def _explain_all(self, context: Context, plan: Plan, failures: Mapping[str, BaseException]) -> None:
        """Report why steps failed, tasks that do not run first.

        Raises:
            BaseException: an error that comes neither from AWS nor from the plan: a bug in blogstack.
        """
        if any(isinstance(error, Failed) and is_about_tasks(context, error) for error in failures.values()):
            self._explain_tasks(context, plan)
        for error in failures.values():
            if not isinstance(error, AwsError | Failed):
                raise error
            self._explain(error, context)

    def _explain_tasks(self, context: Context, plan: Plan) -> None:
        path, content = self._compilation.path, self._compilation.content
        sources = {source.name or None: source for source in read_environments(path, content)}
        for blueprint in self._compilation.blueprints:
            if blueprint.environment == plan.environment:
                for found in find_causes(context.session, blueprint, sources[blueprint.environment]):
                    self._progress.failure(path, content, found)

    def _explain(self, error: AwsError | Failed, context: Context | None = None) -> None:
        if isinstance(error, AwsError):
            explanation = explain_aws_error(error)
        else:
            assert context is not None, "a step has a context"
            explanation = explain_failure(context, error)
        self._progress.failure(self._compilation.path, self._compilation.content, explanation)

    def _discard(self) -> None:
        """Delete the change sets that were made and not executed."""
        for context in self._contexts.values():
            discard(context)

    def _say_how_to_go_on(self, plan: Plan) -> None:
        """After Ctrl-C: what was started continues in AWS."""
        stacks = [step.id for step in plan.steps if isinstance(step.action, DeployStack)]
        cancel = f"aws cloudformation cancel-update-stack --region {plan.region} --stack-name"
        for text in (
            "no longer waiting; what was started continues in AWS, and no further step starts",
            "to follow it and continue: run the same command again",
            f"to cancel the update of a stack: {cancel} {stacks[-1] if stacks else 'STACK'}",
            "to go back to the previous version: `blogstack rollback`, or deploy its tag with --image-tag",
        ):
            self._progress.show_message(text)
