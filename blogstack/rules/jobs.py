"""Jobs: when they run."""

from __future__ import annotations

from collections.abc import Iterator

from blogstack.config.workloads import EcsJob
from blogstack.diagnostics import Code
from blogstack.facts.schedules import shortest_interval
from blogstack.rules.rule import Finding, Scope, rule
from blogstack.rules.workers import find_missing_command


@rule(
    Code.OVERLAPPING_RUNS,
    Scope[EcsJob],
    reads=("cron", "timeout"),
    source="https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html#cron-based",
)
def overlapping_runs(scope: Scope[EcsJob]) -> Iterator[Finding]:
    """A run ends before the next one starts."""
    cron, timeout = scope.value.task.cron, scope.value.task.timeout
    if cron is None or timeout is None:
        return
    interval = shortest_interval(cron)
    if timeout > interval:
        message = (
            f"a run of {scope.value.name} may take {timeout // 60} minutes, and the next one starts after "
            f"{interval // 60}"
        )
        help = "lower timeout, or ignore this if concurrent runs do no harm"
        yield Finding(scope.at("timeout"), message, help, also=(scope.at("cron"),))


@rule(Code.SAME_COMMAND, Scope[EcsJob], reads=("command", "entrypoint", "image"))
def command_of_job(scope: Scope[EcsJob]) -> Iterator[Finding]:
    """A job has a command: the image's default command is the service's, which does not end."""
    yield from find_missing_command(scope)
