"""Task definitions, registered through ECS's own API so that nothing of a container is lost."""

from typing import Any

from .api import ApiError, call, request
from .ministack_modules import service
from .resource_types import Made, Props, add, physical_name, without

# Memory in MiB by CPU units: the same page as the checks below.
SIZES = {
    256: (512, 1024, 2048),
    512: range(1024, 4097, 1024),
    1024: range(2048, 8193, 1024),
    2048: range(4096, 16385, 1024),
    4096: range(8192, 30721, 1024),
    8192: range(16384, 61441, 4096),
    16384: range(32768, 122881, 8192),
    32768: (61440, 122880, 249856),
}


def install() -> None:
    """Replace ministack's handlers by these, and let clusters have capacity providers."""
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


def _check(props: Props) -> None:
    """What RegisterTaskDefinition refuses for Fargate.

    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-tasks-services.html
    """
    if "FARGATE" not in props.get("RequiresCompatibilities", []):
        return
    if props.get("NetworkMode") != "awsvpc":
        raise _refusal("Fargate only supports network mode 'awsvpc'.")
    if int(props.get("Memory", 0)) not in SIZES.get(int(props.get("Cpu", 0)), ()):
        raise _refusal("No Fargate configuration exists for given values.")
    needs_role = [
        container
        for container in props["ContainerDefinitions"]
        if container.get("Secrets") or (container.get("LogConfiguration") or {}).get("LogDriver") == "awslogs"
    ]
    if needs_role and not props.get("ExecutionRoleArn"):
        raise _refusal("Fargate requires task definition to have execution role ARN to support log driver awslogs.")
    _check_together(props)
    volumes = {volume["Name"] for volume in props.get("Volumes", [])}
    for container in props["ContainerDefinitions"]:
        for mount in container.get("MountPoints", []):
            if mount.get("SourceVolume") not in volumes:
                raise _refusal(f"Unknown volume '{mount.get('SourceVolume')}'.")


def _check_together(props: Props) -> None:
    """What RegisterTaskDefinition refuses about containers that are each valid alone.

    https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDependency.html and API_ContainerDefinition
    """
    containers = {container["Name"]: container for container in props["ContainerDefinitions"]}
    if len(containers) < len(props["ContainerDefinitions"]) or len(containers) > 10:
        raise _refusal("Container names must be unique, and at most 10.")
    if sum(container.get("Memory", 0) for container in containers.values()) >= int(props["Memory"]):
        raise _refusal("The memory of all containers must be lower than the task's.")
    ports = [mapping["ContainerPort"] for c in containers.values() for mapping in c.get("PortMappings", [])]
    if len(set(ports)) < len(ports):
        raise _refusal("A duplicate container port.")
    for container in containers.values():
        for dependency in container.get("DependsOn", []):
            other, condition = containers.get(dependency["ContainerName"]), dependency["Condition"]
            if other is None:
                raise _refusal(f"Unknown container '{dependency['ContainerName']}'.")
            if condition == "HEALTHY" and "HealthCheck" not in other:
                raise _refusal(f"'{other['Name']}' has no health check.")
            if condition in ("COMPLETE", "SUCCESS") and other.get("Essential", True):
                raise _refusal(f"'{other['Name']}' is essential.")


def _refusal(message: str) -> ApiError:
    return ApiError("ecs", "RegisterTaskDefinition", "ClientException", message)


def _create(logical_id: str, props: Props, stack_name: str) -> Made:
    family = props.get("Family") or physical_name(stack_name, logical_id)
    asked = {"Family": family, **props}
    request("ecs", "RegisterTaskDefinition", asked)
    _check(props)
    answer = call("ecs", "RegisterTaskDefinition", asked)
    arn = answer["taskDefinition"]["taskDefinitionArn"]
    # Values that ministack's API leaves out of its record.
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
    # A definition cannot be changed: the next revision of its family replaces it.
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
