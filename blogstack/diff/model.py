"""What a comparison finds: stacks, their resources, and the properties that differ."""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum
from typing import Any

from blogstack.cost.change import Change, Unknown
from blogstack.diff.effects import Effect
from blogstack.diff.values import Path
from blogstack.records import Record


class Cause(Record):
    """A line of the user's file.

    Attributes:
        file: Name of the file; `REVISION:NAME` for an earlier version.
        line: Line, counted from 1.
        key: The key in that line, such as `service.cpu`.
    """

    file: str
    line: int
    key: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line} {self.key}"


class PropertyChange(Record, kw_only=True):
    """A property, or another part of a template, that differs.

    Attributes:
        path: Path from the resource's properties inwards, or from the template inwards.
        old: Old value; MISSING for none.
        new: New value; MISSING for none.
        effect: What the change does to the resource.
        reason: Why, in a few words; "" if the effect says it.
        follows: The resource whose replacement changes the value although the template is the same; None for a change
            in the template.
        cause: The line that causes it; None if no line does, for example because the key is gone.
    """

    path: Path
    old: Any
    new: Any
    effect: Effect
    reason: str = ""
    follows: str | None = None
    cause: Cause | None = None


class ResourceChange(Record, kw_only=True):
    """A resource that is created, changed, replaced or deleted.

    Attributes:
        effect: The worst effect of its properties.
        renamed_from: Logical ID that it had before; None if it has not changed.
        data: What becomes of the data that it holds; None if no data is in danger.
        refused: Why CloudFormation refuses the change; None if it does not.
        cause: The line that creates or deletes the resource; None if it only changes.
    """

    logical_id: str
    type: str
    effect: Effect
    changes: tuple[PropertyChange, ...] = ()
    renamed_from: str | None = None
    data: str | None = None
    refused: str | None = None
    cause: Cause | None = None


class Refusal(Record, kw_only=True):
    """An export in use that is removed or changed, which CloudFormation refuses.

    Attributes:
        export: Name of the export.
        removed: Whether it is removed; otherwise it changes.
        importers: What imports it, such as `blog-api-service: Service`.
        steps: The stacks to deploy, or to delete if they left the file, before this one, in order; empty if none helps.
        remedy: What to do.
    """

    export: str
    removed: bool
    importers: tuple[str, ...]
    steps: tuple[str, ...]
    remedy: str


class StackState(Enum):
    """What becomes of a stack."""

    NEW = "new"
    CHANGED = "changed"
    LEFT = "no longer in the file"


class StackChange(Record, kw_only=True):
    """A stack that is new, changed, or no longer in the file; such a stack stays until somebody deletes it.

    Attributes:
        others: Changes outside of resources: outputs, parameters, the description.
    """

    stack: str
    state: StackState
    resources: tuple[ResourceChange, ...]
    others: tuple[PropertyChange, ...] = ()
    refusals: tuple[Refusal, ...] = ()


class Comparison(Record, kw_only=True):
    """All differences, in the order of deployment; the stacks that are no longer in the file come last.

    Attributes:
        cost: How they change the monthly cost; None if they do not.
    """

    stacks: tuple[StackChange, ...]
    cost: Change | Unknown | None = None

    def resources(self) -> Iterator[ResourceChange]:
        """The resources of every stack."""
        for stack in self.stacks:
            yield from stack.resources

    @property
    def replaces(self) -> bool:
        """Whether something that runs is, or may be, replaced or deleted, or a change is refused.

        A new revision of a task definition does not count.
        """
        bad = (Effect.MAY_REPLACE, Effect.REPLACED, Effect.DELETED)
        refused = any(stack.refusals for stack in self.stacks)
        return refused or any(resource.effect in bad or resource.refused for resource in self.resources())

    @property
    def endangers_data(self) -> bool:
        """Whether something that holds data is, or may be, replaced or deleted."""
        return any(resource.data is not None for resource in self.resources())
