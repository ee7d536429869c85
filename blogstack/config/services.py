"""The key `services`: further services with a port, next to `service`."""

from pydantic import Field

from blogstack.config.deployment import Deployment
from blogstack.config.load_balancer import Targets
from blogstack.config.route import Route
from blogstack.config.scaling import Scaling
from blogstack.config.service import WebTask
from blogstack.config.sidecars import ImageWithTag
from blogstack.config.types import Section, Variable


class AddressVariables(Section):
    """Names of the variables with a private service's address."""

    url: Variable | None = Field(None, examples=["SEARCH_ENDPOINT"])
    """Variable with the service's URL; the default is NAME_URL, as in SEARCH_URL for `search`."""


class FurtherService(WebTask):
    """A further service; the keys that it has in common with `service` are merged over it."""

    image: ImageWithTag | None = Field(None, examples=["ghcr.io/team/front:1.4.2"])
    """Another image, with its tag or digest; null: the service's, in the version that is deployed."""
    route: Route | None = Field(None, examples=[{"path": "/app/*"}])
    """Which requests it gets from the load balancer; null: none, it is private, and only other tasks reach it."""
    load_balancer: Targets = Field(Targets.model_construct(), examples=[{"stickiness": "1h"}])
    """Settings of the load balancer for its tasks; only with a route."""
    scaling: Scaling = Field(Scaling.model_construct(), examples=[{"min": 2, "max": 5}])
    """How many tasks run, and what changes their number."""
    deployment: Deployment = Field(Deployment.model_construct(), examples=[{"strategy": "blue_green"}])
    """How a new version replaces the old one."""
    variables: AddressVariables = AddressVariables.model_construct()
    """Names of the variables with a private service's address, which all containers get."""

    @property
    def release(self) -> None:
        """None: an application has one release step, that of `service`."""
