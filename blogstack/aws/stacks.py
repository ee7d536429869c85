"""What CloudFormation says about stacks: status, templates, events, what failed, and the IDs of their resources."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from types import MappingProxyType
from typing import Any

from blogstack.aws.session import AwsError, Session, Trouble
from blogstack.records import Record

IN_REVIEW = "REVIEW_IN_PROGRESS"
"""Status of a stack that has a change set for its creation, and nothing else."""


class StackState(Record):
    """A stack that exists.

    Attributes:
        name: Name of the stack.
        status: Such as UPDATE_COMPLETE.
        reason: Reason for the status; None without one.
        outputs: The outputs, by logical ID.
        parameters: The values of the parameters, by name.
        id: ARN, which finds the stack after its deletion too.
    """

    name: str
    status: str
    reason: str | None
    outputs: Mapping[str, str]
    parameters: Mapping[str, str] = MappingProxyType({})
    id: str = ""

    @property
    def is_complete(self) -> bool:
        """Whether its newest operation succeeded."""
        return self.status in _COMPLETE

    @property
    def is_busy(self) -> bool:
        """Whether an operation is in progress. A stack in review is not busy."""
        return self.status.endswith("_IN_PROGRESS") and self.status != IN_REVIEW


_COMPLETE = frozenset(["CREATE_COMPLETE", "UPDATE_COMPLETE", "IMPORT_COMPLETE"])


class FailedEvent(Record):
    """A resource that CloudFormation could not create, update or delete.

    Attributes:
        logical_id: Logical ID of the resource.
        type: Such as AWS::ECS::Service.
        reason: Reason, in the service's words.
        time: When it failed.
    """

    logical_id: str
    type: str
    reason: str
    time: datetime


def read_stack(session: Session, name: str) -> StackState | None:
    """A stack by its name or ARN; None for one that does not exist.

    Raises:
        AwsError: when a call fails.
    """
    try:
        stack = session.call("cloudformation", "describe_stacks", StackName=name)["Stacks"][0]
    except AwsError as error:
        # There is no error code for it:
        # https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DescribeStacks.html
        if error.code == "ValidationError" and "does not exist" in error.message:
            return None
        raise
    outputs = {output["OutputKey"]: output["OutputValue"] for output in stack.get("Outputs", ())}
    return StackState(
        name=stack["StackName"],
        status=stack["StackStatus"],
        reason=stack.get("StackStatusReason"),
        outputs=outputs,
        parameters={each["ParameterKey"]: each.get("ParameterValue", "") for each in stack.get("Parameters", ())},
        id=stack.get("StackId", name),
    )


def read_stacks(session: Session, names: Iterable[str]) -> dict[str, StackState]:
    """Those stacks that exist, by name.

    Raises:
        AwsError: when a call fails.
    """
    return {name: stack for name in names if (stack := read_stack(session, name))}


# Reasons of resources that were cancelled because another one had failed.
_CONSEQUENCES = ("Resource creation cancelled", "Resource update cancelled", "Resource deletion cancelled")


def failed_events(session: Session, stack: str, change_set: str | None = None) -> tuple[FailedEvent, ...]:
    """What failed in the newest operation of a stack, oldest first, without the consequences of a failure.

    Args:
        session: Session with AWS.
        stack: Name of the stack.
        change_set: A change set that CloudFormation rejected, to read its events; None for the stack's own.

    Raises:
        AwsError: when a call fails.
    """
    failed: list[FailedEvent] = []
    try:
        failed = _operation_events(session, {"ChangeSetName": change_set} if change_set else {"StackName": stack})
    except AwsError as error:  # the older call may be allowed
        if error.trouble is not Trouble.DENIED:
            raise
    if not failed and change_set is None:
        failed = _stack_events(session, stack)
    return tuple(event for event in failed if not event.reason.startswith(_CONSEQUENCES))


def _operation_events(session: Session, what: Mapping[str, str]) -> list[FailedEvent]:
    """The failures of the newest operation that has any; each event names its operation.

    Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DescribeEvents.html
    """
    filters = {"FailedEvents": True}
    found = list(session.pages("cloudformation", "describe_events", "OperationEvents", Filters=filters, **what))
    found.reverse()  # the newest come first
    events = sorted(found, key=lambda event: event["Timestamp"])
    newest = events[-1].get("OperationId") if events else None
    return [
        FailedEvent(
            event["LogicalResourceId"], event.get("ResourceType", ""), f"{reason}{_at(event)}", event["Timestamp"]
        )
        for event in events
        if event.get("OperationId") == newest
        and event.get("LogicalResourceId")
        and event.get("ResourceType") != _STACK
        and (reason := next((event[key] for key in _REASONS if event.get(key)), None))
    ]


_REASONS = ("ValidationStatusReason", "HookStatusReason", "ResourceStatusReason")


def _at(event: Mapping[str, Any]) -> str:
    """Where in the template a validation failed."""
    return f" (at {event['ValidationPath']})" if event.get("ValidationPath") else ""


def _stack_events(session: Session, stack: str) -> list[FailedEvent]:
    """The same from the older list of events, for stacks without operations: the failures since the last start."""
    failed: list[FailedEvent] = []
    for event in read_events(session, stack):
        status, reason = event["ResourceStatus"], event.get("ResourceStatusReason", "")
        if event.get("ResourceType") == _STACK:
            if status in ("CREATE_IN_PROGRESS", "UPDATE_IN_PROGRESS", "DELETE_IN_PROGRESS"):
                break
        elif status.endswith("_FAILED") and reason:
            kind, time = event.get("ResourceType", ""), event["Timestamp"]
            failed.append(FailedEvent(event["LogicalResourceId"], kind, reason, time))
    return failed[::-1]


def read_events(session: Session, stack: str) -> Iterator[dict[str, Any]]:
    """The events of a stack, the newest first.

    Raises:
        AwsError: when AWS does not answer.
    """
    return session.pages("cloudformation", "describe_stack_events", "StackEvents", StackName=stack)


def read_exports(session: Session) -> frozenset[str]:
    """The names of all exports of the account in the region.

    Raises:
        AwsError: when AWS does not answer.
    """
    return frozenset(each["Name"] for each in session.pages("cloudformation", "list_exports", "Exports"))


def read_importers(session: Session, export: str) -> frozenset[str]:
    """Names of the stacks that import a value.

    Raises:
        AwsError: when AWS does not answer.
    """
    try:
        return frozenset(session.pages("cloudformation", "list_imports", "Imports", ExportName=export))
    except AwsError as error:
        # https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_ListImports.html names no error; this is
        # what it answers for an export that nobody imports, and for one that is not there.
        if error.code == "ValidationError":
            return frozenset()
        raise


_STACK = "AWS::CloudFormation::Stack"


def physical_ids(session: Session, stack: str) -> dict[str, str]:
    """The physical ID of each resource of a stack that has one, by logical ID.

    Raises:
        AwsError: when a call fails.
    """
    resources = session.pages("cloudformation", "list_stack_resources", "StackResourceSummaries", StackName=stack)
    return {
        resource["LogicalResourceId"]: resource["PhysicalResourceId"]
        for resource in resources
        if resource.get("PhysicalResourceId")
    }


def read_template_body(session: Session, stack: str) -> str | dict[str, Any]:
    """The template of a stack: the deployed text, or an object for a template in JSON.

    Raises:
        AwsError: when AWS does not answer.
    """
    body: str | dict[str, Any] = session.call("cloudformation", "get_template", StackName=stack)["TemplateBody"]
    return body


def read_template_text(session: Session, stack: str) -> str:
    """The same as text.

    Raises:
        AwsError: when AWS does not answer.
    """
    body = read_template_body(session, stack)
    return body if isinstance(body, str) else json.dumps(body)


# A deleted stack stays in the list for 90 days; one in review has no template yet.
# https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_ListStacks.html
_WITHOUT_TEMPLATE = ("DELETE_COMPLETE", IN_REVIEW)


def names_with_template(session: Session) -> list[str]:
    """The names of all stacks in the region that are deployed.

    Raises:
        AwsError: when AWS does not answer.
    """
    stacks = session.pages("cloudformation", "list_stacks", "StackSummaries")
    return [stack["StackName"] for stack in stacks if stack["StackStatus"] not in _WITHOUT_TEMPLATE]


_READERS = 8


def read_templates(session: Session, prefix: str) -> dict[str, str]:
    """The deployed template of each stack whose name begins with a prefix, by the stack's name.

    Raises:
        AwsError: when a call fails.
    """
    names = [name for name in names_with_template(session) if name.startswith(prefix)]
    with ThreadPoolExecutor(_READERS) as threads:
        texts = list(threads.map(lambda name: read_template_text(session, name), names))
    return dict(zip(names, texts, strict=True))
