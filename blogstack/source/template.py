"""CloudFormation templates as text to plain data: YAML with the short functions, or JSON, which is YAML."""

from __future__ import annotations

from typing import Any

import yaml

Tree = dict[str, Any]


class UnreadableTemplate(ValueError):
    """Raised when a text is not a CloudFormation template; the message says why."""


class _Loader(yaml.CSafeLoader):
    """PyYAML with CloudFormation's functions, which become their long form."""


def read_template(text: str) -> Tree:
    """A template as plain data, with every function in its long form.

    Raises:
        UnreadableTemplate: when the text is not YAML, or has no resources.
    """
    try:
        tree = load(text)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        raise UnreadableTemplate(f"is not YAML{f', see line {mark.line + 1}' if mark else ''}") from None
    if not isinstance(tree, dict) or not isinstance(tree.get("Resources"), dict):
        raise UnreadableTemplate("is not a CloudFormation template: it has no Resources")
    return tree


def load(text: str) -> Any:  # noqa: ANN401 (any YAML)
    """YAML with CloudFormation's functions as plain data.

    Raises:
        yaml.YAMLError: when the text is not YAML.
    """
    return yaml.load(text, Loader=_Loader)  # noqa: S506 (a safe loader)


def _function(loader: _Loader, suffix: str, node: yaml.Node) -> Tree:
    value: Any
    if isinstance(node, yaml.ScalarNode):
        value = loader.construct_scalar(node)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    else:
        assert isinstance(node, yaml.MappingNode)
        value = loader.construct_mapping(node, deep=True)
    if suffix == "GetAtt" and isinstance(value, str):
        value = value.split(".", 1)
    return {suffix if suffix in ("Ref", "Condition") else f"Fn::{suffix}": value}


_Loader.add_multi_constructor("!", _function)
