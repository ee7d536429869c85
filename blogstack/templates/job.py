"""A job's stack: its task definition and, if it has a schedule, the state machine that runs it.

EventBridge Scheduler starts a state machine, which starts the task, waits for its end, stops it after the timeout, and
fails if the task fails; the scheduler alone would not notice that (docs/decisions/0027-workers-and-jobs.md).
"""

from __future__ import annotations

from troposphere import AWSHelperFn, AWSObject, GetAtt, Ref, Sub, iam, scheduler, stepfunctions

from blogstack.blueprint import logical_ids as ids
from blogstack.blueprint.monitoring.charts import Subject
from blogstack.blueprint.monitoring.job import JobMonitoring
from blogstack.blueprint.names import Output
from blogstack.blueprint.workload import Job
from blogstack.blueprint.workload.schedule import Schedule
from blogstack.facts.iam import Json, allow
from blogstack.templates.alarms import make_alarm
from blogstack.templates.policies import policy, trust
from blogstack.templates.stack import Stack, arn_here, import_value, make_tags, to_template
from blogstack.templates.workload.container import add_image_tag, imported_references, service_task_definition

# The error with which Step Functions fails a task that ECS did not start, whatever its command:
# https://docs.aws.amazon.com/step-functions/latest/dg/connect-ecs.html
_NOT_STARTED = {"ErrorEquals": ["AmazonECS.Unknown"], "IntervalSeconds": 30, "BackoffRate": 2, "MaxAttempts": 3}


def lower(job: Job, monitoring: JobMonitoring | None) -> Stack:
    """Build a job's stack; `monitoring` is None without an alarm."""
    stack = Stack(job.kind, job.stack, f"{job.service_name}: a task that runs to completion")
    if not job.image.tagged:
        add_image_tag(stack)
    task = stack.add(service_task_definition(job, imported_references(job)), *job.locate())
    if job.schedule is not None:
        machine = _add_schedule(stack, job, job.schedule, task)
        if monitoring is not None:
            dimensions = {Subject.STATE_MACHINE: {"StateMachineArn": Ref(machine)}}
            topic = Sub(arn_here("sns", monitoring.topic))
            stack.add(make_alarm(monitoring.alarm, dimensions, topic, job.tags), "alarms")
    stack.output(Output.CLUSTER_NAME, "The ECS cluster", job.cluster)
    stack.output(Output.LOG_GROUP_NAME, "Log group of the task", job.log_group)
    stack.output(Output.TASK_DEFINITION_ARN, "The deployed task definition", Ref(task))
    return stack


def _add_schedule(stack: Stack, job: Job, schedule: Schedule, task: AWSObject) -> AWSObject:
    """Add the schedule and the state machine that runs the task; returns the state machine."""
    machine = _add_state_machine(stack, job, schedule, task)
    role = iam.Role(
        ids.SCHEDULE_ROLE,
        # https://docs.aws.amazon.com/scheduler/latest/UserGuide/setting-up.html#setting-up-execution-role
        AssumeRolePolicyDocument=trust("scheduler.amazonaws.com"),
        Policies=[policy("StartJob", [allow(["states:StartExecution"], [Ref(machine)])])],
        Tags=make_tags(job.tags),
    )
    stack.add(role, *job.locate("cron"))
    stack.add(
        scheduler.Schedule(
            ids.SCHEDULE,
            ScheduleExpression=schedule.cron,
            ScheduleExpressionTimezone=schedule.timezone,
            FlexibleTimeWindow=scheduler.FlexibleTimeWindow(Mode="OFF"),
            Target=scheduler.Target(
                Arn=Ref(machine),
                RoleArn=GetAtt(role, "Arn"),
                # For the start, not for the job: a run that is late by more than the timeout is skipped.
                RetryPolicy=scheduler.RetryPolicy(MaximumEventAgeInSeconds=schedule.timeout),
            ),
        ),
        *job.locate("cron"),
    )
    stack.output(Output.STATE_MACHINE_ARN, "State machine of the job, which can also be started by hand", Ref(machine))
    return machine


def _add_state_machine(stack: Stack, job: Job, schedule: Schedule, task: AWSObject) -> AWSObject:
    placement = job.placement
    cluster = import_value(job.imported_cluster)
    network = {
        "AwsvpcConfiguration": {
            "Subnets": [to_template(subnet) for subnet in placement.task_subnets],
            "SecurityGroups": [import_value(job.from_tasks(Output.TASK_SECURITY_GROUP_ID))],
            "AssignPublicIp": "ENABLED" if placement.assign_public_ip else "DISABLED",
        }
    }
    run = {
        "Type": "Task",
        # Wait for the end of the task: https://docs.aws.amazon.com/step-functions/latest/dg/connect-to-resource.html
        "Resource": Sub("arn:${AWS::Partition}:states:::ecs:runTask.sync"),
        "Parameters": {
            "Cluster": cluster,
            "TaskDefinition": Ref(task),
            "LaunchType": "FARGATE",
            "NetworkConfiguration": network,
            "PropagateTags": "TASK_DEFINITION",
            "EnableECSManagedTags": True,
        },
        "TimeoutSeconds": schedule.timeout,
        "Retry": [_NOT_STARTED],
        "End": True,
    }
    role = iam.Role(
        ids.STATE_MACHINE_ROLE,
        AssumeRolePolicyDocument=trust("states.amazonaws.com"),
        Policies=[policy("RunJob", _rights(job))],
        Tags=make_tags(job.tags),
    )
    stack.add(role, *job.locate("cron"))
    machine = stepfunctions.StateMachine(
        ids.STATE_MACHINE,
        StateMachineName=job.service_name,
        Definition={"StartAt": "Run", "States": {"Run": run}},
        RoleArn=GetAtt(role, "Arn"),
        Tags=make_tags(job.tags),
        # cfn-lint knows the ARNs of integrations in the partition aws only; in others it would refuse this one.
        Metadata={"cfn-lint": {"config": {"ignore_checks": ["W1031"]}}},
    )
    return stack.add(machine, *job.locate("cron"))


def _rights(job: Job) -> list[Json]:
    """The permissions that Step Functions needs to run the task, stop it and see its end.

    Source: https://docs.aws.amazon.com/step-functions/latest/dg/ecs-iam.html
    """
    # Any revision: a run that began before a deployment may start its task again after it.
    definition = Sub(arn_here("ecs", f"task-definition/{job.service_name}:*"))
    rule = Sub(arn_here("events", "rule/StepFunctionsGetEventsForECSTaskRule"))
    roles: list[AWSHelperFn] = [
        import_value(job.from_tasks(output)) for output in (Output.EXECUTION_ROLE_ARN, Output.TASK_ROLE_ARN)
    ]
    to_ecs = {"Condition": {"StringEquals": {"iam:PassedToService": "ecs-tasks.amazonaws.com"}}}
    return [
        allow(["ecs:RunTask"], [definition]),
        # Their resource is not known before the task runs; Step Functions stops only its own tasks.
        allow(["ecs:StopTask", "ecs:DescribeTasks"], ["*"]),
        allow(["events:PutTargets", "events:PutRule", "events:DescribeRule"], [rule]),
        allow(["iam:PassRole"], roles) | to_ecs,
    ]
