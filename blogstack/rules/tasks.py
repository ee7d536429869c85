"""The task of a workload and its main container: size, framework, port, shell."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from blogstack.config.sidecars import has_readonly_root
from blogstack.config.workloads import EcsService, WebService, Workload
from blogstack.diagnostics import Code
from blogstack.facts.fargate import TASK_SIZES
from blogstack.rules.rule import Finding, Scope, rule

_ECS = "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/"


@rule(
    Code.TASK_SIZE,
    Scope[Workload],
    reads=("cpu", "memory"),
    source=f"{_ECS}task_definition_parameters.html#task_size",
)
def task_size(scope: Scope[Workload]) -> Iterator[Finding]:
    """Fargate offers certain memory sizes for each cpu."""
    cpu, memory = scope.value.task.cpu, scope.value.task.memory
    if memory in TASK_SIZES[cpu]:
        return
    keys = scope.at("memory"), scope.at("cpu")
    help = f"with cpu {cpu} choose {_sizes(TASK_SIZES[cpu])}"
    if others := [other for other, sizes in TASK_SIZES.items() if memory in sizes]:
        help += f"; memory {memory} fits cpu {_either(others)}"
    marks = scope.default_mark(keys[0]), scope.default_mark(keys[1])
    message = f"Fargate has no task size with cpu {cpu}{marks[1]} and memory {memory}{marks[0]}"
    yield Finding(scope.first_written(*keys), message, help, also=keys)


def _sizes(sizes: tuple[int, ...]) -> str:
    if len(sizes) <= 4:
        return _either(sizes)
    return f"{sizes[0]} to {sizes[-1]} in steps of {sizes[1] - sizes[0]}"


def _either(numbers: Iterable[int]) -> str:
    *first, last = map(str, numbers)
    return f"{', '.join(first)} or {last}" if first else last


@rule(
    Code.ALLOWED_HOSTS,
    Scope[WebService],
    reads=("framework", "environment", "secrets"),
    source="https://docs.djangoproject.com/en/stable/ref/settings/#allowed-hosts",
)
def allowed_hosts(scope: Scope[WebService]) -> Iterator[Finding]:
    """Django accepts the Host header of the load balancer's checks."""
    service = scope.value.task
    if service.framework != "django":
        return
    if not any("ALLOWED_HOSTS" in name for name in (*service.environment, *service.secrets)):
        message = "the load balancer's checks have the task's own address as Host, which Django answers with 400"
        help = "set a variable ALLOWED_HOSTS, and answer the check before it is used: explain BS313 shows how"
        yield Finding(scope.at("framework"), message, help)


@rule(Code.PORT_MISMATCH, Scope[WebService], reads=("port", "environment"))
def port_mismatch(scope: Scope[WebService]) -> Iterator[Finding]:
    """The variable PORT, if the user sets it, is the port that gets the requests."""
    port, variable = scope.value.task.port, scope.value.task.environment.get("PORT")
    if isinstance(variable, str) and variable != str(port):
        message = f"PORT is {variable}, but the load balancer sends requests to port {port}"
        help = "remove PORT: it is set to service.port automatically"
        yield Finding(scope.at("environment", "PORT"), message, help, also=(scope.at("port"),))


# The SSM agent needs a writable filesystem.
@rule(
    Code.EXEC_READONLY,
    Scope[EcsService],
    reads=("exec", "readonly_root"),
    outside=("region",),
    source=f"{_ECS}ecs-exec.html",
)
def exec_readonly(scope: Scope[EcsService]) -> Iterator[Finding]:
    """ECS Exec needs a writable root filesystem."""
    task = scope.value.task
    if task.exec and has_readonly_root(task.readonly_root, scope.config.region):
        help = "set readonly_root: false for as long as exec is needed"
        yield Finding(
            scope.at("exec"), "exec needs a writable root filesystem", help, also=(scope.at("readonly_root"),)
        )
