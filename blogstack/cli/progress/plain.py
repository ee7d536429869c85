"""A line for each event, for logs and whenever the output is not a terminal."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator, Mapping, Sequence

from blogstack.deploy.execution.events import Event, Note, Outcome, ResourceEvent, Rollout, StepEnded, StepStarted
from blogstack.deploy.execution.failure import Explanation
from blogstack.deploy.execution.preview import PlannedChange, StackPreview
from blogstack.deploy.steps import Plan
from blogstack.diagnostics import Diagnostic
from blogstack.diff.effects import Effect
from blogstack.pipeline import Compilation
from blogstack.reports.text import Paint, as_text, plain, printable
from blogstack.words import plural


class PlainProgress:
    """Lines on standard output; what is wrong goes to standard error.

    Args:
        paint: Gives the diagnostics colours, or not.
    """

    def __init__(self, paint: Paint = plain) -> None:
        self._paint = paint
        self._lock = threading.Lock()

    def show_message(self, text: str) -> None:
        """A sentence for people."""
        self._print(text)

    def preview(self, stacks: Sequence[StackPreview]) -> None:
        """What the deployment will do."""
        for line in preview_lines(stacks):
            self._print(line)

    def show_event(self, event: Event) -> None:
        """What happens."""
        self._print(event_line(event))

    def failure(self, path: str, content: bytes, explanation: Explanation) -> None:
        """Why a step failed, below what AWS says about it."""
        for line in explanation.evidence:
            print(f"  | {printable(line)}", file=sys.stderr)
        self.problems(path, content, [explanation.diagnostic])

    def problems(self, path: str, content: bytes, problems: Sequence[Diagnostic]) -> None:
        """What would fail later."""
        print(as_text([Compilation(path, content, tuple(problems))], self._paint), file=sys.stderr, flush=True)

    def start(self, plan: Plan) -> None:
        """Nothing to prepare."""

    def stop(self) -> None:
        """Nothing to clean up."""

    def _print(self, text: str) -> None:
        with self._lock:
            print(printable(text), flush=True)


def event_line(event: Event) -> str:
    """An event in one line, the step first."""
    match event:
        case StepStarted():
            return f"{event.step}: started"
        case StepEnded(outcome=Outcome.UNCHANGED):
            return f"{event.step}: nothing to change"
        case StepEnded():
            return f"{event.step}: {event.outcome}, {elapsed(event.seconds)}"
        case ResourceEvent():
            reason = f": {event.reason}" if event.reason else ""
            return f"{event.step}: {event.status} {event.logical_id} ({event.type}){reason}"
        case Rollout():
            return f"{event.step}: {rollout_words(event)}"
        case Note():
            return f"{event.step}: {event.text}"


def rollout_words(rollout: Rollout) -> str:
    """The state of a rollout, in a few words."""
    counts = (
        f"{rollout.running} of {rollout.desired} tasks running, {rollout.pending} starting, {rollout.failed} failed"
    )
    share = "" if rollout.share is None else f", {rollout.share:g} % of the requests"
    stage = f", {rollout.stage}" if rollout.stage else ""
    return f"{rollout.service}: {counts}{share}{stage}{_alarm_words(rollout.alarms)}"


def _alarm_words(alarms: Mapping[str, str]) -> str:
    """Which alarms are firing; if none is, how many there are."""
    if firing := [name for name, state in alarms.items() if state == "ALARM"]:
        return f", ALARM {' and '.join(firing)}"
    return f", {plural(len(alarms), 'alarms')} quiet" if alarms else ""


def elapsed(seconds: float) -> str:
    """A duration in minutes and seconds."""
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"


_SHOWN = 4
"""How many of the resources that change in place are named."""


def preview_lines(stacks: Sequence[StackPreview]) -> Iterator[str]:
    """What the deployment will do, line by line: resources that are replaced or deleted are named, others counted."""
    for stack in stacks:
        if stack.will is PlannedChange.NOTHING:
            yield f"{stack.stack}: nothing to change"
            continue
        if stack.will is PlannedChange.WAIT:
            yield f"{stack.stack}: an update is in progress; the deployment waits for it to end"
            continue
        counts = [
            f"{count} {word}"
            for effect, word in _WORDS.items()
            if (count := sum(resource.effect is effect for resource in stack.resources))
        ]
        what = ", ".join(counts) or "changes outside of resources"
        source = "" if stack.by_aws else " (from the template: it imports what another stack will export)"
        yield f"{stack.stack}: {stack.will}: {what}{source}"
        for resource in stack.resources:
            if resource.effect not in (Effect.CREATED, Effect.IN_PLACE, Effect.REVISED):
                yield f"  {_WORDS[resource.effect].upper()} {resource.logical_id} ({resource.type})"
                if resource.data:
                    yield f"    data: {resource.data}"
        named = [each.logical_id for each in stack.resources if each.effect is Effect.IN_PLACE]
        if named:
            more = f" and {plural(len(named) - _SHOWN, 'other')}" if len(named) > _SHOWN else ""
            yield f"  in place: {', '.join(named[:_SHOWN])}{more}"


_WORDS = {
    Effect.CREATED: "created",
    Effect.IN_PLACE: "changed in place",
    Effect.REVISED: "with a new revision",
    Effect.MAY_REPLACE: "may be replaced",
    Effect.REPLACED: "replaced",
    Effect.DELETED: "deleted",
}
