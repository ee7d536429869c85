"""Broken templates fail, roll back and report the reason, as on AWS."""

from collections.abc import Iterator

import pytest

from emulator import Emulator

from .conftest import SAMPLE, ZONE

SERVICE = (SAMPLE / "service.yaml").read_text(encoding="utf-8")
NETWORK = (SAMPLE / "network.yaml").read_text(encoding="utf-8")

# What is put in the place of what, and the resource and the words that its failure must show.
BROKEN_SERVICES = {
    "a property that the API does not have": (
        "HealthCheckGracePeriodSeconds:",
        "HealthCheckGraceSeconds:",
        "Service",
        'Unknown parameter in input: "HealthCheckGraceSeconds"',
    ),
    "a value of the wrong type": (
        "      Port: 443\n",
        "      Port: https\n",
        "HttpsListener",
        "Invalid type for parameter Port",
    ),
    "a value that is none of the API's": (
        "PropagateTags: SERVICE",
        "PropagateTags: ALL",
        "Service",
        "Value 'ALL' at 'propagateTags' must be one of",
    ),
    "a target group for instances": (
        "      TargetType: ip\n",
        "      TargetType: instance\n",
        "Service",
        "incompatible with the awsvpc network mode",
    ),
    "a container that is not there": (
        "{ContainerName: app,",
        "{ContainerName: web,",
        "Service",
        "The container web does not exist in the task definition.",
    ),
    "a port that the container does not open": (
        "ContainerPort: 8000, TargetGroupArn",
        "ContainerPort: 9000, TargetGroupArn",
        "Service",
        "did not have a container port 9000 defined",
    ),
    "a service that does not wait for its listener": (
        "DependsOn: [HttpsListener, Rule]",
        "DependsOn: LogGroup",
        "Service",
        "does not have an associated load balancer",
    ),
    "one subnet": (
        'Subnets: !Split [",", !ImportValue "sample-network:PublicSubnetIds"]',
        'Subnets: [!Select [0, !Split [",", !ImportValue "sample-network:PublicSubnetIds"]]]',
        "LoadBalancer",
        "two different Availability Zones",
    ),
    "an unknown attribute": (
        "idle_timeout.timeout_seconds",
        "idle_timeout.seconds",
        "LoadBalancer",
        "'idle_timeout.seconds' is not recognized",
    ),
    "a secret that is not there": (
        "ValueFrom: !Ref Secret",
        "ValueFrom: !Sub '${Secret}x'",
        "Service",
        "unable to pull secrets",
    ),
    "a log group that is not there": (
        "awslogs-group: !Ref LogGroup",
        "awslogs-group: /other",
        "Service",
        "the log group '/other' does not exist",
    ),
    "a hosted zone that is not there": (
        f"HostedZoneId: {ZONE}\n",
        "HostedZoneId: ZAAAAAAAAAAAAAAAAAAAA\n",
        "Record",
        "No hosted zone found",
    ),
    "a retention that logs do not have": (
        "RetentionInDays: 30",
        "RetentionInDays: 31",
        "LogGroup",
        "retentionInDays",
    ),
    "a request count of another load balancer": (
        "${LoadBalancer.LoadBalancerFullName}/",
        "app/other/0123456789abcdef/",
        "RequestPolicy",
        "ResourceLabel is not valid",
    ),
    "a size that Fargate does not sell": (
        '      Memory: "1024"',
        '      Memory: "8192"',
        "TaskDefinition",
        "No Fargate configuration exists for given values.",
    ),
    "a volume that is not declared": (
        "SourceVolume: tmp",
        "SourceVolume: temp",
        "TaskDefinition",
        "Unknown volume 'temp'",
    ),
    "a maximum below the minimum": (
        "MinCapacity: 2\n",
        "MinCapacity: 11\n",
        "ScalableTarget",
        "Maximum capacity cannot be less than minimum capacity",
    ),
    "a rule that is there already": (
        "    Properties:\n      GroupId: !Ref TaskSecurityGroup\n",
        "    DependsOn: Twin\n    Properties:\n      GroupId: !Ref TaskSecurityGroup\n",
        "FromLoadBalancer",
        "the specified rule already exists",
    ),
}
TWIN = """  Twin:
    Type: AWS::EC2::SecurityGroupIngress
    Properties:
      GroupId: !Ref TaskSecurityGroup
      IpProtocol: tcp
      FromPort: 8000
      ToPort: 8000
      SourceSecurityGroupId: !Ref LoadBalancerSecurityGroup
Outputs:
"""


@pytest.fixture(scope="module")
def ready(emulator: Emulator) -> Iterator[Emulator]:
    """Registry and network, which no test in this file changes."""
    emulator.reset()
    emulator.add_existing(hosted_zones={ZONE: "example.com"})
    emulator.deploy(SAMPLE / "network.yaml", "sample-network")
    emulator.deploy(SAMPLE / "registry.yaml", "sample-registry")
    yield emulator
    emulator.reset()


@pytest.mark.parametrize("case", BROKEN_SERVICES)
def test_a_broken_service_rolls_back(ready: Emulator, case: str) -> None:
    old, new, logical_id, words = BROKEN_SERVICES[case]
    assert old in SERVICE
    template = SERVICE.replace(old, new)
    if "Twin" in new:
        template = template.replace("Outputs:\n", TWIN)
    done = ready.deploy_text(template, "broken", {"ImageTag": "v1"}, check=False)
    assert done.returncode == 255, done.stdout
    assert "describe-stack-events" in done.stderr
    first = ready.failures("broken")[0]
    assert first.startswith(f"{logical_id} (")
    assert words in first
    stack = ready.client("cloudformation").describe_stacks(StackName="broken")["Stacks"][0]
    assert stack["StackStatus"] == "ROLLBACK_COMPLETE"
    assert ready.client("elbv2").describe_load_balancers()["LoadBalancers"] == []
    groups = ready.client("ec2").describe_security_groups()["SecurityGroups"]
    assert not [group for group in groups if group["GroupName"].startswith("broken")]
    assert ready.delete("broken") == "DELETE_COMPLETE"


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        (
            "    DependsOn: Attachment\n    Properties:\n      RouteTableId",
            "    Properties:\n      RouteTableId",
            "belong to different networks",
        ),
        ("CidrBlock: 10.0.1.0/24", "CidrBlock: 10.0.0.128/25", "conflicts with another subnet"),
        ("CidrBlock: 10.0.1.0/24", "CidrBlock: 10.1.1.0/24", "is invalid"),
        ("${AWS::Region}.s3", "${AWS::Region}.logs", "does not exist as a Gateway endpoint"),
        ("AllocationId: !GetAtt NatAddress.AllocationId", "AllocationId: eipalloc-0", "does not exist"),
        ("DeliverLogsPermissionArn: !GetAtt FlowLogRole.Arn", "TrafficType: ALL", "can't be empty"),
        ("FromPort: 443, ", "", "needs FromPort and ToPort"),
    ],
)
def test_a_broken_network_rolls_back(aws: Emulator, old: str, new: str, words: str) -> None:
    assert old in NETWORK
    done = aws.deploy_text(NETWORK.replace(old, new), "broken", check=False)
    assert done.returncode == 255, done.stdout
    assert words in aws.failures("broken")[0]


def test_an_unknown_type_is_refused(aws: Emulator) -> None:
    template = "Resources:\n  Thing: {Type: AWS::Nothing::Known}\n"
    done = aws.deploy_text(template, "broken", check=False)
    assert done.returncode != 0
    told = done.stderr + " ".join(aws.failures("broken"))
    assert "AWS::Nothing::Known" in told


def test_a_failed_update_leaves_what_was_there(deployed: Emulator) -> None:
    ecs = deployed.client("ecs")
    before = ecs.describe_services(cluster="sample", services=["sample"])["services"][0]
    made = deployed.resources("sample-service")
    template = SERVICE.replace("PropagateTags: SERVICE", "PropagateTags: ALL").replace(
        "RetentionInDays: 30", "RetentionInDays: 60"
    )
    done = deployed.deploy_text(template, "sample-service", {"ImageTag": "v2"}, check=False)
    assert done.returncode == 255
    stack = deployed.client("cloudformation").describe_stacks(StackName="sample-service")["Stacks"][0]
    assert stack["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE"
    after = ecs.describe_services(cluster="sample", services=["sample"])["services"][0]
    assert after["taskDefinition"] == before["taskDefinition"]
    assert deployed.resources("sample-service") == made
    logs = deployed.client("logs").describe_log_groups(logGroupNamePrefix="/sample")
    assert logs["logGroups"][0]["retentionInDays"] == 30
    # And it can be deployed again.
    deployed.deploy(SAMPLE / "service.yaml", "sample-service", {"ImageTag": "v3"})


def test_a_protected_load_balancer_stays(network: Emulator) -> None:
    template = """
Resources:
  LoadBalancer:
    Type: AWS::ElasticLoadBalancingV2::LoadBalancer
    Properties:
      Subnets: !Split [",", !ImportValue "sample-network:PublicSubnetIds"]
      LoadBalancerAttributes: [{Key: deletion_protection.enabled, Value: "true"}]
"""
    network.deploy_text(template, "protected")
    assert network.delete("protected") == "DELETE_FAILED"
    assert "deletion protection is enabled" in " ".join(network.failures("protected"))
    assert len(network.client("elbv2").describe_load_balancers()["LoadBalancers"]) == 1
