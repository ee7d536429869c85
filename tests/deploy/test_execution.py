"""The steps against AWS in states that the emulated one cannot reach: stuck, throttled, expired, in progress."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import EndpointConnectionError

from blogstack.aws.session import AwsError, Trouble
from blogstack.blueprint.network import Placement
from blogstack.cli.progress.plain import event_line, preview_lines
from blogstack.deploy.execution.checks import wait_stable
from blogstack.deploy.execution.context import Context, EcsTarget, Failed, StackTemplate
from blogstack.deploy.execution.events import Event, Note, Outcome, Rollout
from blogstack.deploy.execution.failure import explain_aws_error, explain_failure, find_causes, is_about_tasks
from blogstack.deploy.execution.preview import PlannedChange, discard, preview
from blogstack.deploy.execution.schedule import run_steps
from blogstack.deploy.execution.service_roles import create_service_roles
from blogstack.deploy.execution.stacks import deploy_stack
from blogstack.deploy.execution.tasks import run_task
from blogstack.deploy.steps import CreateServiceRoles, DeployStack, Phase, RunTask, ShowLogs, Step, WaitStable
from blogstack.diagnostics import Span
from blogstack.pipeline import compile_text, read_environments
from tests.doctor.answers import healthy, stopped
from tests.support.fake_aws import FakeAws, Refusal

ID = "arn:aws:cloudformation:eu-west-1:123456789012:stack/blog-api-service/1"
CHANGES = "arn:aws:cloudformation:eu-west-1:123456789012:changeSet/blogstack-1/2"
NOW = datetime(2026, 1, 1, tzinfo=UTC)
LINE = Span(7, 1, 7, 8)
ACTION = DeployStack(stack="blog-api-service", image_tag=True)
TEMPLATE = "Resources:\n  Service: {Type: 'AWS::ECS::Service'}\n"
CHANGE_SET = {"StackName": ACTION.stack, "StackId": ID, "ChangeSetName": "blogstack-1", "ChangeSetId": CHANGES}


def stack(status: str, **outputs: str) -> Mapping[str, Any]:
    """The answer about a stack in a state."""
    shown = [{"OutputKey": key, "OutputValue": value} for key, value in outputs.items()]
    found = {"StackName": ACTION.stack, "StackId": ID, "CreationTime": NOW, "StackStatus": status, "Outputs": shown}
    return {"Stacks": [found]}


def event(number: int, logical_id: str, type: str, status: str, reason: str = "") -> Mapping[str, Any]:
    """An event of the stack; a greater number is newer."""
    return {
        "StackId": ID,
        "EventId": str(number),
        "StackName": ACTION.stack,
        "LogicalResourceId": logical_id,
        "ResourceType": type,
        "Timestamp": NOW + timedelta(seconds=number),
        "ResourceStatus": status,
        "ResourceStatusReason": reason,
    }


def context(aws: FakeAws, told: list[Event], *, shifts: bool = False) -> Context:
    """A context that never really waits."""
    return Context(
        session=aws.session,
        tag="v2",
        templates={ACTION.stack: StackTemplate(TEMPLATE, {("Service",): LINE})},
        services={ACTION.stack: EcsTarget("blog-api", "blog-api", shifts)},
        folder=".",
        emit=told.append,
        pause=lambda _: None,
    )


def answers(*statuses: str, **others: Any) -> dict[str, Any]:  # noqa: ANN401 (any answer)
    """Of a stack that has these statuses one after the other, and takes every change set."""
    counts = {"desiredCount": 2, "runningCount": 1, "pendingCount": 1, "failedTasks": 3}
    rollout = {"status": "PRIMARY", "rolloutState": "IN_PROGRESS", **counts}
    service = {"serviceArn": "arn:service", "serviceName": "blog-api", "status": "ACTIVE", "deployments": [rollout]}
    return {
        "cloudformation:DescribeStacks": [stack(status) for status in statuses],
        "cloudformation:DescribeStackEvents": {"StackEvents": []},
        "cloudformation:CreateChangeSet": {"Id": CHANGES, "StackId": ID},
        "cloudformation:DescribeChangeSet": {**CHANGE_SET, "Status": "CREATE_COMPLETE", "Changes": []},
        "cloudformation:DeleteChangeSet": {},
        "cloudformation:ExecuteChangeSet": {},
        "cloudformation:DeleteStack": {},
        "ecs:DescribeServices": {"services": [service]},
        **others,
    }


def test_an_update() -> None:
    told: list[Event] = []
    aws = FakeAws(answers("UPDATE_COMPLETE", "UPDATE_IN_PROGRESS", "UPDATE_COMPLETE"))
    assert deploy_stack(context(aws, told), ACTION) is Outcome.DONE
    (asked,) = aws.called("cloudformation:CreateChangeSet")
    assert asked["ChangeSetType"] == "UPDATE"
    assert asked["Capabilities"] == ["CAPABILITY_IAM"]
    assert asked["Parameters"] == [{"ParameterKey": "ImageTag", "ParameterValue": "v2"}]
    assert "Tags" not in asked
    (rollout,) = [each for each in told if isinstance(each, Rollout)]
    assert (rollout.desired, rollout.running, rollout.pending, rollout.failed) == (2, 1, 1, 3)


def test_a_service_that_was_deleted_is_not_followed() -> None:
    """ECS still shows that of an earlier creation, which was rolled back."""
    told: list[Event] = []
    gone = {
        "serviceArn": "arn:service",
        "serviceName": "blog-api",
        "status": "INACTIVE",
        "deployments": [{"status": "PRIMARY", "desiredCount": 0, "runningCount": 0, "pendingCount": 0}],
    }
    states = ["REVIEW_IN_PROGRESS", "CREATE_IN_PROGRESS", "CREATE_COMPLETE"]
    aws = FakeAws(answers(*states, **{"ecs:DescribeServices": {"services": [gone]}}))
    assert deploy_stack(context(aws, told), ACTION) is Outcome.DONE
    assert not [each for each in told if isinstance(each, Rollout)]


def test_nothing_to_change() -> None:
    reason = "The submitted information didn't contain changes. Submit different information to create a change set."
    empty = {**CHANGE_SET, "Status": "FAILED", "StatusReason": reason}
    aws = FakeAws(answers("UPDATE_COMPLETE", **{"cloudformation:DescribeChangeSet": empty}))
    assert deploy_stack(context(aws, []), ACTION) is Outcome.UNCHANGED
    assert len(aws.called("cloudformation:DeleteChangeSet")) == 1
    assert aws.called("cloudformation:ExecuteChangeSet") == []


def test_an_update_in_progress_is_awaited() -> None:
    told: list[Event] = []
    states = ["UPDATE_IN_PROGRESS"] * 3 + ["UPDATE_COMPLETE", "UPDATE_IN_PROGRESS", "UPDATE_COMPLETE"]
    aws = FakeAws(answers(*states))
    assert deploy_stack(context(aws, told), ACTION) is Outcome.DONE
    assert "blog-api-service is in the state UPDATE_IN_PROGRESS: waiting for it to end" in [
        each.text for each in told if isinstance(each, Note)
    ]


@pytest.mark.parametrize("status", ["ROLLBACK_COMPLETE", "ROLLBACK_FAILED", "CREATE_FAILED"])
def test_a_failed_creation_is_removed(status: str) -> None:
    states = [status, "DELETE_IN_PROGRESS", "DELETE_COMPLETE", "REVIEW_IN_PROGRESS", "CREATE_IN_PROGRESS"]
    aws = FakeAws(answers(*states, "CREATE_COMPLETE"))
    assert deploy_stack(context(aws, []), ACTION) is Outcome.DONE
    assert aws.called("cloudformation:DeleteStack") == [{"StackName": ID}]
    (asked,) = aws.called("cloudformation:CreateChangeSet")
    assert asked["ChangeSetType"] == "CREATE"


def test_one_in_review_is_created() -> None:
    aws = FakeAws(answers("REVIEW_IN_PROGRESS", "CREATE_IN_PROGRESS", "CREATE_COMPLETE"))
    assert deploy_stack(context(aws, []), ACTION) is Outcome.DONE
    assert aws.called("cloudformation:CreateChangeSet")[0]["ChangeSetType"] == "CREATE"


def test_stuck() -> None:
    """BS556: the command that repairs it."""
    aws = FakeAws(answers("UPDATE_ROLLBACK_FAILED"))
    with pytest.raises(Failed) as caught:
        deploy_stack(context(aws, []), ACTION)
    assert caught.value.code.id == "BS556"
    command = "aws cloudformation continue-update-rollback --region eu-west-1 --stack-name blog-api-service"
    assert command in caught.value.help


def failed_update(**others: Any) -> tuple[Context, Failed]:  # noqa: ANN401 (any answer)
    """An update that was rolled back."""
    states = ["UPDATE_COMPLETE", "UPDATE_IN_PROGRESS", "UPDATE_ROLLBACK_COMPLETE"]
    running = context(FakeAws(answers(*states, **others)), [])
    with pytest.raises(Failed) as caught:
        deploy_stack(running, ACTION)
    return running, caught.value


def test_the_first_real_cause() -> None:
    """By the failed events of the newest operation, without those that were cancelled and those of the stack."""
    own = "AWS::CloudFormation::Stack"
    events = [
        (1, "0", "Listener", "AWS::ElasticLoadBalancingV2::Listener", "of an older operation"),
        (5, "1", "Alarm", "AWS::CloudWatch::Alarm", "Resource update cancelled"),
        (4, "1", "Service", "AWS::ECS::Service", "Resource handler returned: Exceeded attempts to wait"),
        (6, "1", ACTION.stack, own, "The following resource(s) failed to update: [Service, Alarm]"),
    ]
    found = [
        {
            "EventId": str(second),
            "OperationId": operation,
            "EventType": "PROVISIONING_ERROR",
            "LogicalResourceId": name,
            "ResourceType": type,
            "Timestamp": NOW + timedelta(seconds=second),
            "ResourceStatus": "UPDATE_FAILED",
            "ResourceStatusReason": reason,
        }
        for second, operation, name, type, reason in events
    ]
    running, error = failed_update(**{"cloudformation:DescribeEvents": {"OperationEvents": found}})
    explained = explain_failure(running, error).diagnostic
    assert explained.code.id == "BS510"
    assert explained.span == LINE
    assert explained.message == (
        "Service (AWS::ECS::Service) in blog-api-service: Resource handler returned: Exceeded attempts to wait"
    )


def test_the_first_real_cause_by_older_events() -> None:
    """Where DescribeEvents may not be asked: by the stack's events since the beginning of the operation."""
    service = "AWS::ECS::Service"
    events = [
        event(7, ACTION.stack, "AWS::CloudFormation::Stack", "UPDATE_ROLLBACK_COMPLETE"),
        event(5, "Alarm", "AWS::CloudWatch::Alarm", "UPDATE_FAILED", "Resource update cancelled"),
        event(4, "Service", service, "UPDATE_FAILED", "Circuit breaker"),
        event(3, ACTION.stack, "AWS::CloudFormation::Stack", "UPDATE_IN_PROGRESS", "User Initiated"),
        event(2, "Service", service, "UPDATE_FAILED", "of an older operation"),
    ]
    denied = Refusal("AccessDenied", "not authorized", 403)
    shown = {"cloudformation:DescribeStackEvents": {"StackEvents": events}, "cloudformation:DescribeEvents": denied}
    running, error = failed_update(**shown)
    assert explain_failure(running, error).diagnostic.message.endswith("in blog-api-service: Circuit breaker")


def test_a_change_set_that_is_refused() -> None:
    """Nothing was begun: the reason is that of the validation before the deployment."""
    refused = {**CHANGE_SET, "Status": "FAILED", "StatusReason": "Early validation failed"}
    validation = {
        "EventId": "1",
        "OperationId": "1",
        "EventType": "VALIDATION_ERROR",
        "LogicalResourceId": "Service",
        "ResourceType": "AWS::ECS::Service",
        "Timestamp": NOW,
        "ValidationStatusReason": "Resource of type 'AWS::ECS::Service' with identifier 'blog-api' already exists.",
        "ValidationPath": "/Resources/Service",
    }
    told = {
        "cloudformation:DescribeChangeSet": refused,
        "cloudformation:DescribeEvents": {"OperationEvents": [validation]},
    }
    aws = FakeAws(answers("UPDATE_COMPLETE", **told))
    running = context(aws, [])
    with pytest.raises(Failed) as caught:
        deploy_stack(running, ACTION)
    explained = explain_failure(running, caught.value).diagnostic
    assert explained.span == LINE
    assert "already exists. (at /Resources/Service)" in explained.message
    assert aws.called("cloudformation:DescribeEvents")[0]["ChangeSetName"] == CHANGES


@pytest.mark.parametrize(
    "trouble",
    [Refusal("Throttling", "Rate exceeded"), EndpointConnectionError(endpoint_url="https://example.com")],
    ids=["throttled", "lost"],
)
def test_trouble_in_the_middle_is_waited_out(trouble: Exception) -> None:
    told: list[Event] = []
    states = [stack("UPDATE_COMPLETE"), trouble, trouble, stack("UPDATE_IN_PROGRESS"), stack("UPDATE_COMPLETE")]
    aws = FakeAws(answers(**{"cloudformation:DescribeStacks": states}))
    assert deploy_stack(context(aws, told), ACTION) is Outcome.DONE


def test_expired_credentials_in_the_middle() -> None:
    """BS516: AWS continues what was started, and the second run waits for it."""
    expired = Refusal("ExpiredToken", "The security token included in the request is expired", 403)
    states = [stack("UPDATE_COMPLETE"), stack("UPDATE_IN_PROGRESS"), expired]
    aws = FakeAws(answers(**{"cloudformation:DescribeStacks": states}))
    with pytest.raises(AwsError) as caught:
        deploy_stack(context(aws, []), ACTION)
    assert caught.value.trouble is Trouble.CREDENTIALS
    explained = explain_aws_error(caught.value).diagnostic
    assert explained.code.id == "BS516"
    assert explained.help is not None
    assert explained.help.startswith("log in as for the AWS CLI")
    assert len(aws.called("cloudformation:ExecuteChangeSet")) == 1


def test_the_share_of_a_shift() -> None:
    told: list[Event] = []
    revision = {"requestedProductionTrafficWeight": 10.0}
    shift = {"lifecycleStage": "PRODUCTION_TRAFFIC_SHIFT", "targetServiceRevision": revision}
    deployments = [
        {"serviceDeploymentArn": "arn:old", "createdAt": NOW - timedelta(days=1)},
        {"serviceDeploymentArn": "arn:new", "createdAt": NOW},
    ]
    others = {
        "ecs:ListServiceDeployments": {"serviceDeployments": deployments},
        "ecs:DescribeServiceDeployments": {"serviceDeployments": [shift]},
    }
    aws = FakeAws(answers("UPDATE_COMPLETE", "UPDATE_IN_PROGRESS", "UPDATE_COMPLETE", **others))
    deploy_stack(context(aws, told, shifts=True), ACTION)
    (rollout,) = [each for each in told if isinstance(each, Rollout)]
    assert (rollout.share, rollout.stage) == (10.0, "PRODUCTION_TRAFFIC_SHIFT")
    assert aws.called("ecs:DescribeServiceDeployments")[0] == {"serviceDeploymentArns": ["arn:new"]}


def test_a_pause_for_a_person() -> None:
    """How to end it is printed once, whatever happens meanwhile."""
    hook = {"hookId": "hook-1", "targetType": "PAUSE", "status": "AWAITING_ACTION", "expiresAt": NOW}
    shift = {"serviceDeploymentArn": "arn:new", "lifecycleStage": "POST_SCALE_UP", "lifecycleHookDetails": [hook]}
    others = {
        "ecs:ListServiceDeployments": {"serviceDeployments": [{"serviceDeploymentArn": "arn:new", "createdAt": NOW}]},
        "ecs:DescribeServiceDeployments": {"serviceDeployments": [shift]},
    }
    told: list[Event] = []
    busy = ["UPDATE_COMPLETE", "UPDATE_IN_PROGRESS", "UPDATE_IN_PROGRESS", "UPDATE_COMPLETE"]
    deploy_stack(context(FakeAws(answers(*busy, **others)), told, shifts=True), ACTION)
    (note,) = [each.text for each in told if isinstance(each, Note)]
    assert note.startswith("POST_SCALE_UP: waits for a person until 2026-")
    command = "--service-deployment-arn arn:new --hook-id hook-1 --action CONTINUE`, or ROLLBACK"
    assert note.endswith(command)


def test_the_alarms_of_a_shift() -> None:
    """The state of those that ECS watches, whenever one changes; without the right to read them, nothing of them."""
    names = ["blog-api-target-5xx", "blog-api-slow"]
    watched = {"enable": True, "rollback": True, "alarmNames": names}
    others = answers()
    (service,) = others["ecs:DescribeServices"]["services"]
    services = {"services": [{**service, "deploymentConfiguration": {"alarms": watched}}]}
    states = [
        {"MetricAlarms": [{"AlarmName": name, "StateValue": state} for name, state in zip(names, each, strict=True)]}
        for each in (("OK", "INSUFFICIENT_DATA"), ("ALARM", "OK"))
    ]
    busy = ["UPDATE_COMPLETE", "UPDATE_IN_PROGRESS", "UPDATE_IN_PROGRESS", "UPDATE_COMPLETE"]
    given = {"ecs:DescribeServices": services, "cloudwatch:DescribeAlarms": states}
    told: list[Event] = []
    deploy_stack(context(FakeAws(answers(*busy, **given)), told), ACTION)
    first, second = (event_line(each) for each in told if isinstance(each, Rollout))
    assert first.endswith(": blog-api: 1 of 2 tasks running, 1 starting, 3 failed, 2 alarms quiet")
    assert second.endswith(", ALARM blog-api-target-5xx")
    told.clear()
    denied = {**given, "cloudwatch:DescribeAlarms": Refusal("AccessDenied", "not authorized", 403)}
    deploy_stack(context(FakeAws(answers(*busy, **denied)), told), ACTION)
    assert [each.alarms for each in told if isinstance(each, Rollout)] == [{}]


def test_never_stable() -> None:
    """BS513, with the service's events."""
    service = {
        "serviceName": "blog-api",
        "status": "ACTIVE",
        "deployments": [{"status": "PRIMARY"}],
        "desiredCount": 2,
        "runningCount": 1,
        "pendingCount": 0,
        "events": [{"createdAt": NOW, "message": "(service blog-api) has started 1 tasks"}],
    }
    aws = FakeAws({"ecs:DescribeServices": {"services": [service]}})
    with pytest.raises(Failed) as caught:
        wait_stable(context(aws, []), "stable", WaitStable("blog-api", "blog-api"))
    assert caught.value.code.id == "BS513"
    assert caught.value.evidence == ("(service blog-api) has started 1 tasks",)


def test_a_missing_role_that_may_not_be_created() -> None:
    """BS517, unless the account has the role."""
    denied = Refusal("AccessDenied", "not authorized", 403)
    gone = Refusal("NoSuchEntity", "The role with name AWSServiceRoleForECS cannot be found.", 404)
    aws = FakeAws({"iam:CreateServiceLinkedRole": denied, "iam:GetRole": gone})
    with pytest.raises(Failed) as caught:
        create_service_roles(context(aws, []), "service-roles", CreateServiceRoles(("ecs",)))
    assert caught.value.code.id == "BS517"
    assert "aws iam create-service-linked-role --aws-service-name ecs.amazonaws.com" in caught.value.help


def test_the_preview_of_a_replacement_with_data() -> None:
    text = "Resources:\n  Service: {Type: 'AWS::RDS::DBInstance', UpdateReplacePolicy: Snapshot}\n"
    change = {
        "Action": "Modify",
        "LogicalResourceId": "Service",
        "ResourceType": "AWS::RDS::DBInstance",
        "Replacement": "True",
    }
    found = {**CHANGE_SET, "Status": "CREATE_COMPLETE", "Changes": [{"Type": "Resource", "ResourceChange": change}]}
    told = {"cloudformation:DescribeChangeSet": found, "cloudformation:ListExports": {"Exports": []}}
    running = context(FakeAws(answers("UPDATE_COMPLETE", **told)), [])
    running.templates = {ACTION.stack: StackTemplate(text, {})}
    (shown,) = preview(running, [Step(ACTION.stack, Phase.STACKS, ACTION)])
    assert shown.will is PlannedChange.UPDATE
    (resource,) = shown.resources
    assert resource.effect.value == "replaced"
    assert resource.data == (
        "the new one is empty; a last snapshot is kept; automated backups are deleted (UpdateReplacePolicy: Snapshot)"
    )


def test_no_step_begins_after_a_failure() -> None:
    steps = [
        Step("a", Phase.STACKS, ShowLogs("")),
        Step("b", Phase.STACKS, ShowLogs(""), ("a",)),
        Step("c", Phase.STACKS, ShowLogs(""), ("b",)),
    ]
    begun: list[str] = []

    def execute(step: Step) -> Outcome:
        begun.append(step.id)
        if step.id == "b":
            raise ValueError("b")
        return Outcome.DONE

    failures = run_steps(steps, execute, lambda _: None, lambda: None)
    assert begun == ["a", "b"]
    assert list(failures) == ["b"]


def test_why_tasks_do_not_run() -> None:
    """In addition to CloudFormation's message that a service did not become stable, the doctor's findings are shown."""
    content = b"name: shop\nregion: eu-west-1\n"
    killed = "OutOfMemoryError: Container killed due to memory usage"
    reason = "Essential container in task exited"
    ended = stopped(reason, code="EssentialContainerExited", exit_code=137, container_reason=killed, seconds=90)
    session = FakeAws(healthy() | ended).session
    (source,) = read_environments("blogstack.yaml", content)
    found = find_causes(session, compile_text("blogstack.yaml", content).blueprints[0], source)
    assert [each.diagnostic.code.id for each in found] == ["BS545"]
    running, error = failed_update()
    assert is_about_tasks(running, error)


class TestRelease:
    """BS512, and the task of an earlier run."""

    PLACEMENT = Placement(
        vpc="vpc-1",
        balancer_subnets=(),
        task_subnets=("subnet-1",),
        database_subnets=(),
        assign_public_ip=False,
    )
    ACTION = RunTask(
        cluster="blog-api",
        tasks_stack="blog-api-tasks",
        task_definition="ReleaseArn",
        placement=PLACEMENT,
        log_group="/ecs/blog-api",
    )
    TASK = "arn:aws:ecs:eu-west-1:123456789012:task/blog-api/1"

    def answers(self, *tasks: Mapping[str, Any], running: bool = False) -> dict[str, Any]:
        """Of a release step that is in these states one after the other."""
        options = {"awslogs-group": "/ecs/blog-api", "awslogs-stream-prefix": "release"}
        container = {"name": "blog-api", "logConfiguration": {"logDriver": "awslogs", "options": options}}
        definition = "arn:aws:ecs:eu-west-1:123456789012:task-definition/blog-api-release:3"
        outputs = {"ReleaseArn": definition, "TaskSecurityGroupId": "sg-1"}
        return {
            "cloudformation:DescribeStacks": stack("CREATE_COMPLETE", **outputs),
            "ecs:ListTasks": {"taskArns": [self.TASK] if running else []},
            "ecs:RunTask": {"tasks": [{"taskArn": self.TASK}]},
            "ecs:DescribeTasks": [{"tasks": [task]} for task in tasks],
            "ecs:DescribeTaskDefinition": {"taskDefinition": {"containerDefinitions": [container]}},
            "logs:GetLogEvents": {"events": [{"timestamp": 1793534400000, "message": "relation posts exists\n"}]},
        }

    def test_done(self) -> None:
        states: list[Mapping[str, Any]] = [
            {"lastStatus": "RUNNING"},
            {"lastStatus": "STOPPED", "containers": [{"exitCode": 0}]},
        ]
        aws = FakeAws(self.answers(*states))
        assert run_task(context(aws, []), "release", self.ACTION) is Outcome.DONE
        (asked,) = aws.called("ecs:RunTask")
        assert asked["startedBy"] == "blogstack/blog-api-release-3"
        assert asked["propagateTags"] == "TASK_DEFINITION"
        assert asked["networkConfiguration"]["awsvpcConfiguration"] == {
            "subnets": ["subnet-1"],
            "securityGroups": ["sg-1"],
            "assignPublicIp": "DISABLED",
        }

    def test_the_one_of_an_earlier_run_is_awaited(self) -> None:
        stopped = {"lastStatus": "STOPPED", "containers": [{"exitCode": 0}]}
        aws = FakeAws(self.answers(stopped, running=True))
        assert run_task(context(aws, []), "release", self.ACTION) is Outcome.DONE
        assert aws.called("ecs:RunTask") == []

    def test_failed(self) -> None:
        """With the last lines of its log."""
        aws = FakeAws(self.answers({"lastStatus": "STOPPED", "containers": [{"exitCode": 3}]}))
        with pytest.raises(Failed, match="the release step exited with 3; the service was not updated") as caught:
            run_task(context(aws, []), "release", self.ACTION)
        assert caught.value.code.id == "BS512"
        assert caught.value.evidence == ("relation posts exists",)
        (asked,) = aws.called("logs:GetLogEvents")
        assert asked["logStreamName"] == "release/blog-api/1"

    def test_it_never_ran(self) -> None:
        reason = "ResourceInitializationError: unable to pull secrets"
        aws = FakeAws(self.answers({"lastStatus": "STOPPED", "stoppedReason": reason, "containers": [{}]}))
        with pytest.raises(Failed, match=f"did not run: {reason}"):
            run_task(context(aws, []), "release", self.ACTION)

    def test_no_capacity(self) -> None:
        failures = {"tasks": [], "failures": [{"reason": "Capacity is unavailable at this time."}]}
        aws = FakeAws(self.answers() | {"ecs:RunTask": failures})
        with pytest.raises(Failed, match="was not started: Capacity is unavailable"):
            run_task(context(aws, []), "release", self.ACTION)


def test_the_preview_of_one_in_progress() -> None:
    told: dict[str, Any] = {"cloudformation:ListExports": {"Exports": []}}
    running = context(FakeAws(answers("UPDATE_IN_PROGRESS", **told)), [])
    (shown,) = preview(running, [Step(ACTION.stack, Phase.STACKS, ACTION)])
    assert shown.will is PlannedChange.WAIT


def test_the_preview_of_a_new_revision() -> None:
    """Replacing a task definition by another is not reported as a replacement."""
    change = {"Action": "Modify", "LogicalResourceId": "Service", "ResourceType": "AWS::ECS::TaskDefinition"}
    changes = [{"Type": "Resource", "ResourceChange": {**change, "Replacement": "True"}}]
    found = {**CHANGE_SET, "Status": "CREATE_COMPLETE", "Changes": changes}
    told = {"cloudformation:DescribeChangeSet": found, "cloudformation:ListExports": {"Exports": []}}
    running = context(FakeAws(answers("UPDATE_COMPLETE", **told)), [])
    shown = preview(running, [Step(ACTION.stack, Phase.STACKS, ACTION)])
    assert list(preview_lines(shown)) == ["blog-api-service: update: 1 with a new revision"]


def test_what_was_prepared_is_discarded() -> None:
    """With the stack in review that a change set made."""
    told: dict[str, Any] = {"cloudformation:ListExports": {"Exports": []}}
    aws = FakeAws(answers("REVIEW_IN_PROGRESS", **told))
    running = context(aws, [])
    (shown,) = preview(running, [Step(ACTION.stack, Phase.STACKS, ACTION)])
    assert shown.will is PlannedChange.CREATE
    discard(running)
    assert aws.called("cloudformation:DeleteStack") == [{"StackName": ID}]


def test_trouble_that_stays() -> None:
    """After some ten minutes the wait gives up."""
    lost = EndpointConnectionError(endpoint_url="https://example.com")
    aws = FakeAws({"cloudformation:DescribeStacks": lost})
    with pytest.raises(AwsError) as caught:
        deploy_stack(context(aws, []), ACTION)
    assert caught.value.trouble is Trouble.CONNECTION
    assert len(aws.called("cloudformation:DescribeStacks")) > 100
