"""A comparison as text for people."""

from __future__ import annotations

from collections.abc import Iterator

from blogstack.diff.effects import Effect
from blogstack.diff.model import Cause, Comparison, PropertyChange, ResourceChange, StackChange, StackState
from blogstack.diff.reports.words import change_in_words, counts_in_words, in_words, reason_in_words, summary
from blogstack.words import listed

_WIDTH = max(len(effect.value) for effect in Effect) + 2


def as_text(comparison: Comparison) -> str:
    """The stacks that change, their resources and properties, and a last line with the counts."""
    blocks = ["".join(f"{line}\n" for line in _stack(stack)) for stack in comparison.stacks]
    cost = f"{comparison.cost.in_words()}\n" if comparison.cost else ""
    return "\n".join([*blocks, f"{summary(comparison)}\n{cost}"])


def _stack(stack: StackChange) -> Iterator[str]:
    yield f"{stack.stack}: {'new; ' if stack.state is StackState.NEW else ''}{counts_in_words(stack)}"
    if stack.state is StackState.CHANGED:
        for resource in sorted(stack.resources, key=lambda each: -each.effect.severity):
            yield from _resource(resource)
        for change in stack.others:
            yield from _lines("in place", [change_in_words(change) + _at(change.cause)])
        for refusal in stack.refusals:
            what = "removed" if refusal.removed else "changed"
            text = f"export {refusal.export} would be {what}, but is imported by {listed(refusal.importers)}"
            yield from _lines("REFUSED", [text, refusal.remedy])
        return
    yield from _whole(stack)


def _whole(stack: StackChange) -> Iterator[str]:
    """A stack that is new or no longer in the file: the names of its resources, and what becomes of its data."""
    verb = "creates" if stack.state is StackState.NEW else "holds"
    yield from _wrapped(f"{verb} {', '.join(each.logical_id for each in stack.resources)}")
    for resource in stack.resources:
        if resource.data:
            yield from _lines("", [f"if deleted, {resource.logical_id}: {resource.data}"])


def _resource(resource: ResourceChange) -> Iterator[str]:
    name = f"{resource.logical_id} ({resource.type})"
    if resource.renamed_from:
        name += f", renamed from {resource.renamed_from}"
    details = [text for change in resource.changes for text in _property(resource, change)]
    details += [f"data: {resource.data}"] if resource.data else []
    details += [f"refused: {resource.refused}"] if resource.refused else []
    yield from _lines(in_words(resource.effect), [name + _at(resource.cause), *(f"  {each}" for each in details)])


def _property(resource: ResourceChange, change: PropertyChange) -> Iterator[str]:
    reason = reason_in_words(resource, change)
    yield change_in_words(change) + (f" ({reason})" if reason else "") + _at(change.cause)


def _at(cause: Cause | None) -> str:
    return f"  <- {cause}" if cause else ""


def _lines(label: str, texts: list[str]) -> Iterator[str]:
    for number, text in enumerate(texts):
        yield f"  {label if number == 0 else '':<{_WIDTH}}{text}"


def _wrapped(text: str) -> Iterator[str]:
    import textwrap

    yield from textwrap.wrap(text, 110, initial_indent="  ", subsequent_indent="    ")
