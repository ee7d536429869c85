"""The removal of an environment: what is deleted, what is kept, and the deletion of its stacks, one after the other."""

from __future__ import annotations

import time
from collections.abc import Iterator

from blogstack.aws.changes import delete_stack
from blogstack.aws.protection import DATABASE, LOAD_BALANCER, is_protected
from blogstack.aws.session import Session
from blogstack.aws.stacks import physical_ids, read_importers, read_stack, read_templates
from blogstack.blueprint import Blueprint
from blogstack.blueprint.names import Imported
from blogstack.deploy.removal import removal_place
from blogstack.facts.updates import DATA, SNAPSHOT_BY_DEFAULT
from blogstack.operate.waiting import Pause, reasons_of, wait_for_stack
from blogstack.records import Record
from blogstack.source.template import Tree, read_template
from blogstack.templates.render import written_for

_KEYS = {DATABASE: "database.deletion_protection", LOAD_BALANCER: "load_balancer.deletion_protection"}


class CannotDelete(Exception):
    """A stack was not deleted; the text has AWS's reason."""


class StackDeletion(Record, kw_only=True):
    """A stack that will be deleted.

    Attributes:
        name: Name of the stack.
        resources: How many resources are deleted with it.
        stays: Resources that are kept, by logical ID and type.
        snapshots: Resources of which a last snapshot is kept.
        data: Data that is lost, in words.
    """

    name: str
    resources: int
    stays: tuple[str, ...]
    snapshots: tuple[str, ...]
    data: tuple[str, ...]


class Protected(Record):
    """A resource whose deletion protection is on.

    Attributes:
        stack: Its stack.
        logical_id: Its logical ID.
        key: The key in the file that turns the protection off.
    """

    stack: str
    logical_id: str
    key: str


class Removal(Record):
    """What a removal would do.

    Attributes:
        stacks: In the order of deletion.
        protected: Protected resources; if there are any, nothing is deleted.
        users: Stacks of other applications that use network, cluster and load balancer; if any, nothing is deleted.
    """

    stacks: tuple[StackDeletion, ...]
    protected: tuple[Protected, ...]
    users: tuple[str, ...]


def plan_removal(session: Session, blueprint: Blueprint) -> Removal:
    """What is deleted and what is kept, from the deployed templates, which include stacks that left the file.

    The registry of an application with environments belongs to none of them, and is kept.

    Raises:
        AwsError: when a call fails.
    """
    texts = read_templates(session, f"{blueprint.tasks.title}-")
    own = (blueprint.name, blueprint.environment or "")
    trees = {name: read_template(text) for name, text in texts.items() if written_for(text) == own}
    names = sorted(trees, key=lambda name: (removal_place(name), name))
    return Removal(
        tuple(_stack_deletion(name, trees[name]) for name in names),
        tuple(each for name in names for each in _protected(session, name, trees[name])),
        tuple(sorted(_importers(session, blueprint) - set(names))),
    )


def _importers(session: Session, blueprint: Blueprint) -> frozenset[str]:
    """The stacks in the application's cluster or its network; none for those of another application."""
    if blueprint.platform:
        return frozenset()
    service = blueprint.services[0]
    values = (service.imported_cluster, service.placement.vpc)
    exports = [each.export for each in values if isinstance(each, Imported)]
    return frozenset().union(*(read_importers(session, export) for export in exports))


def _stack_deletion(name: str, tree: Tree) -> StackDeletion:
    # https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-attribute-deletionpolicy.html
    policies = {
        logical_id: body.get("DeletionPolicy", "Snapshot" if body["Type"] in SNAPSHOT_BY_DEFAULT else "Delete")
        for logical_id, body in tree["Resources"].items()
    }
    types = {logical_id: body["Type"] for logical_id, body in tree["Resources"].items()}
    stays = [each for each, policy in policies.items() if policy.startswith("Retain")]
    return StackDeletion(
        name=name,
        resources=len(policies) - len(stays),
        stays=tuple(f"{each} ({types[each]})" for each in stays),
        snapshots=tuple(each for each, policy in policies.items() if policy == "Snapshot"),
        data=tuple(
            f"{DATA[types[each]]} ({each})"
            for each, policy in policies.items()
            if policy == "Delete" and types[each] in DATA
        ),
    )


def _protected(session: Session, name: str, tree: Tree) -> Iterator[Protected]:
    candidates = {each: body["Type"] for each, body in tree["Resources"].items() if body["Type"] in _KEYS}
    ids = physical_ids(session, name) if candidates else {}
    for logical_id, type in candidates.items():
        if logical_id in ids and is_protected(session, type, ids[logical_id]):
            yield Protected(name, logical_id, _KEYS[type])


def delete(session: Session, name: str, pause: Pause = time.sleep) -> None:
    """Delete a stack, or join a deletion in progress, and wait until it has ended.

    Raises:
        CannotDelete: when CloudFormation cannot, or an update of the stack is in progress.
        TookTooLong: after 36 hours.
        AwsError: when a call fails.
    """
    stack = read_stack(session, name)
    if stack is None:
        return
    if stack.status != "DELETE_IN_PROGRESS":
        if stack.is_busy:
            raise CannotDelete(f"an update of {name} is in progress: wait until it has ended")
        delete_stack(session, name)
    after = wait_for_stack(session, stack.id, pause)
    if after is not None:
        raise CannotDelete(reasons_of(session, after))
