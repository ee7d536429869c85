"""ECS services: created and changed through ECS's own API, after the checks of ECS."""

from typing import Any

from . import target_health, task_start
from .api import ApiError, call, request
from .ministack_modules import service
from .resource_types import Made, Props, add, extend, physical_name, without
from .task_start import Refuse

# Parameters of UpdateService; DesiredCount only if the template sets it, so that scaling's value stays.
CHANGEABLE = (
    "AvailabilityZoneRebalancing",
    "CapacityProviderStrategy",
    "DeploymentConfiguration",
    "DeploymentController",
    "DesiredCount",
    "EnableECSManagedTags",
    "EnableExecuteCommand",
    "HealthCheckGracePeriodSeconds",
    "LoadBalancers",
    "NetworkConfiguration",
    "PlatformVersion",
    "PropagateTags",
    "ServiceConnectConfiguration",
    "ServiceRegistries",
    "TaskDefinition",
    "VolumeConfigurations",
)
# Parameters that ministack's UpdateService ignores.
KEPT_HERE = {
    "AvailabilityZoneRebalancing": "availabilityZoneRebalancing",
    "DeploymentController": "deploymentController",
    "EnableECSManagedTags": "enableECSManagedTags",
    "PropagateTags": "propagateTags",
    "ServiceConnectConfiguration": "serviceConnectConfiguration",
    "ServiceRegistries": "serviceRegistries",
    "VolumeConfigurations": "volumeConfigurations",
}


def install() -> None:
    """Replace ministack's handlers by these."""
    add(
        "AWS::ECS::Service",
        create=_create,
        update=_update,
        delete=_delete,
        replaced_by=("Cluster", "Role", "SchedulingStrategy", "ServiceName"),
        tagged=True,
    )
    extend("AWS::ECS::Cluster", check=_check_cluster)


def _check_cluster(props: Props) -> None:
    request("ecs", "CreateCluster", _renamed(props, "ClusterSettings", "settings"))


def _renamed(props: Props, name: str, api_name: str) -> Props:
    """The properties, one of which has another name in the API."""
    return without(props, name) | ({api_name: props[name]} if name in props else {})


def _create(logical_id: str, props: Props, stack_name: str) -> Made:
    name = props.get("ServiceName") or physical_name(stack_name, logical_id)
    asked = {"DesiredCount": 1} | _request(props) | {"ServiceName": name}
    request("ecs", "CreateService", asked)
    _check(props, "CreateService")
    made = call("ecs", "CreateService", asked)["service"]
    stored = _stored(made["serviceArn"])
    try:
        _check_health(props, "CreateService")
    except ApiError:
        target_health.add_events(stored)  # ECS's events say why, also after the rollback has deleted it
        _delete(made["serviceArn"], props)
        raise
    # CreateService turns it on by default:
    # https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_CreateService.html
    stored["availabilityZoneRebalancing"] = "ENABLED"
    _keep(stored, asked)
    return made["serviceArn"], {"ServiceArn": made["serviceArn"], "Name": name}


def _update(arn: str, old: Props, new: Props, _stack_name: str) -> Made:
    changeable = {key: value for key, value in _request(new).items() if key in CHANGEABLE}
    name = arn.rpartition("/")[2]
    asked = {"Cluster": new.get("Cluster", "default"), "Service": name, **changeable}
    request("ecs", "UpdateService", asked)
    _check(new, "UpdateService")
    if new["TaskDefinition"] != old["TaskDefinition"]:
        target_health.add_events(_stored(arn))  # ECS's events say why, also after the rollback
        _check_health(new, "UpdateService")
    call("ecs", "UpdateService", asked)
    stored = _stored(arn)
    _keep(stored, asked)
    tags = [{"key": tag["Key"], "value": tag["Value"]} for tag in new.get("Tags", [])]
    stored["tags"] = tags
    service("ecs")._tags[arn] = tags
    return arn, {"ServiceArn": arn, "Name": name}


def _delete(arn: str, props: Props) -> None:
    asked = {"cluster": props.get("Cluster", "default"), "service": arn.rpartition("/")[2], "force": True}
    try:
        call("ecs", "DeleteService", asked)
    except ApiError as error:
        if error.code not in ("ServiceNotFoundException", "ClusterNotFoundException"):
            raise


def _request(props: Props) -> Props:
    """The call's parameters: CloudFormation has another name for one, and adds one."""
    return _renamed(without(props, "ForceNewDeployment"), "PlacementStrategies", "placementStrategy")


def _stored(arn: str) -> dict[str, Any]:
    return next(item for item in service("ecs")._services.values() if item["serviceArn"] == arn)


def _keep(stored: dict[str, Any], asked: Props) -> None:
    api = request("ecs", "CreateService", {"ServiceName": "kept", **without(asked, "Service")})
    stored |= {name: api[name] for name in KEPT_HERE.values() if name in api}
    # ministack's update replaces the configuration; ECS fills in what a template leaves out.
    configuration = {"maximumPercent": 200, "minimumHealthyPercent": 100, "strategy": "ROLLING"}
    stored["deploymentConfiguration"] = configuration | stored["deploymentConfiguration"]


def _check(props: Props, operation: str) -> None:
    """What ECS refuses: https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_CreateService.html."""
    ecs = service("ecs")

    def refuse(message: str, code: str = "InvalidParameterException") -> ApiError:
        return ApiError("ecs", operation, code, message)

    if ecs._resolve_cluster_name(props.get("Cluster", "default")) not in ecs._clusters:
        raise refuse("Cluster not found.", "ClusterNotFoundException")
    definition = ecs._task_defs.get(ecs._resolve_td_key(props.get("TaskDefinition", "")))
    if definition is None or definition["status"] != "ACTIVE":
        raise refuse(f"Unable to find task definition: {props.get('TaskDefinition')}", "ClientException")
    if definition["networkMode"] == "awsvpc":
        _check_network(props, refuse)
    _check_balancers(props, definition, refuse)
    configuration = props.get("DeploymentConfiguration") or {}
    rebalancing = props.get("AvailabilityZoneRebalancing") == "ENABLED"
    if rebalancing and int(configuration.get("MaximumPercent", 200)) <= 100:
        # https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-rebalancing.html
        raise refuse("Availability Zone rebalancing needs a maximumPercent above 100.")
    if props.get("HealthCheckGracePeriodSeconds") is not None and not props.get("LoadBalancers"):
        raise refuse("Health check grace period is only valid for services configured to use load balancers")
    task_start.check(definition, refuse)


def _check_health(props: Props, operation: str) -> None:
    """If tasks of a new version never become healthy, the circuit breaker stops them, and the stack fails.

    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-circuit-breaker.html
    """
    for balancer in props.get("LoadBalancers") or []:
        if target_health.failure(balancer["TargetGroupArn"]):
            message = "Error occurred during operation 'ECS Deployment Circuit Breaker was triggered'."
            raise ApiError("ecs", operation, "GeneralServiceException", message)


def _check_network(props: Props, refuse: Refuse) -> None:
    ec2 = service("ec2")
    network = (props.get("NetworkConfiguration") or {}).get("AwsvpcConfiguration") or {}
    if not network.get("Subnets"):
        raise refuse("Network Configuration must be provided when networkMode 'awsvpc' is specified.")
    vpcs = set()
    for subnet in network["Subnets"]:
        if subnet not in ec2._subnets:
            raise refuse(f"The subnet ID '{subnet}' does not exist")
        vpcs.add(ec2._subnets[subnet]["VpcId"])
    for group in network.get("SecurityGroups", []):
        if ec2._security_groups.get(group, {}).get("VpcId") not in vpcs:
            raise refuse(f"The security group '{group}' does not exist in {', '.join(vpcs)}")


def _check_balancers(props: Props, definition: dict[str, Any], refuse: Refuse) -> None:
    containers = {item["name"]: item for item in definition["containerDefinitions"]}
    for balancer in props.get("LoadBalancers") or []:
        container = containers.get(balancer.get("ContainerName"))
        port = int(balancer.get("ContainerPort", 0))
        if container is None:
            raise refuse(f"The container {balancer.get('ContainerName')} does not exist in the task definition.")
        if port not in [item["containerPort"] for item in container.get("portMappings", [])]:
            raise refuse(f"The container {container['name']} did not have a container port {port} defined.")
        advanced = balancer.get("AdvancedConfiguration") or {}
        for arn in (balancer.get("TargetGroupArn"), advanced.get("AlternateTargetGroupArn")):
            if arn is None:
                continue
            group = service("alb")._tgs.get(arn)
            if group is None or not group["LoadBalancerArns"]:
                raise refuse(f"The target group with targetGroupArn {arn} does not have an associated load balancer.")
            if definition["networkMode"] == "awsvpc" and group["TargetType"] != "ip":
                raise refuse(
                    f"The provided target group {arn} has target type {group['TargetType']}, "
                    "which is incompatible with the awsvpc network mode specified in the task definition."
                )
