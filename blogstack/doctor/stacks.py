"""Causes in the stacks, the certificate and the alarms."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from blogstack.diagnostics import Code
from blogstack.doctor.cause import Cause
from blogstack.doctor.snapshot import Snapshot, WorkloadState
from blogstack.source.document import KeyPath
from blogstack.words import listed

# What an operator must do first, by the status:
# https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-describing-stacks.html
_STUCK = {
    "UPDATE_ROLLBACK_FAILED": "fix what its events report, then run `aws cloudformation continue-update-rollback"
    " --stack-name {stack}`",
    "ROLLBACK_COMPLETE": "its creation failed: deploy again, which deletes it first",
    "ROLLBACK_FAILED": "fix what its events report, then run `aws cloudformation delete-stack --stack-name {stack}`",
    "CREATE_FAILED": "delete it: `aws cloudformation delete-stack --stack-name {stack}`",
    "DELETE_FAILED": "fix what its events report, then run `aws cloudformation delete-stack --stack-name {stack}`",
}

Origins = Mapping[str, Mapping[str, KeyPath]]
"""For each stack, the key of the file that each of its resources comes from, by logical ID."""


def stack_causes(snapshot: Snapshot, origins: Origins) -> Iterator[Cause]:
    """What failed in stacks, which of them need help, and what they wait for."""
    if not snapshot.is_deployed and not snapshot.unknown:
        message = f"{snapshot.blueprint.tasks.title} is not deployed in {snapshot.blueprint.region}"
        yield _cause(Code.NOT_DEPLOYED, None, message, "deploy it first, or check the account and the region")
    if snapshot.certificate == "PENDING_VALIDATION":
        yield _cause(
            Code.CERTIFICATE_PENDING,
            ("domain", "hosted_zone_id"),
            "the certificate waits for its validation by DNS",
            "the domain's registrar must name the name servers of this hosted zone: compare"
            " `aws route53 get-hosted-zone` with `dig NS`",
        )
    for name, stack in snapshot.stacks.items():
        failed = snapshot.failures.get(name, ())
        if failed:
            first = failed[0]
            yield _cause(
                Code.RESOURCE_FAILED,
                origins.get(name, {}).get(first.logical_id),
                f"{first.logical_id} ({first.type}) in {name} failed: {first.reason}",
                "fix what the reason names, and deploy again",
                *(f"{event.logical_id}: {event.reason}" for event in failed[1:4]),
            )
        if help := _STUCK.get(stack.status):
            reason = (stack.reason,) if stack.reason else ()
            yield _cause(
                Code.STACK_STUCK, None, f"the stack {name} is in {stack.status}", help.format(stack=name), *reason
            )
    for drift in snapshot.drifts:
        what = "was deleted" if drift.is_deleted else "was changed"
        yield _cause(
            Code.DRIFTED,
            origins.get(drift.stack, {}).get(drift.logical_id),
            f"{drift.logical_id} ({drift.type}) in {drift.stack} {what} outside of CloudFormation",
            "write the change into the file, or undo it in AWS: deploying the same file does not undo it",
            *drift.differences,
        )
    for alarm in snapshot.alarms:
        yield _cause(
            Code.ALARM_FIRING, ("alarms",), f"the alarm {alarm.name} is firing", "see docs/alarms.md", alarm.reason
        )


def missing_workloads(snapshot: Snapshot) -> Iterator[Cause]:
    """The workloads whose stacks do not exist, where others do; for want of a better cause."""
    if not snapshot.is_deployed or snapshot.unknown:
        return
    missing = [each.name for each in snapshot.blueprint.workloads if each.stack not in snapshot.stacks]
    if missing:
        message = f"{listed(missing)} {'is' if len(missing) == 1 else 'are'} not deployed"
        help = (
            "deploy again: it says what stops it, such as a release step that fails, and `blogstack logs` has its lines"
        )
        yield _cause(Code.NOT_DEPLOYED, None, message, help)


def rollout_causes(state: WorkloadState) -> Iterator[Cause]:
    """What a workload's deployment shows if there is no better cause."""
    service = state.service
    if service is None:
        return
    for rollout in service.rollouts:
        if rollout.state == "FAILED":
            yield Cause(
                code=Code.DEPLOYMENT_FAILED,
                workload=state.workload.name,
                path=("deployment",),
                message=f"a deployment of {state.workload.name} failed after {rollout.failed} failed tasks",
                help="the causes above say why; the previous version keeps running",
                evidence=(rollout.reason,) if rollout.reason else (),
            )
    if service.running < service.desired:
        yield Cause(
            code=Code.TASKS_MISSING,
            workload=state.workload.name,
            path=state.workload.locate("scaling"),
            message=f"{state.workload.name} runs {service.running} of {service.desired} tasks",
            help="see the messages from ECS below; if a deployment is in progress, run this again in a minute",
            evidence=service.messages[:3],
        )


def _cause(code: Code, path: KeyPath | None, message: str, help: str, *evidence: str) -> Cause:
    return Cause(code=code, workload=None, path=path, message=message, help=help, evidence=evidence)
