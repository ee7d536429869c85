"""What is in the picture, and the three ways to write it."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest

from blogstack.blueprint.logical_ids import camel_case
from blogstack.graph.dot import as_dot
from blogstack.graph.mermaid import as_mermaid
from blogstack.graph.picture import Picture, draw
from blogstack.graph.svg import as_svg
from blogstack.pipeline import compile_text
from tests.cases import EACH, compiled
from tests.support.console import MINIMAL, QUIET, Run
from tests.support.templates import has, platform, trees

SVG = "{http://www.w3.org/2000/svg}"


def picture(case: str) -> Picture:
    return draw(compiled(case).blueprints[0])


@pytest.mark.parametrize("case", EACH)
def test_the_connections_are_those_that_the_security_groups_open(case: str) -> None:
    """Ports into the load balancer, from it to tasks, from them to other tasks and to stores, as in the templates."""
    opened, drawn = set(), picture(case)
    tasks = [node.id for tier in drawn.tiers for node in tier.nodes if node.id.startswith("tasks")]
    for kind, tree in trees(case).items():
        for name, body in tree["Resources"].items():
            properties = body.get("Properties", {})
            if name == "LoadBalancerSecurityGroup":
                ports = sorted({str(rule["FromPort"]) for rule in properties["SecurityGroupIngress"]}, key=int)
                opened.add(("clients", "balancer", " and ".join(ports)))
            if name == "TaskIngress":
                opened.add(("balancer", f"tasks{camel_case(kind)}", str(properties["FromPort"])))
            if name == "PrivateIngress":
                opened |= {(each, f"tasks{camel_case(kind)}", str(properties["FromPort"])) for each in tasks}
            if name in ("DatabaseIngress", "CacheIngress"):
                store = name.removesuffix("Ingress").lower()
                opened |= {(each, store, str(properties["FromPort"])) for each in tasks}
    if platform(case):
        opened.add(("clients", "balancer", "requests"))
    connections = {(each.source, each.target, each.label) for each in drawn.connections}
    # The group of all tasks may connect to a private service, so it may to itself, which is not worth an arrow.
    opened = {(source, target, port) for source, target, port in opened if source != target}
    assert {each for each in connections if each[1] not in ("services", "domain")} == opened


@pytest.mark.parametrize("case", EACH)
def test_the_subnets_are_those_of_the_template(case: str) -> None:
    """Except those of a database that does not exist yet."""
    used = has(case, "Database") or has(case, "Cache")
    blocks = {
        body["Properties"]["CidrBlock"]
        for tree in trees(case).values()
        for name, body in tree["Resources"].items()
        if body["Type"] == "AWS::EC2::Subnet" and (used or not name.startswith("DatabaseSubnet"))
    }
    assert {block for tier in picture(case).tiers for block in tier.subnets} == blocks


@pytest.mark.parametrize("case", EACH)
def test_svg_says_everything(case: str) -> None:
    """It is XML with every text, and loads nothing from elsewhere."""
    drawn = picture(case)
    root = ElementTree.fromstring(as_svg(drawn))  # noqa: S314 (ours)
    said = {element.text for element in root.iter(f"{SVG}text")}
    for node in drawn.nodes():
        assert {node.title, *node.lines} <= said
    assert {each.label for each in drawn.connections} <= said
    assert not list(root.iter(f"{SVG}image"))
    assert "prefers-color-scheme: dark" in as_svg(drawn)


@pytest.mark.parametrize("case", EACH)
def test_mermaid_and_dot_have_every_node_and_connection(case: str) -> None:
    drawn = picture(case)
    mermaid, dot = as_mermaid(drawn), as_dot(drawn)
    for node in drawn.nodes():
        assert len(re.findall(rf"^ *{node.id}\[", mermaid, re.MULTILINE)) == 1
        assert len(re.findall(rf"^ *{node.id} \[label=", dot, re.MULTILINE)) == 1
    assert mermaid.count("-->") == dot.count("->") == len(drawn.connections)
    opened = [line for line in mermaid.splitlines() if line.strip().startswith("subgraph")]
    assert len(opened) == len(re.findall(r"^ *end$", mermaid, re.MULTILINE))
    assert dot.count("{") == dot.count("}")


def test_what_is_marked_up_is_escaped() -> None:
    text = (
        MINIMAL
        + """service: {release: [sh, -c, 'a "b" <c> & d']}
"""
    )
    drawn = draw(compile_text("blogstack.yaml", text.encode()).blueprints[0])
    ElementTree.fromstring(as_svg(drawn))  # noqa: S314 (ours)
    assert "a &quot;b&quot; &lt;c&gt; &amp; d" in as_mermaid(drawn)
    assert 'a \\"b\\" <c> & d' in as_dot(drawn)


def test_no_domain_no_route_53() -> None:
    assert [node.id for node in picture("minimal").entry] == ["clients"]
    assert [node.id for node in picture("domain").entry] == ["clients", "domain"]


def test_the_load_balancer_of_another_application() -> None:
    drawn = picture("uses")
    assert drawn.vpc == "VPC of shop"
    (balancer,) = [node for node in drawn.nodes() if node.id == "balancer"]
    assert balancer.lines == ("of shop",)


class TestCommand:
    """blogstack graph."""

    @pytest.mark.parametrize(("format", "start"), [("svg", "<svg "), ("mermaid", "flowchart TB"), ("dot", "digraph ")])
    def test_formats(self, run: Run, format: str, start: str) -> None:
        Path("blogstack.yaml").write_text(QUIET)
        result = run("graph", "--format", format)
        assert (result.returncode, result.stderr) == (0, "")
        assert result.stdout.startswith(start)

    def test_one_environment(self, run: Run) -> None:
        Path("blogstack.yaml").write_text(MINIMAL + "environments: {staging: {}, prod: {}}\n")
        result = run("graph")
        assert result.returncode == 2
        assert "name one of the environments staging and prod" in " ".join(result.stderr.split())
        assert "<title>blog-api-prod</title>" in run("graph", "--env", "prod").stdout

    def test_a_file_with_errors(self, run: Run) -> None:
        Path("blogstack.yaml").write_text(QUIET + "colour: red\n")
        result = run("graph")
        assert (result.returncode, result.stdout) == (1, "")
