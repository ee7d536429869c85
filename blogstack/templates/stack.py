"""A stack under construction, and the few ways to write a value."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from troposphere import AWSHelperFn, AWSObject, BaseAWSObject, ImportValue, Parameter, Sub, Tags, logs

from blogstack.blueprint.names import Export, Imported, Value, export_name
from blogstack.source.document import KeyPath


class Stack:
    """One CloudFormation stack.

    Attributes:
        kind: Which of an application's stacks it is, as in `overrides`: registry, network, ... or a workload's name.
        name: Of the stack and of its file.
        description: One line about what it contains.
        origins: For each logical ID the key of the user's file that the resource comes from.
    """

    def __init__(self, kind: str, name: str, description: str) -> None:
        self.kind = kind
        self.name = name
        self.description = description
        self.origins: dict[str, KeyPath] = {}
        self._parts: dict[str, dict[str, Any]] = {"Parameters": {}, "Resources": {}, "Outputs": {}}

    def add(self, resource: AWSObject, *origin: str | int) -> AWSObject:
        """Add a resource that comes from the key `origin`; returns it. Nothing changes it afterwards."""
        self.origins[resource.title] = origin
        return self._add("Resources", resource)

    def parameter(self, parameter: Parameter) -> Parameter:
        """Add a parameter; returns it."""
        return self._add("Parameters", parameter)

    def output(self, logical_id: str, description: str, value: object) -> dict[str, object]:
        """Add an output, for people and commands; returns it."""
        # As plain data: troposphere has nothing to check here, and its objects are slow.
        outputs = self._parts["Outputs"]
        assert logical_id not in outputs, logical_id
        outputs[logical_id] = output = {"Description": description, "Value": value}
        return output

    def export(self, logical_id: str, description: str, value: object) -> None:
        """Export a value, as `STACK:ID`, for the stacks after this one."""
        self.output(logical_id, description, value)["Export"] = {"Name": export_name(self.name, logical_id)}

    def tree(self) -> dict[str, Any]:
        """The template as plain data, after troposphere's validation."""
        parts = {part: _plain(bodies) for part, bodies in self._parts.items() if bodies}
        return {"AWSTemplateFormatVersion": "2010-09-09", "Description": self.description, **parts}

    def _add(self, part: str, body: Any) -> Any:  # noqa: ANN401 (troposphere has no types)
        assert body.title not in self._parts[part], body.title
        self._parts[part][body.title] = body
        return body


KEPT = {"DeletionPolicy": "RetainExceptOnCreate", "UpdateReplacePolicy": "Retain"}
"""The policies of a resource that is kept when its stack is deleted, but not when its creation fails: it is empty."""

_SCALARS = frozenset([str, int, bool])


def _plain(value: Any) -> Any:  # noqa: ANN401 (troposphere has no types)
    """Lists, mappings and troposphere's objects as plain data, after validation.

    Not with their to_dict(), which encodes everything again on each level above.
    """
    kind = type(value)
    if kind is dict:
        return {key: item if type(item) in _SCALARS else _plain(item) for key, item in value.items()}
    if kind is list:
        return [item if type(item) in _SCALARS else _plain(item) for item in value]
    if isinstance(value, BaseAWSObject):
        value._validate_props()
        value.validate()
        return _plain(value.resource)
    if isinstance(value, Tags):
        return value.tags
    assert isinstance(value, AWSHelperFn), value
    return _plain(value.data)


def to_template(value: Value | Export) -> str | AWSHelperFn:
    """A string from the user's file as a literal, a value of another stack as an import."""
    return literal(value) if isinstance(value, str) else import_value(value)


def import_value(value: Imported | Export) -> ImportValue:
    """What another stack exports."""
    return ImportValue(value.export)


# EC2 gives a security group without any egress rule one that allows everything; this rule prevents that:
# https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateSecurityGroup.html
def no_egress() -> list[AWSHelperFn]:
    """Egress rules of a group that opens no connections, or has its rules as separate resources."""
    description = "Replaces the default rule, which allows all egress"
    return [plain(IpProtocol="-1", CidrIp="127.0.0.1/32", Description=description)]


_LIKE_A_REFERENCE = re.compile(r"\$\{(?:AWS::|[A-Z][A-Za-z0-9]*[a-z])[A-Za-z0-9:.]*\}")


def literal(text: str) -> str | AWSHelperFn:
    """A string from the user's file. `${Name}` in it goes through Fn::Sub: cfn-lint would read it as a reference."""
    return Sub("${Text}", Text=text) if _LIKE_A_REFERENCE.search(text) else text


def make_log_group(
    logical_id: str, name: str, *, retention: int, kms_key: str | None, tags: Mapping[str, str]
) -> logs.LogGroup:
    """A log group that is deleted with its stack; `retention` in days, `kms_key` an ARN or None for AWS's own key."""
    group = logs.LogGroup(
        logical_id,
        LogGroupName=name,
        RetentionInDays=retention,
        Tags=make_tags(tags),
        DeletionPolicy="Delete",
        UpdateReplacePolicy="Delete",
    )
    if kms_key:
        group.KmsKeyId = kms_key
    return group


def make_tags(tags: Mapping[str, str], name: str | None = None) -> Tags:
    """A resource's tags, sorted by key; `name`: the name that the console shows."""
    all_tags = {**tags, "Name": name} if name else tags
    made = Tags()
    # What Tags(all_tags) does, without its checks: tags are a tenth of a template.
    made.tags = [{"Key": key, "Value": all_tags[key]} for key in sorted(all_tags)]
    return made


def plain(**properties: object) -> AWSHelperFn:
    """A property of two or three keys as plain data, such as a variable's name and value, or a security group's rule.

    Instead of troposphere's classes: a template has about fifty, and each object takes 30 microseconds, which was a
    quarter of a compilation. cfn-lint checks the names of the keys.
    """
    plain = AWSHelperFn()
    plain.data = properties
    return plain


def arn_here(service: str, resource: str) -> str:
    """The ARN of a resource in this account and region, for Fn::Sub."""
    return f"arn:${{AWS::Partition}}:{service}:${{AWS::Region}}:${{AWS::AccountId}}:{resource}"


def attributes(values: Mapping[str, object]) -> list[AWSHelperFn]:
    """Key and value pairs as Elastic Load Balancing expects them."""
    return [plain(Key=key, Value=value) for key, value in values.items()]


def flag(value: bool) -> str:
    """A boolean as a value of Elastic Load Balancing's attributes."""
    return "true" if value else "false"
