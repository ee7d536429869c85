"""A stack while it is written down, and the few ways to write a value."""

from __future__ import annotations

from troposphere import AWSHelperFn, AWSObject, Export, ImportValue, Output, Parameter, Sub, Tags, Template

from blogstack.blueprint.naming import Imported, Value
from blogstack.document import KeyPath


class Stack:
    """One CloudFormation stack.

    Attributes:
        name: Of the stack and of its file.
        template: troposphere's template.
        origins: For each logical ID the key of the user's file that made the resource.
    """

    def __init__(self, name: str, description: str) -> None:
        self.name = name
        self.template = Template(Description=description)
        self.template.set_version()
        self.origins: dict[str, KeyPath] = {}

    def add(self, resource: AWSObject, *origin: str) -> AWSObject:
        """Add a resource that the key `origin` asked for; returns it."""
        self.origins[resource.title] = origin
        return self.template.add_resource(resource)

    def parameter(self, parameter: Parameter) -> Parameter:
        """Add a parameter; returns it."""
        return self.template.add_parameter(parameter)

    def output(self, logical_id: str, description: str, value: object) -> Output:
        """Show a value to people; returns the output."""
        return self.template.add_output(Output(logical_id, Description=description, Value=value))

    def export(self, logical_id: str, description: str, value: object) -> None:
        """Hand a value on, as `STACK:ID`, to the stacks behind this one."""
        self.output(logical_id, description, value).Export = Export(f"{self.name}:{logical_id}")


def given(value: Value) -> str | AWSHelperFn:
    """A value of the user's as a literal, or another stack's as an import."""
    return ImportValue(value.export) if isinstance(value, Imported) else literal(value)


def literal(text: str) -> str | AWSHelperFn:
    """A text of the user's, which CloudFormation must not read anything into."""
    if text.startswith("arn:aws:"):
        return Sub("arn:${AWS::Partition}:" + text.removeprefix("arn:aws:"))
    return Sub(text.replace("${", "${!")) if "${" in text else text


def tagged(tags: dict[str, str], name: str = "") -> Tags:
    """A resource's tags; `name` is what the console shows for it."""
    return Tags({**tags, "Name": name} if name else tags)
