"""What the steps of a plan share while they run: the session, the templates, and how to wait."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TypeVar

from blogstack.aws.change_sets import ChangeSet
from blogstack.aws.retries import retry
from blogstack.aws.session import Session
from blogstack.deploy.execution.events import EventHandler, Note
from blogstack.diagnostics import Code
from blogstack.lint.cfn import Origins
from blogstack.records import Record

T = TypeVar("T")


class Failed(Exception):
    """A step failed.

    Attributes:
        code: Its page explains it.
        message: What failed, in one sentence.
        help: What to do.
        stack: The stack whose events say why; None if `message` says everything.
        change_set: The change set whose events say why, if it was rejected; None for the stack's own events.
        evidence: What AWS or a program says about it, line by line.
    """

    def __init__(
        self,
        code: Code,
        message: str,
        help: str,
        stack: str | None = None,
        change_set: str | None = None,
        evidence: Sequence[str] = (),
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.help = help
        self.stack = stack
        self.evidence = tuple(evidence)
        self.change_set = change_set


class Detached(Exception):
    """The user is no longer waiting; what was started continues in AWS."""


class Unchanged(Record):
    """The stack has nothing to change."""


class StackTemplate(Record):
    """A template to deploy.

    Attributes:
        text: As in its file.
        origins: Where in the user's file its resources come from.
    """

    text: str
    origins: Origins


class EcsTarget(Record):
    """The ECS service of a workload's stack.

    Attributes:
        shifts: Whether its deployments shift requests.
    """

    cluster: str
    service: str
    shifts: bool


class Context:
    """What the steps of the plans of one region share.

    Args:
        session: Session with AWS.
        tag: Tag of the image to deploy.
        templates: The templates, by the name of the stack.
        services: The ECS service of each stack that has one, by the name of the stack.
        folder: Folder of the user's file, where the image is built.
        emit: Gets each event; called by several threads.
        pause: Waits for some seconds; replaced in tests.

    Attributes:
        prepared: The change set of each stack, or Unchanged; it is executed once.
    """

    def __init__(
        self,
        *,
        session: Session,
        tag: str,
        templates: Mapping[str, StackTemplate],
        services: Mapping[str, EcsTarget],
        folder: str,
        emit: EventHandler,
        pause: Callable[[float], None] | None = None,
    ) -> None:
        self.session = session
        self.tag = tag
        self.templates = templates
        self.services = services
        self.folder = folder
        self.emit = emit
        self.prepared: dict[str, ChangeSet | Unchanged] = {}
        self._stopped = threading.Event()
        self._pause = pause

    def detach(self) -> None:
        """End every wait with Detached."""
        self._stopped.set()

    def waits(self, limit: float) -> Iterator[float]:
        """One turn at once, then one after each pause of 0.2 to 5 seconds, until `limit` seconds are over.

        Each yields the seconds waited so far.

        Raises:
            Detached: when the user is no longer waiting.
        """
        seconds, waited = 0.2, 0.0
        while True:
            if self._stopped.is_set():
                raise Detached
            yield waited
            if waited >= limit:
                return
            (self._pause or self._stopped.wait)(seconds)
            waited += seconds
            seconds = min(seconds * 1.5, 5.0)

    def retry(self, step: str, call: Callable[[], T]) -> T:
        """The answer to a call, retried for about ten minutes after throttling and lost connections.

        Raises:
            AwsError: when the retries do not help, or for any other error.
            Detached: when the user is no longer waiting.
        """
        retrying = "no answer from AWS, retrying"
        return retry(call, self.waits(limit=600), lambda error: self.emit(Note(step, f"{retrying}: {error}")))
