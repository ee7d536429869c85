"""Two sets of templates -> what a deployment of the second over the first does."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from blogstack.cost.change import cost_change
from blogstack.diff.data import describe_data
from blogstack.diff.effects import Effect, Verdict, judge
from blogstack.diff.exports import ExportChanges
from blogstack.diff.model import Comparison, PropertyChange, ResourceChange, StackChange, StackState
from blogstack.diff.references import references
from blogstack.diff.snapshots import Snapshot
from blogstack.diff.values import Path, are_equal, differences
from blogstack.facts.updates import CUSTOM_NAMES
from blogstack.records import replace
from blogstack.source.template import Tree


def compare(old: Snapshot, new: Snapshot, regions: Mapping[str, str]) -> Comparison:
    """What a deployment of `new` over `old` does.

    Args:
        old: The templates that are deployed, or were written before.
        new: The templates to deploy.
        regions: The region of each stack of `new`.
    """
    stacks = []
    changed = {
        name: _resources(old[name], tree, regions.get(name, "us-east-1"))
        for name, tree in new.items()
        if name in old and tree != old[name]
    }
    moved = {name: {each.logical_id for each in found if each.effect.moves} for name, found in changed.items()}
    of_exports = ExportChanges(old, new, moved)
    for name, tree in new.items():
        if name not in old:
            created = tuple(_created(logical_id, body) for logical_id, body in tree["Resources"].items())
            stacks.append(StackChange(stack=name, state=StackState.NEW, resources=created))
        elif name in changed:
            resources, others = changed[name], tuple(_others(old[name], tree))
            if resources or others:
                refused = tuple(of_exports.refusals(name))
                change = StackChange(
                    stack=name, state=StackState.CHANGED, resources=resources, others=others, refusals=refused
                )
                stacks.append(change)
    stacks += [_left(name, tree) for name, tree in old.items() if name not in new]
    return Comparison(stacks=tuple(stacks), cost=cost_change(old, new, regions))


def _resources(old: Tree, new: Tree, region: str) -> tuple[ResourceChange, ...]:
    """The resources of a stack that change, and those that change as a consequence."""
    before, after = old["Resources"], new["Resources"]
    names = _renamed(before, after)
    changes: dict[str, ResourceChange] = {}
    for logical_id, body in after.items():
        if logical_id in before:
            changes[logical_id] = _changed(logical_id, before[logical_id], body, region)
        elif logical_id in names:
            changes[logical_id] = _moved(logical_id, names[logical_id], before[names[logical_id]], body)
        else:
            changes[logical_id] = _created(logical_id, body)
    _follow(changes, before, after, region)
    gone = [name for name in before if name not in after and name not in names.values()]
    found = [_with_consequences(each, before, after) for each in changes.values() if _counts(each)]
    found = [_with_weights(_with_port(each, before, after), before) for each in found]
    return (*found, *(_deleted(name, before[name]) for name in gone))


def _changed(logical_id: str, old: dict[str, Any], new: dict[str, Any], region: str) -> ResourceChange:
    type = new["Type"]
    if old["Type"] != type:
        change = PropertyChange(path=("Type",), old=old["Type"], new=type, effect=Effect.REPLACED)
        # https://github.com/aws/aws-sam-cli/issues/6786 has CloudFormation's answer.
        answer = "the type of a resource cannot change: give it another logical ID"
        return ResourceChange(
            logical_id=logical_id, type=type, effect=Effect.REPLACED, changes=(change,), refused=answer
        )
    found = []
    refused: str | None = None
    for path, before, after in differences(old, new):
        verdict = Verdict(Effect.IN_PLACE)
        if path[0] == "Properties":
            path = path[1:]
            if not path:  # one side has no properties at all
                verdicts = [judge(type, (each,), before, after, region) for each in new.get("Properties", old)]
                verdict = max(verdicts, key=lambda each: each.effect.severity, default=verdict)
            else:
                verdict = judge(type, path, before, after, region)
        refused = refused or verdict.refused
        found.append(PropertyChange(path=path, old=before, new=after, effect=verdict.effect, reason=verdict.reason))
    return ResourceChange(logical_id=logical_id, type=type, effect=_worst(found), changes=tuple(found), refused=refused)


def _follow(changes: dict[str, ResourceChange], old: Tree, new: Tree, region: str) -> None:
    """Add to each resource the changes that follow from replaced resources it refers to, until nothing more follows."""
    while True:
        moved = {name for name, change in changes.items() if change.effect.moves}
        added = False
        for logical_id, change in changes.items():
            if logical_id not in old or old[logical_id]["Type"] != new[logical_id]["Type"]:
                continue
            known = {(each.path, each.follows) for each in change.changes}
            direct = [each.path for each in change.changes if each.follows is None]
            following = []
            for target, path in references(new[logical_id].get("Properties", {})):
                if target not in moved or (path, target) in known or any(path[: len(p)] == p for p in direct):
                    continue
                known.add((path, target))
                following.append(_following(new, logical_id, path, target, changes[target].effect, region))
            if following:
                everything = (*change.changes, *following)
                changes[logical_id] = replace(change, changes=everything, effect=_worst(everything))
                added = True
        if not added:
            return


def _following(new: Tree, logical_id: str, path: Path, target: str, effect: Effect, region: str) -> PropertyChange:
    value = {"Ref": target}
    verdict = judge(new[logical_id]["Type"], path, value, value, region)
    if effect is Effect.MAY_REPLACE and verdict.effect is Effect.REPLACED:
        verdict = Verdict(Effect.MAY_REPLACE, verdict.reason)
    return PropertyChange(path=path, old=value, new=value, effect=verdict.effect, reason=verdict.reason, follows=target)


def _with_consequences(change: ResourceChange, old: Tree, new: Tree) -> ResourceChange:
    """A change with what it does to data, and whether CloudFormation refuses it."""
    if change.effect not in (Effect.MAY_REPLACE, Effect.REPLACED) or change.renamed_from:
        return change
    body = new[change.logical_id]
    data = describe_data(body, change.effect)
    before = old[change.logical_id].get("Properties", {})
    name = CUSTOM_NAMES.get(change.type, "")
    custom = body.get("Properties", {}).get(name)
    refused = change.refused
    if refused is None and custom is not None and are_equal(custom, before.get(name)):
        refused = f"a resource with a custom name ({name}) cannot be replaced; nothing changes"
    return replace(change, data=data, refused=refused)


def _with_port(change: ResourceChange, old: Tree, new: Tree) -> ResourceChange:
    """A change that is refused if a listener takes the port of a removed one.

    Removed resources are deleted after all updates, in the state UPDATE_COMPLETE_CLEANUP_IN_PROGRESS:
    https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-describing-stacks.html
    """
    if change.type != "AWS::ElasticLoadBalancingV2::Listener" or change.effect is not Effect.IN_PLACE or change.refused:
        return change
    place = [new[change.logical_id]["Properties"].get(key) for key in ("LoadBalancerArn", "Port")]
    for name, body in old.items():
        if name not in new and body["Type"] == change.type:
            properties = body.get("Properties", {})
            if are_equal([properties.get(key) for key in ("LoadBalancerArn", "Port")], place):
                refused = f"its port is in use by {name}, which is deleted only afterwards: delete {name} first"
                return replace(change, refused=refused)
    return change


def _with_weights(change: ResourceChange, old: Tree) -> ResourceChange:
    """A change with what it does to the weights of a listener's rule; with two target groups ECS changes them.

    docs/decisions/0095-weights-of-a-changed-rule.md
    """
    if change.type != "AWS::ElasticLoadBalancingV2::ListenerRule" or change.effect is not Effect.IN_PLACE:
        return change
    forwards = (action.get("ForwardConfig", {}) for action in old[change.logical_id]["Properties"]["Actions"])
    if all(len(forward.get("TargetGroups", ())) < 2 for forward in forwards):
        return change
    first, *others = change.changes
    why = "all requests go to TargetGroup, which may have no tasks: see docs/deployments.md"
    changes = (replace(first, effect=Effect.MAY_INTERRUPT, reason=why), *others)
    return replace(change, effect=Effect.MAY_INTERRUPT, changes=changes)


def _renamed(old: Tree, new: Tree) -> dict[str, str]:
    """The old logical ID of each new resource that equals exactly one removed resource."""
    gone = {name: body for name, body in old.items() if name not in new}
    names: dict[str, str] = {}
    for logical_id, body in new.items():
        if logical_id in old:
            continue
        alike = [name for name, other in gone.items() if other["Type"] == body["Type"] and _alike(other, body)]
        if len(alike) == 1 and alike[0] not in names.values():
            names[logical_id] = alike[0]
    return names


def _alike(old: dict[str, Any], new: dict[str, Any]) -> bool:
    return are_equal(old.get("Properties", {}), new.get("Properties", {}))


def _moved(logical_id: str, old_id: str, old: dict[str, Any], new: dict[str, Any]) -> ResourceChange:
    """A resource with another logical ID: CloudFormation creates the new one and then deletes the old one."""
    refused = None
    if CUSTOM_NAMES.get(new["Type"], "") in new.get("Properties", {}):
        refused = f"the new one would have the name of {old_id}, which exists until the update is complete"
    return ResourceChange(
        logical_id=logical_id,
        type=new["Type"],
        effect=Effect.REPLACED,
        renamed_from=old_id,
        data=describe_data(old, Effect.DELETED),
        refused=refused,
    )


def _created(logical_id: str, body: dict[str, Any]) -> ResourceChange:
    return ResourceChange(logical_id=logical_id, type=body["Type"], effect=Effect.CREATED)


def _deleted(logical_id: str, body: dict[str, Any]) -> ResourceChange:
    data = describe_data(body, Effect.DELETED)
    return ResourceChange(logical_id=logical_id, type=body["Type"], effect=Effect.DELETED, data=data)


def _left(name: str, tree: Tree) -> StackChange:
    resources = tuple(_deleted(logical_id, body) for logical_id, body in tree["Resources"].items())
    return StackChange(stack=name, state=StackState.LEFT, resources=resources)


def _others(old: Tree, new: Tree) -> Iterator[PropertyChange]:
    """The differences outside of the resources."""
    for path, before, after in differences(_without_resources(old), _without_resources(new)):
        yield PropertyChange(path=path, old=before, new=after, effect=Effect.IN_PLACE)


def _without_resources(tree: Tree) -> Tree:
    """A template without its resources, and without the metadata that names blogstack in JSON."""
    return {key: value for key, value in tree.items() if key not in ("Resources", "Metadata")}


def _worst(changes: tuple[PropertyChange, ...] | list[PropertyChange]) -> Effect:
    return max((each.effect for each in changes), key=lambda effect: effect.severity, default=Effect.IN_PLACE)


def _counts(change: ResourceChange) -> bool:
    return bool(change.changes) or change.effect is Effect.CREATED or change.renamed_from is not None
