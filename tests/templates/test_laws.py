"""Laws over the templates that neither the emulator nor the linter checks."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from blogstack.pipeline import compile_text
from tests.cases import EACH, compiled
from tests.support.console import QUIET
from tests.support.schemas import schema, tags_property
from tests.support.templates import (
    FOREIGN,
    Tree,
    cases_where,
    cases_with,
    cases_without,
    entries,
    of_type,
    platform,
    read,
    resource,
    stack,
    trees,
    walk,
)

each = pytest.mark.parametrize("name", EACH)

# What holds something that a person would miss.
STATEFUL = {
    "AWS::RDS::DBInstance": "Snapshot",
    "AWS::ElastiCache::ReplicationGroup": "Snapshot",
    "AWS::SecretsManager::Secret": "Retain",
}
# What stays too, but not when its very creation fails.
KEPT = {
    "AWS::ECR::Repository",
    *("AWS::S3::Bucket", "AWS::S3::BucketPolicy"),
    *("AWS::SQS::Queue", "AWS::SQS::QueuePolicy"),
}
# A named one cannot be replaced; people type the names of the others.
NAMED = {
    "AWS::ServiceDiscovery::PrivateDnsNamespace",
    "AWS::ServiceDiscovery::Service",
    "AWS::ECS::Cluster",
    "AWS::ECS::Service",
    "AWS::Logs::LogGroup",
    "AWS::ECR::Repository",
}
REFER_BY_NAME = {"AWS::Route53::RecordSet", "AWS::EC2::FlowLog", "AWS::EC2::VPCEndpoint"}
NAME_PROPERTIES = re.compile(
    r"(?:Name|LoadBalancerName|ClusterName|ServiceName|LogGroupName|RepositoryName|RoleName|GroupName)"
)


def resources(name: str) -> Iterator[tuple[str, Tree]]:
    """Every resource of every template of a case."""
    for tree in trees(name).values():
        yield from tree["Resources"].items()


@each
def test_imports_are_exported_before(name: str) -> None:
    """A stack imports only what a stack before it exports, under the name STACK:OUTPUT."""
    exported = {
        body["Export"]["Name"]
        for tree in platform(name).values()
        for body in tree["Outputs"].values()
        if "Export" in body
    }
    for template, tree in zip(compiled(name).templates, trees(name).values(), strict=True):
        assert imports(tree) <= exported
        for output, body in tree["Outputs"].items():
            if "Export" in body:
                assert body["Export"]["Name"] == f"{template.stack_name}:{output}"
                exported.add(body["Export"]["Name"])


IMPORTS = {
    "registry": set(),
    "network": set(),
    "database": {"network"},
    "cache": {"network"},
    "queues": set(),
    "buckets": set(),
    "edge": {"network"},
    "tasks": {"registry", "network", "database", "cache", "queues", "buckets"},
    "service": {"registry", "network", "database", "cache", "queues", "buckets", "edge", "tasks"},
}
"""The kinds of stacks that each kind may import from; stores and edge can be deployed side by side."""


@each
def test_imports_come_from_the_right_stacks(name: str) -> None:
    """The kinds in the order of deployment, and each imports only from its own list."""
    *before, service = [kind for kind in IMPORTS if kind in trees(name)]
    assert [*before, *entries(name), service] == list(trees(name))
    kinds = {template.stack_name: kind for template, kind in zip(compiled(name).templates, trees(name), strict=True)}
    kinds |= {stack: stack.rpartition("-")[2] for stack in platform(name)}
    for kind, tree in trees(name).items():
        behind_balancer = "TargetGroup" in tree["Resources"]
        allowed = IMPORTS.get(kind, IMPORTS["service"] - (set() if behind_balancer else {"edge"}))
        assert {kinds[export.partition(":")[0]] for export in imports(tree)} <= allowed


def imports(tree: Tree) -> set[str]:
    """The exports of our own stacks that a template imports."""
    return {value for key, value in walk(tree) if key == "Fn::ImportValue"} - FOREIGN


@each
def test_the_service_sends_requests_to_the_container(name: str) -> None:
    """Container name and port are those of the task definition; the groups and the target group agree on the port."""
    main, *sidecars = resource(name, "service", "TaskDefinition")["ContainerDefinitions"]
    (target,) = resource(name, "service", "Service")["LoadBalancers"]
    (container,) = [each for each in (main, *sidecars) if each["Name"] == target["ContainerName"]]
    port = container["PortMappings"][0]["ContainerPort"]
    assert target["TargetGroupArn"] == {"Ref": "TargetGroup"}
    ingress = resource(name, "service", "TaskIngress")
    egress = resource(name, "service", "LoadBalancerEgress")
    ports = {target["ContainerPort"], ingress["FromPort"], ingress["ToPort"], egress["FromPort"], egress["ToPort"]}
    assert ports == {port}
    assert resource(name, "service", "TargetGroup")["Port"] == 80  # the same for every port: it is never replaced
    assert {"Name": "PORT", "Value": str(main["PortMappings"][0]["ContainerPort"])} in main["Environment"]
    assert container is main or name == "proxy"
    assert resource(name, "service", "TargetGroup")["TargetType"] == "ip"


@each
def test_rights_are_exact(name: str) -> None:
    """Inline policies, no wildcard except where AWS supports no resource, and no other account in a trust policy.

    But for ECS's own role with the load balancer, which is exactly what its guide says.
    """
    for logical_id, body in resources(name):
        if body["Type"] != "AWS::IAM::Role" or logical_id == "InfrastructureRole":
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
                    # Of a task that runs only its role's service knows the ID, and Step Functions stops only its own:
                    # https://docs.aws.amazon.com/step-functions/latest/dg/ecs-iam.html
                    known = ({"ecr:GetAuthorizationToken"}, {"ecs:StopTask", "ecs:DescribeTasks"})
                    assert actions in known or all(a.startswith("ssmmessages:") for a in actions)


@each
def test_everything_taggable_is_tagged(name: str) -> None:
    """Every resource whose type can have tags says which service it belongs to.

    But for the rule whose weights ECS moves: a change of its tags might put them back.
    """
    for logical_id, body in resources(name):
        key = tags_property(body["Type"])
        if key is None or logical_id == "ListenerRule":
            continue
        tags = {tag["Key"]: tag["Value"] for tag in body["Properties"][key]}
        assert tags["blogstack:name"] == compiled(name).blueprints[0].name, logical_id
        assert tags.get("blogstack:environment") in (None, name.partition("@")[2] or "default")


# Description and GroupDescription:
# https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_IpRange.html
# https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateSecurityGroup.html
EC2_TEXT = re.compile(r"[a-zA-Z0-9. _\-:/()#,@\[\]+=&;{}!$*]{1,255}")


@each
def test_ec2_takes_every_description(name: str) -> None:
    """An apostrophe is enough for EC2 to refuse a security group, and cfn-lint does not know."""
    for _, body in resources(name):
        if body["Type"].startswith("AWS::EC2::SecurityGroup"):
            texts = [text for key, text in walk(body) if key in ("Description", "GroupDescription")]
            assert texts
            assert all(EC2_TEXT.fullmatch(text) for text in texts)


@each
def test_what_holds_data_survives(name: str) -> None:
    """Deleting a stack, or replacing what is in it, keeps images, logs of requests, data and secrets."""
    for _, body in resources(name):
        if body["Type"] in KEPT:
            assert (body["DeletionPolicy"], body["UpdateReplacePolicy"]) == ("RetainExceptOnCreate", "Retain")
        if policy := STATEFUL.get(body["Type"]):
            assert (body["DeletionPolicy"], body["UpdateReplacePolicy"]) == (policy, policy)


@each
def test_only_what_people_type_has_a_name(name: str) -> None:
    """A load balancer, target group, role or security group with a name of its own could not be replaced."""
    for logical_id, body in resources(name):
        if body["Type"] in NAMED | REFER_BY_NAME:
            continue
        assert not [key for key in body.get("Properties", {}) if NAME_PROPERTIES.fullmatch(key)], logical_id


@each
def test_nothing_that_a_plain_deployment_cannot_do(name: str) -> None:
    """No macro, no nested stack, no custom resource: types that AWS itself provides, in the region."""
    (blueprint,) = compiled(name).blueprints
    for tree in trees(name).values():
        assert set(tree) <= {"AWSTemplateFormatVersion", "Description", "Parameters", "Resources", "Outputs"}
    for _, body in resources(name):
        assert body["Type"].startswith("AWS::")
        assert not body["Type"].startswith(("AWS::CloudFormation::", "AWS::Lambda::"))
        assert schema(body["Type"], blueprint.region)


@each
def test_a_deployment_never_resets_the_number_of_tasks(name: str) -> None:
    """The template has a count only if nothing scales it."""
    scaled = "ScalableTarget" in trees(name)["service"]["Resources"]
    assert ("DesiredCount" in resource(name, "service", "Service")) is not scaled


@pytest.mark.parametrize("scaling", ["{min: 2, max: 8}", "{min: 2, max: 8, spot: 50}", "{min: 4, max: 8, spot: 50}"])
def test_another_capacity_strategy_forces_a_deployment(scaling: str) -> None:
    """Nothing else does: what forces it changes exactly when the strategy does."""

    def service(scaling: str) -> Tree:
        compilation = compile_text("blogstack.yaml", f"{QUIET}scaling: {scaling}\n".encode())
        (body,) = of_type(read(compilation.templates[-1].text), "AWS::ECS::Service").values()
        return body["Properties"]  # type: ignore[no-any-return]

    this = service(scaling)
    assert this["ForceNewDeployment"]["EnableForceNewDeployment"] is True
    for other in map(service, ("{min: 2, max: 8}", "{min: 3, max: 9}", "{min: 2, max: 9, spot: 50}")):
        strategy, force = (other[key] == this[key] for key in ("CapacityProviderStrategy", "ForceNewDeployment"))
        assert strategy is force


@each
def test_the_container_can_write_to_tmp(name: str) -> None:
    """On a read-only root, /tmp is memory: in all containers together at most a quarter of the task's."""
    task = resource(name, "service", "TaskDefinition")
    sizes = []
    for container in task["ContainerDefinitions"]:
        tmpfs = container.get("LinuxParameters", {}).get("Tmpfs", [])
        assert bool(tmpfs) is container["ReadonlyRootFilesystem"]
        assert all(mount["ContainerPath"] == "/tmp" and mount["Size"] > 0 for mount in tmpfs)  # noqa: S108
        sizes += [mount["Size"] for mount in tmpfs]
    assert sum(sizes) * 4 <= int(task["Memory"])


@pytest.mark.parametrize("name", cases_with("ServiceReleaseTaskDefinition"))
def test_the_release_step_is_the_service_with_another_command(name: str) -> None:
    """Same image, roles, environment, secrets and filesystem; the roles and secrets are the tasks stack's own."""
    resources = trees(name)["tasks"]["Resources"]
    (release,) = resources["ServiceReleaseTaskDefinition"]["Properties"]["ContainerDefinitions"]
    container, *_ = resource(name, "service", "TaskDefinition")["ContainerDefinitions"]
    for key in ("Image", "Environment", "ReadonlyRootFilesystem", "LinuxParameters", "StopTimeout"):
        assert release[key] == container[key]
    assert [s["Name"] for s in release.get("Secrets", [])] == [s["Name"] for s in container.get("Secrets", [])]
    assert release["Command"] != container.get("Command")
    assert "PortMappings" not in release
    assert "HealthCheck" not in release
    assert list(trees(name)["tasks"]["Parameters"]) == ["ImageTag"]


def test_without_a_release_step_the_tasks_stack_has_no_parameter() -> None:
    for name in cases_without("ServiceReleaseTaskDefinition"):
        assert "Parameters" not in trees(name)["tasks"]


@each
def test_the_execution_role_reads_exactly_the_secrets_of_the_container(name: str) -> None:
    """Each reference in a container, without its JSON key, is a resource of the role; and nothing else is."""
    kinds = ["service", *entries(name)]
    containers = [c for kind in kinds for c in resource(name, kind, "TaskDefinition")["ContainerDefinitions"]]
    used = {normal(name, secret["ValueFrom"]) for container in containers for secret in container.get("Secrets", [])}
    allowed = set()
    for policy in resource(name, "tasks", "ExecutionRole")["Policies"]:
        for statement in policy["PolicyDocument"]["Statement"]:
            if statement["Action"] in (["secretsmanager:GetSecretValue"], ["ssm:GetParameters"]):
                allowed |= {normal(name, item) for item in statement["Resource"]}
    credentials = [c["RepositoryCredentials"] for c in containers if "RepositoryCredentials" in c]
    assert allowed == used | {own["CredentialsParameter"] for own in credentials}


def normal(name: str, reference: object) -> str:
    """A reference to a secret, whatever function it is written with, without JSON key and without AWS's suffix."""
    match reference:
        case {"Ref": logical_id}:
            return f"{stack(name, 'tasks')}:{logical_id}Arn"
        case {"Fn::ImportValue": export}:
            return str(export)
        case {"Fn::Sub": [str(), {"Secret": {"Fn::ImportValue": export}}]}:
            return str(export)
        case {"Fn::Sub": str(text)} | str(text):
            return re.sub(r"(:[^:]+)::$", "", text.removesuffix("-??????"))
    raise AssertionError(reference)


def test_only_a_database_brings_its_variables() -> None:
    for name in cases_without("DatabaseIngress"):
        assert not any(secret.startswith("DATABASE_") for secret in secrets(name))


@pytest.mark.parametrize("name", cases_with("Database"))
def test_the_database_is_private_and_encrypted(name: str) -> None:
    """Whatever is set: encrypted at rest and on the way, not public, with a password that nobody sees."""
    database = resource(name, "database", "Database")
    assert (database["StorageEncrypted"], database["PubliclyAccessible"]) == (True, False)
    # Without it RDS refuses another major engine_version, which is upgraded in place.
    assert database["AllowMajorVersionUpgrade"] is True
    assert len(resource(name, "database", "DatabaseSubnetGroup")["SubnetIds"]) >= 2
    assert resource(name, "database", "DatabaseParameterGroup")["Parameters"]["rds.force_ssl"] == "1"
    assert database["MasterUserPassword"] == {
        "Fn::Sub": "{{resolve:secretsmanager:${DatabaseSecret}:SecretString:password}}"
    }
    assert "SecurityGroupIngress" not in resource(name, "database", "DatabaseSecurityGroup")
    ingress = resource(name, "tasks", "DatabaseIngress")
    assert ingress["SourceSecurityGroupId"] == {"Fn::GetAtt": ["TaskSecurityGroup", "GroupId"]}
    assert str(ingress["FromPort"]) == str(ingress["ToPort"]) == database["Port"]
    secret = {"Fn::ImportValue": f"{stack(name, 'database')}:SecretArn"}
    given = [value["Fn::Sub"] for value in secrets(name).values() if "Fn::Sub" in value]
    keys = [text for text, *values in given if values == [{"Secret": secret}]]
    assert sorted(keys) == [f"${{Secret}}:{key}::" for key in ("dbname", "host", "password", "port", "username")]


@pytest.mark.parametrize("name", cases_with("MediaBucket"))
def test_buckets_are_private_and_encrypted(name: str) -> None:
    """Whatever is set: no public access, encrypted at rest and on the way, without abandoned uploads."""
    buckets = of_type(trees(name)["buckets"], "AWS::S3::Bucket")
    policies = of_type(trees(name)["buckets"], "AWS::S3::BucketPolicy")
    for logical_id, body in buckets.items():
        bucket = body["Properties"]
        assert set(bucket["PublicAccessBlockConfiguration"].values()) == {True}
        assert bucket["OwnershipControls"] == {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}
        assert bucket["BucketEncryption"]["ServerSideEncryptionConfiguration"]
        assert any("AbortIncompleteMultipartUpload" in rule for rule in bucket["LifecycleConfiguration"]["Rules"])
        (statement,) = policies[f"{logical_id}Policy"]["Properties"]["PolicyDocument"]["Statement"]
        assert (statement["Effect"], statement["Principal"], statement["Action"]) == ("Deny", "*", ["s3:*"])
        assert statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
        assert [{"Fn::GetAtt": [logical_id, "Arn"]}, {"Fn::Sub": f"${{{logical_id}.Arn}}/*"}] == statement["Resource"]


@pytest.mark.parametrize("name", cases_with("Cache"))
def test_the_cache_is_private_and_encrypted(name: str) -> None:
    """Whatever is set: encrypted at rest and on the way, with a token that nobody sees; only the tasks reach it."""
    cache = resource(name, "cache", "Cache")
    assert (cache["AtRestEncryptionEnabled"], cache["TransitEncryptionEnabled"]) == (True, True)
    assert cache["TransitEncryptionMode"] == "required"
    token = "{{resolve:secretsmanager:${CacheToken}:SecretString:token}}"
    assert cache["AuthToken"] == {"Fn::Sub": token}
    assert (cache["MultiAZEnabled"], cache["AutomaticFailoverEnabled"]) == (cache["NumCacheClusters"] > 1,) * 2
    content = json.loads(resource(name, "cache", "CacheSecret")["SecretString"]["Fn::Sub"])
    assert content["url"] == f"rediss://:{token}@{content['host']}:{content['port']}"
    assert content["host"] == "${Cache.PrimaryEndPoint.Address}"
    assert "SecurityGroupIngress" not in resource(name, "cache", "CacheSecurityGroup")
    ingress = resource(name, "tasks", "CacheIngress")
    assert ingress["SourceSecurityGroupId"] == {"Fn::GetAtt": ["TaskSecurityGroup", "GroupId"]}
    assert ingress["FromPort"] == ingress["ToPort"] == cache["Port"]
    (blueprint,) = compiled(name).blueprints
    assert {key for _, key in blueprint.stores.secrets.values()} == content.keys()
    for variable, (_, key) in blueprint.stores.secrets.items():
        assert secrets(name)[variable]["Fn::Sub"][0] == f"${{Secret}}:{key}::"


@pytest.mark.parametrize("name", cases_with("MailsQueue"))
def test_queues_are_encrypted_and_lose_nothing(name: str) -> None:
    """Whatever is set: encrypted at rest and on the way, and what is not processed goes where it stays longer."""
    queues = of_type(trees(name)["queues"], "AWS::SQS::Queue")
    policies = of_type(trees(name)["queues"], "AWS::SQS::QueuePolicy")
    for logical_id, body in queues.items():
        queue = body["Properties"]
        assert ("SqsManagedSseEnabled" in queue) is not ("KmsMasterKeyId" in queue)
        (statement,) = policies[f"{logical_id}Policy"]["Properties"]["PolicyDocument"]["Statement"]
        assert (statement["Effect"], statement["Principal"], statement["Action"]) == ("Deny", "*", ["sqs:*"])
        assert statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
        assert statement["Resource"] == [{"Fn::GetAtt": [logical_id, "Arn"]}]
        assert policies[f"{logical_id}Policy"]["Properties"]["Queues"] == [{"Ref": logical_id}]
        if logical_id.endswith("Queue"):
            dead = queue["RedrivePolicy"]["deadLetterTargetArn"]["Fn::GetAtt"][0]
            assert queues[dead]["Properties"]["MessageRetentionPeriod"] >= queue["MessageRetentionPeriod"]
            assert "RedrivePolicy" not in queues[dead]["Properties"]


@each
def test_variables_of_stores_are_what_the_stores_export(name: str) -> None:
    """Every container of a workload's own has those of every store; its sidecars have none."""
    main, *sidecars = resource(name, "service", "TaskDefinition")["ContainerDefinitions"]
    (blueprint,) = compiled(name).blueprints
    given = {
        variable["Name"]: variable["Value"]["Fn::ImportValue"]
        for variable in main["Environment"]
        if "Fn::ImportValue" in variable["Value"] and variable["Value"]["Fn::ImportValue"] not in FOREIGN
    }
    assert given == {variable: value.export for variable, value in blueprint.stores.environment.items()}
    assert not any(imports(item) for each in sidecars for item in each.get("Environment", []))


def secrets(name: str) -> dict[str, Any]:
    """The secret variables of the service's container."""
    container, *_ = resource(name, "service", "TaskDefinition")["ContainerDefinitions"]
    return {secret["Name"]: secret["ValueFrom"] for secret in container.get("Secrets", [])}


@each
def test_image_tag_says_what_is_deployed(name: str) -> None:
    """The one parameter refuses `latest` and what ECR would refuse."""
    parameters = trees(name)["service"]["Parameters"]
    assert list(parameters) == ["ImageTag"]
    assert "Default" not in parameters["ImageTag"]
    pattern = re.compile(parameters["ImageTag"]["AllowedPattern"])
    assert all(pattern.search(tag) for tag in ("1f2e3d4c5b6a", "v1.2.3", "_x", "latest-1", "a" * 128))
    assert not any(pattern.search(tag) for tag in ("latest", "", "-x", ".x", "a b", "a" * 129, "a/b", "a:b"))


def log_streams(task: Tree) -> list[str]:
    """The prefix of each container's log streams."""
    return [c["LogConfiguration"]["Options"]["awslogs-stream-prefix"] for c in task["ContainerDefinitions"]]


@each
def test_log_streams_of_the_service(name: str) -> None:
    """They are called `task`, whether or not there is a release step."""
    assert log_streams(resource(name, "service", "TaskDefinition"))[0] == "task"


@pytest.mark.parametrize("name", cases_with("ServiceReleaseTaskDefinition"))
def test_log_streams_of_the_release_step(name: str) -> None:
    assert log_streams(resource(name, "tasks", "ServiceReleaseTaskDefinition")) == ["release"]


def log_deliveries(task: Tree) -> list[tuple[str, str | None]]:
    """Of each container the mode and the buffer of its log."""
    options = [container["LogConfiguration"]["Options"] for container in task["ContainerDefinitions"]]
    return [(option["mode"], option.get("max-buffer-size")) for option in options]


@each
def test_a_service_does_not_wait_for_its_log(name: str) -> None:
    """Nor do its sidecars."""
    assert set(log_deliveries(resource(name, "service", "TaskDefinition"))) == {("non-blocking", "25m")}


@pytest.mark.parametrize("name", cases_with("ServiceReleaseTaskDefinition"))
def test_a_release_step_loses_no_log(name: str) -> None:
    assert log_deliveries(resource(name, "tasks", "ServiceReleaseTaskDefinition")) == [("blocking", None)]


def sidecar_log_streams(name: str) -> list[str]:
    """Those of the containers other than the service's."""
    return log_streams(resource(name, "service", "TaskDefinition"))[1:]


@pytest.mark.parametrize("name", cases_where(lambda name: bool(sidecar_log_streams(name))))
def test_log_streams_of_sidecars(name: str) -> None:
    assert set(sidecar_log_streams(name)) == {"sidecar"}
