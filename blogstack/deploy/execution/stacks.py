"""Deploys a stack with a change set, whatever state the stack is in, and waits until it is done."""

from __future__ import annotations

from collections.abc import Mapping

from blogstack.aws.change_sets import ChangeSet, ChangeSetFailed, read_change_set, start_change_set
from blogstack.aws.changes import delete_stack
from blogstack.aws.session import AwsError, Trouble
from blogstack.aws.stacks import IN_REVIEW, StackState, read_events, read_stack
from blogstack.blueprint.names import Parameter
from blogstack.deploy.execution.context import Context, Failed, Unchanged
from blogstack.deploy.execution.events import Note, Outcome, ResourceEvent
from blogstack.deploy.execution.rollout import RolloutWatch
from blogstack.deploy.steps import DeployStack
from blogstack.diagnostics import Code

# CloudFormation waits for a service's deployment for 36 hours at most, which is the longest wait here:
# https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-ecs-service-linearconfiguration.html
_HOURS_36 = 36 * 3600.0
_MINUTES_10 = 600.0
_TURNS_TO_BEGIN = 8
# A creation that was rolled back leaves a stack that can only be deleted:
# https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/view-stack-events.html
DELETE_FIRST = frozenset(["ROLLBACK_COMPLETE", "ROLLBACK_FAILED", "CREATE_FAILED"])


def deploy_stack(context: Context, action: DeployStack) -> Outcome:
    """Create or update a stack; waits for an operation in progress, and removes what a failed creation left first.

    Raises:
        Failed: when CloudFormation could not create or update it.
        AwsError: when AWS does not answer.
    """
    prepared = context.prepared.pop(action.stack, None)
    if isinstance(prepared, Unchanged):
        return Outcome.UNCHANGED
    before = wait_until_deployable(context, action.stack)
    if action.creation_parameters and (before is None or is_new(before)):
        _apply(context, action, action.creation_parameters, before, prepared)
        before, prepared = read_stack(context.session, action.stack), None
    return _apply(context, action, action.parameters, before, prepared)


def is_new(before: StackState | None) -> bool:
    """Whether a deployment creates the stack."""
    return before is None or before.status == IN_REVIEW or before.status in DELETE_FIRST


def parameters_of(context: Context, action: DeployStack, values: Mapping[str, str]) -> dict[str, str]:
    """All parameters of a deployment of a stack."""
    return {**({Parameter.IMAGE_TAG: context.tag} if action.image_tag else {}), **values}


def make_change_set(
    context: Context, action: DeployStack, values: Mapping[str, str], before: StackState | None
) -> ChangeSet | Unchanged:
    """The change set of a deployment, ready to be executed.

    Raises:
        Failed: when CloudFormation rejects it.
        AwsError: when AWS does not answer.
    """
    session, stack = context.session, action.stack
    text = context.templates[stack].text
    creates = before is None or before.status == IN_REVIEW
    id = start_change_set(session, stack, text, parameters_of(context, action, values), before)
    for _ in context.waits(_MINUTES_10):
        try:
            found = context.retry(stack, lambda: read_change_set(session, id, creates=creates))
        except ChangeSetFailed as error:
            help = "CloudFormation rejected the template before anything changed; its reason names the resource"
            raise Failed(Code.STACK_FAILED, f"{stack}: {error}", help, stack, change_set=id) from None
        if found is None:
            session.call("cloudformation", "delete_change_set", ChangeSetName=id)
            return Unchanged()
        if isinstance(found, ChangeSet):
            return found
    raise Failed(Code.STACK_FAILED, f"{stack}: its change set is not ready after ten minutes", "deploy again")


def _apply(
    context: Context,
    action: DeployStack,
    values: Mapping[str, str],
    before: StackState | None,
    prepared: ChangeSet | None,
) -> Outcome:
    change_set = prepared or make_change_set(context, action, values, before)
    if isinstance(change_set, Unchanged):
        return Outcome.UNCHANGED
    seen = set() if change_set.creates else _event_ids(context, change_set.stack_id)
    context.session.call("cloudformation", "execute_change_set", ChangeSetName=change_set.id)
    state = _follow(context, action.stack, change_set.stack_id, seen)
    if not state.is_complete:
        after = "nothing of it is left running" if change_set.creates else "the stack is as it was before"
        message = f"{action.stack} was not {'created' if change_set.creates else 'updated'}: {state.status}"
        raise Failed(Code.STACK_FAILED, message, f"fix the cause and deploy again: {after}", action.stack)
    return Outcome.DONE


def wait_until_deployable(context: Context, stack: str) -> StackState | None:
    """The stack once no operation on it is in progress; None if it does not exist, or was deleted."""
    session = context.session
    before = context.retry(stack, lambda: read_stack(session, stack))
    if before is not None and before.is_busy:
        context.emit(Note(stack, f"{stack} is in the state {before.status}: waiting for it to end"))
        before = _follow(context, stack, before.id, _event_ids(context, before.id))
        if before.status == "DELETE_COMPLETE":
            return None
    if before is None or before.status not in DELETE_FIRST:
        refuse_stuck(context, stack, before)
        return before
    context.emit(Note(stack, f"removing {stack}, whose creation failed"))
    seen = _event_ids(context, before.id)
    delete_stack(session, before.id)
    after = _follow(context, stack, before.id, seen)
    if after.status != "DELETE_COMPLETE":
        help = f"see why: aws cloudformation describe-stack-events --region {session.region} --stack-name {stack}"
        raise Failed(Code.STACK_STUCK, f"{stack} cannot be deleted: {after.status}", help, stack)
    return None


def refuse_stuck(context: Context, stack: str, before: StackState | None) -> None:
    """Raise Failed for a stack that CloudFormation cannot update."""
    if before is None or not before.status.endswith("_FAILED"):
        return
    region = context.session.region
    again = {
        "UPDATE_ROLLBACK_FAILED": f"aws cloudformation continue-update-rollback --region {region} --stack-name {stack}",
        "DELETE_FAILED": f"aws cloudformation delete-stack --region {region} --stack-name {stack}",
    }.get(before.status, f"aws cloudformation rollback-stack --region {region} --stack-name {stack}")
    help = f"fix what its events report, run `{again}`, wait until that has ended, and deploy again"
    raise Failed(Code.STACK_STUCK, f"{stack} is in the state {before.status}", help, stack)


def _follow(context: Context, stack: str, id: str, seen: set[str]) -> StackState:
    """Report each event of a stack until the operation in progress is over."""
    session = context.session
    watch = RolloutWatch(context, stack)
    begun = False
    for turn, _ in enumerate(context.waits(_HOURS_36)):
        now = context.retry(stack, lambda: read_stack(session, id))
        assert now is not None, "a stack is found by its ARN after its deletion too"
        begun = _emit_events(context, stack, id, seen) or now.is_busy or begun
        watch.poll()
        # An operation that was just requested may not show yet.
        if not now.is_busy and now.status != IN_REVIEW and (begun or turn > _TURNS_TO_BEGIN):
            return now
    raise Failed(Code.STACK_FAILED, f"{stack} is still in progress after 36 hours", "deploy again to keep waiting")


def _emit_events(context: Context, stack: str, id: str, seen: set[str]) -> bool:
    """Report the new events, the oldest first; returns whether there were any.

    They are only shown, so a failure to read them is ignored.
    """
    new = []
    try:
        for event in read_events(context.session, id):
            if event["EventId"] in seen:
                break
            new.append(event)
    except AwsError as error:
        if error.trouble is Trouble.CREDENTIALS:
            raise
    for event in reversed(new):
        seen.add(event["EventId"])
        if event["ResourceStatus"] == IN_REVIEW:
            continue
        context.emit(
            ResourceEvent(
                step=stack,
                logical_id=event["LogicalResourceId"],
                type=event["ResourceType"],
                status=event["ResourceStatus"],
                reason=event.get("ResourceStatusReason", ""),
            )
        )
    return bool(new)


def _event_ids(context: Context, id: str) -> set[str]:
    """The ID of a stack's newest event: that one and all before it are old."""
    try:
        return {event["EventId"] for event, _ in zip(read_events(context.session, id), range(1), strict=False)}
    except AwsError as error:
        if error.trouble is Trouble.CREDENTIALS:
            raise
        return set()
