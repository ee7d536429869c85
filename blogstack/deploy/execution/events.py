"""What happens while a plan runs, as records for the code that shows it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import StrEnum
from types import MappingProxyType

from blogstack.records import Record


class Outcome(StrEnum):
    """How a step ended."""

    DONE = "done"
    UNCHANGED = "unchanged"
    FAILED = "failed"


class StepStarted(Record):
    """A step begins.

    Attributes:
        step: ID of the step, as in every event.
    """

    step: str


class StepEnded(Record):
    """A step is over.

    Attributes:
        seconds: How long it took.
    """

    step: str
    outcome: Outcome
    seconds: float


class ResourceEvent(Record, kw_only=True):
    """What CloudFormation reports about a resource.

    Attributes:
        status: Such as CREATE_COMPLETE.
        reason: Why; "" without a reason.
    """

    step: str
    logical_id: str
    type: str
    status: str
    reason: str


class Rollout(Record, kw_only=True):
    """The state of an ECS service's deployment.

    Attributes:
        failed: Tasks of the new version that did not start or stopped again.
        state: ECS's state, such as IN_PROGRESS.
        stage: Stage of a deployment that shifts requests, such as PRODUCTION_TRAFFIC_SHIFT; "" for a rolling one.
        share: Percent of the requests that the new version gets; None for a rolling deployment.
        alarms: The state, such as OK, of each alarm that rolls the deployment back, by its name.
    """

    step: str
    service: str
    desired: int
    running: int
    pending: int
    failed: int
    state: str
    stage: str = ""
    share: float | None = None
    alarms: Mapping[str, str] = MappingProxyType({})


class Note(Record):
    """Something to know, in one sentence."""

    step: str
    text: str


Event = StepStarted | StepEnded | ResourceEvent | Rollout | Note
EventHandler = Callable[[Event], None]
