"""Task definitions, registered through ECS's own API so that nothing of a container is lost."""

from typing import Any

from .api import call
from .store import service
from .types import Made, Props, add, physical_name, without


def install() -> None:
    """Put these handlers in the place of ministack's, and let clusters name their capacity providers."""
    add(
        "AWS::ECS::TaskDefinition",
        create=_create,
        update=_update,
        delete=_delete,
        tagged=True,
    )
    add(
        "AWS::ECS::ClusterCapacityProviderAssociations",
        create=_associate,
        update=lambda _id, _old, new, stack_name: _associate("", new, stack_name),
        delete=_dissociate,
        replaced_by=("Cluster",),
    )


def _create(logical_id: str, props: Props, stack_name: str) -> Made:
    family = props.get("Family") or physical_name(stack_name, logical_id)
    answer = call("ecs", "RegisterTaskDefinition", {"Family": family, **props})
    arn = answer["taskDefinition"]["taskDefinitionArn"]
    # What ministack's API leaves out of its own record.
    kept = service("ecs")._task_defs[arn.rpartition("/")[2]]
    kept["compatibilities"] = ["EC2", "FARGATE"] if "FARGATE" in kept["compatibilities"] else ["EC2"]
    if "EnableFaultInjection" in props:
        kept["enableFaultInjection"] = props["EnableFaultInjection"]
    return arn, {"TaskDefinitionArn": arn}


def _update(arn: str, old: Props, new: Props, stack_name: str) -> Made:
    if without(old, "Tags") == without(new, "Tags"):
        tags = [{"key": tag["Key"], "value": tag["Value"]} for tag in new.get("Tags", [])]
        service("ecs")._tags[arn] = tags
        return arn, {"TaskDefinitionArn": arn}
    # A definition cannot be changed: the next revision of its family takes its place.
    family = new.get("Family") or arn.rpartition("/")[2].rpartition(":")[0]
    return _create("", {**new, "Family": family}, stack_name)


def _delete(arn: str, _props: Props) -> None:
    call("ecs", "DeregisterTaskDefinition", {"taskDefinition": arn})


def _associate(_logical_id: str, props: Props, _stack_name: str) -> Made:
    asked: dict[str, Any] = {"CapacityProviders": [], **props}
    call("ecs", "PutClusterCapacityProviders", asked)
    return props["Cluster"], {}


def _dissociate(cluster: str, _props: Props) -> None:
    if service("ecs")._resolve_cluster_name(cluster) in service("ecs")._clusters:
        asked = {"cluster": cluster, "capacityProviders": [], "defaultCapacityProviderStrategy": []}
        call("ecs", "PutClusterCapacityProviders", asked)
