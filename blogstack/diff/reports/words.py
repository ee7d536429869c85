"""Values, paths and counts of a comparison in words, shared by text and Markdown."""

from __future__ import annotations

from collections import Counter

from blogstack.diff.effects import Effect
from blogstack.diff.model import Comparison, PropertyChange, ResourceChange, StackChange, StackState
from blogstack.diff.values import MISSING, Path
from blogstack.reports.text import printable
from blogstack.templates.render import flow
from blogstack.words import plural, shorten

_MAX_ITEMS = 3
"""Up to so many changed items of a list are named; beyond that, both lists are shown."""

SEVERE_EFFECTS = (Effect.MAY_REPLACE, Effect.REPLACED, Effect.DELETED)
"""Effects that are written in capitals."""


def in_words(effect: Effect) -> str:
    """An effect, in capitals if it needs attention."""
    return effect.value.upper() if effect in SEVERE_EFFECTS else effect.value


def path_in_words(path: Path) -> str:
    """A path such as `ContainerDefinitions[blog].Cpu`."""
    return printable(".".join(path).replace(".[", "["))


def value_in_words(value: object) -> str:
    """A value on one line, as in a template; a long one is cut."""
    return "(none)" if value is MISSING else printable(shorten(flow(value)))


def change_in_words(change: PropertyChange) -> str:
    """A property with its old and new value, or what it follows."""
    path = path_in_words(change.path)
    if change.follows is not None:
        return f"{path}: follows {change.follows}"
    if items := _items_in_words(change.old, change.new):
        return f"{path}: {items}"
    return f"{path}: {value_in_words(change.old)} -> {value_in_words(change.new)}"


def _items_in_words(old: object, new: object) -> str:
    """The items that only one of two lists has; "" for anything else, or if only the order differs."""
    if not (isinstance(old, list) and isinstance(new, list) and old and new):
        return ""
    lost, added = [each for each in old if each not in new], [each for each in new if each not in old]
    if len(lost) + len(added) > _MAX_ITEMS or lost == old:
        return ""
    return ", ".join(
        [*(f"without {value_in_words(each)}" for each in lost), *(f"with {value_in_words(each)}" for each in added)]
    )


def reason_in_words(resource: ResourceChange, change: PropertyChange) -> str:
    """Why a property has its effect, and the effect if it is not the resource's; "" if both are clear."""
    effect = change.effect.value if change.effect is not resource.effect and change.reason else ""
    return ": ".join(filter(None, (effect, change.reason)))


def counts_in_words(stack: StackChange) -> str:
    """What happens in a stack, the worst first, as in `1 REPLACED (holds data), 2 in place`."""
    if stack.state is StackState.LEFT:
        data = any(resource.data for resource in stack.resources)
        return f"no longer in the file; it stays until you delete it{' (holds data)' if data else ''}"
    counts = Counter(resource.effect for resource in stack.resources)
    parts = []
    for effect in sorted(counts, key=lambda each: -each.severity):
        data = any(each.data for each in stack.resources if each.effect is effect)
        parts.append(f"{counts[effect]} {in_words(effect)}{' (holds data)' if data else ''}")
    if not parts:
        parts.append(plural(len(stack.others), "changes") + " outside of resources")
    if refused := len(stack.refusals) + sum(each.refused is not None for each in stack.resources):
        parts.append(f"{refused} REFUSED")
    return ", ".join(parts)


def one_line(comparison: Comparison) -> str:
    """The stacks that need attention; if there are none, the counts of all stacks."""
    loud = [
        f"{stack.stack}: {counts_in_words(stack)}"
        for stack in comparison.stacks
        if stack.refusals or any(each.effect in SEVERE_EFFECTS or each.refused for each in stack.resources)
    ]
    return "; ".join(loud) or summary(comparison)


def refused_exports(comparison: Comparison) -> list[str]:
    """What to do about exports in use that CloudFormation does not remove or change, each remedy once."""
    return list(dict.fromkeys(refusal.remedy for stack in comparison.stacks for refusal in stack.refusals))


def summary(comparison: Comparison) -> str:
    """The comparison on one line."""
    if not comparison.stacks:
        return "no changes"
    counts = Counter(each.effect for each in comparison.resources())
    parts = [f"{counts[effect]} {in_words(effect)}" for effect in sorted(counts, key=lambda each: -each.severity)]
    refused = sum(len(stack.refusals) for stack in comparison.stacks)
    refused += sum(each.refused is not None for each in comparison.resources())
    parts += [f"{refused} REFUSED"] if refused else []
    data = "; some of it holds data" if comparison.endangers_data else ""
    return f"{plural(len(comparison.stacks), 'stacks')}: {', '.join(parts) or 'only outputs and descriptions'}{data}"
