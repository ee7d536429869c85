"""The edge stack and the workloads behind it: which requests each answers, and what a deployment must not change."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any, get_args

import pytest

from blogstack.config.load_balancer import TlsPolicy
from blogstack.pipeline import compile_text
from blogstack.source.parse import parse
from blogstack.templates.render import Template
from tests.cases import ACCEPT, EACH, compiled
from tests.support.templates import Tree, cases_with, cases_without, edge, has, of_type, resource, stack, trees, walk

each = pytest.mark.parametrize("name", EACH)
own_edge = pytest.mark.parametrize("name", cases_with("LoadBalancer"))


@each
def test_tasks_are_reached_from_the_load_balancer_only(name: str) -> None:
    """One rule lets requests in: from the load balancer's group; and its group lets them out to the tasks' only."""
    tasks = {"Fn::ImportValue": f"{stack(name, 'tasks')}:TaskSecurityGroupId"}
    edge_stack, edge_tree = edge(name)
    balancer = {"Fn::ImportValue": f"{edge_stack}:LoadBalancerSecurityGroupId"}
    exported = edge_tree["Outputs"]["LoadBalancerSecurityGroupId"]["Value"]
    assert exported == {"Fn::GetAtt": ["LoadBalancerSecurityGroup", "GroupId"]}
    assert "SecurityGroupIngress" not in resource(name, "tasks", "TaskSecurityGroup")
    rules = of_type(trees(name)["service"], "AWS::EC2::SecurityGroupIngress")
    assert list(rules) == ["TaskIngress"]
    assert not of_type(edge_tree, "AWS::EC2::SecurityGroupIngress")
    others = of_type(trees(name)["tasks"], "AWS::EC2::SecurityGroupIngress")
    stores = [stack(name, kind) for kind in ("database", "cache") if kind in trees(name)]
    expected: list[object] = [{"Fn::ImportValue": f"{store}:SecurityGroupId"} for store in stores]
    if name in ("database-existing", "database-aurora"):
        expected = ["sg-0123456789abcdef0"]
    assert [body["Properties"]["GroupId"] for body in others.values()] == expected
    assert not of_type(edge_tree, "AWS::EC2::SecurityGroupEgress")
    assert list(of_type(trees(name)["service"], "AWS::EC2::SecurityGroupEgress")) == ["LoadBalancerEgress"]
    assert resource(name, "service", "LoadBalancerEgress")["GroupId"] == balancer
    assert rules["TaskIngress"]["Properties"]["SourceSecurityGroupId"] == balancer
    assert rules["TaskIngress"]["Properties"]["GroupId"] == tasks
    assert resource(name, "service", "LoadBalancerEgress")["DestinationSecurityGroupId"] == tasks
    (placeholder,) = edge_tree["Resources"]["LoadBalancerSecurityGroup"]["Properties"]["SecurityGroupEgress"]
    assert placeholder["CidrIp"] == "127.0.0.1/32"
    assert resource(name, "service", "Service")["NetworkConfiguration"]["AwsvpcConfiguration"]["SecurityGroups"] == [
        tasks
    ]


NOT_FOUND = [
    {
        "Type": "fixed-response",
        "FixedResponseConfig": {"StatusCode": "404", "ContentType": "text/plain", "MessageBody": "Not Found\n"},
    }
]


@own_edge
def test_listeners(name: str) -> None:
    """What no rule matches gets 404, on 443 under a good policy with a certificate, where 80 redirects; else on 80."""
    listeners = of_type(trees(name)["edge"], "AWS::ElasticLoadBalancingV2::Listener")
    by_port = {body["Properties"]["Port"]: body["Properties"] for body in listeners.values()}
    ingress = resource(name, "edge", "LoadBalancerSecurityGroup")["SecurityGroupIngress"]
    assert {rule["FromPort"] for rule in ingress} == set(by_port)
    main = listeners["Listener"]["Properties"]
    assert main["DefaultActions"] == NOT_FOUND
    if 443 in by_port:
        assert list(listeners) == ["Listener", "RedirectListener"]
        assert main is by_port[443]
        redirect = {"Protocol": "HTTPS", "Port": "443", "StatusCode": "HTTP_301"}
        assert by_port[80]["DefaultActions"] == [{"Type": "redirect", "RedirectConfig": redirect}]
        assert main["Protocol"] == "HTTPS"
        assert main["SslPolicy"] in get_args(TlsPolicy)
        assert len(main["Certificates"]) == 1
        # Nobody is redirected to a port where nobody answers yet; and a listener on 80 moves to 443 first.
        assert listeners["RedirectListener"]["DependsOn"] == "Listener"
    else:
        assert list(listeners) == ["Listener"]
        assert main is by_port[80]
        assert main["Protocol"] == "HTTP"


@each
def test_every_exposed_workload_has_one_rule(name: str) -> None:
    """At the edge's listener; the priorities differ, and the workload of every path has the last one."""
    (blueprint,) = compiled(name).blueprints
    edge_stack, edge_tree = edge(name)
    listener = {"Fn::ImportValue": f"{edge_stack}:ListenerArn"}
    assert edge_tree["Outputs"]["ListenerArn"]["Value"] == {"Ref": "Listener"}
    rules = {
        kind: {id: body for id, body in tree["Resources"].items() if id == "ListenerRule"}
        for kind, tree in trees(name).items()
    }
    exposed = {workload.name for workload in blueprint.services if workload.exposure}
    assert {kind: list(found) for kind, found in rules.items() if found} == {kind: ["ListenerRule"] for kind in exposed}
    properties = [rules[kind]["ListenerRule"]["Properties"] for kind in exposed]
    assert [rule["ListenerArn"] for rule in properties] == [listener] * len(exposed)
    priorities = [rule["Priority"] for rule in properties]
    assert len(set(priorities)) == len(priorities)
    if blueprint.edge is None:
        assert max(priorities) < 50_000  # that one is the other application's
        return
    (every,) = [rule for rule in properties if rule["Conditions"][0].get("PathPatternConfig") == {"Values": ["/*"]}]
    # The last one that Elastic Load Balancing takes:
    # https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateRule.html
    assert every["Priority"] == max(priorities) == 50_000


@each
def test_tasks_start_when_requests_can_reach_them(name: str) -> None:
    """The service waits for the listener's rule, without which ECS refuses a target group, and both security rules.

    What a reference enforces is not written again: cfn-lint refuses that (W3005).
    """
    service = trees(name)["service"]["Resources"]["Service"]
    waits_for = set(service["DependsOn"]) | {value for key, value in walk(service["Properties"]) if key == "Ref"}
    assert waits_for >= {"ListenerRule", "LoadBalancerEgress", "TaskIngress"}
    referred = {"ListenerRule"} if "AlternateTargetGroup" in trees(name)["service"]["Resources"] else set()
    assert set(service["DependsOn"]) == {"ListenerRule", "LoadBalancerEgress", "TaskIngress"} - referred


COMPARED = pytest.mark.parametrize("name", ["minimal", "domain", "alarms", "blue-green", "environments"])
CHANGES: dict[str, Tree] = {
    "port": {"service": {"port": 9000}},
    "command": {"service": {"command": ["other"]}},
    "cpu": {"service": {"cpu": 2048, "memory": 8192}},
    "environment": {"service": {"environment": {"OTHER": "1"}}},
    "scaling": {"scaling": {"min": 3, "max": 9, "cpu": 55}},
    "health_check": {"service": {"health": {"path": "/other"}}, "load_balancer": {"health_check": {"interval": 40}}},
    "alarms": {"alarms": {"email": "other@example.com"}},
}
"""Keys of a workload, each with other values than any of the cases has."""


@COMPARED
def test_no_strategy_changes_the_edge(name: str) -> None:
    """The four give four different services behind the same edge."""
    made = [
        changed(name, {"deployment": {"strategy": strategy}})
        for strategy in ("rolling", "blue_green", "canary", "linear")
    ]
    assert [edges(templates) for templates in made] == [edges(compiled(name).templates)] * 4
    assert len(set(made)) == 4


@COMPARED
@pytest.mark.parametrize("change", CHANGES)
def test_no_key_of_a_workload_changes_the_edge(name: str, change: str) -> None:
    templates = changed(name, CHANGES[change])
    assert edges(templates) == edges(compiled(name).templates)
    assert templates != compiled(name).templates


def changed(name: str, sections: Tree) -> tuple[Template, ...]:
    """The templates of a case with other values in some sections; `deployment` is replaced."""
    data: Any = parse("blogstack.yaml", (ACCEPT / name / "blogstack.yaml").read_bytes()).plain()
    for section, keys in sections.items():
        data[section] = keys if section == "deployment" else {**data.get(section, {}), **keys}
    compilation = compile_text("blogstack.yaml", json.dumps(data).encode())
    assert not compilation.failed, compilation.diagnostics
    return compilation.templates


def edges(templates: Iterable[Template]) -> dict[str, str]:
    """The text of the edge stacks."""
    found = {template.stack_name: template.text for template in templates if template.stack_name.endswith("-edge")}
    assert found
    return found


@own_edge
def test_the_edge_has_no_parameter_of_a_workload(name: str) -> None:
    """Only that of what would block the rollback of its creation, on by default; none where all of that is off."""
    (blueprint,) = compiled(name).blueprints
    parameters = trees(name)["edge"].get("Parameters", {})
    attributes = {a["Key"]: a["Value"] for a in resource(name, "edge", "LoadBalancer")["LoadBalancerAttributes"]}
    late = {"Ref": "CreationComplete"}
    assert blueprint.edge
    assert attributes["deletion_protection.enabled"] == (late if blueprint.edge.deletion_protection else "false")
    assert (attributes["access_logs.s3.enabled"] == late) is has(name, "AccessLogBucket")
    if late in attributes.values():
        assert list(parameters) == ["CreationComplete"]
        assert parameters["CreationComplete"]["Default"] == "true"
        assert parameters["CreationComplete"]["AllowedValues"] == ["true", "false"]
    else:
        assert not parameters


@own_edge
def test_load_balancer_stands_in_two_zones(name: str) -> None:
    """At least two different subnets, public ones unless it is internal."""
    properties = resource(name, "edge", "LoadBalancer")
    subnets = [str(subnet) for subnet in properties["Subnets"]]
    assert len(set(subnets)) == len(subnets) >= 2
    attributes = {a["Key"]: a["Value"] for a in properties["LoadBalancerAttributes"]}
    assert attributes["routing.http.drop_invalid_header_fields.enabled"] == "true"
    assert attributes["routing.http.desync_mitigation_mode"] == "defensive"


def test_the_other_cases_have_no_second_target_group() -> None:
    """They set `rolling`: ECS keeps the earlier strategy if a template sets none."""
    for name in cases_without("AlternateTargetGroup"):
        assert resource(name, "service", "Service")["DeploymentConfiguration"]["Strategy"] == "ROLLING"


@own_edge
def test_the_rule_of_the_weights_never_changes(name: str) -> None:
    """Whatever a user changes except the strategy, CloudFormation does not change the rule and its weights."""
    service = trees(name)["service"]["Resources"]
    weights = [{"TargetGroupArn": {"Ref": "TargetGroup"}, "Weight": 100}]
    if service["Service"]["Properties"]["DeploymentConfiguration"]["Strategy"] != "ROLLING":
        weights.append({"TargetGroupArn": {"Ref": "AlternateTargetGroup"}, "Weight": 0})
        assert service["TargetGroup"] == service["AlternateTargetGroup"]
        configuration = service["Service"]["Properties"]["LoadBalancers"][0]["AdvancedConfiguration"]
        assert configuration["ProductionListenerRule"] == {"Ref": "ListenerRule"}
    assert service["ListenerRule"] == {
        "Type": "AWS::ElasticLoadBalancingV2::ListenerRule",
        "Properties": {
            "ListenerArn": {"Fn::ImportValue": f"{stack(name, 'edge')}:ListenerArn"},
            "Priority": 50_000,
            "Conditions": [{"Field": "path-pattern", "PathPatternConfig": {"Values": ["/*"]}}],
            "Actions": [{"Type": "forward", "ForwardConfig": {"TargetGroups": weights}}],
        },
    }
