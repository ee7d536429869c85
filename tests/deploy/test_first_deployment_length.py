"""How long a first deployment takes: the page has the figures of the simulation, one for every kind of file."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.cases import NAMES, compiled
from tests.conftest import ROOT
from tools.first_deployment import describe, lengths

ALONE = [name for name in NAMES if len(compiled(name).blueprints) == 1]
SHOWN = {"domain": "a service", "database": "with `database`", "stores": "with database, cache, queues and alarms"}


@pytest.mark.parametrize("name", ALONE)
def test_side_by_side_is_never_longer(name: str) -> None:
    found = lengths(compiled(name))
    assert 0 < found.longest <= found.sum
    assert found.path[-1] in {service.stack for service in compiled(name).blueprints[0].workloads}


@pytest.mark.parametrize("name", SHOWN)
def test_the_page_has_the_figures(name: str, record_property: Callable[[str, object], None]) -> None:
    said = describe(SHOWN[name], lengths(compiled(name)))
    record_property("counted", said)
    what, _, rest = said.partition(": ")
    summed, _, rest = rest.partition(" one after the other, ")
    longest, _, _ = rest.partition(" side by side")
    assert f"| {what} | {summed} | {longest} |" in (ROOT / "docs" / "deploy.md").read_text()
