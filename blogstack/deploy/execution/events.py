"""What happens while a plan runs, as records for whoever shows it."""

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
    """CloudFormation's word on a resource.

    Attributes:
        status: As in CREATE_COMPLETE.
        reason: Why; "" for none.
    """

    step: str
    logical_id: str
    type: str
    status: str
    reason: str


class Rollout(Record, kw_only=True):
    """Where the deployment of an ECS service stands.

    Attributes:
        failed: Tasks of the new version that did not start or did not stay.
        state: ECS's word, as in IN_PROGRESS.
        stage: Of a deployment that shifts requests, as in PRODUCTION_TRAFFIC_SHIFT; "" for a rolling one.
        share: Percent of the requests that the new version gets; None for a rolling deployment.
        alarms: The state of each alarm that takes the deployment back, as in OK, by its name.
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
Tell = Callable[[Event], None]
