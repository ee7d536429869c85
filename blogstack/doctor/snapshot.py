"""What AWS says about one environment at one moment."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from typing import Concatenate, ParamSpec, TypeVar

from blogstack.aws.alarms import Alarm, firing_alarms
from blogstack.aws.certificates import certificate_status
from blogstack.aws.drift import Drift, Undetected, detect_drift
from blogstack.aws.logs import LogLine, last_lines
from blogstack.aws.services import ServiceState, StoppedTask, read_services, stopped_tasks
from blogstack.aws.session import AwsError, Session, Trouble
from blogstack.aws.stacks import FailedEvent, StackState, failed_events, physical_ids, read_stack
from blogstack.aws.targets import Target, read_targets
from blogstack.blueprint import Blueprint
from blogstack.blueprint import logical_ids as ids
from blogstack.blueprint.workload import EcsService
from blogstack.records import Record

_LINES = 20
_TASKS_WITH_LOGS = 2
_FAILED = ("FAILED", "ROLLBACK_COMPLETE", "ROLLBACK_IN_PROGRESS")

P = ParamSpec("P")
T = TypeVar("T")


class WorkloadState(Record, kw_only=True):
    """What AWS says about a workload that runs all the time.

    Attributes:
        workload: The workload as it should be.
        service: Its ECS service, or a deleted one that did not become stable; None if there is none, or if it could not
            be read.
        stopped: Its stopped tasks, the newest first.
        logs: The last log lines of the newest stopped tasks, by the task's ID.
        targets: The targets of its target groups.
    """

    workload: EcsService
    service: ServiceState | None
    stopped: tuple[StoppedTask, ...]
    logs: Mapping[str, tuple[LogLine, ...]]
    targets: tuple[Target, ...]


class Snapshot(Record, kw_only=True):
    """What AWS says about an environment.

    Attributes:
        blueprint: The environment as it should be.
        stacks: The stacks that exist, by name.
        load_balancer: The stack with the load balancer, one of `stacks` or of another application; None without one.
        failures: What failed in the stacks whose newest operation failed, by the stack's name.
        workloads: The services and workers, in the order of the blueprint.
        alarms: The alarms in the state ALARM.
        certificate: Status of the certificate that the edge stack creates; None without one.
        unknown: What could not be read, and why.
        drifts: What was changed outside of CloudFormation; empty unless it was looked for.
    """

    blueprint: Blueprint
    stacks: Mapping[str, StackState]
    load_balancer: StackState | None
    failures: Mapping[str, tuple[FailedEvent, ...]]
    workloads: tuple[WorkloadState, ...]
    alarms: tuple[Alarm, ...]
    certificate: str | None
    unknown: tuple[str, ...]
    drifts: tuple[Drift, ...] = ()

    @property
    def is_deployed(self) -> bool:
        """Whether there is a stack of the environment; the registry that all environments share is none."""
        registry = self.blueprint.registry
        shared = {registry.stack} if registry and self.blueprint.environment else set()
        return bool(self.stacks.keys() - shared)


def stack_names(blueprint: Blueprint) -> list[str]:
    """The stacks of an environment, in the order of deployment."""
    stores = blueprint.stores
    parts = (
        blueprint.registry,
        blueprint.network,
        blueprint.database,
        stores.cache,
        stores.queues,
        stores.buckets,
        blueprint.edge,
        blueprint.tasks,
        *blueprint.workloads,
    )
    return [part.stack for part in parts if part]


def read_snapshot(
    session: Session, blueprint: Blueprint, *, drift: bool = False, pause: Callable[[float], object] = time.sleep
) -> Snapshot:
    """Ask AWS about everything in an environment. What the identity may not read is left out and listed in `unknown`.

    Args:
        session: Session with AWS.
        blueprint: Blueprint of the environment.
        drift: Whether to look for what was changed outside of CloudFormation, which takes minutes.
        pause: Waits for some seconds.

    Raises:
        AwsError: when AWS cannot be reached, or the credentials are missing or invalid.
    """
    return _Reader(session, blueprint).read(pause if drift else None)


class _Reader:
    def __init__(self, session: Session, blueprint: Blueprint) -> None:
        self._session = session
        self._blueprint = blueprint
        self._unknown: dict[str, None] = {}

    def read(self, pause: Callable[[float], object] | None) -> Snapshot:
        """`pause` is None without drift."""
        names = stack_names(self._blueprint)
        stacks = {name: stack for name in names if (stack := self._try(read_stack, name))}
        failures = {
            name: self._try(failed_events, name) or ()
            for name, stack in stacks.items()
            if any(word in stack.status for word in _FAILED)
        }
        deployed = [workload.service_name for workload in self._blueprint.services if workload.stack in stacks]
        cluster = self._blueprint.tasks.cluster
        services = self._try(read_services, cluster, deployed, deleted=True) or {} if deployed else {}
        workloads = tuple(
            self._workload(workload, self._service(services, workload, failures))
            for workload in self._blueprint.services
        )
        return Snapshot(
            blueprint=self._blueprint,
            stacks=stacks,
            load_balancer=self._load_balancer(stacks),
            failures=failures,
            workloads=workloads,
            alarms=self._try(firing_alarms, f"{self._blueprint.tasks.title}-") or () if stacks else (),
            certificate=self._certificate(stacks),
            drifts=self._drifts(stacks, pause) if pause else (),
            unknown=tuple(self._unknown),
        )

    def _service(
        self, services: Mapping[str, ServiceState], workload: EcsService, failures: Mapping[str, Iterable[FailedEvent]]
    ) -> ServiceState | None:
        """The service of a workload; one that was deleted only where the stack failed because of it."""
        service = services.get(workload.service_name)
        if service and not service.is_active:
            because = any(event.type == "AWS::ECS::Service" for event in failures.get(workload.stack, ()))
            return service if because else None
        return service

    def _workload(self, workload: EcsService, service: ServiceState | None) -> WorkloadState:
        if service is None:
            return WorkloadState(workload=workload, service=None, stopped=(), logs={}, targets=())
        stopped = self._try(stopped_tasks, workload.cluster, workload.service_name) or ()
        ran = [task for task in stopped if task.started or any(each.exit_code is not None for each in task.containers)]
        streams = {
            task.id: f"{workload.log_prefix}/{workload.container_name}/{task.id}" for task in ran[:_TASKS_WITH_LOGS]
        }
        logs = {
            task: self._try(last_lines, workload.log_group, stream, _LINES) or () for task, stream in streams.items()
        }
        targets: tuple[Target, ...] = ()
        if workload.exposure and service.is_active:
            groups = self._try(physical_ids, workload.stack) or {}
            for logical_id in (ids.TARGET_GROUP, ids.ALTERNATE_TARGET_GROUP):
                if arn := groups.get(logical_id):
                    targets += self._try(read_targets, arn) or ()
        return WorkloadState(workload=workload, service=service, stopped=stopped, logs=logs, targets=targets)

    def _drifts(self, stacks: Mapping[str, StackState], pause: Callable[[float], object]) -> tuple[Drift, ...]:
        idle = [name for name, stack in stacks.items() if not stack.is_busy]
        try:
            return tuple(self._try(detect_drift, idle, pause) or ())
        except Undetected as error:
            self._unknown[str(error)] = None
            return ()

    def _load_balancer(self, stacks: Mapping[str, StackState]) -> StackState | None:
        name = self._blueprint.load_balancer.stack
        return stacks.get(name) if self._blueprint.edge else self._try(read_stack, name)

    def _certificate(self, stacks: Mapping[str, StackState]) -> str | None:
        edge = self._blueprint.edge
        if not edge or not edge.tls or edge.tls.certificate_arn or edge.stack not in stacks:
            return None
        arn = (self._try(physical_ids, edge.stack) or {}).get(ids.CERTIFICATE)
        return self._try(certificate_status, arn) if arn else None

    def _try(self, read: Callable[Concatenate[Session, P], T], *args: P.args, **kwargs: P.kwargs) -> T | None:
        """What `read` returns; None if AWS refuses, and then the reason is noted."""
        try:
            return read(self._session, *args, **kwargs)
        except AwsError as error:
            if error.trouble in (Trouble.CREDENTIALS, Trouble.CONNECTION):
                raise
            self._unknown[str(error)] = None
            return None
