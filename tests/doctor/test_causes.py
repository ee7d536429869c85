"""One scenario for each cause, with AWS's own messages; the cause must be reported first, at the line of the file."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import pytest

from blogstack.diagnostics import Code
from blogstack.doctor import Cause, diagnose, read_snapshot
from blogstack.pipeline import compile_text, lower_environment, read_environments
from tests.doctor.answers import DETECTION, NOW, failed_event, healthy, service, service_event, stacks, stopped, targets
from tests.support.fake_aws import FakeAws, Refusal

FILE = b"""\
name: shop
region: eu-west-1
service:
  framework: django
  port: 8000
  memory: 1024
  environment: {ALLOWED_HOSTS: shop.example.com}
  secrets:
    STRIPE_KEY: {secretsmanager: shop/stripe}
domain:
  name: shop.example.com
  hosted_zone_id: Z0123456789ABCDEFGHIJ
"""
_SECRETS = (
    "ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval failed: "
    "unable to retrieve secret from asm: service call has been retried 1 time(s): "
)
_SECRET = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:shop/stripe"


class Scenario(NamedTuple):
    """AWS's answers, and the first cause: its code, its line and a part of its message."""

    answers: dict[str, Any]
    code: Code
    line: int | None
    message: str


def all_but(missing: str) -> Callable[[Mapping[str, Any]], Any]:
    """Every stack is complete, and one does not exist."""

    def answer(parameters: Mapping[str, Any]) -> Any:  # noqa: ANN401 (an answer or a refusal)
        if parameters["StackName"] == missing:
            return Refusal("ValidationError", f"Stack with id {missing} does not exist")
        return stacks({})(parameters)

    return answer


SCENARIOS = {
    "no image": Scenario(
        stopped(
            "CannotPullContainerError: pull image manifest has been retried 1 time(s): failed to resolve ref "
            "123456789012.dkr.ecr.eu-west-1.amazonaws.com/shop:v9: "
            "123456789012.dkr.ecr.eu-west-1.amazonaws.com/shop:v9: not found"
        ),
        Code.IMAGE_MISSING,
        1,
        "the image of service is not in its registry",
    ),
    "a registry that refuses": Scenario(
        stopped(
            "CannotPullContainerError: ref pull has been retried 1 time(s): failed to resolve reference "
            '"ghcr.io/team/shop:v1": unexpected status from HEAD request: 403 Forbidden'
        ),
        Code.IMAGE_FORBIDDEN,
        1,
        "the registry refuses it",
    ),
    "another architecture, in the registry": Scenario(
        stopped(
            "CannotPullContainerError: pull image manifest has been retried 1 time(s): "
            "image Manifest does not contain descriptor matching platform 'linux/amd64'"
        ),
        Code.IMAGE_ARCHITECTURE,
        1,
        "was not built for x86_64",
    ),
    "another architecture, at the start": Scenario(
        stopped(
            "Essential container in task exited",
            code="EssentialContainerExited",
            exit_code=1,
            seconds=1,
            log=((0, "exec /usr/local/bin/python: exec format error"),),
        ),
        Code.IMAGE_ARCHITECTURE,
        1,
        "was not built for x86_64",
    ),
    "no route to the registry": Scenario(
        stopped(
            "CannotPullContainerError: The task cannot pull shop:v1 from the registry. There is a connection issue "
            "between the task and the registry: dial tcp 52.119.213.1:443: i/o timeout"
        ),
        Code.AWS_UNREACHABLE,
        1,
        "cannot reach AWS",
    ),
    "no route to Secrets Manager": Scenario(
        stopped(
            f"{_SECRETS}failed to fetch secret {_SECRET} from secrets manager: RequestCanceled: request context "
            "canceled caused by: context deadline exceeded"
        ),
        Code.AWS_UNREACHABLE,
        1,
        "cannot reach AWS",
    ),
    "no secret": Scenario(
        stopped(
            f"{_SECRETS}failed to fetch secret {_SECRET} from secrets manager: ResourceNotFoundException: "
            "Secrets Manager can't find the specified secret."
        ),
        Code.SECRET_UNREADABLE,
        9,
        "STRIPE_KEY of service cannot be read: it does not exist",
    ),
    "no right to the secret": Scenario(
        stopped(
            f"{_SECRETS}failed to fetch secret {_SECRET} from secrets manager: AccessDeniedException: User is not "
            "authorized to perform: secretsmanager:GetSecretValue"
        ),
        Code.SECRET_UNREADABLE,
        9,
        "the execution role may not read it",
    ),
    "no such key in the secret": Scenario(
        stopped(f"{_SECRETS}retrieved secret from Secrets Manager did not contain json key api_key: {_SECRET}"),
        Code.SECRET_UNREADABLE,
        9,
        "the secret's JSON has no such key",
    ),
    "the container exits": Scenario(
        stopped(
            "Essential container in task exited",
            code="EssentialContainerExited",
            exit_code=3,
            seconds=4,
            log=((1, "Traceback (most recent call last):"), (1, "ModuleNotFoundError: No module named 'shop'")),
        ),
        Code.CONTAINER_EXITS,
        3,
        "code 3, 4 seconds after it started",
    ),
    "the container writes outside of /tmp": Scenario(
        stopped(
            "Essential container in task exited",
            code="EssentialContainerExited",
            exit_code=1,
            seconds=4,
            log=((1, "OSError: [Errno 30] Read-only file system: 'celerybeat-schedule'"),),
        ),
        Code.CONTAINER_EXITS,
        3,
        "shop ended with exit code 1: it writes outside of /tmp",
    ),
    "out of memory": Scenario(
        stopped(
            "Essential container in task exited",
            code="EssentialContainerExited",
            exit_code=137,
            container_reason="OutOfMemoryError: Container killed due to memory usage",
            seconds=90,
        ),
        Code.OUT_OF_MEMORY,
        6,
        "more memory than the 1024 MiB",
    ),
    "the container's check fails": Scenario(
        stopped("Task failed container health checks", code="ServiceSchedulerInitiated", exit_code=143, seconds=200),
        Code.CONTAINER_UNHEALTHY,
        3,
        "the container's health check of service fails",
    ),
    "the wrong port": Scenario(
        {"elbv2:DescribeTargetHealth": targets("unhealthy", "Target.FailedHealthChecks", "Health checks failed")},
        Code.TARGET_SILENT,
        5,
        "does not answer the load balancer's check on port 8000",
    ),
    "no answer in time": Scenario(
        {"elbv2:DescribeTargetHealth": targets("unhealthy", "Target.Timeout", "Request timed out")},
        Code.TARGET_SILENT,
        5,
        "does not answer the load balancer's check on port 8000 in time",
    ),
    "the wrong path": Scenario(
        {
            "elbv2:DescribeTargetHealth": targets(
                "unhealthy", "Target.ResponseCodeMismatch", "Health checks failed with these codes: [404]"
            )
        },
        Code.TARGET_STATUS,
        3,
        "with 404, not 200",
    ),
    "Django refuses the Host header, as ECS tells it": Scenario(
        {
            "ecs:DescribeServices": {
                "services": [
                    service(
                        running=1,
                        events=(
                            (
                                "(service shop) (task 0123) (port 8000) is unhealthy in (target-group arn) due to "
                                "(reason Health checks failed with these codes: [400])."
                            ),
                        ),
                    )
                ]
            }
        },
        Code.HOST_REFUSED,
        4,
        "it refuses the Host header",
    ),
    "a slow start": Scenario(
        stopped(
            "Task failed ELB health checks in (target-group arn:aws:elasticloadbalancing:...)",
            code="ServiceSchedulerInitiated",
            exit_code=143,
            seconds=180,
            log=((2, "Applying migrations"), (150, "[INFO] Listening at: http://0.0.0.0:8000 (1)")),
        ),
        Code.SLOW_START,
        1,
        "took 150 seconds to start, but checks count after 120",
    ),
    "no addresses": Scenario(
        stopped(
            "Unexpected EC2 error while attempting to Create Network Interface with public IP assignment disabled in "
            "subnet 'subnet-0123': InsufficientFreeAddressesInSubnet"
        ),
        Code.NO_ADDRESSES,
        1,
        "no free address",
    ),
    "no capacity": Scenario(
        {
            "ecs:DescribeServices": {
                "services": [
                    service(
                        running=1,
                        events=(
                            (
                                "(service shop) was unable to place a task. Reason: Capacity is unavailable at this "
                                "time. Please try again later or in a different availability zone."
                            ),
                        ),
                    )
                ]
            }
        },
        Code.NO_CAPACITY,
        1,
        "no capacity",
    ),
    "too few vCPUs": Scenario(
        stopped("You've reached the limit on the number of vCPUs you can run concurrently"),
        Code.NO_CAPACITY,
        1,
        "no capacity",
    ),
    "a certificate that waits": Scenario(
        {"acm:DescribeCertificate": {"Certificate": {"Status": "PENDING_VALIDATION"}}},
        Code.CERTIFICATE_PENDING,
        12,
        "waits for its validation",
    ),
    "a failed resource": Scenario(
        {
            "cloudformation:DescribeStacks": stacks({"shop-edge": "UPDATE_ROLLBACK_COMPLETE"}),
            "cloudformation:DescribeEvents": {
                "OperationEvents": [
                    failed_event("Listener", "AWS::ElasticLoadBalancingV2::Listener", "Resource creation cancelled"),
                    failed_event("DnsRecord", "AWS::Route53::RecordSet", "shop.example.com already exists"),
                ]
            },
        },
        Code.RESOURCE_FAILED,
        11,
        "DnsRecord (AWS::Route53::RecordSet) in shop-edge failed: shop.example.com already exists",
    ),
    "a stuck stack": Scenario(
        {"cloudformation:DescribeStacks": stacks({"shop-service": "UPDATE_ROLLBACK_FAILED"})},
        Code.STACK_STUCK,
        None,
        "shop-service is in UPDATE_ROLLBACK_FAILED",
    ),
    "the circuit breaker": Scenario(
        {"ecs:DescribeServices": {"services": [service(running=2, state="FAILED", failed=3)]}},
        Code.DEPLOYMENT_FAILED,
        1,
        "failed after 3 failed tasks",
    ),
    "too few tasks": Scenario(
        {"ecs:DescribeServices": {"services": [service(running=1)]}},
        Code.TASKS_MISSING,
        1,
        "runs 1 of 2 tasks",
    ),
    "an alarm": Scenario(
        {
            "cloudwatch:DescribeAlarms": {
                "MetricAlarms": [{"AlarmName": "shop-target-5xx", "StateReason": "Threshold Crossed"}]
            }
        },
        Code.ALARM_FIRING,
        1,
        "the alarm shop-target-5xx is firing",
    ),
    "a change by hand": Scenario(
        {
            "cloudformation:DescribeStackResourceDrifts": lambda asked: {
                "StackResourceDrifts": [
                    {
                        "StackId": "arn:shop-edge",
                        "LogicalResourceId": "LoadBalancerSecurityGroup",
                        "ResourceType": "AWS::EC2::SecurityGroup",
                        "StackResourceDriftStatus": "MODIFIED",
                        "Timestamp": NOW,
                        "PropertyDifferences": [
                            {
                                "PropertyPath": "/SecurityGroupIngress/0/CidrIp",
                                "ExpectedValue": "0.0.0.0/0",
                                "ActualValue": "198.51.100.0/24",
                                "DifferenceType": "NOT_EQUAL",
                            }
                        ],
                    }
                ][: asked["StackName"] == "shop-edge"]
            }
        },
        Code.DRIFTED,
        1,
        "LoadBalancerSecurityGroup (AWS::EC2::SecurityGroup) in shop-edge was changed outside of CloudFormation",
    ),
    "nothing is deployed": Scenario(
        {"cloudformation:DescribeStacks": Refusal("ValidationError", "Stack with id shop-network does not exist")},
        Code.NOT_DEPLOYED,
        None,
        "shop is not deployed",
    ),
    "the release step failed the first time": Scenario(
        {"cloudformation:DescribeStacks": all_but("shop-service")},
        Code.NOT_DEPLOYED,
        None,
        "service is not deployed",
    ),
}


def causes_of(answers: dict[str, Any]) -> tuple[Cause, ...]:
    environment = read_environments("blogstack.yaml", FILE)[0]
    stack_trees = lower_environment(environment)
    assert stack_trees is not None
    aws = FakeAws({**healthy(), **answers})
    blueprint = compile_text("blogstack.yaml", FILE).blueprints[0]
    snapshot = read_snapshot(aws.session, blueprint, drift=True, pause=lambda _: None)
    assert not snapshot.unknown
    return diagnose(snapshot, {stack.name: stack.origins for stack in stack_trees})


def test_nothing_is_wrong() -> None:
    assert causes_of({}) == ()


@pytest.mark.parametrize("name", SCENARIOS)
def test_the_cause_comes_first(name: str) -> None:
    scenario = SCENARIOS[name]
    first = causes_of(scenario.answers)[0]
    assert first.code is scenario.code, first
    assert scenario.message in first.message
    span = read_environments("blogstack.yaml", FILE)[0].document.locate(first.path) if first.path else None
    assert (span.line if span else None) == scenario.line


def test_every_cause_has_a_scenario() -> None:
    """BS540 and later are the causes."""
    assert {scenario.code.id for scenario in SCENARIOS.values()} == {
        code.id for code in Code if "BS540" <= code.id < "BS570"
    }


@pytest.mark.parametrize("status", ["ACTIVE", "DRAINING", "INACTIVE"])
def test_a_failed_service_is_told_by_its_tasks(status: str) -> None:
    """CloudFormation only knows that the service did not become stable, and deletes it when it was new."""
    answers = SCENARIOS["no secret"].answers | {
        "cloudformation:DescribeStacks": stacks({"shop-service": "ROLLBACK_COMPLETE"}),
        "cloudformation:DescribeEvents": {
            "OperationEvents": [failed_event("Service", "AWS::ECS::Service", "Resource handler returned message: …")]
        },
        "ecs:DescribeServices": {"services": [service() | {"status": status}]},
    }
    codes = [cause.code for cause in causes_of(answers)]
    assert codes == [Code.SECRET_UNREADABLE, Code.STACK_STUCK]


def test_a_service_that_was_deleted_earlier_is_no_cause() -> None:
    gone = {"ecs:DescribeServices": {"services": [service(events=(_UNHEALTHY,)) | {"status": "INACTIVE"}]}}
    assert causes_of(gone) == ()


def test_the_log_is_shown_without_secrets() -> None:
    line = "connecting to postgresql://shop:hunter2@db:5432/shop with PASSWORD=hunter2"
    answers = stopped(
        "Essential container in task exited", code="EssentialContainerExited", exit_code=1, seconds=1, log=((0, line),)
    )
    first = causes_of(answers)[0]
    assert first.evidence[-1] == "connecting to postgresql://shop:***@db:5432/shop with PASSWORD=***"


def test_drift_is_asked_for_until_it_is_known() -> None:
    """Differences are shown with both values; a failed detection is reported, and the rest is checked."""
    states = [{**DETECTION, "DetectionStatus": "DETECTION_IN_PROGRESS"}, DETECTION]
    drifts = SCENARIOS["a change by hand"].answers
    aws = FakeAws({**healthy(), **drifts, "cloudformation:DescribeStackDriftDetectionStatus": states})
    blueprint = compile_text("blogstack.yaml", FILE).blueprints[0]
    waited: list[float] = []
    (drift,) = read_snapshot(aws.session, blueprint, drift=True, pause=waited.append).drifts
    assert drift.differences == ("SecurityGroupIngress.0.CidrIp: 0.0.0.0/0 in the template, 198.51.100.0/24 now",)
    assert waited == [5.0]
    failed = {**DETECTION, "DetectionStatus": "DETECTION_FAILED", "DetectionStatusReason": "no right to ec2"}
    aws = FakeAws({**healthy(), "cloudformation:DescribeStackDriftDetectionStatus": failed})
    snapshot = read_snapshot(aws.session, blueprint, drift=True)
    assert (snapshot.drifts, snapshot.unknown) == ((), ("drift of shop-registry: no right to ec2",))


def test_what_may_not_be_seen_is_said() -> None:
    """Without the right to read targets, the rest is still checked."""
    aws = FakeAws({**healthy(), "elbv2:DescribeTargetHealth": Refusal("AccessDenied", "User: ann is not authorized")})
    snapshot = read_snapshot(aws.session, compile_text("blogstack.yaml", FILE).blueprints[0])
    assert snapshot.unknown == ("elbv2:DescribeTargetHealth: User: ann is not authorized",)
    assert snapshot.workloads[0].service is not None


_UNHEALTHY = "(service shop) (port 8000) is unhealthy in (target-group arn) due to (reason Health checks failed)."
_STEADY = "(service shop) has reached a steady state."


def test_what_is_over_is_no_cause() -> None:
    """After the service is steady again, the events and the tasks before that do not count."""
    over = stopped("Task failed ELB health checks in (target-group arn)", code="ServiceSchedulerInitiated", seconds=90)
    assert causes_of(over | {"ecs:DescribeServices": {"services": [service(events=(_STEADY, _UNHEALTHY))]}}) == ()
    never_started = stopped("CannotPullContainerError: pull image manifest: not found")
    assert causes_of(never_started | {"ecs:DescribeServices": {"services": [service(events=(_STEADY,))]}}) == ()


def test_a_steady_state_after_a_failed_deployment_is_that_of_the_older_version() -> None:
    """The circuit breaker rolled back, and the older version is steady: why the newer one failed is still reported."""
    unhealthy = _UNHEALTHY.replace("failed)", "failed with these codes: [404])")
    breaker = "Error occurred during operation 'ECS Deployment Circuit Breaker was triggered'."
    told = [service_event(_STEADY, 1), service_event(unhealthy, -1), service_event(_STEADY, -60)]
    answers = {
        "cloudformation:DescribeStacks": stacks({"shop-service": "UPDATE_ROLLBACK_COMPLETE"}),
        "cloudformation:DescribeEvents": {"OperationEvents": [failed_event("Service", "AWS::ECS::Service", breaker)]},
        "ecs:DescribeServices": {"services": [service() | {"events": told}]},
    }
    (cause,) = causes_of(answers)
    assert cause.code is Code.TARGET_STATUS
    assert "answers the load balancer's check of /health with 404" in cause.message
    later = {"cloudformation:DescribeStacks": stacks({})}
    assert causes_of(answers | later) == (), "a deployment that succeeds ends it"


def test_what_may_happen_again_is_a_cause() -> None:
    """A container that ran out of memory does it again, whatever ECS has started since."""
    answers = SCENARIOS["out of memory"].answers | {"ecs:DescribeServices": {"services": [service(events=(_STEADY,))]}}
    assert [cause.code for cause in causes_of(answers)] == [Code.OUT_OF_MEMORY]
    new_trouble = {"ecs:DescribeServices": {"services": [service(events=(_UNHEALTHY, _STEADY))]}}
    assert [cause.code for cause in causes_of(new_trouble)] == [Code.TARGET_SILENT]
