"""A second workload, which the language cannot write yet: one without requests, next to the service."""

from __future__ import annotations

from blogstack.blueprint import Blueprint
from blogstack.blueprint.monitoring import resolve_monitoring
from blogstack.blueprint.names import make_naming
from blogstack.blueprint.workload import Release, resolve_workload
from blogstack.config import Config
from blogstack.config.validate import validate
from blogstack.config.workloads import Place
from blogstack.lint.cfn import Job, lint
from blogstack.records import replace
from blogstack.source.parse import parse
from blogstack.templates import lower
from blogstack.templates.render import Owner, emit
from tests.cases import ACCEPT, compiled
from tests.support.lint import NoVerdicts
from tests.support.templates import Tree, read, walk

CASE = "alarms"


def with_worker() -> Blueprint:
    """The blueprint of a case with a second workload, `worker`."""
    (blueprint,) = compiled(CASE).blueprints
    (service,) = blueprint.workloads
    place = Place(("workers", "worker"))
    (source,) = config().workloads()
    source = replace(source, name="worker", place=place, load_balancer=None)
    worker = resolve_workload(
        source,
        config(),
        make_naming("blog-api", {}, None),
        image=service.image,
        placement=service.placement,
        database=blueprint.database,
        stores=blueprint.stores,
        edge=blueprint.edge,
    )
    tasks = blueprint.tasks
    monitoring = resolve_monitoring(config(), worker, tasks.topic, tasks.database_monitoring)
    assert monitoring
    return replace(blueprint, workloads=(service, worker), monitoring={**blueprint.monitoring, worker.name: monitoring})


def config() -> Config:
    """The configuration of the case."""
    return validate(parse("blogstack.yaml", (ACCEPT / CASE / "blogstack.yaml").read_bytes())).config


def templates_with_worker() -> dict[str, str]:
    """The text of every template, by the stack's name."""
    stacks = lower(with_worker())
    owner = Owner("blog-api", "")
    return {stack.name: emit(stack.name, stack.tree(), owner, "blogstack.yaml", "yaml").text for stack in stacks}


def worker_template() -> Tree:
    return read(templates_with_worker()["blog-api-worker"])


def test_the_other_stacks_are_the_same_bytes() -> None:
    """A workload more changes nothing in the service, the edge or what comes before them."""
    made = templates_with_worker()
    assert list(made)[-1] == "blog-api-worker"
    del made["blog-api-worker"]
    assert made == {template.stack_name: template.text for template in compiled(CASE).templates}


def test_the_worker_is_behind_no_load_balancer() -> None:
    """No target group, no rule and no port, and nothing that waits for the load balancer's checks."""
    tree = worker_template()
    (service,) = compiled(CASE).templates[-1:]
    exposed = read(service.text)
    gone = exposed["Resources"].keys() - tree["Resources"].keys()
    assert gone == {
        *("TargetGroup", "ListenerRule", "LoadBalancerEgress", "TaskIngress"),
        *("Target5xxAlarm", "LoadBalancer5xxAlarm", "FewerTasksAlarm", "UnhealthyTasksAlarm", "LatencyAlarm"),
    }
    assert tree["Resources"].keys() <= exposed["Resources"].keys()
    assert exposed["Outputs"].keys() - tree["Outputs"].keys() == {"TargetGroupArn", "ListenerRuleArn"}
    properties = tree["Resources"]["Service"]["Properties"]
    assert properties.keys().isdisjoint({"LoadBalancers", "HealthCheckGracePeriodSeconds"})
    assert "DependsOn" not in tree["Resources"]["Service"]
    assert properties["ServiceName"] == "blog-api-worker"
    (container,) = tree["Resources"]["TaskDefinition"]["Properties"]["ContainerDefinitions"]
    assert container.keys().isdisjoint({"PortMappings", "HealthCheck"})
    assert container["Name"] == "blog-api-worker"


def test_the_worker_imports_nothing_from_the_edge() -> None:
    """Its image, its subnets, the database's secret and what tasks share: it can be deployed before the edge."""
    imported = {export.partition(":")[0] for key, export in walk(worker_template()) if key == "Fn::ImportValue"}
    assert imported == {f"blog-api-{kind}" for kind in ("registry", "network", "database", "tasks")}


def test_the_dashboard_of_the_worker() -> None:
    """It shows what it has: CPU and memory, and no requests; and it has a name of its own."""
    dashboard = worker_template()["Resources"]["Dashboard"]["Properties"]
    assert dashboard["DashboardName"] == {"Fn::Sub": "blog-api-worker-${AWS::Region}"}
    assert "AWS/ApplicationELB" not in str(dashboard["DashboardBody"])
    assert "CpuAlarm.Arn" in str(dashboard["DashboardBody"])


def test_lint_finds_nothing() -> None:
    text = templates_with_worker()["blog-api-worker"]
    (found,) = lint([Job(text, with_worker().region)], NoVerdicts())
    assert not found


def test_each_workload_may_have_a_release_step() -> None:
    """The tasks stack has a task definition and an output for each, under names of their own."""
    (blueprint,) = compiled("everything").blueprints
    (service,) = blueprint.workloads
    assert service.release
    release = Release("FrontReleaseTaskDefinition", "FrontReleaseTaskDefinitionArn", ("migrate",))
    front = replace(service, name="front", stack="blog-api-front", service_name="blog-api-front", release=release)
    (tasks,) = [s for s in lower(replace(blueprint, workloads=(service, front))) if s.kind == "tasks"]
    tree = tasks.tree()
    definitions = {name for name in tree["Resources"] if name.endswith("ReleaseTaskDefinition")}
    assert definitions == {"ServiceReleaseTaskDefinition", "FrontReleaseTaskDefinition"}
    assert {service.release.output, release.output} <= tree["Outputs"].keys()
    assert list(tree["Parameters"]) == ["ImageTag"]
