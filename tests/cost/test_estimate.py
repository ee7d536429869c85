"""Estimates against sums that a person can check, with the prices in the table."""

from __future__ import annotations

import pytest

from blogstack.cost.alternatives import Alternative, alternatives
from blogstack.cost.change import cost_change
from blogstack.cost.estimate import Estimate, estimate
from blogstack.facts.elasticache import node_types_in
from blogstack.facts.prices import Prices, dates, regions
from blogstack.facts.rds import classes_in
from tests.cases import EACH
from tests.support.console import MINIMAL
from tests.support.diffing import environment_of, stacks_of
from tests.support.templates import trees

SEOUL = "ap-northeast-2"
UNPRICED = "database: {instance_class: db.m8g.large}\n"
"""A class that is newer than the table's prices of databases."""


def estimated(text: str, region: str = SEOUL) -> Estimate:
    return estimate(stacks_of(text), region)


def amounts(found: Estimate, logical_id: str) -> list[tuple[str, float | None, float | None]]:
    return [
        (line.what, line.idle and round(line.idle, 2), line.most and round(line.most, 2))
        for line in found.lines
        if line.logical_id == logical_id
    ]


def test_the_default_in_seoul() -> None:
    """Two to ten tasks of half a vCPU, a load balancer in two zones, one NAT gateway, a database in two zones."""
    found = estimated(MINIMAL + "database: {}\nservice: {secrets: {JWT_SECRET: generate}}\n")
    assert amounts(found, "Service") == [("2 to 10 tasks of 0.5 vCPU and 1 GB", 41.45, 207.25)]
    assert round(730 * 2 * (0.5 * 0.04656 + 0.00511), 2) == 41.45
    assert amounts(found, "LoadBalancer") == [("load balancer", 16.43, 16.43), ("2 public IPv4 addresses", 7.3, 7.3)]
    assert amounts(found, "NatGateway1") == [("NAT gateway", 43.07, 43.07)]
    assert amounts(found, "Database") == [
        ("db.t4g.micro in two zones", 37.23, 37.23),
        ("storage, 20 to 100 GB of gp3 in two zones", 5.24, 26.2),
    ]
    assert amounts(found, "Cluster") == [("Container Insights, 37 metrics", 11.1, 11.1)]
    assert (round(found.idle, 2), round(found.most, 2)) == (166.26, 353.02)


def test_schedules_have_the_last_word_on_the_number_of_tasks() -> None:
    night = "{name: night, cron: '0 20 * * ? *', timezone: UTC, min: 0, max: 0}"
    day = "{name: day, cron: '0 6 * * ? *', timezone: UTC, min: 4, max: 20}"
    schedules = f"[{night}, {day}]"
    found = estimated(MINIMAL + f"scaling: {{min: 2, max: 10, schedules: {schedules}}}\n")
    assert amounts(found, "Service")[0][0].startswith("0 to 20 tasks")


def test_tasks_with_public_addresses_pay_for_each() -> None:
    found = estimated(MINIMAL + "network: {create: {egress: public_ip}}\nscaling: {min: 3, max: 3}\n")
    what = [each for each, _, _ in amounts(found, "Service")]
    assert what == ["3 tasks of 0.5 vCPU and 1 GB", "3 addresses (public IPv4) of tasks"]


def test_a_cache_pays_for_each_node() -> None:
    two, one = (estimated(MINIMAL + f"cache: {{multi_az: {zones}}}\n") for zones in ("true", "false"))
    assert amounts(two, "Cache") == [("2 nodes cache.t4g.micro", 28.03, 28.03)]
    assert amounts(one, "Cache") == [("1 node cache.t4g.micro", 14.02, 14.02)]
    assert round(730 * 0.0192, 2) == 14.02


def test_a_web_acl_pays_for_each_rule() -> None:
    """The limit of requests, and each group of AWS's rules."""
    found = estimated(MINIMAL + "load_balancer: {waf: true}\n")
    assert amounts(found, "WebAcl") == [("web ACL with 4 rules", 9.0, 9.0)]


def test_a_dashboard() -> None:
    found = estimated(MINIMAL + "alarms: {email: ops@example.com}\n")
    assert amounts(found, "Dashboard") == [("dashboard", 3.0, 3.0)]


class TestContainerInsights:
    """A cluster has twelve metrics, and each service with tasks twenty-five, with those of its task definition."""

    def test_each_service_has_metrics(self) -> None:
        two = estimated(MINIMAL + "workers: {mails: {command: [python, mails.py]}}\n")
        assert amounts(two, "Cluster") == [("Container Insights, 62 metrics", 18.6, 18.6)]
        assert 12 + 2 * 25 == 62
        assert round(62 * 0.3, 2) == 18.6

    def test_none_while_there_is_no_task(self) -> None:
        night = "{name: night, cron: '0 20 * * ? *', timezone: UTC, min: 0, max: 0}"
        day = "{name: day, cron: '0 6 * * ? *', timezone: UTC, min: 2, max: 2}"
        found = estimated(MINIMAL + f"scaling: {{min: 2, max: 2, schedules: [{night}, {day}]}}\n")
        assert amounts(found, "Cluster") == [("Container Insights, 0 to 37 metrics", 0, 11.1)]

    def test_turned_off(self) -> None:
        assert amounts(estimated(MINIMAL + "logs: {container_insights: false}\n"), "Cluster") == []

    def test_enhanced_by_an_override_has_no_price(self) -> None:
        setting = "{ClusterSettings: [{Name: containerInsights, Value: enhanced}]}"
        found = estimated(MINIMAL + f"overrides: {{tasks: {{Cluster: {{Properties: {setting}}}}}}}\n")
        assert amounts(found, "Cluster") == [("Container Insights with enhanced observability", None, None)]


def test_private_names_pay_for_a_hosted_zone() -> None:
    found = estimated(MINIMAL + "services: {search: {command: [python, search.py]}}\n")
    assert amounts(found, "Namespace") == [("hosted zone of private names", 0.5, 0.5)]


def test_the_first_20_gb_of_a_disk_are_free() -> None:
    text = MINIMAL + "service: {ephemeral_storage: 120}\nscaling: {min: 1, max: 1}\n"
    what = "disk of 120 GB in each task, the first 20 free"
    assert amounts(estimated(text, "us-east-1"), "Service")[1] == (what, 8.1, 8.1)
    assert round(730 * 100 * 0.000111, 2) == 8.1
    assert amounts(estimated(text, SEOUL), "Service")[1] == (what, 9.27, 9.27)


def test_what_costs_by_use_is_named() -> None:
    jobs = "jobs: {nightly: {command: [python, nightly.py]}}\nqueues: {mails: {}}\nbuckets: {images: {}}\n"
    assert "messages" not in estimated(MINIMAL).by_use
    assert {"messages", "storage in buckets", "tasks of jobs and of the release step"} <= set(
        estimated(MINIMAL + jobs).by_use
    )


def test_what_has_no_price_is_named_and_not_counted() -> None:
    found = estimated(MINIMAL + UNPRICED)
    assert [line.what for line in found.unpriced] == ["db.m8g.large in two zones"]
    assert amounts(found, "Database")[0][1:] == (None, None)


def test_storage_of_another_type_by_an_override_has_no_price() -> None:
    override = "overrides: {database: {Database: {Properties: {StorageType: io2, Iops: 1000}}}}\n"
    (line,) = estimated(MINIMAL + "database: {}\n" + override).unpriced
    assert line.what == "storage, 20 to 100 GB of io2 in two zones"


def test_an_override_may_write_what_cannot_be_counted() -> None:
    override = "overrides: {service: {Service: {Properties: {TaskDefinition: mine:1}}}}\n"
    (line,) = estimated(MINIMAL + override).unpriced
    assert line.what == "AWS::ECS::Service with properties that blogstack does not set"


@pytest.mark.parametrize("case", EACH)
@pytest.mark.parametrize("region", regions())
def test_every_case_can_be_estimated(case: str, region: str) -> None:
    found = estimate(trees(case), region)
    assert 0 < found.idle <= found.most
    assert not [line.what for line in found.unpriced if "other properties" in line.what]


class TestAlternatives:
    """NAT or endpoints, one NAT or one for each zone, Graviton or x86, one zone or two, Container Insights or not."""

    @staticmethod
    def of(text: str) -> dict[tuple[str, object], float]:
        found: list[Alternative] = list(alternatives(environment_of(text), SEOUL, estimated(text)))
        return {(each.key, each.value): round(each.idle, 2) for each in found}

    def test_the_default(self) -> None:
        assert self.of(MINIMAL + "database: {}\n") == {
            ("network.create.egress", "nat_per_az"): 46.72,  # a second gateway and its address
            ("network.create.egress", "endpoints"): 29.2,  # four endpoints in two zones for one gateway
            ("network.create.egress", "public_ip"): -39.42,
            ("image.architecture", "arm64"): -8.29,
            ("database.multi_az", False): -21.6,
            ("logs.container_insights", False): -11.1,
        }

    def test_what_is_chosen_already_is_not_offered(self) -> None:
        found = self.of(MINIMAL + "image: {architecture: arm64}\nnetwork: {create: {egress: nat_per_az}}\n")
        assert ("image.architecture", "arm64") not in found
        assert found["network.create.egress", "nat"] == -46.72

    def test_a_network_that_exists_is_left_alone(self) -> None:
        existing = (
            "{vpc_id: vpc-0123456789abcdef0, public_subnet_ids: [subnet-0123456789abcdef0, subnet-0fedcba9876543210]"
        )
        found = self.of(MINIMAL + f"network: {{existing: {existing}, egress: public_ip}}}}\n")
        assert {key for key, _ in found} == {"image.architecture", "logs.container_insights"}

    def test_none_where_a_price_is_missing(self) -> None:
        found = {key for key, _ in self.of(MINIMAL + UNPRICED)}
        assert "network.create.egress" in found
        assert "database.multi_az" not in found


class TestChange:
    """The change of the monthly cost after an edit."""

    @staticmethod
    def of(old: str, new: str, region: str = SEOUL) -> str | None:
        before, after = stacks_of(old), stacks_of(new)
        change = cost_change(before, after, dict.fromkeys(after, region))
        return change.in_words() if change else None

    def test_in_words(self) -> None:
        text = self.of(MINIMAL, MINIMAL + "network: {create: {egress: nat_per_az}}\n")
        assert text is not None
        assert "(+46.72), " in text
        assert f"list prices of {dates(SEOUL)}" in text

    def test_a_stack_that_is_left_costs_until_it_is_deleted(self) -> None:
        text = self.of(MINIMAL + "workers: {mails: {command: [python, mails.py]}}\n", MINIMAL)
        assert text is not None
        assert text.startswith("US dollars a month, once blog-api-mails is deleted: ")
        assert "(-28.22)" in text

    def test_nothing(self) -> None:
        assert self.of(MINIMAL, MINIMAL + "logs: {retention: 90}\n") is None

    def test_a_region_or_a_class_without_prices(self) -> None:
        unknown = "US dollars a month: unknown, because there "
        text = self.of(MINIMAL, MINIMAL + "scaling: {min: 3}\n", region="af-south-1")
        assert text == unknown + "are no prices for af-south-1"
        text = self.of(MINIMAL, MINIMAL + UNPRICED)
        assert text is not None
        assert text.startswith(unknown + "is no price for ")

    def test_several_regions(self) -> None:
        old = stacks_of(MINIMAL)
        new = stacks_of(MINIMAL + "scaling: {min: 3}\n")
        places = dict.fromkeys(new, SEOUL) | {"blog-api-edge": "us-east-1"}
        change = cost_change(old, new, places)
        assert change is not None
        assert "several regions (ap-northeast-2, us-east-1): choose one with --env" in change.in_words()


def test_the_table_is_whole() -> None:
    """Every price is a positive number, and the region offers the classes."""
    for region in regions():
        prices = Prices(region)
        for name in ("fargate_vcpu_hour", "fargate_gb_hour"):
            x86, arm = prices.get(name, "X86_64"), prices.get(name, "ARM64")
            assert x86 is not None
            assert arm is not None
            assert arm < x86
        for name in ("load_balancer_hour", "nat_hour", "endpoint_hour", "public_ipv4_hour", "secret_month"):
            price = prices.get(name)
            assert price is not None
            assert 0 < price < 1
        known = [each for each in classes_in(region) if prices.get("database_hour", each)]
        assert "db.t4g.micro" in known
        for each in known:
            single, double = prices.get("database_hour", each), prices.get("database_multi_az_hour", each)
            assert single is not None
            assert double is None or double == pytest.approx(2 * single, rel=0.05)
        nodes = [each for each in node_types_in(region) if prices.get("cache_node_hour", each)]
        assert "cache.t4g.micro" in nodes
