"""The key `overrides`: what is changed in the templates themselves, in CloudFormation's words."""

from typing import Annotated, Any, Literal

from pydantic import Field

from blogstack.config.marks import InTemplate, Shared
from blogstack.config.types import Choices, Section, UniqueItems
from blogstack.config.workers import EntryName

_POLICIES = {
    "Delete": "it goes",
    "Retain": "it stays, outside of any stack",
    "RetainExceptOnCreate": "it stays, but not when its very creation fails",
    "Snapshot": "a snapshot of it stays",
}


# The attributes of a resource, except those that its type does not have:
# https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-product-attribute-reference.html
class Override(Section):
    """What is changed in one resource; its type, and whether it exists at all, stay as they are."""

    Properties: dict[str, Any] = Field({})
    """Properties merged over the resource's: mappings merge, lists, scalars and functions replace, null removes.

    A mapping over a list changes the items of these names: containers, and their variables.
    """
    DependsOn: UniqueItems[str] | None = None
    """Logical IDs of the resources that must be there before, instead of those in the template; null removes it."""
    Metadata: dict[str, Any] = Field({})
    """Metadata of the resource, which tools read."""
    DeletionPolicy: (
        Annotated[Literal["Delete", "Retain", "RetainExceptOnCreate", "Snapshot"], Choices(_POLICIES)] | None
    ) = Field(None, examples=["Retain"])
    """What becomes of the resource when its stack goes; null removes it."""
    UpdateReplacePolicy: Annotated[Literal["Delete", "Retain", "Snapshot"], Choices(_POLICIES)] | None = Field(
        None, examples=["Retain"]
    )
    """What becomes of the resource when another takes its place; null removes it."""


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
