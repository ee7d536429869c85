"""What a configuration runs: its workloads, each with its sections and their places in the file."""

from __future__ import annotations

from blogstack.config.deployment import Deployment
from blogstack.config.jobs import Job
from blogstack.config.load_balancer import Targets
from blogstack.config.route import Route
from blogstack.config.scaling import TaskScaling, WorkerScaling
from blogstack.config.service import Service
from blogstack.config.services import FurtherService
from blogstack.config.sidecars import Sidecar
from blogstack.config.workers import Worker
from blogstack.records import Record
from blogstack.source.document import KeyPath


class Place(Record):
    """Where the keys of a section are in the file.

    Attributes:
        home: Path of the section.
        top_level: Keys of the section that the file has at its top level instead.
    """

    home: KeyPath = ()
    top_level: tuple[str, ...] = ()

    def at(self, *path: str | int) -> KeyPath:
        """A key path relative to the section, such as ("scaling", "min"), as a path in the file."""
        return path if path and path[0] in self.top_level else (*self.home, *path)


SERVICE = Place(("service",), ("scaling", "deployment", "load_balancer"))
"""The service's keys are in four sections."""
WORKERS, JOBS, SERVICES = "workers", "jobs", "services"


class Container(Record, kw_only=True):
    """A container of a workload: its main one, or a sidecar.

    Attributes:
        name: Of the sidecar; None for the main container.
    """

    name: str | None
    section: Service | FurtherService | Worker | Job | Sidecar
    place: Place


class Workload(Record, kw_only=True):
    """Something that runs as tasks of ECS.

    Attributes:
        name: Unique in the file.
        place: Where its keys are in the file.
        task: Its container.
    """

    name: str
    place: Place
    task: Service | FurtherService | Worker | Job

    @property
    def containers(self) -> tuple[Container, ...]:
        """The main container, then the sidecars in the order of the file."""
        sidecars = (
            Container(name=name, section=sidecar, place=Place(self.place.at("sidecars", name)))
            for name, sidecar in self.task.sidecars.items()
        )
        return (Container(name=None, section=self.task, place=self.place), *sidecars)


class EcsService(Workload, kw_only=True):
    """A workload that runs all the time."""

    task: Service | FurtherService | Worker
    scaling: TaskScaling
    deployment: Deployment


class WebService(EcsService, kw_only=True):
    """The service or a further one: requests reach it.

    Attributes:
        load_balancer: How the load balancer treats its tasks.
        route: Which requests it gets; None for the service, which gets the rest, and for a private one.
        is_main: Whether it is the service.
    """

    task: Service | FurtherService
    load_balancer: Targets
    route: Route | None
    is_main: bool

    @property
    def is_private(self) -> bool:
        """Whether only the other tasks reach it."""
        return not self.is_main and self.route is None


class WorkerService(EcsService, kw_only=True):
    """A worker."""

    task: Worker
    scaling: WorkerScaling


class EcsJob(Workload, kw_only=True):
    """A workload that runs to completion.

    Attributes:
        task: Its container, and when it runs.
    """

    task: Job
