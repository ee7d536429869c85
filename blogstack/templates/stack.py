"""A stack while it is written down, and the few ways to write a value."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

from troposphere import AWSHelperFn, AWSObject, BaseAWSObject, ImportValue, Parameter, Sub, Tags, logs
from troposphere.ec2 import SecurityGroupRule

from blogstack.blueprint.names import Imported, Value
from blogstack.source.document import KeyPath


class Stack:
    """One CloudFormation stack.

    Attributes:
        name: Of the stack and of its file.
        description: What it is, in one line.
        origins: For each logical ID the key of the user's file that made the resource.
    """

    def __init__(self, name: str, description: str) -> None:
        self.name = name
        self.description = description
        self.origins: dict[str, KeyPath] = {}
        self._parts: dict[str, dict[str, Any]] = {"Parameters": {}, "Resources": {}, "Outputs": {}}

    @property
    def kind(self) -> str:
        """Which of a service's stacks it is: the last word of its name."""
        return self.name.rsplit("-", 1)[1]

    def add(self, resource: AWSObject, *origin: str) -> AWSObject:
        """Add a resource that the key `origin` asked for; returns it."""
        self.origins[resource.title] = origin
        return self._add("Resources", resource)

    def parameter(self, parameter: Parameter) -> Parameter:
        """Add a parameter; returns it."""
        return self._add("Parameters", parameter)

    def output(self, logical_id: str, description: str, value: object) -> dict[str, object]:
        """Show a value to people; returns the output."""
        # As plain data: troposphere has nothing to check here, and its objects are slow.
        outputs = self._parts["Outputs"]
        assert logical_id not in outputs, logical_id
        outputs[logical_id] = output = {"Description": description, "Value": value}
        return output

    def export(self, logical_id: str, description: str, value: object) -> None:
        """Hand a value on, as `STACK:ID`, to the stacks behind this one."""
        self.output(logical_id, description, value)["Export"] = {"Name": f"{self.name}:{logical_id}"}

    def tree(self) -> dict[str, Any]:
        """The template as plain data, after troposphere's own validation."""
        parts = {part: _plain(bodies) for part, bodies in self._parts.items() if bodies}
        return {"AWSTemplateFormatVersion": "2010-09-09", "Description": self.description, **parts}

    def _add(self, part: str, body: Any) -> Any:  # noqa: ANN401 (troposphere has no types)
        assert body.title not in self._parts[part], body.title
        self._parts[part][body.title] = body
        return body


_AS_THEY_ARE = frozenset([str, int, bool])


def _plain(value: Any) -> Any:  # noqa: ANN401 (troposphere has no types)
    """What lists, mappings and troposphere's objects stand for, validated.

    Not through their to_dict(), which encodes everything once more for each level above it.
    """
    kind = type(value)
    if kind is dict:
        return {key: item if type(item) in _AS_THEY_ARE else _plain(item) for key, item in value.items()}
    if kind is list:
        return [item if type(item) in _AS_THEY_ARE else _plain(item) for item in value]
    if isinstance(value, BaseAWSObject):
        value._validate_props()
        value.validate()
        return _plain(value.resource)
    if isinstance(value, Tags):
        return value.tags
    assert isinstance(value, AWSHelperFn), value
    return _plain(value.data)


def shared(kind: Any) -> Any:  # noqa: ANN401 (troposphere has no types)
    """A property type of which one object stands for all with the same values: nobody changes it, and it takes long.

    Its properties are texts, numbers and functions, no lists.
    """
    return lru_cache(maxsize=1024)(kind)


def given(value: Value) -> str | AWSHelperFn:
    """A value of the user's as a literal, or another stack's as an import."""
    return ImportValue(value.export) if isinstance(value, Imported) else literal(value)


# EC2 gives a group without any egress rule one that lets everything out; this one takes its place.
NOTHING = SecurityGroupRule(
    IpProtocol="-1", CidrIp="127.0.0.1/32", Description="Instead of the rule that lets everything out"
)

_LIKE_A_REFERENCE = re.compile(r"\$\{(?:AWS::|[A-Z][A-Za-z0-9]*[a-z])[A-Za-z0-9:.]*\}")


def literal(text: str) -> str | AWSHelperFn:
    """A text of the user's, which nobody must read a reference into: CloudFormation does not, but a linter might."""
    return Sub("${Text}", Text=text) if _LIKE_A_REFERENCE.search(text) else text


def log_group(logical_id: str, name: str, retention: int, kms_key: str, tags: dict[str, str]) -> logs.LogGroup:
    """A log group that goes with its stack; `retention` in days, `kms_key` an ARN or "" for AWS's own key."""
    group = logs.LogGroup(
        logical_id,
        LogGroupName=name,
        RetentionInDays=retention,
        Tags=tagged(tags),
        DeletionPolicy="Delete",
        UpdateReplacePolicy="Delete",
    )
    if kms_key:
        group.KmsKeyId = kms_key
    return group


def tagged(tags: dict[str, str], name: str = "") -> Tags:
    """A resource's tags, in the order of their keys; `name` is what the console shows for it."""
    given = {**tags, "Name": name} if name else tags
    made = Tags()
    made.tags = [{"Key": key, "Value": given[key]} for key in sorted(given)]  # what Tags(given) does, in less time
    return made
