"""Adding resource types to ministack's CloudFormation, and correcting those that it has."""

from collections.abc import Callable, Sequence
from typing import Any

from .ministack_modules import ministack

Props = dict[str, Any]
# A handler of a resource type returns the physical ID, for `Ref`, and the attributes, for `Fn::GetAtt`.
Made = tuple[str, dict[str, Any]]
Create = Callable[[str, Props, str], Made]
Update = Callable[[str, Props, Props, str], Made]
Delete = Callable[[str, Props], None]
Check = Callable[[Props], None]
Amend = Callable[[str, Props, dict[str, Any]], None]


def add(
    resource_type: str,
    *,
    create: Create,
    update: Update,
    delete: Delete,
    replaced_by: Sequence[str] = (),
    tagged: bool = False,
) -> None:
    """Add a type to CloudFormation; a change of a property in `replaced_by` creates a new resource.

    Those are the `createOnlyProperties` of the type's schema in the CloudFormation registry.
    """
    provisioners = ministack("services.cloudformation.provisioners")
    provisioners._RESOURCE_HANDLERS[resource_type] = {"create": create, "update": update, "delete": delete}
    provisioners._REPLACING_PROPERTIES[resource_type] = tuple(replaced_by)
    if tagged:
        provisioners._STACK_TAG_PROPERTY[resource_type] = ("Tags", "list")


def extend(
    resource_type: str,
    *,
    check: Check | None = None,
    amend: Amend | None = None,
    check_delete: Callable[[str], None] | None = None,
    after_delete: Callable[[], None] | None = None,
) -> None:
    """Add a check before ministack's own handlers of a type, and an amendment after them.

    `amend` gets the physical ID, the properties and the attributes, which it may change in place.
    """
    handlers = ministack("services.cloudformation.provisioners")._RESOURCE_HANDLERS
    own = handlers[resource_type]
    extended = dict(own)

    def create(logical_id: str, props: Props, stack_name: str) -> Made:
        if check:
            check(props)
        return amended(own["create"](logical_id, props, stack_name), props)

    def update(physical_id: str, old: Props, new: Props, stack_name: str, *logical_id: str) -> Made:
        if check:
            check(new)
        return amended(own["update"](physical_id, old, new, stack_name, *logical_id), new)

    def delete(physical_id: str, props: Props, *logical_id: str) -> None:
        if check_delete:
            check_delete(physical_id)
        own["delete"](physical_id, props, *logical_id)
        if after_delete:
            after_delete()

    def amended(made: Made, props: Props) -> Made:
        physical_id, attributes = made
        changed = dict(attributes)
        if amend:
            amend(physical_id, props, changed)
        return physical_id, changed

    extended["create"] = create
    extended["delete"] = delete
    if "update" in own:
        extended["update"] = update
    handlers[resource_type] = extended


def without(props: Props, *names: str) -> Props:
    """The properties except those of another call."""
    return {key: value for key, value in props.items() if key not in names}


def physical_name(stack_name: str, logical_id: str, longest: int = 255) -> str:
    """A name such as CloudFormation chooses: the same each time for the same resource of a stack."""
    name = ministack("services.cloudformation.provisioners")._physical_name
    return str(name(stack_name, logical_id, max_len=longest))
