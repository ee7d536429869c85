"""A live tree on a terminal: the steps, what changes in each now, how long it takes, and the rollout of the tasks."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from enum import StrEnum

from rich.console import Console, Group
from rich.live import Live
from rich.text import Text

from blogstack.cli.progress.plain import PlainProgress, elapsed, event_line, rollout_words
from blogstack.deploy.execution.events import Event, Note, Outcome, ResourceEvent, Rollout, StepEnded, StepStarted
from blogstack.deploy.execution.failure import Explanation
from blogstack.deploy.execution.preview import StackPreview
from blogstack.deploy.steps import Plan
from blogstack.diagnostics import Diagnostic
from blogstack.reports.text import Paint, printable

_ROWS = 4
"""How many changing resources are shown below a step; the newest."""


class _State(StrEnum):
    WAITING = "·"
    RUNNING = "▸"
    DONE = "✓"
    UNCHANGED = "="
    FAILED = "✗"


_STYLES = {
    _State.WAITING: "dim",
    _State.RUNNING: "bold",
    _State.DONE: "green",
    _State.UNCHANGED: "dim",
    _State.FAILED: "bold red",
}
_OUTCOMES = {Outcome.DONE: _State.DONE, Outcome.UNCHANGED: _State.UNCHANGED, Outcome.FAILED: _State.FAILED}


class _Row:
    """A step of the plan as it is shown."""

    def __init__(self, title: str) -> None:
        self.title = title
        self.state = _State.WAITING
        self.began = 0.0
        self.seconds = 0.0
        self.changing: dict[str, tuple[str, float]] = {}
        self.finished: set[str] = set()
        self.rollout: Rollout | None = None


class LiveProgress:
    """The tree, and below it the sentences of PlainProgress; every failed event and note stays above the tree.

    Args:
        paint: Gives the diagnostics colours, or not.
    """

    def __init__(self, paint: Paint) -> None:
        self._plain = PlainProgress(paint)
        self._console = Console(highlight=False)
        self._lock = threading.Lock()
        self._rows: dict[str, _Row] = {}
        self._live: Live | None = None

    def show_message(self, text: str) -> None:
        """A sentence for people."""
        self._plain.show_message(text)

    def preview(self, stacks: Sequence[StackPreview]) -> None:
        """What the deployment will do."""
        self._plain.preview(stacks)

    def problems(self, path: str, content: bytes, problems: Sequence[Diagnostic]) -> None:
        """What would fail later."""
        self._plain.problems(path, content, problems)

    def failure(self, path: str, content: bytes, explanation: Explanation) -> None:
        """Why a step failed, below what AWS says about it."""
        self._plain.failure(path, content, explanation)

    def start(self, plan: Plan) -> None:
        """Show the steps of a plan."""
        self._rows = {step.id: _Row(step.id) for step in plan.steps}
        self._live = Live(get_renderable=self._tree, console=self._console, refresh_per_second=4, transient=False)
        self._live.start()

    def stop(self) -> None:
        """Leave the tree as it is."""
        if self._live is not None:
            self._live.stop()
            self._live = None

    def show_event(self, event: Event) -> None:
        """Update the tree; what should stay readable is printed above it."""
        with self._lock:
            self._change(self._rows[event.step] if event.step in self._rows else _Row(event.step), event)
        is_failure = isinstance(event, ResourceEvent) and event.status.endswith("_FAILED")
        if isinstance(event, Note) or is_failure:
            self._console.print(Text(printable(event_line(event)), style="red" if is_failure else ""))

    def _change(self, row: _Row, event: Event) -> None:
        match event:
            case StepStarted():
                row.state, row.began = _State.RUNNING, time.monotonic()
            case StepEnded():
                row.state, row.seconds = _OUTCOMES[event.outcome], event.seconds
                row.changing.clear()
            case ResourceEvent() if event.status.endswith("_IN_PROGRESS"):
                before = row.changing.pop(event.logical_id, None)
                row.changing[event.logical_id] = (event.status, before[1] if before else time.monotonic())
            case ResourceEvent():
                row.changing.pop(event.logical_id, None)
                row.finished |= {event.logical_id} - {event.step}
            case Rollout():
                row.rollout = event
            case Note():
                pass

    def _tree(self) -> Group:
        """The lines of the tree now."""
        now = time.monotonic()
        with self._lock:
            return Group(*(line for row in self._rows.values() for line in _lines(row, now)))


def _lines(row: _Row, now: float) -> list[Text]:
    style = _STYLES[row.state]
    line = Text(f"{row.state} {row.title}", style=style, no_wrap=True, overflow="ellipsis")
    if row.state is _State.RUNNING:
        line.append(f"  {elapsed(now - row.began)}", style="cyan")
    elif row.seconds >= 1:
        line.append(f"  {elapsed(row.seconds)}", style="dim")
    if row.finished:
        line.append(f"  {len(row.finished)} finished", style="dim")
    lines = [line]
    if row.state is not _State.RUNNING:
        return lines
    shown = [(name, *what) for name, what in row.changing.items() if name != row.title][-_ROWS:]
    for name, status, since in shown:
        lines.append(
            Text(f"    {status} {name}  {elapsed(now - since)}", style="dim", no_wrap=True, overflow="ellipsis")
        )
    if row.rollout is not None:
        lines.append(Text(f"    {rollout_words(row.rollout)}", style="cyan", no_wrap=True, overflow="ellipsis"))
    return lines
