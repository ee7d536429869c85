"""Sets of templates that can be compared."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from blogstack.pipeline import Compilation, region_of
from blogstack.source.template import Tree, UnreadableTemplate, read_template
from blogstack.templates.render import written_for

Snapshot = Mapping[str, Tree]
"""Templates by the name of their stack, in the order of deployment."""


def read_snapshot(texts: Mapping[str, str]) -> Snapshot:
    """Templates from their texts, by the name of their stack.

    Raises:
        UnreadableTemplate: when one of the texts is not a template; the message names its stack.
    """
    trees = {}
    for stack, text in texts.items():
        try:
            trees[stack] = read_template(text)
        except UnreadableTemplate as error:
            raise UnreadableTemplate(f"the template of {stack} {error}") from None
    return trees


def snapshot_of(compilation: Compilation) -> Snapshot:
    """The templates of a file without errors."""
    return read_snapshot({template.stack_name: template.text for template in compilation.templates})


def of_environments(texts: Mapping[str, str], new: Compilation, environments: Collection[str]) -> Mapping[str, str]:
    """The older templates that a compilation of some environments (empty: all) replaces."""
    stacks = {template.stack_name for template in new.templates}
    return {
        stack: text
        for stack, text in texts.items()
        if not environments
        or stack in stacks
        or ((owner := written_for(text)) is not None and owner.environment in environments)
    }


def regions_of(compilation: Compilation) -> Mapping[str, str]:
    """The region of each stack."""
    return {template.stack_name: region_of(compilation, template) for template in compilation.templates}
