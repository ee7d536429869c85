"""Valid further services, workers and jobs, next to any service: what they inherit matches their own keys."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from blogstack.config.jobs import Job
from blogstack.config.scaling import WorkerScaling
from blogstack.config.services import FurtherService
from blogstack.config.sidecars import SidecarHealth
from blogstack.config.workers import Worker
from blogstack.facts.fargate import TASK_SIZES
from blogstack.facts.regions import partition
from tests.strategies.parts import TEXTS, Data, optional, secrets
from tests.strategies.sidecars import target, with_sidecars
from tests.strategies.types import scalars

WORKER, JOB = "mailer", "nightly"
ROUTED, PRIVATE = "front", "inner"
_OF_BOTH = ("cpu", "memory", "exec", "readonly_root")


@st.composite
def worker(draw: st.DrawFn, region: str, schedules: st.SearchStrategy[Any]) -> Data:
    """A worker, with some sidecars; `schedules`: times at which its number of tasks changes."""
    interval = draw(st.integers(5, 300))
    required = {"command": st.just("true"), "interval": st.just(interval)}
    health = optional(required | {"timeout": st.integers(2, min(60, interval - 1))}, scalars(SidecarHealth))
    others = scalars(Worker, *_OF_BOTH, "singleton", "image") | _common(region) | {"health": health}
    data = draw(optional(_size(draw), others))
    if draw(st.booleans()):  # exec needs a writable root, also where one of the two is inherited
        data |= {"readonly_root": False, "exec": draw(st.booleans())}
    if draw(st.booleans()):
        data["singleton"] = True
    else:
        low, high = sorted(draw(st.lists(st.integers(1, 10), min_size=2, max_size=2)))
        limits = {"min": st.just(low), "max": st.just(high)}
        data["scaling"] = draw(optional(limits, scalars(WorkerScaling) | {"schedules": schedules}))
    return draw(with_sidecars(data, 0, region, endpoints=True))


@st.composite
def with_queue(draw: st.DrawFn, data: Data, queues: list[str]) -> Data:
    """A worker that may follow one of the queues; then it may have no task, unless something else keeps one."""
    scaling = data.get("scaling", {})
    if not queues or scaling.get("min") == scaling.get("max") or draw(st.booleans()):
        return data
    backlog = {"name": draw(st.sampled_from(queues)), "backlog_per_task": draw(st.integers(1, 1_000_000))}
    followed = {**scaling, "queue": backlog}
    if not scaling.get("cpu") and not scaling.get("memory"):
        followed["min"] = draw(st.integers(0, scaling["min"]))
    return {**data, "scaling": followed}


@st.composite
def job(draw: st.DrawFn, region: str) -> Data:
    """A job, by a schedule or by hand."""
    data = draw(
        optional(_size(draw), scalars(Job, *_OF_BOTH, "image", "cron", "timezone", "timeout") | _common(region))
    )
    if draw(st.booleans()):
        data["readonly_root"] = True
    if draw(st.booleans()):
        crons = st.sampled_from(["0 3 * * ? *", "0/20 8-18 ? * MON-FRI *"])
        data |= draw(optional({"cron": crons}, scalars(Job, *(key for key in Job.model_fields if key not in _TIMES))))
    return data


_TIMES = ("timezone", "timeout")


@st.composite
def services(draw: st.DrawFn, region: str, own: st.SearchStrategy[Data], has_domain: bool) -> Data:
    """One with a route, or a private one, or both.

    Args:
        draw: Of Hypothesis.
        region: Where they are.
        own: What each has as `service` has it: its scaling, its deployment and its check.
        has_domain: Whether the domain has the name www.example.com.
    """
    paths = st.lists(st.sampled_from(["/app", "/app/*", "/v?/*.json"]), min_size=1, max_size=2, unique=True)
    path = {"path": st.just("/static/*") | paths}
    hosts = {"host": st.sampled_from(["www.example.com", ["www.example.com"]])} if has_domain else {}
    header = {"header": st.dictionaries(st.just("X-Version"), st.sampled_from(["2", ["beta*", "3"]]), max_size=1)}
    route = optional(path, hosts | header) | (optional(hosts, path | header) if hosts else st.nothing())
    common = scalars(FurtherService, *_OF_BOTH, "image") | _common(region)
    made: Data = {}
    for name in draw(st.lists(st.sampled_from([ROUTED, PRIVATE]), min_size=1, unique=True)):
        data = draw(optional(_size(draw), common)) | draw(own)
        if draw(st.booleans()):  # exec needs a writable root, also where one of the two is inherited
            data |= {"readonly_root": False, "exec": draw(st.booleans())}
        if name == ROUTED:
            data["route"] = draw(route)
        else:
            data |= {"variables": {"url": "INNER_ENDPOINT"}}
            data.pop("load_balancer", None)
            if data["deployment"].get("strategy", "rolling") != "rolling":
                del data["deployment"]
            data.get("scaling", {}).pop("requests", None)
        made[name] = draw(with_sidecars(data, 8000, region, endpoints=True))
        if name == ROUTED:
            made[name].setdefault("load_balancer", {}).update(draw(target(made[name])))
    return made


def _size(draw: st.DrawFn) -> dict[str, st.SearchStrategy[Any]]:
    """A command, and a size that Fargate has."""
    cpu = draw(st.sampled_from(sorted(TASK_SIZES)))
    command = st.lists(TEXTS.filter(bool), min_size=1, max_size=3)
    return {"command": command, "cpu": st.just(cpu), "memory": st.sampled_from(TASK_SIZES[cpu])}


def _common(region: str) -> dict[str, st.SearchStrategy[Any]]:
    """The keys that all of them may have; the service has many of them too."""
    domain = "amazonaws.com"
    objects = {"actions": ["s3:GetObject"], "resources": [f"arn:{partition(region)}:s3:::w/*"]}
    return {
        "image": st.just(f"123456789012.dkr.ecr.{region}.{domain}/other:1.0"),
        "environment": st.dictionaries(st.sampled_from(["A", "B", "LEVEL"]), TEXTS | st.integers(0, 9), max_size=3),
        "secrets": secrets(region),
        "permissions": st.lists(st.just(objects), max_size=1),
        "user": st.sampled_from(["1000", 1000, "1000:1000"]),
        "entrypoint": st.just(["launch", "--"]),
    }
