"""A comparison as JSON, for programs."""

from __future__ import annotations

import json
from typing import Any

from blogstack.cost.change import Change, Unknown
from blogstack.diff.model import Cause, Comparison, PropertyChange, Refusal, ResourceChange, StackChange
from blogstack.diff.values import MISSING


def as_json(comparison: Comparison) -> str:
    """The comparison as one object. Missing values are left out; null means that there is no answer."""
    content = {
        "replaces": comparison.replaces,
        "endangers_data": comparison.endangers_data,
        "cost": _cost(comparison.cost),
        "stacks": [_stack(stack) for stack in comparison.stacks],
    }
    return json.dumps(content, indent=2, ensure_ascii=False) + "\n"


def _cost(change: Change | Unknown | None) -> dict[str, Any] | None:
    """US dollars a month, before and after; the latter without stacks that left the file, once they are deleted."""
    if change is None:
        return None
    if isinstance(change, Unknown):
        return {"unknown": change.why}
    once = {"once_deleted": change.left} if change.left else {}
    return {"idle": [round(each, 2) for each in change.idle], "most": [round(each, 2) for each in change.most], **once}


def _stack(stack: StackChange) -> dict[str, Any]:
    return {
        "stack": stack.stack,
        "state": stack.state.value,
        "resources": [_resource(resource) for resource in stack.resources],
        "others": [_property(change) for change in stack.others],
        "refusals": [_refusal(refusal) for refusal in stack.refusals],
    }


def _resource(resource: ResourceChange) -> dict[str, Any]:
    return {
        "logical_id": resource.logical_id,
        "type": resource.type,
        "effect": resource.effect.value,
        "renamed_from": resource.renamed_from,
        "data": resource.data,
        "refused": resource.refused,
        "cause": _cause(resource.cause),
        "changes": [_property(change) for change in resource.changes],
    }


def _property(change: PropertyChange) -> dict[str, Any]:
    values = {"old": change.old, "new": change.new} if change.follows is None else {}
    return {
        "path": list(change.path),
        **{name: value for name, value in values.items() if value is not MISSING},
        "effect": change.effect.value,
        "reason": change.reason or None,
        "follows": change.follows,
        "cause": _cause(change.cause),
    }


def _refusal(refusal: Refusal) -> dict[str, Any]:
    return {
        "export": refusal.export,
        "removed": refusal.removed,
        "importers": list(refusal.importers),
        "remedy": refusal.remedy,
    }


def _cause(cause: Cause | None) -> dict[str, Any] | None:
    return {"file": cause.file, "line": cause.line, "key": cause.key} if cause else None
