"""Runs steps in the order of their needs, in parallel where that is possible."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait

from blogstack.deploy.execution.events import EventHandler, Outcome, StepEnded
from blogstack.deploy.steps import Step

_SIDE_BY_SIDE = 8


def run_steps(
    steps: Sequence[Step], execute: Callable[[Step], Outcome], emit: EventHandler, detach: Callable[[], None]
) -> dict[str, BaseException]:
    """Run each step when the steps that it needs are done.

    After a failure no other step begins, and the running steps are awaited: they continue in AWS in any case.

    Args:
        steps: The steps; needs that are not among them count as done.
        execute: Runs a step; an exception means that it failed.
        emit: Gets an event at the end of each step.
        detach: Makes the running steps stop waiting, after Ctrl-C.

    Returns:
        The failures, by the ID of the step.

    Raises:
        KeyboardInterrupt: after Ctrl-C, once no step is running any more.
    """
    known = {step.id for step in steps}
    rest, done = list(steps), set[str]()
    failures: dict[str, BaseException] = {}
    running: dict[Future[Outcome], tuple[Step, float]] = {}
    with ThreadPoolExecutor(_SIDE_BY_SIDE) as threads:
        try:
            while running or (rest and not failures):
                if not failures:
                    ready = [step for step in rest if done.issuperset(known.intersection(step.needs))]
                    rest = [step for step in rest if step not in ready]
                    running |= {threads.submit(execute, step): (step, time.monotonic()) for step in ready}
                for future in wait(running, return_when=FIRST_COMPLETED).done:
                    step, began = running.pop(future)
                    error = future.exception()
                    if error is None:
                        done.add(step.id)
                    else:
                        failures[step.id] = error
                    outcome = Outcome.FAILED if error else future.result()
                    emit(StepEnded(step.id, outcome, time.monotonic() - began))
        except KeyboardInterrupt:
            detach()
            raise
    return failures
