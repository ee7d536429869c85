"""What the emulated AWS holds after a service stack, and after changes to it."""

from typing import Any

from emulator import Emulator

from .conftest import SAMPLE, ZONE

SERVICE = SAMPLE / "service.yaml"


def _service(aws: Emulator) -> dict[str, Any]:
    answer: dict[str, Any] = aws.client("ecs").describe_services(cluster="sample", services=["sample"])
    service: dict[str, Any] = answer["services"][0]
    return service


def _group(aws: Emulator, logical_id: str) -> dict[str, Any]:
    group_id = aws.resources("sample-service")[logical_id]
    answer = aws.client("ec2").describe_security_groups(GroupIds=[group_id])
    group: dict[str, Any] = answer["SecurityGroups"][0]
    return group


def test_rules_land_in_their_groups(deployed: Emulator) -> None:
    made = deployed.resources("sample-service")
    ingress = _group(deployed, "TaskSecurityGroup")["IpPermissions"]
    assert [(rule["FromPort"], rule["ToPort"]) for rule in ingress] == [(8000, 8000)]
    assert ingress[0]["UserIdGroupPairs"][0]["GroupId"] == made["LoadBalancerSecurityGroup"]
    assert ingress[0]["UserIdGroupPairs"][0]["Description"] == "from the load balancer"
    egress = _group(deployed, "LoadBalancerSecurityGroup")["IpPermissionsEgress"]
    peers = [pair["GroupId"] for rule in egress for pair in rule["UserIdGroupPairs"]]
    assert peers == [made["TaskSecurityGroup"]]
    rules = deployed.client("ec2").describe_security_group_rules(SecurityGroupRuleIds=[made["FromLoadBalancer"]])[
        "SecurityGroupRules"
    ]
    assert rules[0]["GroupId"] == made["TaskSecurityGroup"]


def test_the_service_keeps_every_setting(deployed: Emulator) -> None:
    service = _service(deployed)
    assert service["healthCheckGracePeriodSeconds"] == 60
    assert service["availabilityZoneRebalancing"] == "ENABLED"
    assert service["propagateTags"] == "SERVICE"
    assert service["enableECSManagedTags"] is True
    assert service["launchType"] == "FARGATE"
    configuration = service["deploymentConfiguration"]
    assert configuration["deploymentCircuitBreaker"] == {"enable": True, "rollback": True}
    assert (configuration["minimumHealthyPercent"], configuration["maximumPercent"]) == (100, 200)
    network = service["networkConfiguration"]["awsvpcConfiguration"]
    assert network["subnets"] == deployed.outputs("sample-network")["PrivateSubnetIds"].split(",")
    # The template names no count: one task, which the scalable target's minimum makes two.
    assert (service["desiredCount"], service["runningCount"]) == (2, 2)


def test_containers_keep_everything(deployed: Emulator) -> None:
    definition = deployed.client("ecs").describe_task_definition(taskDefinition="sample")["taskDefinition"]
    container = definition["containerDefinitions"][0]
    secret = deployed.resources("sample-service")["Secret"]
    assert container["secrets"] == [{"name": "JWT_SECRET", "valueFrom": secret}]
    assert container["healthCheck"]["startPeriod"] == 30
    assert container["linuxParameters"] == {"initProcessEnabled": True}
    assert container["stopTimeout"] == 30
    assert container["logConfiguration"]["options"]["awslogs-group"] == "/sample"
    assert definition["runtimePlatform"]["cpuArchitecture"] == "ARM64"
    assert definition["ephemeralStorage"] == {"sizeInGiB": 30}
    assert (definition["cpu"], definition["memory"]) == ("512", "1024")
    value = deployed.client("secretsmanager").get_secret_value(SecretId=secret)["SecretString"]
    assert len(value) == 48
    assert value.isalnum()


def test_the_load_balancer_listens_as_declared(deployed: Emulator) -> None:
    elbv2, made = deployed.client("elbv2"), deployed.resources("sample-service")
    balancer = elbv2.describe_load_balancers()["LoadBalancers"][0]
    zones = [item["ZoneName"] for item in balancer["AvailabilityZones"]]
    assert zones == ["ap-northeast-2a", "ap-northeast-2b"]
    assert balancer["VpcId"] == deployed.outputs("sample-network")["VpcId"]
    answer = elbv2.describe_load_balancer_attributes(LoadBalancerArn=made["LoadBalancer"])
    attributes = {item["Key"]: item["Value"] for item in answer["Attributes"]}
    assert attributes["idle_timeout.timeout_seconds"] == "75"
    assert attributes["routing.http2.enabled"] == "true"
    listeners = elbv2.describe_listeners(LoadBalancerArn=made["LoadBalancer"])["Listeners"]
    by_port = {item["Port"]: item for item in listeners}
    assert by_port[80]["DefaultActions"][0]["RedirectConfig"]["StatusCode"] == "HTTP_301"
    assert by_port[443]["SslPolicy"] == "ELBSecurityPolicy-TLS13-1-2-2021-06"
    assert by_port[443]["Certificates"] == [{"CertificateArn": made["Certificate"]}]
    rule = elbv2.describe_rules(RuleArns=[made["Rule"]])["Rules"][0]
    weights = rule["Actions"][0]["ForwardConfig"]["TargetGroups"]
    assert weights == [
        {"TargetGroupArn": made["TargetGroup"], "Weight": 100},
        {"TargetGroupArn": made["OtherTargetGroup"], "Weight": 0},
    ]
    group = elbv2.describe_target_groups(TargetGroupArns=[made["TargetGroup"]])["TargetGroups"][0]
    assert group["LoadBalancerArns"] == [made["LoadBalancer"]]
    assert (group["HealthCheckPath"], group["HealthCheckIntervalSeconds"]) == ("/health", 15)
    answer = elbv2.describe_target_group_attributes(TargetGroupArn=made["TargetGroup"])
    attributes = {item["Key"]: item["Value"] for item in answer["Attributes"]}
    assert attributes["deregistration_delay.timeout_seconds"] == "30"


def test_the_certificate_is_validated_through_the_zone(deployed: Emulator) -> None:
    arn = deployed.resources("sample-service")["Certificate"]
    certificate = deployed.client("acm").describe_certificate(CertificateArn=arn)["Certificate"]
    assert certificate["Status"] == "ISSUED"
    wanted = certificate["DomainValidationOptions"][0]["ResourceRecord"]
    answer = deployed.client("route53").list_resource_record_sets(HostedZoneId=ZONE)
    records = {(item["Name"], item["Type"]): item for item in answer["ResourceRecordSets"]}
    assert records[(wanted["Name"], "CNAME")]["ResourceRecords"] == [{"Value": wanted["Value"]}]
    alias = records[("blog.example.com.", "A")]["AliasTarget"]
    assert alias["DNSName"] == deployed.outputs("sample-service")["LoadBalancerDnsName"] + "."
    assert alias["EvaluateTargetHealth"] is True


def test_the_aws_cli_shows_targets_and_policies(deployed: Emulator) -> None:
    done = deployed.aws(
        "application-autoscaling",
        "describe-scaling-policies",
        "--service-namespace=ecs",
        "--query=ScalingPolicies[].[PolicyName,ResourceId]",
        "--output=text",
        check=True,
    )
    assert sorted(done.stdout.splitlines()) == ["cpu\tservice/sample/sample", "requests\tservice/sample/sample"]
    scaling = deployed.client("application-autoscaling")
    target = scaling.describe_scalable_targets(ServiceNamespace="ecs")["ScalableTargets"][0]
    assert (target["MinCapacity"], target["MaxCapacity"]) == (2, 10)
    action = scaling.describe_scheduled_actions(ServiceNamespace="ecs")["ScheduledActions"][0]
    assert (action["Schedule"], action["Timezone"]) == ("cron(0 8 ? * MON-FRI *)", "Asia/Seoul")
    policies = {
        item["PolicyName"]: item["TargetTrackingScalingPolicyConfiguration"]
        for item in scaling.describe_scaling_policies(ServiceNamespace="ecs")["ScalingPolicies"]
    }
    assert policies["cpu"]["TargetValue"] == 60.0
    assert policies["cpu"]["ScaleInCooldown"] == 120


def test_log_retention_and_tags(deployed: Emulator) -> None:
    logs = deployed.client("logs")
    group = logs.describe_log_groups(logGroupNamePrefix="/sample")["logGroups"][0]
    assert group["retentionInDays"] == 30
    assert logs.list_tags_log_group(logGroupName="/sample")["tags"]["team"] == "blog"


def test_a_new_image_is_a_new_revision_of_the_same_service(deployed: Emulator) -> None:
    before, made = _service(deployed), deployed.resources("sample-service")
    deployed.deploy(SERVICE, "sample-service", {"ImageTag": "v2", "GracePeriod": "90", "Max": "12"})
    after, again = _service(deployed), deployed.resources("sample-service")
    assert after["taskDefinition"].endswith(":task-definition/sample:2")
    assert after["healthCheckGracePeriodSeconds"] == 90
    assert after["serviceArn"] == before["serviceArn"]
    same = made.keys() - {"TaskDefinition"}
    assert {key: again[key] for key in same} == {key: made[key] for key in same}
    scaling = deployed.client("application-autoscaling")
    assert scaling.describe_scalable_targets(ServiceNamespace="ecs")["ScalableTargets"][0]["MaxCapacity"] == 12


def test_a_deployment_leaves_the_count_that_scaling_reached(deployed: Emulator) -> None:
    deployed.client("ecs").update_service(cluster="sample", service="sample", desiredCount=7)
    deployed.deploy(SERVICE, "sample-service", {"ImageTag": "v2"})
    assert _service(deployed)["desiredCount"] == 7


def test_a_service_may_move_to_blue_green_in_place(deployed: Emulator) -> None:
    before, made = _service(deployed), deployed.resources("sample-service")
    text = SERVICE.read_text(encoding="utf-8")
    old = "- {ContainerName: app, ContainerPort: 8000, TargetGroupArn: !Ref TargetGroup}"
    new = """- ContainerName: app
          ContainerPort: 8000
          TargetGroupArn: !Ref TargetGroup
          AdvancedConfiguration:
            AlternateTargetGroupArn: !Ref OtherTargetGroup
            ProductionListenerRule: !Ref Rule
            RoleArn: !GetAtt TaskRole.Arn"""
    assert old in text
    changed = text.replace(old, new).replace(
        "MinimumHealthyPercent: 100", "Strategy: BLUE_GREEN\n        BakeTimeInMinutes: 5"
    )
    deployed.deploy_text(changed, "sample-service", {"ImageTag": "v2"})
    after = _service(deployed)
    assert after["serviceArn"] == before["serviceArn"]
    assert after["deploymentConfiguration"]["strategy"] == "BLUE_GREEN"
    assert after["deploymentConfiguration"]["bakeTimeInMinutes"] == 5
    advanced = after["loadBalancers"][0]["advancedConfiguration"]
    assert advanced["productionListenerRule"] == made["Rule"]
    assert advanced["alternateTargetGroupArn"] == made["OtherTargetGroup"]
    assert deployed.resources("sample-service")["LoadBalancer"] == made["LoadBalancer"]


def test_a_changed_rule_takes_the_place_of_the_old_one(deployed: Emulator) -> None:
    text = SERVICE.read_text(encoding="utf-8")
    old = "FromPort: 8000\n      ToPort: 8000\n      SourceSecurityGroupId"
    assert old in text
    changed = text.replace(old, old.replace("8000", "9000"))
    deployed.deploy_text(changed, "sample-service", {"ImageTag": "v1"})
    ingress = _group(deployed, "TaskSecurityGroup")["IpPermissions"]
    assert [rule["FromPort"] for rule in ingress] == [9000]


def test_the_service_can_be_deleted(deployed: Emulator) -> None:
    assert deployed.delete("sample-service") == "DELETE_COMPLETE"
    scaling = deployed.client("application-autoscaling")
    assert scaling.describe_scalable_targets(ServiceNamespace="ecs")["ScalableTargets"] == []
    assert scaling.describe_scaling_policies(ServiceNamespace="ecs")["ScalingPolicies"] == []
    assert deployed.client("elbv2").describe_load_balancers()["LoadBalancers"] == []
    assert deployed.delete("sample-network") == "DELETE_COMPLETE"
