"""What CloudFormation says about stacks: their status, what failed, and the IDs of their resources."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from types import MappingProxyType

from blogstack.aws.session import AwsError, Session
from blogstack.records import Record


class StackState(Record):
    """A stack that exists.

    Attributes:
        name: Of the stack.
        status: As in UPDATE_COMPLETE.
        reason: Why it has the status; None for no reason given.
        outputs: By their logical IDs.
        parameters: Their values, by their names.
        id: ARN, by which it is found after its deletion too.
    """

    name: str
    status: str
    reason: str | None
    outputs: Mapping[str, str]
    parameters: Mapping[str, str] = MappingProxyType({})
    id: str = ""

    @property
    def is_busy(self) -> bool:
        """Whether an operation is in progress. One in review waits for nobody."""
        return self.status.endswith("_IN_PROGRESS") and self.status != "REVIEW_IN_PROGRESS"


class FailedEvent(Record):
    """A resource that CloudFormation could not create, update or delete.

    Attributes:
        logical_id: Of the resource.
        type: As in AWS::ECS::Service.
        reason: In the service's words.
    """

    logical_id: str
    type: str
    reason: str


def read_stack(session: Session, name: str) -> StackState | None:
    """A stack by its name or ARN; None for one that does not exist.

    Raises:
        AwsError: when it cannot be known.
    """
    try:
        stack = session.call("cloudformation", "describe_stacks", StackName=name)["Stacks"][0]
    except AwsError as error:
        # There is no other word for it: https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DescribeStacks.html
        if error.code == "ValidationError" and "does not exist" in error.message:
            return None
        raise
    outputs = {output["OutputKey"]: output["OutputValue"] for output in stack.get("Outputs", ())}
    parameters = {each["ParameterKey"]: each.get("ParameterValue", "") for each in stack.get("Parameters", ())}
    id = stack.get("StackId", name)
    return StackState(name, stack["StackStatus"], stack.get("StackStatusReason"), outputs, parameters, id)


def read_stacks(session: Session, names: Iterable[str]) -> dict[str, StackState]:
    """Those stacks that exist, by name.

    Raises:
        AwsError: when one of them cannot be known.
    """
    return {name: stack for name in names if (stack := read_stack(session, name))}


# What was stopped because something else had failed.
_CONSEQUENCES = ("Resource creation cancelled", "Resource update cancelled", "Resource deletion cancelled")


def failed_events(session: Session, stack: str) -> tuple[FailedEvent, ...]:
    """What failed in the newest operation of a stack, oldest first, without what only followed from it.

    Raises:
        AwsError: when it cannot be known.
    """
    failed = _operation_events(session, stack) or _stack_events(session, stack)
    return tuple(event for event in failed if not event.reason.startswith(_CONSEQUENCES))


def _operation_events(session: Session, stack: str) -> list[FailedEvent]:
    """The failures of the newest operation, which comes first; each event names its operation.

    Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DescribeEvents.html
    """
    filters = {"FailedEvents": True}
    events = list(
        session.pages("cloudformation", "describe_events", "OperationEvents", StackName=stack, Filters=filters)
    )
    newest = events[0].get("OperationId") if events else None
    return [
        FailedEvent(event["LogicalResourceId"], event.get("ResourceType", ""), reason)
        for event in reversed(events)
        if event.get("OperationId") == newest
        and event.get("LogicalResourceId")
        and event.get("ResourceType") != _STACK
        and (reason := event.get("ResourceStatusReason") or event.get("ValidationStatusReason"))
    ]


def _stack_events(session: Session, stack: str) -> list[FailedEvent]:
    """The same from the older list of events, for what has no operation: it goes back to the stack's own last start."""
    failed: list[FailedEvent] = []
    for event in session.pages("cloudformation", "describe_stack_events", "StackEvents", StackName=stack):
        status, reason = event["ResourceStatus"], event.get("ResourceStatusReason", "")
        if event.get("ResourceType") == _STACK:
            if status in ("CREATE_IN_PROGRESS", "UPDATE_IN_PROGRESS", "DELETE_IN_PROGRESS"):
                break
        elif status.endswith("_FAILED") and reason:
            failed.append(FailedEvent(event["LogicalResourceId"], event.get("ResourceType", ""), reason))
    return failed[::-1]


_STACK = "AWS::CloudFormation::Stack"


def physical_ids(session: Session, stack: str) -> dict[str, str]:
    """The physical ID of each resource of a stack that has one, by logical ID.

    Raises:
        AwsError: when it cannot be known.
    """
    resources = session.pages("cloudformation", "list_stack_resources", "StackResourceSummaries", StackName=stack)
    return {
        resource["LogicalResourceId"]: resource["PhysicalResourceId"]
        for resource in resources
        if resource.get("PhysicalResourceId")
    }


# A deleted stack stays in the list for 90 days; one in review has no template yet:
# https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_ListStacks.html
_WITHOUT_TEMPLATE = ("DELETE_COMPLETE", "REVIEW_IN_PROGRESS")


def templates_of(session: Session, prefix: str) -> dict[str, str]:
    """The deployed template of each stack whose name begins with a prefix, by the stack's name.

    Raises:
        AwsError: when they cannot be known.
    """
    summaries = session.pages("cloudformation", "list_stacks", "StackSummaries")
    names = [
        each["StackName"]
        for each in summaries
        if each["StackName"].startswith(prefix) and each["StackStatus"] not in _WITHOUT_TEMPLATE
    ]
    bodies = {name: session.call("cloudformation", "get_template", StackName=name)["TemplateBody"] for name in names}
    # boto3 gives a template in JSON as an object, and one in YAML as the text that was deployed.
    return {name: body if isinstance(body, str) else json.dumps(body) for name, body in bodies.items()}
