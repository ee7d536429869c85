"""A JSON object on a line for each event, for programs; docs/deploy.md has the fields."""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping, Sequence

from blogstack.deploy.execution.events import Event, Note, ResourceEvent, Rollout, StepEnded, StepStarted
from blogstack.deploy.execution.failure import Explanation
from blogstack.deploy.execution.preview import StackPreview
from blogstack.deploy.steps import Plan
from blogstack.diagnostics import Diagnostic
from blogstack.records import Record

_KINDS: dict[type[Record], str] = {
    StepStarted: "started",
    StepEnded: "ended",
    ResourceEvent: "resource",
    Rollout: "rollout",
    Note: "note",
}


class JsonProgress:
    """Lines on standard output, and nothing else there."""

    def __init__(self) -> None:
        self._lock = threading.Lock()

    def show_message(self, text: str) -> None:
        """A sentence for people."""
        self._print("message", text=text)

    def preview(self, stacks: Sequence[StackPreview]) -> None:
        """What the deployment will do."""
        for stack in stacks:
            self._print(
                "plan",
                stack=stack.stack,
                will=stack.will,
                by_aws=stack.by_aws,
                resources=[
                    {"logical_id": r.logical_id, "type": r.type, "effect": r.effect.value, "data": r.data}
                    for r in stack.resources
                ],
            )

    def show_event(self, event: Event) -> None:
        """What happens."""
        self._print(_KINDS[type(event)], **{name: _plain(getattr(event, name)) for name in event._names})

    def failure(self, path: str, content: bytes, explanation: Explanation) -> None:  # noqa: ARG002
        """Why a step failed."""
        self._diagnostic(path, explanation.diagnostic, list(explanation.evidence))

    def problems(self, path: str, content: bytes, problems: Sequence[Diagnostic]) -> None:  # noqa: ARG002
        """What would fail later."""
        for problem in problems:
            self._diagnostic(path, problem, [])

    def start(self, plan: Plan) -> None:
        """Nothing to prepare."""

    def stop(self) -> None:
        """Nothing to clean up."""

    def _diagnostic(self, path: str, found: Diagnostic, evidence: list[str]) -> None:
        self._print(
            "diagnostic",
            code=found.code.id,
            severity=found.severity,
            message=found.message,
            path=path,
            line=found.span.line if found.span else None,
            column=found.span.column if found.span else None,
            help=found.help,
            evidence=evidence,
        )

    def _print(self, event: str, **fields: object) -> None:
        with self._lock:
            print(json.dumps({"event": event, **fields}, ensure_ascii=False), flush=True)


def _plain(value: object) -> object:
    """A value that JSON can represent."""
    return dict(value) if isinstance(value, Mapping) else value
