"""Properties of the templates that no emulator refuses and no linter knows."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, get_args

import pytest

from blogstack.config.load_balancer import TlsPolicy
from tests.cases import NAMES, compiled
from tests.schemas import schema, tags_property
from tests.templates import Tree, of_type, resource, trees

pytestmark = pytest.mark.parametrize("name", NAMES)

# What holds something that a person would miss.
STATEFUL = {"AWS::ECR::Repository": "Retain"}
# A named one cannot be replaced; people type the names of the others.
NAMED = {"AWS::ECS::Cluster", "AWS::ECS::Service", "AWS::Logs::LogGroup", "AWS::ECR::Repository"}
REFER_BY_NAME = {"AWS::Route53::RecordSet", "AWS::EC2::FlowLog", "AWS::EC2::VPCEndpoint"}
NAME_PROPERTIES = re.compile(
    r"(?:Name|LoadBalancerName|ClusterName|ServiceName|LogGroupName|RepositoryName|RoleName|GroupName)"
)


def resources(name: str) -> Iterator[tuple[str, Tree]]:
    """Every resource of every template of a case."""
    for tree in trees(name).values():
        yield from tree["Resources"].items()


def walk(value: object) -> Iterator[tuple[str, Any]]:
    """Every key and its value, at any depth."""
    if isinstance(value, dict):
        for key, item in value.items():
            yield key, item
            yield from walk(item)
    elif isinstance(value, list):
        for item in value:
            yield from walk(item)


def test_imports_are_exported_before(name: str) -> None:
    """A stack imports only what a stack before it exports, under the name STACK:OUTPUT."""
    exported: set[str] = set()
    for template, tree in zip(compiled(name).templates, trees(name).values(), strict=True):
        assert {value for key, value in walk(tree) if key == "Fn::ImportValue"} <= exported
        for output, body in tree["Outputs"].items():
            if "Export" in body:
                assert body["Export"]["Name"] == f"{template.stack_name}:{output}"
                exported.add(body["Export"]["Name"])


def test_the_service_sends_requests_to_the_container(name: str) -> None:
    """Container name and port are those of the task definition; the groups and the target group agree on the port."""
    (container,) = resource(name, "service", "TaskDefinition")["ContainerDefinitions"]
    (target,) = resource(name, "service", "Service")["LoadBalancers"]
    port = container["PortMappings"][0]["ContainerPort"]
    assert target["ContainerName"] == container["Name"]
    assert target["TargetGroupArn"] == {"Ref": "TargetGroup"}
    ingress = resource(name, "service", "TaskIngress")
    (egress,) = resource(name, "service", "LoadBalancerSecurityGroup")["SecurityGroupEgress"]
    ports = {target["ContainerPort"], ingress["FromPort"], ingress["ToPort"], egress["FromPort"], egress["ToPort"]}
    assert ports | {resource(name, "service", "TargetGroup")["Port"]} == {port}
    assert {"Name": "PORT", "Value": str(port)} in container["Environment"]
    assert resource(name, "service", "TargetGroup")["TargetType"] == "ip"


def test_tasks_are_reached_from_the_load_balancer_only(name: str) -> None:
    """One rule lets requests in: from the load balancer's group; and its group lets them out to the tasks' only."""
    tasks = {"Fn::GetAtt": ["TaskSecurityGroup", "GroupId"]}
    balancer = {"Fn::GetAtt": ["LoadBalancerSecurityGroup", "GroupId"]}
    assert "SecurityGroupIngress" not in resource(name, "service", "TaskSecurityGroup")
    rules = of_type(trees(name)["service"], "AWS::EC2::SecurityGroupIngress")
    assert list(rules) == ["TaskIngress"]
    assert rules["TaskIngress"]["Properties"]["SourceSecurityGroupId"] == balancer
    assert rules["TaskIngress"]["Properties"]["GroupId"] == tasks
    (egress,) = resource(name, "service", "LoadBalancerSecurityGroup")["SecurityGroupEgress"]
    assert egress["DestinationSecurityGroupId"] == tasks
    assert resource(name, "service", "Service")["NetworkConfiguration"]["AwsvpcConfiguration"]["SecurityGroups"] == [
        tasks
    ]


def test_listeners(name: str) -> None:
    """With a certificate port 80 redirects with 301 and 443 forwards under a good policy; without one 80 forwards."""
    listeners = of_type(trees(name)["service"], "AWS::ElasticLoadBalancingV2::Listener")
    by_port = {body["Properties"]["Port"]: body["Properties"] for body in listeners.values()}
    ingress = resource(name, "service", "LoadBalancerSecurityGroup")["SecurityGroupIngress"]
    assert {rule["FromPort"] for rule in ingress} == set(by_port)
    forward = [{"Type": "forward", "TargetGroupArn": {"Ref": "TargetGroup"}}]
    if 443 in by_port:
        redirect = {"Protocol": "HTTPS", "Port": "443", "StatusCode": "HTTP_301"}
        assert by_port[80]["DefaultActions"] == [{"Type": "redirect", "RedirectConfig": redirect}]
        assert by_port[443]["DefaultActions"] == forward
        assert by_port[443]["SslPolicy"] in get_args(TlsPolicy)
        assert len(by_port[443]["Certificates"]) == 1
    else:
        assert by_port[80]["DefaultActions"] == forward
    # ECS refuses a target group without a listener, so the service waits for the one that forwards.
    waits_for = trees(name)["service"]["Resources"]["Service"]["DependsOn"]
    assert listeners[waits_for]["Properties"]["DefaultActions"] == forward


def test_load_balancer_stands_in_two_zones(name: str) -> None:
    """Two different subnets at the least, public ones unless it is internal."""
    properties = resource(name, "service", "LoadBalancer")
    subnets = [str(subnet) for subnet in properties["Subnets"]]
    assert len(set(subnets)) == len(subnets) >= 2
    attributes = {a["Key"]: a["Value"] for a in properties["LoadBalancerAttributes"]}
    assert attributes["routing.http.drop_invalid_header_fields.enabled"] == "true"
    assert attributes["routing.http.desync_mitigation_mode"] == "defensive"


def test_rights_are_exact(name: str) -> None:
    """Inline policies, no wildcard but where AWS knows no resource, and no other account behind a trust policy."""
    for _, body in resources(name):
        if body["Type"] != "AWS::IAM::Role":
            continue
        properties = body["Properties"]
        assert "ManagedPolicyArns" not in properties
        (trust,) = properties["AssumeRolePolicyDocument"]["Statement"]
        assert trust["Condition"]["StringEquals"] == {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}
        for policy in properties.get("Policies", []):
            for statement in policy["PolicyDocument"]["Statement"]:
                assert not any("*" in action for action in statement["Action"])
                if "*" in statement["Resource"]:
                    actions = set(statement["Action"])
                    assert actions == {"ecr:GetAuthorizationToken"} or all(
                        a.startswith("ssmmessages:") for a in actions
                    )


def test_everything_taggable_is_tagged(name: str) -> None:
    """Every resource whose type can have tags says which service it belongs to."""
    for logical_id, body in resources(name):
        key = tags_property(body["Type"])
        if key is None:
            continue
        tags = {tag["Key"]: tag["Value"] for tag in body["Properties"][key]}
        assert tags["blogstack:name"] == compiled(name).blueprint.name, logical_id  # type: ignore[union-attr]


def test_what_holds_data_survives(name: str) -> None:
    """Deleting a stack, or replacing what is in it, keeps the images."""
    for _, body in resources(name):
        if policy := STATEFUL.get(body["Type"]):
            assert (body["DeletionPolicy"], body["UpdateReplacePolicy"]) == (policy, policy)


def test_only_what_people_type_has_a_name(name: str) -> None:
    """A load balancer, target group, role or security group with a name of its own could not be replaced."""
    for logical_id, body in resources(name):
        if body["Type"] in NAMED | REFER_BY_NAME:
            continue
        assert not [key for key in body.get("Properties", {}) if NAME_PROPERTIES.fullmatch(key)], logical_id


def test_nothing_that_a_plain_deployment_cannot_do(name: str) -> None:
    """No macro, no nested stack, no custom resource: types that AWS itself provides, in the region."""
    blueprint = compiled(name).blueprint
    assert blueprint
    for tree in trees(name).values():
        assert set(tree) <= {"AWSTemplateFormatVersion", "Description", "Parameters", "Resources", "Outputs"}
    for _, body in resources(name):
        assert body["Type"].startswith("AWS::")
        assert not body["Type"].startswith(("AWS::CloudFormation::", "AWS::Lambda::"))
        assert schema(body["Type"], blueprint.region)


def test_a_deployment_never_resets_the_number_of_tasks(name: str) -> None:
    """A count stands in the template only when nothing scales it."""
    scaled = "ScalableTarget" in trees(name)["service"]["Resources"]
    assert ("DesiredCount" in resource(name, "service", "Service")) is not scaled


def test_the_container_can_write_to_tmp(name: str) -> None:
    """On a read-only root, /tmp is memory, smaller than the task's."""
    task = resource(name, "service", "TaskDefinition")
    (container,) = task["ContainerDefinitions"]
    tmpfs = container["LinuxParameters"].get("Tmpfs", [])
    assert bool(tmpfs) is container["ReadonlyRootFilesystem"]
    assert all(mount["ContainerPath"] == "/tmp" and mount["Size"] < int(task["Memory"]) for mount in tmpfs)  # noqa: S108


def test_image_tag_says_what_is_deployed(name: str) -> None:
    """The one parameter refuses `latest` and what ECR would refuse."""
    parameters = trees(name)["service"]["Parameters"]
    assert list(parameters) == ["ImageTag"]
    assert "Default" not in parameters["ImageTag"]
    pattern = re.compile(parameters["ImageTag"]["AllowedPattern"])
    assert all(pattern.search(tag) for tag in ("1f2e3d4c5b6a", "v1.2.3", "_x", "latest-1", "a" * 128))
    assert not any(pattern.search(tag) for tag in ("latest", "", "-x", ".x", "a b", "a" * 129, "a/b", "a:b"))
