"""CloudFormation's change sets: creating them, reading them, and what they would do."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from blogstack.aws.session import Session
from blogstack.aws.stacks import IN_REVIEW, StackState
from blogstack.records import Record


class Change(Record, kw_only=True):
    """What a change set does to a resource.

    Attributes:
        action: Add, Modify, Remove, Import or Dynamic.
        replacement: True, False or Conditional; "" if AWS does not say.
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
        changes: Changes of resources; empty for a change set that changes outputs only.
    """

    id: str
    stack: str
    stack_id: str
    creates: bool
    changes: tuple[Change, ...]


class ChangeSetFailed(Exception):
    """CloudFormation rejected a change set; the text is its reason."""


def start_change_set(
    session: Session, stack: str, text: str, parameters: Mapping[str, str], before: StackState | None
) -> str:
    """Create a change set, with the capabilities of the printed script; returns its ARN.

    Args:
        session: Session with AWS.
        stack: Name of the stack.
        text: The template.
        parameters: Values of its parameters.
        before: The stack as it is; None or a stack in review if it will be created.

    Raises:
        AwsError: when the call fails.
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
    """A change set if it is ready; its status if it is not ready yet; None if it would change nothing.

    Raises:
        ChangeSetFailed: when CloudFormation rejected it.
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
