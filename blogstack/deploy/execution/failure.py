"""Why a step failed: the first real cause, at the line of the user's file that the resource comes from."""

from __future__ import annotations

from blogstack.aws.session import AwsError, Session, Trouble
from blogstack.aws.stacks import FailedEvent, failed_events
from blogstack.blueprint import Blueprint
from blogstack.deploy.execution.context import Context, Failed
from blogstack.diagnostics import Code, Diagnostic
from blogstack.doctor import diagnose, read_snapshot
from blogstack.pipeline import lower_environment
from blogstack.records import Record
from blogstack.source.environments import Environment


class Explanation(Record):
    """Why a step failed.

    Attributes:
        evidence: What AWS or a program says about it, line by line.
    """

    diagnostic: Diagnostic
    evidence: tuple[str, ...] = ()


def explain_failure(context: Context, error: Failed) -> Explanation:
    """Why a step failed; for a stack, from CloudFormation's events."""
    event = _first_failure(context.session, error.stack, error.change_set) if error.stack else None
    if event is None or error.stack is None:
        return Explanation(Diagnostic(error.code, error.message, help=error.help), error.evidence)
    origins = context.templates[error.stack].origins
    span = origins.get((event.logical_id,)) or origins.get(())
    message = f"{event.logical_id} ({event.type}) in {error.stack}: {event.reason}"
    return Explanation(Diagnostic(error.code, message, span, error.help), (error.message, *error.evidence))


def find_causes(session: Session, blueprint: Blueprint, source: Environment) -> tuple[Explanation, ...]:
    """What keeps an environment's workloads from running, as `blogstack doctor` finds it; empty if AWS does not answer.

    Args:
        session: Session with AWS.
        blueprint: Blueprint of the environment.
        source: The same environment in the file.
    """
    stacks = lower_environment(source) or ()
    try:
        causes = diagnose(read_snapshot(session, blueprint), {stack.name: stack.origins for stack in stacks})
    except AwsError:
        return ()
    return tuple(Explanation(cause.diagnostic(source.document), cause.evidence) for cause in causes if cause.workload)


def is_about_tasks(context: Context, error: Failed) -> bool:
    """Whether tasks that do not run may be the reason for a failure."""
    return error.stack in context.services or error.code in (Code.NOT_STABLE, Code.NO_ANSWER)


def explain_aws_error(error: AwsError) -> Explanation:
    """Why AWS did not answer, and how to continue."""
    return Explanation(Diagnostic(Code.NO_ANSWER_FROM_AWS, str(error), help=_remedy(error)))


def _remedy(error: AwsError) -> str:
    """What to do; what was started continues in AWS in any case."""
    then = "then deploy again: it picks up what is in progress"
    match error.trouble:
        case Trouble.CREDENTIALS:
            return f"log in as for the AWS CLI, for example with `aws sso login`, or name a --profile, {then}"
        case Trouble.CONNECTION:
            return f"check the connection, {then}"
        case Trouble.THROTTLED:
            return f"wait a few minutes, {then}"
        case Trouble.DENIED:
            return f"ask an administrator for the permission {error.operation}, {then}"
        case Trouble.REFUSED:
            return f"fix what the message says, {then}"


def _first_failure(session: Session, stack: str, change_set: str | None) -> FailedEvent | None:
    """The first failure in the last operation that is not a consequence; None if there is none or it cannot be read."""
    try:
        return next(iter(failed_events(session, stack, change_set)), None)
    except AwsError:
        return None
