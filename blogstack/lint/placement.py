"""The place of the linter's findings in the user's file: from template to key, and from key to line."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from blogstack.diagnostics import Diagnostic, Span
from blogstack.records import Record
from blogstack.rules.rule import StackTree
from blogstack.source.document import Document, KeyPath
from blogstack.templates.overrides import OVERRIDES, places
from blogstack.templates.render import Owner

if TYPE_CHECKING:
    from blogstack.lint.cfn import Finding, Origins


class Linted(Record):
    """A template to lint: the name of its stack, its service and environment, and where its resources come from."""

    stack: str
    owner: Owner
    origins: Origins


def locate_resources(document: Document, stack: StackTree, changed: Mapping[str, Any]) -> Origins:
    """Where in the file each resource of a stack comes from.

    Args:
        document: The file, with the environment merged over it.
        stack: The stack, with the overrides.
        changed: Its overrides, by logical ID.
    """
    origins: dict[KeyPath, Span] = {(name,): document.locate(key) for name, key in stack.origins.items()}
    for path, key in places(changed, stack.tree["Resources"]) if changed else ():
        origins[path] = document.locate((OVERRIDES, *stack.kind.split("."), *key))
    return origins


def place_all(
    templates: Sequence[Linted], findings: Iterable[Sequence[Finding]], environments: Iterable[str]
) -> dict[str, list[Diagnostic]]:
    """The findings on the templates of one file as diagnostics of each environment.

    Args:
        templates: The templates of the file.
        findings: The findings on each of them, in the same order.
        environments: Names of the environments; "" for a file without environments.
    """
    from blogstack.lint.cfn import place  # not every run lints

    placed: dict[str, list[Diagnostic]] = {environment: [] for environment in environments}
    for template, reported in zip(templates, findings, strict=True):
        stack, (service, environment) = template.stack, template.owner
        if len(placed) > 1:  # the merged message names the environments
            stack = stack.replace(f"{service}-{environment}-", f"{service}-", 1)
        diagnostics = list(place(reported, stack, template.origins))
        for name in [environment] if environment else placed:
            placed[name] += diagnostics
    return placed
