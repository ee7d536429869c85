"""What a configuration runs: its workloads, each with the sections it consists of and their places in the file."""

from __future__ import annotations

from blogstack.config.deployment import Deployment
from blogstack.config.load_balancer import LoadBalancer
from blogstack.config.scaling import Scaling
from blogstack.config.service import Service
from blogstack.config.sidecars import Sidecar
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
"""The one workload that the language has; its keys are spread over four sections."""


class Container(Record, kw_only=True):
    """A container of a workload: its main one, or a sidecar.

    Attributes:
        name: Of the sidecar; None for the main container.
    """

    name: str | None
    section: Service | Sidecar
    place: Place


class Workload(Record, kw_only=True):
    """Something that runs as an ECS service.

    Attributes:
        name: Unique in the file.
        place: Where its keys are in the file.
        service: Its container, with the sidecars.
        load_balancer: None for a workload that gets no requests.
    """

    name: str
    place: Place
    service: Service
    scaling: Scaling
    deployment: Deployment
    load_balancer: LoadBalancer | None

    @property
    def containers(self) -> tuple[Container, ...]:
        """The main container, then the sidecars in the order of the file."""
        sidecars = (
            Container(name=name, section=sidecar, place=Place(self.place.at("sidecars", name)))
            for name, sidecar in self.service.sidecars.items()
        )
        return (Container(name=None, section=self.service, place=self.place), *sidecars)
