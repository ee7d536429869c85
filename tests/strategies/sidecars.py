"""Valid sidecars: their conditions can be met, and they share memory and ports with the service."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from blogstack.config.sidecars import Sidecar, SidecarHealth
from tests.strategies.parts import TEXTS, Data, optional, secrets
from tests.strategies.types import scalars


@st.composite
def with_sidecars(draw: st.DrawFn, own: Data, port: int, region: str, endpoints: bool) -> Data:
    """A service with sidecars, each of which waits only for those before it.

    Args:
        own: The service.
        port: Where it listens when it does not say so itself.
        region: Where it is.
        endpoints: Whether no image outside of that region is in reach.
    """
    if draw(st.booleans()):
        return own
    memory = own["memory"] if isinstance(own["memory"], int) else int(own["memory"].split()[0]) * 1024
    port = own.get("port", port)
    ecr = f"123456789012.dkr.ecr.{region if endpoints else 'us-east-1'}.amazonaws.com/proxy:1.0"
    elsewhere = ["nginx:1.29", "ghcr.io/team/blog:v1", f"registry.example.com:5000/a/b@sha256:{'0a' * 32}"]
    ports = draw(st.lists(st.integers(1, 65535).filter(lambda number: number != port), unique=True, max_size=9))
    made: Data = {}
    for number, name in enumerate(
        draw(st.lists(st.from_regex(r"[a-z]-[a-z]{1,4}", fullmatch=True), unique=True, max_size=9))
    ):
        interval = draw(st.integers(5, 300))
        required = {"command": st.just("true"), "interval": st.just(interval)}
        health = optional(
            required | {"timeout": st.integers(2, min(60, interval - 1))},
            scalars(SidecarHealth),
        )
        others: dict[str, st.SearchStrategy[Any]] = scalars(Sidecar, "port") | {
            "command": st.lists(TEXTS.filter(bool), min_size=1, max_size=3),
            "environment": st.dictionaries(st.sampled_from(["A", "B"]), TEXTS | st.integers(0, 9), max_size=2),
            "secrets": secrets(region),
            "depends_on": waits(made),
            "memory": st.integers(6, max(6, memory // 18)),
            "health": health,
        }
        others |= {"port": st.just(ports[number])} if number < len(ports) else {}
        made[name] = draw(
            optional({"image": st.just(ecr) if endpoints else st.sampled_from([ecr, *elsewhere])}, others)
        )
    return {**own, "sidecars": made, "depends_on": draw(waits(made))}


def target(own: Data) -> st.SearchStrategy[Data]:
    """The key of a load balancer that names one of a service's sidecars, if one can get the requests; or nothing."""
    able = [name for name, each in own.get("sidecars", {}).items() if "port" in each and each.get("essential", True)]
    return st.sampled_from([*({"container": name} for name in able), {}])


def waits(others: Data) -> st.SearchStrategy[Data]:
    """Conditions that some containers can reach."""
    conditions = {
        name: ["START", *(["HEALTHY"] if "health" in own else []), *([] if own.get("essential", True) else ["SUCCESS"])]
        for name, own in others.items()
    }
    return optional({}, {name: st.sampled_from(found) for name, found in conditions.items()})
