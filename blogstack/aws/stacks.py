"""CloudFormation's stacks and change sets: what they are, and how they are made and executed."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from blogstack.aws.session import AwsError, Session
from blogstack.records import Record

IN_REVIEW = "REVIEW_IN_PROGRESS"
"""Of a stack that has a change set for its creation, and nothing else."""


class StackStatus(Record, kw_only=True):
    """A stack as it is.

    Attributes:
        id: Its ARN, by which it is found after its deletion too.
        status: As in UPDATE_COMPLETE.
        reason: Of the status; "" for none.
        outputs: Values by their logical IDs.
    """

    id: str
    status: str
    reason: str
    outputs: Mapping[str, str]

    @property
    def is_busy(self) -> bool:
        """Whether an operation is in progress."""
        return self.status.endswith("_IN_PROGRESS") and self.status != IN_REVIEW


class Change(Record, kw_only=True):
    """What a change set does to a resource.

    Attributes:
        action: Add, Modify, Remove, Import or Dynamic.
        replacement: True, False or Conditional; "" where AWS does not say.
    """

    logical_id: str
    type: str
    action: str
    replacement: str = ""


class ChangeSet(Record, kw_only=True):
    """A change set that can be executed.

    Attributes:
        stack: Name of the stack.
        stack_id: ARN of the stack.
        creates: Whether it creates the stack.
        changes: Of resources; a change set may change outputs only.
    """

    id: str
    stack: str
    stack_id: str
    creates: bool
    changes: tuple[Change, ...]


class ChangeSetFailed(Exception):
    """CloudFormation refuses a change set; the text is its reason."""


def read_stack(session: Session, name: str) -> StackStatus | None:
    """A stack by its name or ARN; None if there is none.

    Raises:
        AwsError: when AWS does not answer.
    """
    try:
        (stack,) = session.call("cloudformation", "describe_stacks", StackName=name)["Stacks"]
    except AwsError as error:
        # DescribeStacks has no code of its own for it:
        # https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DescribeStacks.html
        if error.code == "ValidationError" and "does not exist" in error.message:
            return None
        raise
    if stack["StackStatus"] == "DELETE_COMPLETE" and not name.startswith("arn:"):
        return None
    return StackStatus(
        id=stack["StackId"],
        status=stack["StackStatus"],
        reason=stack.get("StackStatusReason", ""),
        outputs={output["OutputKey"]: output["OutputValue"] for output in stack.get("Outputs", ())},
    )


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


def start_change_set(
    session: Session, stack: str, text: str, parameters: Mapping[str, str], before: StackStatus | None
) -> str:
    """Ask for a change set, with the capabilities of the printed script; returns its ARN.

    Args:
        stack: Name of the stack.
        text: The template.
        parameters: Values of its parameters.
        before: The stack as it is; None or one in review for its creation.

    Raises:
        AwsError: when AWS does not take it.
    """
    creates = before is None or before.status == IN_REVIEW
    given = [{"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items()]
    answer = session.call(
        "cloudformation",
        "create_change_set",
        StackName=stack,
        ChangeSetName=f"blogstack-{uuid.uuid4().hex}",
        ChangeSetType="CREATE" if creates else "UPDATE",
        TemplateBody=text,
        Parameters=given,
        Capabilities=["CAPABILITY_IAM"],
        Description="blogstack deploy",
    )
    return str(answer["Id"])


# How the AWS CLI knows that there is nothing to change, `is_empty` in its
# https://github.com/aws/aws-cli/blob/v2/awscli/customizations/cloudformation/deployer.py
_EMPTY = ("The submitted information didn't contain changes", "No updates are to be performed")


def read_change_set(session: Session, id: str, *, creates: bool) -> ChangeSet | str | None:
    """A change set that is ready; its status while it is not; None if it would change nothing.

    Raises:
        ChangeSetFailed: when CloudFormation refuses it.
        AwsError: when AWS does not answer.
    """
    first = session.call("cloudformation", "describe_change_set", ChangeSetName=id)
    status, reason = first["Status"], first.get("StatusReason", "")
    if status == "FAILED":
        if any(words in reason for words in _EMPTY):
            return None
        raise ChangeSetFailed(reason)
    if status != "CREATE_COMPLETE":
        return str(status)
    changes = session.pages("cloudformation", "describe_change_set", "Changes", ChangeSetName=id)
    return ChangeSet(
        id=id,
        stack=first["StackName"],
        stack_id=first["StackId"],
        creates=creates,
        changes=tuple(_changes(changes)),
    )


def _changes(found: Iterable[dict[str, Any]]) -> Iterator[Change]:
    for each in found:
        if resource := each.get("ResourceChange"):
            yield Change(
                logical_id=resource["LogicalResourceId"],
                type=resource["ResourceType"],
                action=resource["Action"],
                replacement=resource.get("Replacement", ""),
            )


def read_template_body(session: Session, stack: str) -> str | dict[str, Any]:
    """The template of a stack: the text that was deployed, or an object for one in JSON.

    Raises:
        AwsError: when AWS does not answer.
    """
    body: str | dict[str, Any] = session.call("cloudformation", "get_template", StackName=stack)["TemplateBody"]
    return body


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
