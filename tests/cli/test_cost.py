"""`blogstack cost`, in a subprocess."""

from __future__ import annotations

import json
from pathlib import Path

from tests.cases import ACCEPT
from tests.conftest import ROOT
from tests.support.console import MINIMAL, QUIET, Run


def test_the_page_shows_what_is_printed(run: Run) -> None:
    """docs/cost.md has the repository's own file, line by line."""
    Path("blogstack.yaml").write_text((ROOT / "blogstack.yaml").read_text())
    result = run("cost", "--env", "prod")
    assert (result.returncode, result.stderr) == (0, "")
    _, table, _, other, _ = (ROOT / "docs" / "cost.md").read_text().split("```")
    for shown in (table.split("\n", 2)[2], other):
        assert shown.strip("\n") in result.stdout


def test_assumptions_and_date(run: Run) -> None:
    Path("blogstack.yaml").write_text(QUIET + "scaling: {spot: 50}\n")
    text = run("cost").stdout
    assert "list prices of 20" in text
    assert "left out: requests, traffic, logs" in text
    assert "tasks on Spot are counted at on-demand prices" in text
    Path("blogstack.yaml").write_text(QUIET)
    assert "not counted: scaling.spot; Spot prices vary, and are up to 70% lower" in run("cost").stdout


def test_an_existing_database_is_left_out(run: Run) -> None:
    file = (ACCEPT / "database-existing" / "blogstack.yaml").read_text()
    Path("blogstack.yaml").write_text(file)
    assert "storage in buckets, the existing database, tax" in run("cost").stdout
    Path("blogstack.yaml").write_text(QUIET + "database: {}\n")
    assert "existing database" not in run("cost").stdout


def test_what_another_application_pays_is_left_out(run: Run) -> None:
    Path("blogstack.yaml").write_text((ACCEPT / "uses" / "blogstack.yaml").read_text())
    text = run("cost").stdout
    assert "the network and load balancer of shop, tax" in text
    assert "NatGateway" not in text


def test_a_region_without_prices_is_refused(run: Run) -> None:
    Path("blogstack.yaml").write_text(MINIMAL.replace("ap-northeast-2", "eu-south-1"))
    result = run("cost")
    assert (result.returncode, result.stdout) == (1, "")
    assert result.stderr.startswith("error: no prices for eu-south-1: the table has ap-northeast-1, ap-northeast-2, ")


def test_no_price_is_null_and_said(run: Run) -> None:
    Path("blogstack.yaml").write_text(QUIET + "database: {instance_class: db.m8g.large}\n")
    assert "at least: some lines have no price" in run("cost").stdout
    (environment,) = json.loads(run("cost", "--format", "json").stdout)["environments"]
    (line,) = [line for line in environment["lines"] if line["what"] == "db.m8g.large in two zones"]
    assert (line["idle"], line["most"]) == (None, None)


def test_each_environment(run: Run) -> None:
    Path("blogstack.yaml").write_text(MINIMAL + "environments: {staging: {scaling: {min: 1, max: 1}}, prod: {}}\n")
    found = json.loads(run("cost", "--format", "json").stdout)
    assert [each["name"] for each in found["environments"]] == ["blog-api-staging", "blog-api-prod"]
    staging, prod = (each["idle"] for each in found["environments"])
    assert staging < prod


def test_a_file_with_errors(run: Run) -> None:
    Path("blogstack.yaml").write_text(QUIET + "colour: red\n")
    result = run("cost")
    assert (result.returncode, result.stdout) == (1, "")
    assert "error[BS201]" in result.stderr
