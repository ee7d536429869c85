"""The tables and limits in the code are those of AWS: compared with cfn-lint's schemas and botocore's models."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any, get_args

import botocore.session
import cfnlint.data.schemas.extensions.aws_ecs_taskdefinition as task_extensions
import pytest
from cfnlint.helpers import REGIONS as LINTED_REGIONS
from pydantic import ValidationError

from blogstack.config import Config
from blogstack.config.logs import RetentionDays
from blogstack.facts.fargate import TASK_SIZES
from blogstack.facts.regions import REGIONS, partition
from tests.support.schemas import schema
from tools import elasticache_facts, rds_facts, region_facts

SESSION = botocore.session.Session()


def test_region_table() -> None:
    """The table is what botocore has; `make generate` writes it."""
    assert region_facts.TABLE.read_text() == region_facts.text()


def test_regions() -> None:
    """The regions where ECS has an endpoint, in the partitions that are open to the public."""
    partitions = ("aws", "aws-cn", "aws-us-gov", "aws-eusc")
    known = {region: name for name in partitions for region in SESSION.get_available_regions("ecs", name)}
    assert set(REGIONS) == set(known)
    assert {region: partition(region) for region in REGIONS} == known
    assert set(known) <= set(LINTED_REGIONS)
    assert list(REGIONS) == sorted(REGIONS)


def test_task_sizes() -> None:
    """The 77 pairs, as cfn-lint has them."""
    file = Path(task_extensions.__path__[0]) / "fargate_cpu_memory.json"
    sizes: dict[int, set[int]] = {}
    for choice in json.loads(file.read_text())["then"]["anyOf"]:
        (cpu,) = choice["properties"]["Cpu"]["then"]["enum"]
        memory = choice["properties"]["Memory"]["then"]
        sizes[int(cpu)] = set(
            memory.get("enum") or range(memory["minimum"], memory["maximum"] + 1, memory["multipleOf"])
        )
    assert {cpu: set(memories) for cpu, memories in TASK_SIZES.items()} == sizes
    assert sum(map(len, TASK_SIZES.values())) == 77


def test_retention() -> None:
    assert list(get_args(RetentionDays)) == schema("AWS::Logs::LogGroup")["properties"]["RetentionInDays"]["enum"]


def accepted(path: str, value: object, **beside: object) -> bool:
    """Whether the language takes a value at a key; `beside`: other keys of its mapping."""
    data: dict[str, Any] = {"name": "blog", "region": "us-east-1"}
    section = data
    *parents, key = path.split(".")
    for parent in parents:
        section = section.setdefault(parent, {})
    section |= {key: value, **beside}
    try:
        Config.model_validate(data)
    except ValidationError:
        return False
    return True


@pytest.mark.parametrize(
    ("path", "service", "request_shape", "member"),
    [
        ("load_balancer.health_check.interval", "elbv2", "CreateTargetGroupInput", "HealthCheckIntervalSeconds"),
        ("load_balancer.health_check.timeout", "elbv2", "CreateTargetGroupInput", "HealthCheckTimeoutSeconds"),
        ("load_balancer.health_check.healthy_threshold", "elbv2", "CreateTargetGroupInput", "HealthyThresholdCount"),
        (
            "load_balancer.health_check.unhealthy_threshold",
            "elbv2",
            "CreateTargetGroupInput",
            "UnhealthyThresholdCount",
        ),
        ("service.port", "elbv2", "CreateTargetGroupInput", "Port"),
    ],
)
def test_limits_of_numbers(path: str, service: str, request_shape: str, member: str) -> None:
    """The language accepts exactly what the API accepts."""
    limits = SESSION.get_service_model(service).shape_for(request_shape).members[member].metadata
    low, high = limits["min"], limits["max"]
    assert (accepted(path, low), accepted(path, high)) == (True, True)
    assert (accepted(path, low - 1), accepted(path, high + 1)) == (False, False)


@pytest.mark.parametrize(
    ("path", "low", "high", "said"),
    [
        ("interval", 5, 300, "between 5 and 300 seconds"),
        ("timeout", 2, 60, "between 2 and 60 seconds"),
        ("retries", 1, 10, "between 1 and 10"),
        ("start_period", 0, 300, "between 0 and 300 seconds"),
    ],
)
def test_limits_of_the_container_check(path: str, low: int, high: int, said: str) -> None:
    """ECS states these limits only in the prose of its API reference."""
    members = SESSION.get_service_model("ecs").shape_for("HealthCheck").members
    member = members["startPeriod" if path == "start_period" else path]
    assert said in re.sub(r"<[^>]+>", "", member.documentation)
    key = f"service.health.{path}"
    taken = [accepted(key, value, command="true") for value in (low - 1, low, high, high + 1)]
    assert taken == [False, True, True, False]


def test_repository_names() -> None:
    """A repository name is valid in ECR."""
    metadata = SESSION.get_service_model("ecr").shape_for("CreateRepositoryRequest").members["repositoryName"].metadata
    names = [
        "blog",
        "team/blog-api",
        "a--b",
        "a__b",
        "A",
        "-a",
        "a-",
        "a//b",
        "a/",
        "a._b",
        "a.b_c/d-e",
        "a",
        "ab" * 128,
    ]
    for name in names:
        valid = bool(re.fullmatch(metadata["pattern"], name)) and metadata["min"] <= len(name) <= metadata["max"]
        assert accepted("image.repository", name) is valid, name


def test_mutable_tags() -> None:
    """No more exceptions than ECR has filters for."""
    filters = schema("AWS::ECR::Repository")["properties"]["ImageTagMutabilityExclusionFilters"]
    assert accepted("image.mutable_tags", [f"t{n}" for n in range(filters["maxItems"])])
    assert not accepted("image.mutable_tags", [f"t{n}" for n in range(filters["maxItems"] + 1)])


def test_caches() -> None:
    """ElastiCache's versions and node types are those that cfn-lint has; `make generate` writes them."""
    assert elasticache_facts.FACTS.read_text() == elasticache_facts.text()
    assert elasticache_facts.facts()["node_types"]["cache.m6g.large"] == "*"  # as BS361 says


def test_databases() -> None:
    """RDS's versions and classes are those that cfn-lint has; `make generate` writes them."""
    assert rds_facts.FACTS.read_text() == rds_facts.text()
