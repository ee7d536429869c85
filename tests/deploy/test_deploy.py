"""The templates of every accept case, deployed to an emulated AWS by the real AWS CLI, with what then exists."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from blogstack.pipeline import compile_text
from emulator import Emulator, EmulatorError
from tests.cases import ACCEPT, NAMES, compiled
from tests.support.deploying import ZONES, deploy_all

BLOG = "blog-api"


@pytest.fixture
def aws(emulator: Emulator) -> Emulator:
    emulator.reset()
    return emulator


@pytest.fixture(scope="module")
def domain(emulator: Emulator) -> Emulator:
    """The case `domain`: the reference architecture, all of it."""
    emulator.reset()
    deploy_all(emulator, compiled("domain"))
    return emulator


class TestWhatExists:
    """After a deployment of the reference architecture. Nothing here changes it."""

    def test_load_balancer(self, domain: Emulator) -> None:
        (balancer,) = domain.client("elbv2").describe_load_balancers()["LoadBalancers"]
        assert balancer["Scheme"] == "internet-facing"
        assert len({zone["SubnetId"] for zone in balancer["AvailabilityZones"]}) == 2
        attributes = domain.client("elbv2").describe_load_balancer_attributes(
            LoadBalancerArn=balancer["LoadBalancerArn"]
        )
        values = {a["Key"]: a["Value"] for a in attributes["Attributes"]}
        assert values["idle_timeout.timeout_seconds"] == "60"
        (bucket,) = domain.client("s3").list_buckets()["Buckets"]
        assert (values["access_logs.s3.enabled"], values["access_logs.s3.bucket"]) == ("true", bucket["Name"])
        assert values["deletion_protection.enabled"] == "true"

    def test_listeners(self, domain: Emulator) -> None:
        elb = domain.client("elbv2")
        (balancer,) = elb.describe_load_balancers()["LoadBalancers"]
        listeners = elb.describe_listeners(LoadBalancerArn=balancer["LoadBalancerArn"])["Listeners"]
        by_port = {listener["Port"]: listener for listener in listeners}
        assert set(by_port) == {80, 443}
        assert by_port[80]["DefaultActions"][0]["RedirectConfig"]["StatusCode"] == "HTTP_301"
        assert by_port[443]["SslPolicy"] == "ELBSecurityPolicy-TLS13-1-2-2021-06"
        (refuse,) = by_port[443]["DefaultActions"]
        assert refuse["FixedResponseConfig"]["StatusCode"] == "404"
        rules = elb.describe_rules(ListenerArn=by_port[443]["ListenerArn"])["Rules"]
        (rule,) = [rule for rule in rules if not rule["IsDefault"]]
        (group,) = elb.describe_target_groups()["TargetGroups"]
        (forward,) = rule["Actions"]
        (target,) = forward["ForwardConfig"]["TargetGroups"]
        assert (rule["Priority"], rule["Conditions"][0]["Values"]) == ("50000", ["/*"])
        assert target["TargetGroupArn"] == group["TargetGroupArn"]

    def test_target_group(self, domain: Emulator) -> None:
        (group,) = domain.client("elbv2").describe_target_groups()["TargetGroups"]
        assert (group["Port"], group["TargetType"], group["HealthCheckPath"]) == (80, "ip", "/health")
        assert (group["HealthCheckIntervalSeconds"], group["HealthCheckTimeoutSeconds"]) == (15, 5)

    def test_security_groups(self, domain: Emulator) -> None:
        """The rules really lie in the groups: the world to the load balancer, it to the tasks, nobody else to them."""
        groups = domain.client("ec2").describe_security_groups()["SecurityGroups"]
        by_name = {tag["Value"]: g for g in groups for tag in g.get("Tags", []) if tag["Key"] == "Name"}
        balancer, tasks = by_name[f"{BLOG}-load-balancer"], by_name[f"{BLOG}-tasks"]
        assert {rule["FromPort"] for rule in balancer["IpPermissions"]} == {80, 443}
        (into,) = tasks["IpPermissions"]
        assert (into["FromPort"], into["ToPort"]) == (8000, 8000)
        assert [pair["GroupId"] for pair in into["UserIdGroupPairs"]] == [balancer["GroupId"]]
        assert not into.get("IpRanges")
        (out,) = [rule for rule in balancer["IpPermissionsEgress"] if rule.get("UserIdGroupPairs")]
        others = [rule for rule in balancer["IpPermissionsEgress"] if not rule.get("UserIdGroupPairs")]
        assert [[block["CidrIp"] for block in rule["IpRanges"]] for rule in others] == [["127.0.0.1/32"]]
        assert [pair["GroupId"] for pair in out["UserIdGroupPairs"]] == [tasks["GroupId"]]

    def test_service(self, domain: Emulator) -> None:
        (service,) = domain.client("ecs").describe_services(cluster=BLOG, services=[BLOG])["services"]
        assert service["capacityProviderStrategy"][0]["capacityProvider"] == "FARGATE"
        assert service["healthCheckGracePeriodSeconds"] == 60
        deployment = service["deploymentConfiguration"]
        assert (deployment["minimumHealthyPercent"], deployment["maximumPercent"]) == (100, 200)
        breaker = {"enable": True, "rollback": True, "resetOnHealthyTask": False}
        assert deployment["deploymentCircuitBreaker"] == breaker
        assert service["networkConfiguration"]["awsvpcConfiguration"]["assignPublicIp"] == "DISABLED"
        assert service["propagateTags"] == "SERVICE"

    def test_task_definition(self, domain: Emulator) -> None:
        task = domain.client("ecs").describe_task_definition(taskDefinition=BLOG)["taskDefinition"]
        (container,) = task["containerDefinitions"]
        assert (task["cpu"], task["memory"]) == ("512", "1024")
        assert container["image"].endswith(f"/{BLOG}:v1")
        assert container["readonlyRootFilesystem"] is True
        assert container["linuxParameters"]["tmpfs"][0]["containerPath"] == "/tmp"  # noqa: S108
        assert container["logConfiguration"]["options"]["awslogs-group"] == f"/ecs/{BLOG}"
        assert "healthCheck" not in container

    def test_scaling(self, domain: Emulator) -> None:
        scaling: Any = domain.client("application-autoscaling")
        (target,) = scaling.describe_scalable_targets(ServiceNamespace="ecs")["ScalableTargets"]
        assert (target["ResourceId"], target["MinCapacity"], target["MaxCapacity"]) == (f"service/{BLOG}/{BLOG}", 2, 10)
        (policy,) = scaling.describe_scaling_policies(ServiceNamespace="ecs")["ScalingPolicies"]
        assert policy["TargetTrackingScalingPolicyConfiguration"]["TargetValue"] == 60

    def test_certificate_and_name(self, domain: Emulator) -> None:
        (certificate,) = domain.client("acm").list_certificates()["CertificateSummaryList"]
        assert certificate["DomainName"] == "blog.example.com"
        records = domain.client("route53").list_resource_record_sets(HostedZoneId=next(iter(ZONES)))
        (alias,) = [r for r in records["ResourceRecordSets"] if r["Type"] == "A"]
        (balancer,) = domain.client("elbv2").describe_load_balancers()["LoadBalancers"]
        assert alias["Name"].rstrip(".") == "blog.example.com"
        assert balancer["DNSName"] in alias["AliasTarget"]["DNSName"]

    def test_logs_and_repository(self, domain: Emulator) -> None:
        groups = domain.client("logs").describe_log_groups(logGroupNamePrefix="/ecs/")["logGroups"]
        assert [(group["logGroupName"], group["retentionInDays"]) for group in groups] == [(f"/ecs/{BLOG}", 30)]
        (repository,) = domain.client("ecr").describe_repositories()["repositories"]
        assert (repository["repositoryName"], repository["imageTagMutability"]) == (BLOG, "IMMUTABLE")

    def test_roles(self, domain: Emulator) -> None:
        """The execution role pulls from this repository and writes to this log group; the task role may do nothing."""
        iam = domain.client("iam")
        roles = {role["RoleName"].split("-")[3]: role["RoleName"] for role in iam.list_roles()["Roles"]}
        document = iam.get_role_policy(RoleName=roles["ExecutionRole"], PolicyName="StartTask")["PolicyDocument"]
        rights = {tuple(s["Action"]): s["Resource"] for s in document["Statement"]}
        (repository,) = domain.client("ecr").describe_repositories()["repositories"]
        (group,) = domain.client("logs").describe_log_groups(logGroupNamePrefix="/ecs/")["logGroups"]
        pull = ("ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer")
        assert rights[pull] == [repository["repositoryArn"]]
        assert rights["logs:CreateLogStream", "logs:PutLogEvents"] == [group["arn"]]
        assert rights[("ecr:GetAuthorizationToken",)] == ["*"]
        assert len(rights) == 3
        assert iam.list_role_policies(RoleName=roles["TaskRole"])["PolicyNames"] == []

    def test_nat_gateway(self, domain: Emulator) -> None:
        (gateway,) = domain.client("ec2").describe_nat_gateways()["NatGateways"]
        tables = domain.client("ec2").describe_route_tables()["RouteTables"]
        routes = [route for table in tables for route in table["Routes"] if route.get("NatGatewayId")]
        assert [route["NatGatewayId"] for route in routes] == [gateway["NatGatewayId"]] * 2

    def test_every_stack_is_tagged_and_told(self, domain: Emulator) -> None:
        tags = domain.client("ecs").describe_services(cluster=BLOG, services=[BLOG], include=["TAGS"])["services"][0][
            "tags"
        ]
        assert {"key": "blogstack:name", "value": BLOG} in tags
        assert domain.outputs(f"{BLOG}-edge")["Url"] == "https://blog.example.com"


@pytest.mark.parametrize("name", NAMES)
def test_every_case_deploys(aws: Emulator, name: str) -> None:
    """In the order of the files, each stack with what the ones before it export."""
    deploy_all(aws, compiled(name))
    for blueprint in compiled(name).blueprints:
        names = [service.service_name for service in blueprint.services]
        running = aws.client("ecs").describe_services(cluster=blueprint.tasks.cluster, services=names)["services"]
        assert [service["status"] for service in running] == ["ACTIVE"] * len(names)


def test_environments_stand_side_by_side(aws: Emulator) -> None:
    """In one account and region: one repository, and everything else twice, under names of its own."""
    compilation = compiled("environments")
    deploy_all(aws, compilation)
    (repository,) = aws.client("ecr").describe_repositories()["repositories"]
    assert repository["repositoryName"] == BLOG
    both = [f"{BLOG}-prod", f"{BLOG}-staging"]
    groups = aws.client("logs").describe_log_groups(logGroupNamePrefix="/ecs/")["logGroups"]
    assert sorted(group["logGroupName"] for group in groups) == [f"/ecs/{name}" for name in both]
    ecs = aws.client("ecs")
    assert sorted(arn.rsplit("/", 1)[1] for arn in ecs.list_clusters()["clusterArns"]) == both
    for name, cpu in zip(both, ("1024", "512"), strict=True):
        (service,) = ecs.describe_services(cluster=name, services=[name], include=["TAGS"])["services"]
        assert {"key": "blogstack:environment", "value": name.removeprefix(f"{BLOG}-")} in service["tags"]
        task = ecs.describe_task_definition(taskDefinition=service["taskDefinition"])["taskDefinition"]
        assert (task["family"], task["cpu"]) == (name, cpu)
        (container,) = task["containerDefinitions"]
        assert container["image"] == f"{repository['repositoryUri']}:v1"
    exports = [export["Name"] for export in aws.client("cloudformation").list_exports()["Exports"]]
    assert len(exports) == len(set(exports))
    vpcs = {
        t["Value"] for v in aws.client("ec2").describe_vpcs()["Vpcs"] for t in v.get("Tags", []) if t["Key"] == "Name"
    }
    assert len(vpcs) == 2
    # A new version of one leaves the other alone.
    service_only = tuple(t for t in compilation.templates if t.stack_name == f"{BLOG}-staging-service")
    deploy_all(aws, compilation._replace(templates=service_only), tag="v2")
    images = {
        name: ecs.describe_task_definition(taskDefinition=name)["taskDefinition"]["containerDefinitions"][0]["image"]
        for name in both
    }
    assert {name: image.rsplit(":", 1)[1] for name, image in images.items()} == dict(
        zip(both, ("v1", "v2"), strict=True)
    )


def test_a_change_of_egress_replaces_no_subnet(aws: Emulator) -> None:
    """From one NAT gateway to one a zone: routes change, subnets stay."""
    text = (ACCEPT / "domain" / "blog-api-network.yaml").read_text()
    aws.deploy_text(text, "blog-api-network")
    before = aws.resources("blog-api-network")
    second = text.replace(
        "  PrivateSubnet1:",
        "  NatAddress2:\n    Type: AWS::EC2::EIP\n    DependsOn: InternetGatewayAttachment\n"
        "    Properties: {Domain: vpc}\n\n  NatGateway2:\n    Type: AWS::EC2::NatGateway\n    Properties:\n"
        "      SubnetId: !Ref PublicSubnet2\n      AllocationId: !GetAtt NatAddress2.AllocationId\n\n  PrivateSubnet1:",
    )
    head, tail = second.rsplit("NatGatewayId: !Ref NatGateway1", 1)
    aws.deploy_text(f"{head}NatGatewayId: !Ref NatGateway2{tail}", "blog-api-network")
    after = aws.resources("blog-api-network")
    assert {name: after[name] for name in before if "Subnet" in name} == {
        name: before[name] for name in before if "Subnet" in name
    }


def test_the_count_that_scaling_reached_survives_a_deployment(aws: Emulator) -> None:
    deploy_all(aws, compiled("domain"))
    aws.client("ecs").update_service(cluster=BLOG, service=BLOG, desiredCount=7)
    service_only = compiled("domain")._replace(templates=compiled("domain").templates[-1:])
    deploy_all(aws, service_only, tag="v2")
    (service,) = aws.client("ecs").describe_services(cluster=BLOG, services=[BLOG])["services"]
    assert service["desiredCount"] == 7
    task = aws.client("ecs").describe_task_definition(taskDefinition=service["taskDefinition"])["taskDefinition"]
    assert task["containerDefinitions"][0]["image"].endswith(":v2")


def test_another_strategy_replaces_nothing(aws: Emulator) -> None:
    """From rolling to blue/green, what gets requests stays and the rest is added; likewise for the others, and back."""
    stack = f"{BLOG}-service"
    deploy_all(aws, compiled("domain"))
    before = aws.resources(stack)
    last = compiled("blue-green")._replace(templates=compiled("blue-green").templates[-1:])
    deploy_all(aws, last, tag="v2")
    after = aws.resources(stack)
    new = {"AlternateTargetGroup", "InfrastructureRole"}
    assert set(after) - set(before) == new
    assert {name for name in before if after[name] != before[name]} == {"TaskDefinition"}
    (service,) = aws.client("ecs").describe_services(cluster=BLOG, services=[BLOG])["services"]
    assert service["deploymentConfiguration"]["strategy"] == "BLUE_GREEN"
    assert service["loadBalancers"][0]["advancedConfiguration"] == {
        "alternateTargetGroupArn": after["AlternateTargetGroup"],
        "productionListenerRule": after["ListenerRule"],
        "roleArn": aws.client("iam").get_role(RoleName=after["InfrastructureRole"])["Role"]["Arn"],
    }
    for strategy in ("canary", "linear", "rolling"):
        text = (ACCEPT / "domain" / "blogstack.yaml").read_text() + f"deployment: {{strategy: {strategy}}}\n"
        templates = compile_text("blogstack.yaml", text.encode()).templates
        aws.deploy_text(templates[-1].text, stack, {"ImageTag": "v2"})
        latest = aws.resources(stack)
        assert {name for name in latest if latest[name] != after[name]} <= {"TaskDefinition"}
        assert set(after) - set(latest) == (new if strategy == "rolling" else set())
    (service,) = aws.client("ecs").describe_services(cluster=BLOG, services=[BLOG])["services"]
    assert service["deploymentConfiguration"]["strategy"] == "ROLLING"


@pytest.mark.parametrize("strategy", ["rolling", "blue_green"])
def test_a_domain_that_comes_later(aws: Emulator, strategy: str) -> None:
    """The listener moves from port 80 to 443 in place: neither it nor the rule is replaced, so the weights stay."""
    base = f"name: {BLOG}\nregion: ap-northeast-2\ndeployment: {{strategy: {strategy}}}\n"
    with_domain = f"{base}domain: {{name: blog.example.com, hosted_zone_id: Z0123456789ABCDEFGHIJ}}\n"
    deploy_all(aws, compile_text("blogstack.yaml", base.encode()))
    before = aws.resources(f"{BLOG}-edge") | aws.resources(f"{BLOG}-service")
    assert aws.outputs(f"{BLOG}-edge")["Url"].startswith("http://")
    aws.add_existing(hosted_zones=ZONES)
    deploy_all(aws, compile_text("blogstack.yaml", with_domain.encode()), tag="v2")
    after = aws.resources(f"{BLOG}-edge") | aws.resources(f"{BLOG}-service")
    assert set(after) - set(before) == {"Certificate", "DnsRecord", "RedirectListener"}
    assert {name for name in before if after[name] != before[name]} == {"TaskDefinition"}
    listeners = aws.client("elbv2").describe_listeners(ListenerArns=[after["Listener"], after["RedirectListener"]])
    assert [(listener["Port"], listener["Protocol"]) for listener in listeners["Listeners"]] == [
        (443, "HTTPS"),
        (80, "HTTP"),
    ]
    assert aws.outputs(f"{BLOG}-edge")["Url"] == "https://blog.example.com"


def test_a_domain_that_is_removed(aws: Emulator) -> None:
    """Port 80 has the redirect: nothing changes until its listener is deleted, as docs/deployments.md says."""
    base = f"name: {BLOG}\nregion: ap-northeast-2\n"
    with_domain = f"{base}domain: {{name: blog.example.com, hosted_zone_id: Z0123456789ABCDEFGHIJ}}\n"
    without = compile_text("blogstack.yaml", base.encode())
    deploy_all(aws, compile_text("blogstack.yaml", with_domain.encode()))
    with pytest.raises(EmulatorError, match="A listener already exists on this port"):
        deploy_all(aws, without, tag="v2")
    assert aws.outputs(f"{BLOG}-edge")["Url"] == "https://blog.example.com"
    aws.client("elbv2").delete_listener(ListenerArn=aws.resources(f"{BLOG}-edge")["RedirectListener"])
    deploy_all(aws, without, tag="v2")
    (listener,) = aws.client("elbv2").describe_listeners(ListenerArns=[aws.resources(f"{BLOG}-edge")["Listener"]])[
        "Listeners"
    ]
    assert (listener["Port"], listener["Protocol"]) == (80, "HTTP")


def test_schedules_and_policies(aws: Emulator) -> None:
    """Office hours, three policies and Spot, as AWS then reports them."""
    deploy_all(aws, compiled("office-hours"))
    scaling = aws.client("application-autoscaling")
    actions = scaling.describe_scheduled_actions(ServiceNamespace="ecs")["ScheduledActions"]
    assert {(a["ScheduledActionName"], a["Schedule"], a["Timezone"]) for a in actions} == {
        ("morning", "cron(0 8 ? * MON-FRI *)", "Asia/Seoul"),
        ("evening", "cron(30 19 ? * MON-FRI *)", "Asia/Seoul"),
    }
    policies = scaling.describe_scaling_policies(ServiceNamespace="ecs")["ScalingPolicies"]
    tracked = {p["PolicyName"]: p["TargetTrackingScalingPolicyConfiguration"] for p in policies}
    assert {name: policy["TargetValue"] for name, policy in tracked.items()} == {
        "cpu": 60,
        "memory": 75,
        "requests": 1000,
    }
    balancer = aws.resources(f"{BLOG}-edge")["LoadBalancer"]
    group = aws.resources(f"{BLOG}-service")["TargetGroup"]
    label = f"app/{balancer.split('/app/')[1]}/targetgroup/{group.split(':targetgroup/')[1]}"
    assert tracked["requests"]["PredefinedMetricSpecification"] == {
        "PredefinedMetricType": "ALBRequestCountPerTarget",
        "ResourceLabel": label,
    }
    (service,) = aws.client("ecs").describe_services(cluster=BLOG, services=[BLOG])["services"]
    assert service["capacityProviderStrategy"] == [
        {"capacityProvider": "FARGATE", "weight": 50, "base": 2},
        {"capacityProvider": "FARGATE_SPOT", "weight": 50},
    ]


def test_a_broken_template_rolls_back(aws: Emulator) -> None:
    """A second version that cannot be deployed leaves the first one running, and says why."""
    deploy_all(aws, compiled("domain"))
    text = (ACCEPT / "domain" / "blog-api-service.yaml").read_text()
    broken = text.replace("StopTimeout: 30", "StopTimeout: thirty")
    result = aws.deploy_text(broken, "blog-api-service", {"ImageTag": "v2"}, check=False)
    assert result.returncode != 0
    assert any("TaskDefinition" in reason for reason in aws.failures("blog-api-service"))
    (service,) = aws.client("ecs").describe_services(cluster=BLOG, services=[BLOG])["services"]
    task = aws.client("ecs").describe_task_definition(taskDefinition=service["taskDefinition"])["taskDefinition"]
    assert task["containerDefinitions"][0]["image"].endswith(":v1")


def test_latest_is_refused_before_anything_changes(aws: Emulator) -> None:
    deploy_all(aws, compiled("domain"))
    text = Path(ACCEPT / "domain" / "blog-api-service.yaml").read_text()
    assert aws.deploy_text(text, "blog-api-service", {"ImageTag": "latest"}, check=False).returncode != 0


def test_a_network_in_use_cannot_be_deleted(aws: Emulator) -> None:
    deploy_all(aws, compiled("domain"))
    with pytest.raises(ClientError, match="is imported by"):
        aws.delete("blog-api-network")


def test_the_access_logs_outlive_their_stacks(aws: Emulator) -> None:
    """Without the edge stack the bucket is there, and still only for TLS."""
    edge = [template for template in compiled("domain").templates if template.stack_name != f"{BLOG}-service"]
    deploy_all(aws, compiled("domain")._replace(templates=tuple(edge)))
    bucket = aws.resources(f"{BLOG}-edge")["AccessLogBucket"]
    (balancer,) = aws.client("elbv2").describe_load_balancers()["LoadBalancers"]
    unprotect = [{"Key": "deletion_protection.enabled", "Value": "false"}]
    aws.client("elbv2").modify_load_balancer_attributes(
        LoadBalancerArn=balancer["LoadBalancerArn"], Attributes=unprotect
    )
    assert aws.delete(f"{BLOG}-edge") == "DELETE_COMPLETE"
    assert [found["Name"] for found in aws.client("s3").list_buckets()["Buckets"]] == [bucket]
    policy = json.loads(aws.client("s3").get_bucket_policy(Bucket=bucket)["Policy"])
    assert [statement["Effect"] for statement in policy["Statement"]] == ["Allow", "Deny"]


def test_access_logs_are_turned_off(aws: Emulator) -> None:
    """The bucket stays, with the logs."""
    deploy_all(aws, compiled("domain"))
    text = (ACCEPT / "domain" / "blogstack.yaml").read_text() + "load_balancer: {access_logs: false}\n"
    deploy_all(aws, compile_text("blogstack.yaml", text.encode()), tag="v2")
    (balancer,) = aws.client("elbv2").describe_load_balancers()["LoadBalancers"]
    answer = aws.client("elbv2").describe_load_balancer_attributes(LoadBalancerArn=balancer["LoadBalancerArn"])
    assert {"Key": "access_logs.s3.enabled", "Value": "false"} in answer["Attributes"]
    assert len(aws.client("s3").list_buckets()["Buckets"]) == 1


def test_a_web_acl_stands_before_the_load_balancer(aws: Emulator) -> None:
    deploy_all(aws, compiled("everything"))
    (balancer,) = aws.client("elbv2").describe_load_balancers()["LoadBalancers"]
    acl = aws.client("wafv2").get_web_acl_for_resource(ResourceArn=balancer["LoadBalancerArn"])["WebACL"]
    names = [rule["Name"] for rule in sorted(acl["Rules"], key=lambda rule: rule["Priority"])]
    assert names[0] == "RateLimit"
    assert len(names) == 4


def test_the_secrets_of_the_container_lead_to_what_the_stacks_made(aws: Emulator) -> None:
    """Each of the five variables is a key of the database's secret, and its value is the database's own."""
    deploy_all(aws, compiled("database"))
    task = aws.client("ecs").describe_task_definition(taskDefinition=BLOG)["taskDefinition"]
    references = {item["name"]: item["valueFrom"] for item in task["containerDefinitions"][0]["secrets"]}
    (instance,) = aws.client("rds").describe_db_instances()["DBInstances"]
    values = {}
    for variable in ("HOST", "PORT", "NAME", "USER", "PASSWORD"):
        arn, key = references[f"DATABASE_{variable}"].removesuffix("::").rsplit(":", 1)
        secret = json.loads(aws.client("secretsmanager").get_secret_value(SecretId=arn)["SecretString"])
        values[variable] = str(secret[key])
    assert values["HOST"] == instance["Endpoint"]["Address"]
    assert values["PORT"] == str(instance["Endpoint"]["Port"]) == "5433"
    assert (values["NAME"], values["USER"]) == ("blog_api", instance["MasterUsername"])
    assert len(values["PASSWORD"]) == 48
    made = aws.client("secretsmanager").get_secret_value(SecretId=references["JWT_SECRET"])["SecretString"]
    assert len(made) == 64


def test_only_the_tasks_reach_the_database(aws: Emulator) -> None:
    deploy_all(aws, compiled("database"))
    groups = aws.client("ec2").describe_security_groups()["SecurityGroups"]
    by_name = {tag["Value"]: g for g in groups for tag in g.get("Tags", []) if tag["Key"] == "Name"}
    (rule,) = by_name[f"{BLOG}-database"]["IpPermissions"]
    assert (rule["FromPort"], rule["ToPort"], rule.get("IpRanges", [])) == (5433, 5433, [])
    assert [pair["GroupId"] for pair in rule["UserIdGroupPairs"]] == [by_name[f"{BLOG}-tasks"]["GroupId"]]


def test_the_release_step_runs_before_the_service_exists(aws: Emulator) -> None:
    """With everything but the service deployed, the release's task definition is there, with the new image."""
    before = compiled("database")._replace(templates=compiled("database").templates[:-1])
    deploy_all(aws, before)
    release = aws.outputs(f"{BLOG}-tasks")["ServiceReleaseTaskDefinitionArn"]
    task = aws.client("ecs").describe_task_definition(taskDefinition=release)["taskDefinition"]
    (container,) = task["containerDefinitions"]
    assert (container["command"], container["image"].rsplit(":")[-1]) == (["python", "-m", "app.migrate"], "v1")
    assert aws.client("ecs").describe_clusters(clusters=[BLOG])["clusters"][0]["status"] == "ACTIVE"
    assert aws.client("ecs").list_services(cluster=BLOG)["serviceArns"] == []
