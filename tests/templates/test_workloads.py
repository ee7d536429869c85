"""Workers and jobs next to the service: the case `celery`, compared with itself without them."""

from __future__ import annotations

import re

from blogstack.blueprint.workload import Release
from blogstack.pipeline import Compilation, compile_text
from blogstack.records import replace
from blogstack.templates import lower
from tests.cases import ACCEPT, compiled
from tests.conftest import ROOT
from tests.support.templates import Tree, trees, walk

CASE = "celery"


def alone() -> Compilation:
    """The case without workers and jobs."""
    text = (ACCEPT / CASE / "blogstack.yaml").read_text()
    text, found = re.subn(r"^(?:workers|jobs):\n(?:[ ].*\n|\n)+", "", text, flags=re.M)
    assert found == 2
    compilation = compile_text("blogstack.yaml", text.encode())
    assert not compilation.failed
    return compilation


def celery() -> Tree:
    return trees(CASE)["celery"]


def test_the_other_stacks_are_the_same_bytes() -> None:
    """Workers and jobs change nothing in the service, the edge or what comes before; the tasks stack knows their names.

    It lets their alarms publish, and nothing else.
    """
    made = {template.stack_name: template.text for template in compiled(CASE).templates}
    before = {template.stack_name: template.text for template in alone().templates}
    assert made.keys() - before.keys() == {f"shop-{name}" for name in ("celery", "beat", "cleanup", "import")}
    assert {name for name in before if made[name] != before[name]} == {"shop-tasks"}
    more = set(made["shop-tasks"].splitlines()) - set(before["shop-tasks"].splitlines())
    assert {line.strip() for line in more} == {
        f"- !Sub arn:${{AWS::Partition}}:cloudwatch:${{AWS::Region}}:${{AWS::AccountId}}:alarm:shop-{name}-*"
        for name in ("celery", "beat", "cleanup")
    }
    assert not set(before["shop-tasks"].splitlines()) - set(made["shop-tasks"].splitlines())


def test_a_worker_is_behind_no_load_balancer() -> None:
    """No target group, no rule and no port, and nothing that waits for the load balancer's checks."""
    tree, exposed = celery(), trees(CASE)["service"]
    assert exposed["Resources"].keys() - tree["Resources"].keys() == {
        *("TargetGroup", "ListenerRule", "LoadBalancerEgress", "TaskIngress"),
        *("Target5xxAlarm", "LoadBalancer5xxAlarm", "FewerTasksAlarm", "UnhealthyTasksAlarm", "LatencyAlarm"),
    }
    assert tree["Resources"].keys() - exposed["Resources"].keys() == {"RunningTasksAlarm"}
    assert exposed["Outputs"].keys() - tree["Outputs"].keys() == {"TargetGroupArn", "ListenerRuleArn"}
    properties = tree["Resources"]["Service"]["Properties"]
    assert properties.keys().isdisjoint({"LoadBalancers", "HealthCheckGracePeriodSeconds"})
    assert "DependsOn" not in tree["Resources"]["Service"]
    assert properties["ServiceName"] == "shop-celery"
    (container,) = tree["Resources"]["TaskDefinition"]["Properties"]["ContainerDefinitions"]
    assert container.keys().isdisjoint({"PortMappings", "HealthCheck"})
    assert container["Name"] == "shop-celery"


def test_a_worker_has_what_it_inherits() -> None:
    """The service's variables with its own over them, its secrets and the database's; and its own command."""
    (container,) = celery()["Resources"]["TaskDefinition"]["Properties"]["ContainerDefinitions"]
    (service,) = trees(CASE)["service"]["Resources"]["TaskDefinition"]["Properties"]["ContainerDefinitions"]
    assert {each["Name"]: each["Value"] for each in container["Environment"]} == {
        "ALLOWED_HOSTS": "shop.example.com",
        "DATABASE_SSLMODE": "require",
        "LOG_LEVEL": "debug",
    }
    assert container["Secrets"] == service["Secrets"]
    assert container["Image"] == service["Image"]
    assert container["Command"] == ["celery", "-A", "shop", "worker"]
    assert container["LogConfiguration"]["Options"]["awslogs-stream-prefix"] == "celery"


def test_a_worker_imports_nothing_from_the_edge() -> None:
    """Its image, its subnets, the database's secret and what tasks share: it can be deployed before the edge."""
    imported = {export.partition(":")[0] for key, export in walk(celery()) if key == "Fn::ImportValue"}
    assert imported == {f"shop-{kind}" for kind in ("registry", "network", "database", "tasks")}


def test_a_singleton_never_runs_twice() -> None:
    """ECS stops its task before it starts another, also when it moves tasks between zones."""
    properties = trees(CASE)["beat"]["Resources"]["Service"]["Properties"]
    assert properties["DesiredCount"] == 1
    assert properties["DeploymentConfiguration"]["MinimumHealthyPercent"] == 0
    assert properties["DeploymentConfiguration"]["MaximumPercent"] == 100
    assert properties["AvailabilityZoneRebalancing"] == "DISABLED"
    assert "ScalableTarget" not in trees(CASE)["beat"]["Resources"]


def test_all_tasks_of_a_worker_on_spot() -> None:
    """No base on demand, and no capacity provider of weight 0 before the other: the strategy is Spot alone."""
    properties = trees("everything")["search"]["Resources"]["Service"]["Properties"]
    assert properties["CapacityProviderStrategy"] == [{"CapacityProvider": "FARGATE_SPOT", "Weight": 100}]


def test_a_single_task_of_a_worker_may_be_on_spot() -> None:
    """The service needs tasks above `min` for that; of a worker all tasks may be."""
    text = b"name: shop\nregion: us-east-1\nworkers: {mails: {command: [a], scaling: {spot: 100}}}\n"
    assert not compile_text("blogstack.yaml", text).failed


def test_a_worker_with_another_image() -> None:
    """It is not deployed with the application's tag, and its repository is not asked for."""
    tree = trees("everything")["clock"]
    assert "Parameters" not in tree
    (container,) = tree["Resources"]["TaskDefinition"]["Properties"]["ContainerDefinitions"]
    assert container["Image"].startswith("ghcr.io/team/clock@sha256:")


def test_the_alarm_of_running_tasks() -> None:
    """Each task reports its CPU once a minute; a singleton may be away for as long as it takes to start."""
    alarm = trees(CASE)["beat"]["Resources"]["RunningTasksAlarm"]["Properties"]
    assert (alarm["MetricName"], alarm["Statistic"], alarm["Period"]) == ("CPUUtilization", "SampleCount", 60)
    assert (alarm["Threshold"], alarm["ComparisonOperator"]) == (1, "LessThanThreshold")
    assert alarm["TreatMissingData"] == "breaching"
    assert "RunningTasksAlarm" not in trees("everything")["search"]["Resources"], "a schedule turns it off"


def test_the_dashboard_of_a_worker() -> None:
    """It shows what it has: tasks, CPU and memory, and no requests; and it has a name of its own."""
    dashboard = celery()["Resources"]["Dashboard"]["Properties"]
    assert dashboard["DashboardName"] == {"Fn::Sub": "shop-celery-${AWS::Region}"}
    assert "AWS/ApplicationELB" not in str(dashboard["DashboardBody"])
    assert "CpuAlarm.Arn" in str(dashboard["DashboardBody"])


class TestJob:
    def test_a_schedule_starts_the_state_machine_and_may_do_nothing_else(self) -> None:
        resources = trees(CASE)["cleanup"]["Resources"]
        schedule = resources["Schedule"]["Properties"]
        assert schedule["ScheduleExpression"] == "cron(0 3 * * ? *)"
        assert schedule["ScheduleExpressionTimezone"] == "Europe/London"
        assert schedule["Target"]["Arn"] == {"Ref": "StateMachine"}
        (policy,) = resources["ScheduleRole"]["Properties"]["Policies"]
        (statement,) = policy["PolicyDocument"]["Statement"]
        assert (statement["Action"], statement["Resource"]) == (["states:StartExecution"], [{"Ref": "StateMachine"}])

    def test_a_run_ends_with_its_task_or_after_the_timeout(self) -> None:
        resources = trees(CASE)["cleanup"]["Resources"]
        (run,) = resources["StateMachine"]["Properties"]["Definition"]["States"].values()
        assert run["Resource"] == {"Fn::Sub": "arn:${AWS::Partition}:states:::ecs:runTask.sync"}
        assert run["Parameters"]["TaskDefinition"] == {"Ref": "TaskDefinition"}
        assert run["TimeoutSeconds"] == 1800
        assert [retry["ErrorEquals"] for retry in run["Retry"]] == [["AmazonECS.Unknown"]], (
            "a failed run is not repeated"
        )

    def test_without_a_timeout_a_run_has_until_the_next_one(self) -> None:
        (run,) = trees("jobs")["feed"]["Resources"]["StateMachine"]["Properties"]["Definition"]["States"].values()
        assert run["TimeoutSeconds"] == 20 * 60

    def test_it_may_run_its_own_tasks_and_pass_their_roles(self) -> None:
        (policy,) = trees(CASE)["cleanup"]["Resources"]["StateMachineRole"]["Properties"]["Policies"]
        rights = {tuple(each["Action"]): each["Resource"] for each in policy["PolicyDocument"]["Statement"]}
        (own,) = rights["ecs:RunTask",]
        assert own["Fn::Sub"].endswith(":task-definition/shop-cleanup:*")
        assert rights["iam:PassRole",] == [
            {"Fn::ImportValue": "shop-tasks:ExecutionRoleArn"},
            {"Fn::ImportValue": "shop-tasks:TaskRoleArn"},
        ]

    def test_one_that_is_run_by_hand_is_a_task_definition(self) -> None:
        assert trees(CASE)["import"]["Resources"].keys() == {"TaskDefinition"}

    def test_the_alarm(self) -> None:
        """On runs that fail and on those that take too long."""
        alarm = trees(CASE)["cleanup"]["Resources"]["JobFailedAlarm"]["Properties"]
        *queries, result = alarm["Metrics"]
        assert [query["MetricStat"]["Metric"]["MetricName"] for query in queries] == [
            "ExecutionsFailed",
            "ExecutionsTimedOut",
        ]
        assert (result["Expression"], alarm["Threshold"]) == ("failed + timed_out", 1)


def test_the_page_about_workers_shows_a_file_that_compiles() -> None:
    page = (ROOT / "docs" / "workers.md").read_text()
    text = page.partition("```yaml\n")[2].partition("```")[0]
    compilation = compile_text("blogstack.yaml", text.encode())
    assert not compilation.failed, compilation.diagnostics
    assert {"shop-celery", "shop-beat", "shop-cleanup"} <= {template.stack_name for template in compilation.templates}


def test_each_workload_may_have_a_release_step() -> None:
    """The tasks stack has a task definition and an output for each, under names of their own."""
    (blueprint,) = compiled("everything").blueprints
    service = blueprint.services[-1]
    assert service.release
    release = Release("WebReleaseTaskDefinition", "WebReleaseTaskDefinitionArn", ("migrate",))
    web = replace(service, name="web", stack="blog-api-web", service_name="blog-api-web", release=release)
    (tasks,) = [s for s in lower(replace(blueprint, services=(service, web))) if s.kind == "tasks"]
    tree = tasks.tree()
    definitions = {name for name in tree["Resources"] if name.endswith("ReleaseTaskDefinition")}
    assert definitions == {"ServiceReleaseTaskDefinition", "WebReleaseTaskDefinition"}
    assert {service.release.output, release.output} <= tree["Outputs"].keys()
    assert list(tree["Parameters"]) == ["ImageTag"]
