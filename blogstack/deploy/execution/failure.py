"""Why a step failed: the first real cause, at the line of the user's file that made the resource."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from typing import Any

from blogstack.aws.session import AwsError, Session, Trouble
from blogstack.aws.stacks import read_events
from blogstack.deploy.execution.context import Context, Failed
from blogstack.diagnostics import Code, Diagnostic
from blogstack.records import Record

# What CloudFormation says of the resources that it stops because another one failed.
_CANCELLED = ("Resource creation cancelled", "Resource update cancelled", "Resource creation Cancelled")


class Explanation(Record):
    """Why a step failed.

    Attributes:
        evidence: What AWS or a program says of it, line by line.
    """

    diagnostic: Diagnostic
    evidence: tuple[str, ...] = ()


class FailedEvent(Record):
    """The event of a resource that failed."""

    logical_id: str
    type: str
    reason: str


def explain_failure(context: Context, error: Failed) -> Explanation:
    """Why a step failed. The one place where whatever else knows of causes joins in."""
    event = _first_failure(context.session, error) if error.stack else None
    if event is None or error.stack is None:
        return Explanation(Diagnostic(error.code, error.message, help=error.help), error.evidence)
    origins = context.templates[error.stack].origins
    span = origins.get((event.logical_id,)) or origins.get(())
    message = f"{event.logical_id} ({event.type}) in {error.stack}: {event.reason}"
    return Explanation(Diagnostic(error.code, message, span, error.help), (error.message, *error.evidence))


def explain_aws_error(error: AwsError) -> Explanation:
    """Why AWS did not answer, and that a second run goes on."""
    return Explanation(Diagnostic(Code.NO_ANSWER_FROM_AWS, str(error), help=_remedy(error)))


def _remedy(error: AwsError) -> str:
    """What to do; what was started goes on in AWS whatever happened to the question."""
    then = "then deploy again: it picks up what is in progress"
    match error.trouble:
        case Trouble.CREDENTIALS:
            return f"renew the credentials, as with `aws sso login`, {then}"
        case Trouble.CONNECTION:
            return f"check the connection, {then}"
        case Trouble.THROTTLED:
            return f"wait some minutes, {then}"
        case Trouble.DENIED:
            return f"ask an administrator for the right to {error.operation}, {then}"
        case Trouble.REFUSED:
            return f"fix what it says, {then}"


def _first_failure(session: Session, error: Failed) -> FailedEvent | None:
    """The first event of the last operation that failed by itself; None where there is none, or it cannot be read."""
    found: list[FailedEvent] = []
    with suppress(AwsError):
        found = list(_operation_events(session, error))
    if not found and error.change_set is None and error.stack is not None:
        with suppress(AwsError):
            found = list(_stack_events(session, error.stack))
    return next((event for event in found if not event.reason.startswith(_CANCELLED)), None)


def _operation_events(session: Session, error: Failed) -> Iterator[FailedEvent]:
    """The failed events of the newest operation that has some, the oldest first.

    https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DescribeEvents.html
    """
    what = {"ChangeSetName": error.change_set} if error.change_set else {"StackName": error.stack}
    events = session.pages(
        "cloudformation", "describe_events", "OperationEvents", Filters={"FailedEvents": True}, **what
    )
    ordered = sorted(events, key=lambda event: event["Timestamp"])
    newest = ordered[-1]["OperationId"] if ordered else None
    for event in ordered:
        reason = next((event[key] for key in _REASONS if event.get(key)), None)
        if event.get("OperationId") == newest and reason and _is_of_resource(event):
            path = event.get("ValidationPath")
            at = f" (at {path})" if path else ""
            yield FailedEvent(event["LogicalResourceId"], event.get("ResourceType", ""), f"{reason}{at}")


_REASONS = ("ValidationStatusReason", "HookStatusReason", "ResourceStatusReason")


def _stack_events(session: Session, stack: str) -> Iterable[FailedEvent]:
    """The failed events of the last operation of a stack, the oldest first."""
    failed: list[FailedEvent] = []
    for event in read_events(session, stack):
        if not _is_of_resource(event) and event["ResourceStatus"] in ("CREATE_IN_PROGRESS", "UPDATE_IN_PROGRESS"):
            break
        if event["ResourceStatus"].endswith("_FAILED") and _is_of_resource(event):
            reason = event.get("ResourceStatusReason", "")
            failed.insert(0, FailedEvent(event["LogicalResourceId"], event["ResourceType"], reason))
    return failed


def _is_of_resource(event: dict[str, Any]) -> bool:
    """Whether an event is about a resource, and not about the stack itself."""
    return event.get("ResourceType") != "AWS::CloudFormation::Stack" and bool(event.get("LogicalResourceId"))
