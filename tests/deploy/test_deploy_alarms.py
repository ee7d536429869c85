"""Alarms as they exist after a deployment, asked for with boto3."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from blogstack.pipeline import compile_text
from emulator import Emulator
from tests.cases import ACCEPT, compiled
from tests.support.deploying import deploy_all

BLOG = "blog-api"


@pytest.fixture(scope="module")
def watched(emulator: Emulator) -> Emulator:
    """The case `alarms`, deployed. Nothing here changes it but the last test."""
    emulator.reset()
    deploy_all(emulator, compiled("alarms"))
    return emulator


def alarms(aws: Emulator) -> list[dict[str, Any]]:
    return aws.client("cloudwatch").describe_alarms()["MetricAlarms"]  # type: ignore[no-any-return]


def dimensions(alarm: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Every dimension of every metric of an alarm."""
    for metric in [query["MetricStat"]["Metric"] for query in alarm.get("Metrics", []) if "MetricStat" in query]:
        yield from ((item["Name"], item["Value"]) for item in metric["Dimensions"])
    yield from ((item["Name"], item["Value"]) for item in alarm.get("Dimensions", []))


def test_alarms_watch_what_was_deployed(watched: Emulator) -> None:
    """Their dimensions are the names of the real load balancer, target group, service and database."""
    (balancer,) = watched.client("elbv2").describe_load_balancers()["LoadBalancers"]
    (group,) = watched.client("elbv2").describe_target_groups()["TargetGroups"]
    (instance,) = watched.client("rds").describe_db_instances()["DBInstances"]
    (service,) = watched.client("ecs").describe_services(cluster=BLOG, services=[BLOG])["services"]
    real = {
        "LoadBalancer": balancer["LoadBalancerArn"].partition("loadbalancer/")[2],
        "TargetGroup": group["TargetGroupArn"].rpartition(":")[2],
        "DBInstanceIdentifier": instance["DBInstanceIdentifier"],
        "ServiceName": service["serviceName"],
        "ClusterName": service["clusterArn"].rpartition("/")[2],
    }
    assert len(alarms(watched)) == 9
    for alarm in alarms(watched):
        found = list(dimensions(alarm))
        assert found
        assert all(real[name] == value for name, value in found)


def test_alarms_are_mailed(watched: Emulator) -> None:
    sns, kms = watched.client("sns"), watched.client("kms")
    (topic,) = [topic["TopicArn"] for topic in sns.list_topics()["Topics"]]
    assert all(alarm["AlarmActions"] == alarm["OKActions"] == [topic] for alarm in alarms(watched))
    (subscription,) = sns.list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"]
    assert (subscription["Protocol"], subscription["Endpoint"]) == ("email", "ops@example.com")
    attributes = sns.get_topic_attributes(TopicArn=topic)["Attributes"]
    key = watched.resources(f"{BLOG}-tasks")["AlarmKey"]
    assert attributes["KmsMasterKeyId"] == key
    assert kms.get_key_rotation_status(KeyId=key)["KeyRotationEnabled"] is True
    publish, _ = json.loads(attributes["Policy"])["Statement"]
    assert publish["Resource"] == [topic]
    (patterns,) = publish["Condition"]["ArnLike"].values()
    prefixes = tuple(pattern.removesuffix("*") for pattern in patterns)
    assert all(alarm["AlarmArn"].startswith(prefixes) for alarm in alarms(watched))
    _, use = json.loads(kms.get_key_policy(KeyId=key, PolicyName="default")["Policy"])["Statement"]
    assert use["Condition"] == publish["Condition"]


def test_a_deployment_looks_at_alarms_that_exist(watched: Emulator) -> None:
    (service,) = watched.client("ecs").describe_services(cluster=BLOG, services=[BLOG])["services"]
    looked_at = service["deploymentConfiguration"]["alarms"]
    assert (looked_at["enable"], looked_at["rollback"]) == (True, True)
    found = watched.client("cloudwatch").describe_alarms(AlarmNames=looked_at["alarmNames"])["MetricAlarms"]
    assert sorted(alarm["AlarmName"] for alarm in found) == sorted(looked_at["alarmNames"])
    assert len(found) == 2


def test_the_dashboard_shows_the_alarms(watched: Emulator) -> None:
    body = watched.client("cloudwatch").get_dashboard(DashboardName=f"{BLOG}-{watched.region}")["DashboardBody"]
    status, *charts = json.loads(body)["widgets"]
    assert sorted(status["properties"]["alarms"]) == sorted(alarm["AlarmArn"] for alarm in alarms(watched))
    assert len(charts) == 9
    assert {chart["properties"]["region"] for chart in charts} == {watched.region}
    read = {value for alarm in alarms(watched) for _, value in dimensions(alarm)}
    drawn = {
        value for chart in charts for line in chart["properties"]["metrics"] if len(line) > 1 for value in line[3:-1:2]
    }
    assert drawn == read


def test_alarms_may_go_again(watched: Emulator) -> None:
    text = (ACCEPT / "alarms" / "blogstack.yaml").read_bytes()
    deploy_all(watched, compile_text("blogstack.yaml", text.replace(b"alarms: {email: ops@example.com}\n", b"")), "v2")
    assert alarms(watched) == []
    assert watched.client("sns").list_topics()["Topics"] == []
