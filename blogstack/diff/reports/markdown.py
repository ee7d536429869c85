"""A comparison as Markdown, for a comment on a pull request."""

from __future__ import annotations

from collections.abc import Iterator

from blogstack.diff.model import Cause, Comparison, PropertyChange, ResourceChange, StackChange, StackState
from blogstack.diff.reports.words import (
    counts_in_words,
    in_words,
    path_in_words,
    reason_in_words,
    summary,
    value_in_words,
)
from blogstack.words import listed

_MAX_LINES = 60
"""Lines of a stack's table; more would hide the rest of the comment."""


def as_markdown(comparison: Comparison) -> str:
    """A line with the counts, the warnings, and a folded table for each stack."""
    blocks = [f"**blogstack diff**: {_escaped(summary(comparison))}"]
    if comparison.cost:
        blocks.append(comparison.cost.in_words())
    if warnings := [f"- {text}" for stack in comparison.stacks for text in _warnings(stack)]:
        blocks.append("\n".join(warnings))
    for stack in comparison.stacks:
        # HTML, in which Markdown is not rendered.
        head = f"<details><summary><code>{stack.stack}</code>: {counts_in_words(stack)}</summary>"
        blocks += [head, "\n".join(_table(stack)), "</details>"]
    return "\n\n".join(blocks) + "\n"


def _warnings(stack: StackChange) -> Iterator[str]:
    for resource in stack.resources:
        what = f"{_code(resource.logical_id)} in {_code(stack.stack)}"
        if resource.refused:
            yield f"**refused**: {what}: {_escaped(resource.refused)}"
        if resource.data:
            left = stack.state is StackState.LEFT
            action = "if its stack is deleted" if left else f"**{in_words(resource.effect)}**"
            yield f"data: {what} {action}: {_escaped(resource.data)}"
    for refusal in stack.refusals:
        verb = "removal" if refusal.removed else "change"
        users = _escaped(listed(refusal.importers))
        yield (
            f"**CloudFormation refuses** the {verb} of the export {_code(refusal.export)}, imported by {users}: "
            f"{_escaped(refusal.remedy)}"
        )


def _table(stack: StackChange) -> Iterator[str]:
    yield "| effect | resource | property | old | new | because of |"
    yield "|---|---|---|---|---|---|"
    rows = [row for resource in stack.resources for row in _rows(resource)]
    rows += [_row("in place", "", change, "") for change in stack.others]
    yield from rows[:_MAX_LINES]
    if len(rows) > _MAX_LINES:
        yield f"| | {len(rows) - _MAX_LINES} more lines | | | | |"


def _rows(resource: ResourceChange) -> Iterator[str]:
    name = _code(resource.logical_id)
    if resource.renamed_from:
        name += f" (was {_code(resource.renamed_from)})"
    effect = in_words(resource.effect)
    effect = f"**{effect}**" if effect.isupper() else effect
    if not resource.changes:
        yield f"| {effect} | {name} | | | | {_cause(resource.cause)} |"
    for number, change in enumerate(resource.changes):
        yield _row(
            effect if number == 0 else "", name if number == 0 else "", change, reason_in_words(resource, change)
        )


def _row(effect: str, name: str, change: PropertyChange, reason: str) -> str:
    path = _code(path_in_words(change.path))
    if change.follows is not None:
        return f"| {effect} | {name} | {path} | | follows {_code(change.follows)} | |"
    values = f"{_code(value_in_words(change.old))} | {_code(value_in_words(change.new))}"
    because = " ".join(filter(None, (_cause(change.cause), f"({_escaped(reason)})" if reason else "")))
    return f"| {effect} | {name} | {path} | {values} | {because} |"


def _cause(cause: Cause | None) -> str:
    return _code(str(cause)) if cause else ""


def _code(text: str) -> str:
    """A text as code in a table: a pipe would end the cell, a backtick the code."""
    text = text.replace("|", "\\|").replace("`", "'")
    return f"`{text}`"


def _escaped(text: str) -> str:
    return "".join(f"\\{character}" if character in "\\`*_<>|[]" else character for character in text)
