"""Alarms and dashboard: their metrics exist, and every threshold is meaningful in its configuration."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from blogstack.deploy.shell import deployment_script
from blogstack.pipeline import compile_text
from tests.cases import compiled
from tests.conftest import ROOT
from tests.support.templates import (
    Tree,
    cases_with,
    cases_without,
    edge,
    entries,
    has,
    of_type,
    read,
    resource,
    stack,
    trees,
)

ELB = "AWS/ApplicationELB"
# Dimensions and statistics:
# https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-cloudwatch-metrics.html
# https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service_utilization.html
# https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/rds-metrics.html#rds-cw-metrics-instance
# https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/CacheMetrics.Redis.html
# https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html
BY_BALANCER, BY_TARGETS = {"LoadBalancer"}, {"TargetGroup", "LoadBalancer"}
BY_EITHER = (BY_BALANCER, BY_TARGETS)
BY_SERVICE, BY_INSTANCE = {"ClusterName", "ServiceName"}, {"DBInstanceIdentifier"}
BY_NODE, BY_QUEUE = {"CacheClusterId"}, {"QueueName"}
METRICS = {
    (ELB, "HTTPCode_Target_5XX_Count"): ((BY_TARGETS,), {"Sum"}),
    (ELB, "HTTPCode_ELB_5XX_Count"): ((BY_BALANCER,), {"Sum"}),
    (ELB, "RequestCount"): (BY_EITHER, {"Sum"}),
    (ELB, "TargetResponseTime"): ((BY_TARGETS,), {"p50", "p99"}),
    (ELB, "HealthyHostCount"): ((BY_TARGETS,), {"Minimum"}),
    (ELB, "UnHealthyHostCount"): ((BY_TARGETS,), {"Maximum"}),
    ("AWS/ECS", "CPUUtilization"): ((BY_SERVICE,), {"Average"}),
    ("AWS/ECS", "MemoryUtilization"): ((BY_SERVICE,), {"Maximum"}),
    ("AWS/RDS", "CPUUtilization"): ((BY_INSTANCE,), {"Average"}),
    ("AWS/RDS", "FreeStorageSpace"): ((BY_INSTANCE,), {"Minimum"}),
    ("AWS/RDS", "DatabaseConnections"): ((BY_INSTANCE,), {"Maximum"}),
    ("AWS/ElastiCache", "EngineCPUUtilization"): ((BY_NODE,), {"Average"}),
    ("AWS/ElastiCache", "DatabaseMemoryUsagePercentage"): ((BY_NODE,), {"Maximum"}),
    ("AWS/ElastiCache", "Evictions"): ((BY_NODE,), {"Sum"}),
    ("AWS/SQS", "ApproximateAgeOfOldestMessage"): ((BY_QUEUE,), {"Maximum"}),
    ("AWS/SQS", "ApproximateNumberOfMessagesVisible"): ((BY_QUEUE,), {"Maximum"}),
}
SMALL = b"name: blog-api\nregion: us-east-1\nalarms: {email: ops@example.com}\n"


ARN = "arn:${AWS::Partition}:%s:${AWS::Region}:${AWS::AccountId}:%s"


def service(name: str) -> Tree:
    return trees(name)["service"]


def alarms(tree: Tree) -> dict[str, Tree]:
    """The properties of a template's alarms, by logical ID."""
    return {name: body["Properties"] for name, body in of_type(tree, "AWS::CloudWatch::Alarm").items()}


def all_alarms(name: str) -> dict[str, Tree]:
    """Those of a case: of the workload, in its own stack, and of the stores, in the tasks stack."""
    ours, others = alarms(service(name)), alarms(trees(name)["tasks"])
    known = {"service", "tasks", *entries(name)}
    assert not any(alarms(tree) for kind, tree in trees(name).items() if kind not in known)
    assert not ours.keys() & others.keys()
    assert {logical_id.startswith("Database") for logical_id in ours} == {False}
    expected = ["DatabaseCpuAlarm", "DatabaseStorageAlarm"] if has(name, "Database") else []
    expected += ["CacheCpuAlarm", "CacheMemoryAlarm", "CacheEvictionsAlarm"] if has(name, "Cache") else []
    queues = of_type(trees(name).get("queues", {"Resources": {}}), "AWS::SQS::Queue")
    for queue in (queue for queue in queues if queue.endswith("Queue")):
        expected += [f"{queue}AgeAlarm", f"{queue.removesuffix('Queue')}DeadLettersAlarm"]
    assert list(others) == expected
    return {**ours, **others}


def of_our_stacks(name: str) -> Tree:
    """The condition of whoever may publish or use the key: the stacks that have alarms, and no other."""
    workers = compiled(name).blueprints[0].services
    jobs = compiled(name).blueprints[0].jobs
    kinds = [*(each.name for each in (*workers, *jobs)), "tasks"]
    senders = [stack(name, kind) for kind in kinds if alarms(trees(name)[kind])]
    return {
        "StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}},
        "ArnLike": {
            "aws:SourceArn": [{"Fn::Sub": ARN % ("cloudwatch", f"alarm:{sender}-*")} for sender in senders],
        },
    }


def metrics(alarm: Tree) -> Iterator[tuple[str, str, dict[str, Any], str, int]]:
    """Namespace, name, dimensions, statistic and period of each metric of an alarm."""
    whole = {"Metric": alarm, "Stat": alarm.get("Statistic"), "Period": alarm.get("Period")}
    for stat in [query["MetricStat"] for query in alarm.get("Metrics", []) if "MetricStat" in query] or [whole]:
        named = {item["Name"]: item["Value"] for item in stat["Metric"]["Dimensions"]}
        yield stat["Metric"]["Namespace"], stat["Metric"]["MetricName"], named, stat["Stat"], stat["Period"]


def dashboard(name: str) -> list[Tree]:
    """The widgets, with CloudFormation's placeholders as they stand."""
    text, _ = dashboard_body(name)
    return json.loads(text)["widgets"]  # type: ignore[no-any-return]


def dashboard_body(name: str) -> tuple[str, Tree]:
    """The dashboard's text, and what its variables stand for."""
    (body,) = of_type(service(name), "AWS::CloudWatch::Dashboard").values()
    text, variables = body["Properties"]["DashboardBody"]["Fn::Sub"]
    return text, variables


def small(more: str) -> dict[str, Tree]:
    """The alarms of a small configuration with some more keys."""
    compilation = compile_text("blogstack.yaml", SMALL + more.encode())
    assert not compilation.failed, compilation.diagnostics
    made = [alarms(read(template.text)) for template in compilation.templates]
    return {logical_id: alarm for found in made for logical_id, alarm in found.items()}


@pytest.mark.parametrize("name", cases_with("AlarmTopic"))
class TestEachCase:
    def test_alarms_read_metrics_that_exist(self, name: str) -> None:
        """Under their names, with dimensions that AWS publishes them by and a statistic that means something."""
        properties = service(name)["Resources"]["Service"]["Properties"]
        full_name = {"Fn::GetAtt": ["LoadBalancer", "LoadBalancerFullName"]}
        balancer, tree = edge(name)
        (cluster,) = {each.cluster for each in compiled(name).blueprints[0].services}
        assert tree["Outputs"]["LoadBalancerFullName"]["Value"] == full_name
        for alarm in all_alarms(name).values():
            for namespace, metric, dimensions, statistic, _ in metrics(alarm):
                published, statistics = METRICS[namespace, metric]
                assert dimensions.keys() in published
                assert statistic in statistics
                for dimension, value in dimensions.items():
                    match dimension:
                        case "LoadBalancer":
                            assert value == {"Fn::ImportValue": f"{balancer}:LoadBalancerFullName"}
                        case "TargetGroup":
                            resource, attribute = value["Fn::GetAtt"]
                            assert attribute == "TargetGroupFullName"
                            assert resource in service(name)["Resources"]
                            assert resource in ("TargetGroup", "AlternateTargetGroup")
                        case "DBInstanceIdentifier":
                            database = trees(name)["database"]["Resources"]["Database"]["Properties"]
                            assert value == database["DBInstanceIdentifier"]
                        case "CacheClusterId":
                            text, values = value["Fn::Sub"]
                            assert text in ("${Store}-001", "${Store}-002")
                            group = f"{stack(name, 'cache')}:ReplicationGroupId"
                            assert values == {"Store": {"Fn::ImportValue": group}}
                        case "QueueName":
                            export = value["Fn::ImportValue"].removeprefix(f"{stack(name, 'queues')}:")
                            exported = trees(name)["queues"]["Outputs"][export]["Value"]
                            assert exported == {"Fn::GetAtt": [export.removesuffix("Name"), "QueueName"]}
                            assert ("DeadLetters" in export) is (metric == "ApproximateNumberOfMessagesVisible")
                        case "ClusterName":
                            assert value == cluster
                        case _:
                            assert value == properties["ServiceName"]

    def test_an_expression_joins_its_own_metrics(self, name: str) -> None:
        for alarm in all_alarms(name).values():
            queries = alarm.get("Metrics", [])
            assert [query["ReturnData"] for query in queries] == [False] * (len(queries) - 1) + [True] * bool(queries)
            for query in queries[-1:]:
                used = set(re.findall(r"[a-z][a-z0-9_]*", query["Expression"]))
                assert used == {item["Id"] for item in queries[:-1]}
            periods = {period for *_, period in metrics(alarm)}
            assert len(periods) == 1
            # Period: at most a day. https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html
            assert periods.pop() * alarm["EvaluationPeriods"] <= 86400
            assert alarm["DatapointsToAlarm"] <= alarm["EvaluationPeriods"]

    def test_every_alarm_is_mailed_and_says_where_to_look(self, name: str) -> None:
        own = {"Ref": "AlarmTopic"}
        by_name = {"Fn::Sub": ARN % ("sns", resource(name, "tasks", "AlarmTopic")["TopicName"])}
        for kind, topic in (("service", by_name), ("tasks", own)):
            for alarm in alarms(trees(name)[kind]).values():
                assert (alarm["AlarmActions"], alarm["OKActions"]) == ([topic], [topic])
        for alarm in all_alarms(name).values():
            assert "Look first at " in alarm["AlarmDescription"]
            assert len(alarm["AlarmDescription"]) <= 1024  # the limit of PutMetricAlarm, as above
        subscription = resource(name, "tasks", "AlarmSubscription")
        assert (subscription["TopicArn"], subscription["Protocol"]) == (own, "email")

    def test_only_alarms_that_another_stack_shows_have_names(self, name: str) -> None:
        """They begin with their stack's, as those that CloudFormation chooses: the topic's policy admits no others."""
        assert not any("AlarmName" in alarm for alarm in alarms(service(name)).values())
        names = [alarm["AlarmName"] for alarm in alarms(trees(name)["tasks"]).values()]
        assert len(set(names)) == len(names)
        assert all(alarm.startswith(f"{stack(name, 'tasks')}-") for alarm in names)

    def test_alarms_of_a_deployment_come_before_the_service(self, name: str) -> None:
        """ECS gets only existing alarms; the others wait for the tasks, and no two wait for each other."""
        before = ["Target5xxAlarm", "LoadBalancer5xxAlarm"]
        properties = service(name)["Resources"]["Service"]["Properties"]
        (blueprint,) = compiled(name).blueprints
        # What the load balancer answers by itself is the other application's where it has the load balancer.
        told = {"AlarmNames": [{"Ref": alarm} for alarm in before[: 2 if blueprint.edge else 1]]}
        expected = {
            "alarms": {**told, "Enable": True, "Rollback": True},
            "everything": {**told, "Enable": False, "Rollback": False},
            "alarms-alone": None,  # in GovCloud ECS refuses to be told that there are none
        }
        assert properties["DeploymentConfiguration"].get("Alarms") == expected.get(name, expected["alarms"])
        for logical_id, body in of_type(service(name), "AWS::CloudWatch::Alarm").items():
            assert body.get("DependsOn") == (None if logical_id in before else "Service")
        assert all("DependsOn" not in body for body in of_type(trees(name)["tasks"], "AWS::CloudWatch::Alarm").values())

    def test_the_dashboard_draws_what_alarms_read(self, name: str) -> None:
        """Each threshold is a line in the chart of its metrics; every metric exists; no widget covers another.

        Of cache and queues the dashboard shows the state of the alarms, and no charts.
        """
        status, *charts = dashboard(name)
        named = [ARN % ("cloudwatch", f"alarm:{a['AlarmName']}") for a in alarms(trees(name)["tasks"]).values()]
        own = [f"${{{logical_id}.Arn}}" for logical_id in alarms(service(name))]
        assert status["properties"]["alarms"] == [*own, *named]
        drawn: dict[tuple[str, str], list[int]] = {}
        for chart in charts:
            lines = chart["properties"].get("annotations", {}).get("horizontal", [])
            for line in chart["properties"]["metrics"]:
                if len(line) == 1:
                    continue
                namespace, metric, *named, how = line
                published, statistics = METRICS[namespace, metric]
                assert set(named[::2]) in published
                assert how["stat"] in statistics
                drawn.setdefault((namespace, metric), []).extend(item["value"] for item in lines)
        for alarm in all_alarms(name).values():
            for namespace, metric, *_ in metrics(alarm):
                if namespace not in ("AWS/ElastiCache", "AWS/SQS"):
                    assert alarm["Threshold"] in drawn[namespace, metric]
        fields = [
            (w["x"] + x, w["y"] + y) for w in (status, *charts) for x in range(w["width"]) for y in range(w["height"])
        ]
        assert len(set(fields)) == len(fields)
        assert {x for x, _ in fields} == set(range(24))

    def test_an_id_in_a_chart_is_one_metric(self, name: str) -> None:
        for blueprint in compiled(name).blueprints:
            for chart in (each for found in blueprint.monitoring.values() for row in found.rows for each in row):
                metrics = {*chart.metrics, *(metric for alarm in chart.alarms for metric in alarm.metrics)}
                assert len({metric.id for metric in metrics}) == len(metrics), chart.title

    def test_the_dashboard_names_what_exists(self, name: str) -> None:
        """Every placeholder is AWS's own, a resource of the template or a variable, and every variable is used."""
        text, variables = dashboard_body(name)
        assert variables == {"LoadBalancer": {"Fn::ImportValue": f"{edge(name)[0]}:LoadBalancerFullName"}}
        placeholders = set(re.findall(r"\$\{([^}]+)\}", text))
        for placeholder in placeholders - variables.keys():
            assert placeholder.startswith("AWS::") or placeholder.split(".")[0] in service(name)["Resources"]
        assert variables.keys() <= placeholders

    def test_the_topic_is_for_our_alarms_only(self, name: str) -> None:
        """Publishing is CloudWatch's for alarms of these stacks; and nothing goes without TLS."""
        resources = trees(name)["tasks"]["Resources"]
        publish, deny = resources["AlarmTopicPolicy"]["Properties"]["PolicyDocument"]["Statement"]
        assert (publish["Effect"], publish["Action"]) == ("Allow", ["sns:Publish"])
        assert publish["Condition"] == of_our_stacks(name)
        assert publish["Principal"] == {"Service": "cloudwatch.amazonaws.com"}
        assert (deny["Effect"], deny["Condition"]) == ("Deny", {"Bool": {"aws:SecureTransport": "false"}})


@pytest.mark.parametrize("name", cases_with("AlarmKey"))
def test_the_key_of_the_topic_is_for_our_alarms_only(name: str) -> None:
    assert resource(name, "tasks", "AlarmTopic")["KmsMasterKeyId"] == {"Ref": "AlarmKey"}
    key = resource(name, "tasks", "AlarmKey")
    assert key["EnableKeyRotation"] is True
    owner, alarm = key["KeyPolicy"]["Statement"]
    assert owner["Principal"] == {"AWS": {"Fn::Sub": "arn:${AWS::Partition}:iam::${AWS::AccountId}:root"}}
    assert (alarm["Action"], alarm["Condition"]) == (["kms:Decrypt", "kms:GenerateDataKey*"], of_our_stacks(name))


def test_a_customers_key_is_the_topics_too() -> None:
    """And then there is no other: help/guides/kms_key.md says what its policy needs."""
    watched = [name for name in cases_without("AlarmKey") if has(name, "AlarmTopic")]
    assert watched
    for name in watched:
        assert resource(name, "tasks", "AlarmTopic")["KmsMasterKeyId"].startswith("arn:aws:kms:")


@pytest.mark.parametrize(
    ("more", "threshold"),
    [
        ("", 80),  # halfway from the 60 that scaling holds
        ("scaling: {cpu: 90}\n", 95),
        ("scaling: {cpu: 100}\n", 100),
        ("scaling: {cpu: null}\n", 80),
        ("scaling: {min: 3, max: 3, cpu: 90}\n", 80),  # nothing scales
    ],
)
def test_cpu_is_well_above_what_scaling_holds(more: str, threshold: int) -> None:
    assert small(more)["CpuAlarm"]["Threshold"] == threshold


@pytest.mark.parametrize(
    ("more", "fewer_than", "minutes"),
    [
        ("", 2, 7),  # five, and 60 s and two checks of 15 s to become healthy
        ("scaling: {min: 5}\ndeployment: {minimum_healthy_percent: 50}\n", 3, 7),  # what a deployment leaves
        ("scaling: {min: 1}\ndeployment: {minimum_healthy_percent: 0}\n", 1, 7),
        ("service: {framework: django, environment: {ALLOWED_HOSTS: x}}\n", 2, 8),
        ("load_balancer: {health_check: {grace_period: 0, interval: 300, healthy_threshold: 10}}\n", 2, 55),
    ],
)
def test_a_deployment_alone_is_no_lack_of_tasks(more: str, fewer_than: int, minutes: int) -> None:
    found = small(more)
    few, unhealthy = found["FewerTasksAlarm"], found["UnhealthyTasksAlarm"]
    assert (few["ComparisonOperator"], few["Threshold"]) == ("LessThanThreshold", fewer_than)
    assert (few["DatapointsToAlarm"], few["EvaluationPeriods"], few["Period"]) == (minutes, minutes, 60)
    assert few["TreatMissingData"] == "breaching"
    assert (unhealthy["DatapointsToAlarm"], unhealthy["EvaluationPeriods"]) == (minutes, 2 * minutes)


def test_schedules_set_the_fewest_tasks() -> None:
    """The smallest minimum of all counts; and none does where a schedule turns the service off."""
    night = 'scaling: {{min: 4, schedules: [{{name: night, cron: "0 22 * * ? *", min: {0}, max: 4}}]}}\n'
    assert small(night.format(3))["FewerTasksAlarm"]["Threshold"] == 3
    assert "FewerTasksAlarm" not in small(night.format(0))


def test_tasks_are_counted_in_both_target_groups() -> None:
    shifted = small("deployment: {strategy: canary}\n")
    for logical_id in ("FewerTasksAlarm", "UnhealthyTasksAlarm"):
        groups = [named["TargetGroup"]["Fn::GetAtt"][0] for _, _, named, _, _ in metrics(shifted[logical_id])]
        assert groups == ["TargetGroup", "AlternateTargetGroup"]
        *added, total = shifted[logical_id]["Metrics"]
        # One group is mostly without targets, and so without data, which counts as 0 in arithmetic; of SUM CloudWatch
        # does not say so, and advises against it in alarms:
        # https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html
        assert total["Expression"] == " + ".join(query["Id"] for query in added)


@pytest.mark.parametrize(
    ("keys", "minutes"),
    [
        ("", 25),  # five tries of five minutes, each of which may fail
        ("visibility_timeout: 30s", 15),  # not for a wait that is none
        ("visibility_timeout: 12h, max_receives: 10, retention: 1", 12 * 60),  # half of the time until it is lost
    ],
)
def test_a_message_that_fails_is_no_old_one(keys: str, minutes: int) -> None:
    assert small(f"queues: {{mails: {{{keys}}}}}\n")["MailsQueueAgeAlarm"]["Threshold"] == minutes * 60


def test_the_alarms_of_a_cache_are_on_its_fuller_node() -> None:
    """With a replica on both nodes, either of which may be the primary one; without on the one that there is."""
    both, one = small("cache: {}\n"), small("cache: {multi_az: false}\n")
    for logical_id in ("CacheCpuAlarm", "CacheMemoryAlarm", "CacheEvictionsAlarm"):
        *nodes, worse = both[logical_id]["Metrics"]
        assert worse["Expression"] == f"MAX([{', '.join(node['Id'] for node in nodes)}])"
        assert len(nodes) == 2
        assert "Metrics" not in one[logical_id]
        assert [named["CacheClusterId"]["Fn::Sub"][0] for _, _, named, *_ in metrics(one[logical_id])] == [
            "${Store}-001"
        ]


@pytest.mark.parametrize(("target", "threshold"), [(60, 90), (80, 90), (85, 92)])
def test_memory_is_above_what_scaling_holds(target: int, threshold: int) -> None:
    assert small(f"scaling: {{memory: {target}}}\n")["MemoryAlarm"]["Threshold"] == threshold


@pytest.mark.parametrize(
    ("more", "gibibytes"),
    [
        ("database: {}\n", 1),  # 5 percent of 20: RDS would have grown it at 10
        ("database: {storage: 40, max_storage: 40}\n", 4),  # 10 percent: it does not grow
    ],
)
def test_free_storage(more: str, gibibytes: int) -> None:
    assert small(more)["DatabaseStorageAlarm"]["Threshold"] == gibibytes * 2**30


@pytest.mark.parametrize(
    ("errors", "requests", "alarm"),
    [
        (1, 1, False),  # one error at night
        (9, 9, False),
        (10, 10, True),
        (10, 1000, False),
        (60, 1000, True),
    ],
)
def test_a_rate_of_few_errors_is_no_alarm(errors: int, requests: int, alarm: bool) -> None:
    """The expressions as CloudWatch reckons them; a load balancer's own answers may or may not count as requests."""
    found = small("")
    assert _rate(found["Target5xxAlarm"], errors=errors, requests=requests) is alarm
    assert _rate(found["LoadBalancer5xxAlarm"], refusals=errors, total=requests - errors) is alarm


def test_the_slowest_of_few_requests_is_no_alarm() -> None:
    latency = small("")["LatencyAlarm"]
    assert not _rate(latency, p99=20, requests=99)
    assert _rate(latency, p99=3, requests=100)


@pytest.mark.parametrize("new", ["1", "2"])
@pytest.mark.parametrize(
    ("errors", "requests", "others", "alarm"),
    [
        (30, 30, 970, True),  # three percent of the requests, and every one fails
        (30, 1000, 10, False),
        (9, 9, 1000, False),
        (60, 1000, 0, True),
    ],
)
def test_a_new_version_is_judged_by_its_own_requests(
    new: str, errors: int, requests: int, others: int, alarm: bool
) -> None:
    """Whichever group it is in. The other has no failed requests, so no data of them; nor of requests without any."""
    old = {"1": "2", "2": "1"}[new]
    values: dict[str, Value] = {f"errors{new}": errors, f"requests{new}": requests}
    values |= {f"errors{old}": MISSING, f"requests{old}": others or MISSING}
    for strategy in ("blue_green", "canary", "linear"):
        found = small(f"deployment: {{strategy: {strategy}}}\n")["Target5xxAlarm"]
        assert _rate(found, **values) is alarm
        groups = {named["TargetGroup"]["Fn::GetAtt"][0] for _, _, named, _, _ in metrics(found)}
        assert groups == {"TargetGroup", "AlternateTargetGroup"}


class _Missing:
    """No data: 0 when something is added, and else no data.

    https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html
    """

    def __add__(self, other: Value) -> Value:
        return other

    def __sub__(self, other: Value) -> Value:
        return self if isinstance(other, _Missing) else -other

    def __rsub__(self, other: Value) -> Value:
        return other

    def __ge__(self, other: Value) -> _Missing:
        return self

    def __abs__(self) -> _Missing:
        return self

    __radd__ = __add__
    __rmul__ = __truediv__ = __rtruediv__ = __ge__


MISSING = _Missing()
Value = float | _Missing


def _rate(alarm: Tree, **values: Value) -> bool:
    """Whether an alarm's expression reaches its threshold."""
    functions = {
        "IF": lambda condition, yes, no: MISSING if condition is MISSING else yes if condition else no,
        "ABS": abs,
    }
    reckoned = eval(alarm["Metrics"][-1]["Expression"], functions, values)  # noqa: S307
    return reckoned is not MISSING and bool(reckoned >= alarm["Threshold"])


def test_without_the_key_nothing_is_watched() -> None:
    assert "Alarms" not in resource("database", "service", "Service")["DeploymentConfiguration"]
    for tree in trees("database").values():
        assert not alarms(tree)
        assert not of_type(tree, "AWS::SNS::Topic")


def test_the_page_explains_every_alarm() -> None:
    """docs/alarms.md has a row for each alarm, and it says what is rolled back on."""
    page = (ROOT / "docs" / "alarms.md").read_text()
    (blueprint,) = compiled("alarms").blueprints
    database = blueprint.tasks.database_monitoring
    assert database
    store_alarms = compiled("stores").blueprints[0].tasks.store_alarms
    (celery,) = compiled("celery").blueprints
    of_others = [*celery.monitoring["celery"].alarms, *(watched.alarm for watched in celery.job_monitoring.values())]
    made = [*blueprint.monitoring["service"].alarms, *of_others, *database.alarms, *(a.alarm for a in store_alarms)]
    rows = re.findall(r"^\| `([a-z0-9-]+)` \|.*\| (yes|no) \|$", page, re.MULTILINE)
    assert rows == list(dict.fromkeys((alarm.id, "yes" if alarm.rolls_back else "no") for alarm in made))


def test_each_environment_watches_its_own() -> None:
    """Names of cluster, service and dashboard carry the environment; one without the key has no alarms."""
    both = b"environments:\n  staging: {alarms: null}\n  prod: {scaling: {min: 4}}\n"
    compilation = compile_text("blogstack.yaml", SMALL + both)
    stacks = {template.stack_name: read(template.text) for template in compilation.templates}
    assert not alarms(stacks["blog-api-staging-service"])
    assert not of_type(stacks["blog-api-staging-tasks"], "AWS::SNS::Topic")
    assert stacks["blog-api-prod-tasks"]["Resources"]["AlarmTopic"]["Properties"]["TopicName"] == "blog-api-prod-alarms"
    prod = alarms(stacks["blog-api-prod-service"])
    assert {item["Value"] for item in prod["CpuAlarm"]["Dimensions"]} == {"blog-api-prod"}
    assert prod["FewerTasksAlarm"]["Threshold"] == 4
    board = stacks["blog-api-prod-service"]["Resources"]["Dashboard"]["Properties"]
    assert board["DashboardName"] == {"Fn::Sub": "blog-api-prod-${AWS::Region}"}


def test_the_printed_commands_say_who_has_to_confirm() -> None:
    compilation = compile_text("blogstack.yaml", SMALL)
    files = {template.stack_name: f"{template.stack_name}.yaml" for template in compilation.templates}
    assert "AWS asks ops@example.com once to confirm" in deployment_script(compilation.blueprints, files)
