"""The state of an ECS service's deployment while its stack is updated."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from blogstack.aws.alarms import alarm_states
from blogstack.aws.session import AwsError, Trouble
from blogstack.deploy.execution.context import Context, EcsTarget
from blogstack.deploy.execution.events import Note, Rollout


class RolloutWatch:
    """Reports the rollout of a stack's service whenever it changes.

    Args:
        context: Context of the deployment.
        stack: Name of the stack; nothing is reported for a stack without a service.
    """

    def __init__(self, context: Context, stack: str) -> None:
        self._context = context
        self._stack = stack
        self._target = context.services.get(stack)
        self._last: Rollout | None = None
        self._paused: set[str] = set()

    def poll(self) -> None:
        """Ask ECS once; without an answer, nothing is shown."""
        if self._target is None:
            return
        try:
            now, shift = _ask(self._context, self._stack, self._target)
        except AwsError as error:
            if error.trouble is Trouble.CREDENTIALS:
                raise
            if error.trouble is Trouble.DENIED:
                self._target = None
            return
        if now is not None and now != self._last:
            self._last = now
            self._context.emit(now)
        self._report_pauses(shift)

    def _report_pauses(self, shift: Mapping[str, Any]) -> None:
        """Report once for each pause how a person ends it.

        Source: https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContinueServiceDeployment.html
        """
        for hook in shift.get("lifecycleHookDetails", ()):
            if hook.get("status") != "AWAITING_ACTION" or hook["hookId"] in self._paused:
                continue
            self._paused.add(hook["hookId"])
            command = (
                f"aws ecs continue-service-deployment --region {self._context.session.region}"
                f" --service-deployment-arn {shift['serviceDeploymentArn']} --hook-id {hook['hookId']} --action"
            )
            until = f" until {hook['expiresAt']:%Y-%m-%d %H:%M %Z}" if "expiresAt" in hook else ""
            text = f"{shift.get('lifecycleStage')}: waits for a person{until}: run `{command} CONTINUE`, or ROLLBACK"
            self._context.emit(Note(self._stack, text))


def _ask(context: Context, stack: str, target: EcsTarget) -> tuple[Rollout | None, Mapping[str, Any]]:
    """The state of the rollout, and what ECS says about a deployment that shifts requests."""
    session = context.session
    answer = session.call("ecs", "describe_services", cluster=target.cluster, services=[target.service])
    if not answer["services"]:
        return None, {}
    (service,) = answer["services"]
    if service["status"] != "ACTIVE":  # one that an earlier creation left, until the new one exists
        return None, {}
    newest = next((each for each in service.get("deployments", ()) if each["status"] == "PRIMARY"), None)
    if newest is None:
        return None, {}
    shift = _newest_shift(context, service["serviceArn"]) if target.shifts else {}
    rollout = Rollout(
        step=stack,
        service=target.service,
        desired=newest["desiredCount"],
        running=newest["runningCount"],
        pending=newest["pendingCount"],
        failed=newest.get("failedTasks", 0),
        state=newest.get("rolloutState", ""),
        stage=shift.get("lifecycleStage", ""),
        share=shift.get("targetServiceRevision", {}).get("requestedProductionTrafficWeight"),
        alarms=_alarms(context, service.get("deploymentConfiguration", {}).get("alarms", {})),
    )
    return rollout, shift


def _alarms(context: Context, watched: Mapping[str, Any]) -> Mapping[str, str]:
    """The states of the alarms that ECS watches; empty if it watches none, or if they may not be read.

    Source: https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DeploymentAlarms.html
    """
    if not (watched.get("enable") and watched.get("alarmNames")):
        return {}
    try:
        return alarm_states(context.session, watched["alarmNames"])
    except AwsError as error:
        if error.trouble is not Trouble.DENIED:
            raise
        return {}


def _newest_shift(context: Context, service: str) -> dict[str, Any]:
    """The newest deployment of a service that shifts requests; {} while there is none."""
    session = context.session
    listed = session.call("ecs", "list_service_deployments", service=service)["serviceDeployments"]
    if not listed:
        return {}
    arns = [max(listed, key=lambda each: each["createdAt"])["serviceDeploymentArn"]]
    found = session.call("ecs", "describe_service_deployments", serviceDeploymentArns=arns)["serviceDeployments"]
    return found[0] if found else {}
