"""Shows a deployment: as lines, as JSON lines, or as a live tree on a terminal."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from blogstack.deploy.execution.events import Event
from blogstack.deploy.execution.failure import Explanation
from blogstack.deploy.execution.preview import StackPreview
from blogstack.deploy.steps import Plan
from blogstack.diagnostics import Diagnostic


class Progress(Protocol):
    """What the command says, in one of the formats."""

    def show_message(self, text: str) -> None:
        """A sentence for people."""

    def preview(self, stacks: Sequence[StackPreview]) -> None:
        """What the deployment will do."""

    def show_event(self, event: Event) -> None:
        """What happens; called by several threads."""

    def failure(self, path: str, content: bytes, explanation: Explanation) -> None:
        """Why a step failed."""

    def problems(self, path: str, content: bytes, problems: Sequence[Diagnostic]) -> None:
        """What would fail later."""

    def start(self, plan: Plan) -> None:
        """The steps of a plan begin to run."""

    def stop(self) -> None:
        """No step is running any more."""
