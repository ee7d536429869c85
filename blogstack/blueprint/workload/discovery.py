"""Decisions about the name under which the other tasks reach a private service.

docs/decisions/0063-services.md says why it is a name in DNS.
"""

from __future__ import annotations

from collections.abc import Mapping

from blogstack.blueprint.names import TASKS, Imported, Naming, Output
from blogstack.config import Config
from blogstack.config.stores import store_variables
from blogstack.config.workloads import EcsService, WebService
from blogstack.records import Record


class Discovery(Record, kw_only=True):
    """How the other tasks reach a private service.

    Attributes:
        namespace: ID of the namespace of Cloud Map.
        name: In the namespace.
        url: As in http://search.shop.internal:8000.
    """

    namespace: Imported
    name: str
    port: int
    url: str


def namespace_name(config: Config, naming: Naming) -> str | None:
    """The domain of the private services' names; None if there are no private services."""
    return _domain(naming) if any(each.is_private for each in config.further_services()) else None


def resolve_discovery(workload: EcsService, naming: Naming) -> Discovery | None:
    """How the other tasks reach a workload; None for one that is not private."""
    if not isinstance(workload, WebService) or not workload.is_private:
        return None
    return Discovery(
        namespace=Imported(naming.stack(TASKS), Output.NAMESPACE_ID),
        name=workload.name,
        port=workload.task.port,
        url=_url(workload.name, workload.task.port, naming),
    )


def addresses(config: Config, naming: Naming) -> Mapping[str, str]:
    """The variables with the addresses of the private services."""
    return {
        variable.name: _url(str(name), config.services[str(name)].port, naming)
        for variable in store_variables(config)
        for section, name in [(variable.store[0], variable.store[-1])]
        if section == "services"
    }


def _domain(naming: Naming) -> str:
    """A domain that does not exist in public DNS: https://www.rfc-editor.org/rfc/rfc6762#appendix-G."""
    return f"{naming.application}.internal"


def _url(name: str, port: int, naming: Naming) -> str:
    return f"http://{name}.{_domain(naming)}:{port}"
