"""The key `overrides`: changes to the templates themselves, in CloudFormation's syntax."""

from typing import Annotated, Any, Literal

from pydantic import Field

from blogstack.config.marks import InTemplate, Shared
from blogstack.config.types import Choices, Section, UniqueItems
from blogstack.config.workers import EntryName

_POLICIES = {
    "Delete": "it is deleted",
    "Retain": "it is kept, outside of any stack",
    "RetainExceptOnCreate": "it is kept, unless its creation fails",
    "Snapshot": "it is deleted, but a snapshot is kept",
}


# The attributes of a resource, except those that its type does not have:
# https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-product-attribute-reference.html
class Override(Section):
    """Changes to one resource; they cannot change its type, nor add or remove a resource."""

    Properties: dict[str, Any] = Field({})
    """Properties merged over the resource's: mappings merge, lists, scalars and functions replace, null removes.

    A mapping over a list changes the items with these names: containers, and their variables.
    """
    DependsOn: UniqueItems[str] | None = None
    """Logical IDs of the resources to create before it, instead of those in the template; null removes them."""
    Metadata: dict[str, Any] = Field({})
    """Metadata of the resource, which tools read."""
    DeletionPolicy: (
        Annotated[Literal["Delete", "Retain", "RetainExceptOnCreate", "Snapshot"], Choices(_POLICIES)] | None
    ) = Field(None, examples=["Retain"])
    """What happens to the resource when its stack is deleted; null removes the policy."""
    UpdateReplacePolicy: Annotated[Literal["Delete", "Retain", "Snapshot"], Choices(_POLICIES)] | None = Field(
        None, examples=["Retain"]
    )
    """What happens to the old resource when it is replaced; null removes the policy."""


Changes = dict[str, Annotated[Override, InTemplate()]]
"""Changes to some resources of a stack, by logical ID."""


class Overrides(Section):
    """Changes to the resources of each stack, by logical ID; the last resort."""

    registry: Annotated[Changes, Shared()] = Field({}, examples=[{"Repository": {"DeletionPolicy": "Delete"}}])
    """Changes to the registry stack, by logical ID."""
    network: Changes = Field({}, examples=[{"Vpc": {"Properties": {"EnableDnsHostnames": False}}}])
    """Changes to the network stack, by logical ID."""
    database: Changes = Field({}, examples=[{"Database": {"Properties": {"BackupWindow": "18:00-19:00"}}}])
    """Changes to the database stack, by logical ID."""
    cache: Changes = Field({}, examples=[{"Cache": {"Properties": {"SnapshotWindow": "18:00-19:00"}}}])
    """Changes to the cache stack, by logical ID."""
    queues: Changes = Field({}, examples=[{"MailsQueue": {"Properties": {"DelaySeconds": 10}}}])
    """Changes to the queues stack, by logical ID."""
    buckets: Changes = Field(
        {}, examples=[{"MediaBucket": {"Properties": {"AccelerateConfiguration": {"AccelerationStatus": "Enabled"}}}}]
    )
    """Changes to the buckets stack, by logical ID."""
    edge: Changes = Field({}, examples=[{"LoadBalancer": {"Properties": {"IpAddressType": "dualstack"}}}])
    """Changes to the edge stack, by logical ID."""
    tasks: Changes = Field({}, examples=[{"TaskRole": {"Properties": {"MaxSessionDuration": 7200}}}])
    """Changes to the tasks stack, by logical ID."""
    service: Changes = Field({}, examples=[{"Service": {"Properties": {"PlatformVersion": "1.4.0"}}}])
    """Changes to the service stack, by logical ID."""
    services: dict[EntryName, Changes] = Field(
        {}, examples=[{"front": {"Service": {"Properties": {"PlatformVersion": "1.4.0"}}}}]
    )
    """Changes to the stack of each further service, by its name and logical ID."""
    workers: dict[EntryName, Changes] = Field(
        {}, examples=[{"celery": {"Service": {"Properties": {"PlatformVersion": "1.4.0"}}}}]
    )
    """Changes to the stack of each worker, by its name and logical ID."""
    jobs: dict[EntryName, Changes] = Field(
        {}, examples=[{"cleanup": {"Schedule": {"Properties": {"State": "DISABLED"}}}}]
    )
    """Changes to the stack of each job, by its name and logical ID."""

    def by_stack(self) -> dict[str, Changes]:
        """The changes by kind of stack, such as `tasks` or `workers.celery`, sorted."""
        stacks: dict[str, Changes] = {}
        for key in sorted(self.model_fields_set):
            section = getattr(self, key)
            if key in ("services", "workers", "jobs"):
                stacks |= {f"{key}.{name}": changes for name, changes in section.items()}
            else:
                stacks[key] = section
        return stacks
