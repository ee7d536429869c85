"""Names of stacks, outputs and exports, in one place for blueprint, templates and the deployment plan.

A name here is a contract: another stack imports it, a command reads it, or changing it replaces the resource.
Logical IDs of resources are in logical_ids.py.
"""

from __future__ import annotations

from collections.abc import Mapping

from blogstack.config.types.values import PLACEHOLDER
from blogstack.records import Record

# Kinds of stacks, the last word of their names; a workload's stack is named after the workload.
REGISTRY, NETWORK, DATABASE, EDGE, TASKS = "registry", "network", "database", "edge", "tasks"
CACHE, QUEUES, BUCKETS = "cache", "queues", "buckets"


class Output:
    """Logical IDs of the outputs that other stacks or commands read.

    `{}` is the number of an availability zone, or the logical ID of the resource.
    """

    REPOSITORY_URI = "RepositoryUri"
    REPOSITORY_ARN = "RepositoryArn"

    VPC_ID = "VpcId"
    PUBLIC_SUBNET_ID = "PublicSubnet{}Id"
    PRIVATE_SUBNET_ID = "PrivateSubnet{}Id"
    DATABASE_SUBNET_ID = "DatabaseSubnet{}Id"

    DATABASE_SECRET_ARN = "SecretArn"
    DATABASE_URL_SECRET_ARN = "UrlSecretArn"
    DATABASE_SECURITY_GROUP_ID = "SecurityGroupId"
    DATABASE_ADDRESS = "Address"

    CACHE_SECRET_ARN = "SecretArn"
    CACHE_SECURITY_GROUP_ID = "SecurityGroupId"
    CACHE_ADDRESS = "Address"
    CACHE_REPLICATION_GROUP_ID = "ReplicationGroupId"

    QUEUE_URL = "{}Url"
    QUEUE_ARN = "{}Arn"
    QUEUE_NAME = "{}Name"

    BUCKET_NAME = "{}Name"
    BUCKET_ARN = "{}Arn"

    URL = "Url"
    LISTENER_ARN = "ListenerArn"
    LOAD_BALANCER_DNS_NAME = "LoadBalancerDnsName"
    LOAD_BALANCER_FULL_NAME = "LoadBalancerFullName"
    LOAD_BALANCER_SECURITY_GROUP_ID = "LoadBalancerSecurityGroupId"

    CLUSTER_NAME = "ClusterName"
    LOG_GROUP_NAME = "LogGroupName"
    TASK_SECURITY_GROUP_ID = "TaskSecurityGroupId"
    EXECUTION_ROLE_ARN = "ExecutionRoleArn"
    TASK_ROLE_ARN = "TaskRoleArn"
    RELEASE_TASK_DEFINITION_ARN = "{}Arn"
    GENERATED_SECRET_ARN = "{}Arn"

    SERVICE_NAME = "ServiceName"
    TASK_DEFINITION_ARN = "TaskDefinitionArn"
    TARGET_GROUP_ARN = "TargetGroupArn"
    ALTERNATE_TARGET_GROUP_ARN = "AlternateTargetGroupArn"
    LISTENER_RULE_ARN = "ListenerRuleArn"
    NAMESPACE_ID = "NamespaceId"
    SERVICE_URL = "Url"

    STATE_MACHINE_ARN = "StateMachineArn"


class Parameter:
    """The parameters of the templates."""

    IMAGE_TAG = "ImageTag"
    CREATION_COMPLETE = "CreationComplete"


class Imported(Record):
    """A value that another stack exports, as in `Imported("blog-api-network", "VpcId")`.

    Attributes:
        stack: Name of the stack.
        output: Logical ID of its output.
    """

    stack: str
    output: str

    @property
    def export(self) -> str:
        """Name of the export, as in `blog-api-network:VpcId`."""
        return export_name(self.stack, self.output)


class Export(Record):
    """A value exported by a stack that blogstack does not create."""

    export: str


Value = str | Imported
"""A string from the user's file, or a value from another stack."""


def export_name(stack: str, output: str) -> str:
    """Name under which a stack exports an output; it is unique in an account and region."""
    return f"{stack}:{output}"


class Naming(Record):
    """The names of an application in one environment.

    Attributes:
        application: Name of the application; followed by the environment's name if there are environments.
        platform: The same of the application whose network, cluster and load balancer it uses; usually its own.
        tags: Tags of every resource, sorted by key.
        environment: Name of the environment; None without environments.
    """

    application: str
    platform: str
    tags: Mapping[str, str]
    environment: str | None

    @property
    def has_platform(self) -> bool:
        """Whether network, cluster and load balancer are its own."""
        return self.platform == self.application

    def fill(self, text: str) -> str:
        """A string from the user's file with the environment's name in place of `<environment>`."""
        return text.replace(PLACEHOLDER, self.environment) if self.environment else text

    def stack(self, kind: str) -> str:
        """Name of a stack, as in `blog-api-prod-network`."""
        return f"{self.application}-{kind}"

    def platform_stack(self, kind: str) -> str:
        """Name of a stack of the application with the network, the cluster and the load balancer."""
        return f"{self.platform}-{kind}"


def make_naming(name: str, tags: Mapping[str, str], environment: str | None, uses: str | None = None) -> Naming:
    """The names of an application in an environment.

    Args:
        name: Of the application.
        tags: In addition to the standard ones.
        environment: None without environments.
        uses: Name of the application with its network, cluster and load balancer; None for itself.
    """
    standard = {"blogstack:name": name, "blogstack:environment": environment or "default"}
    ending = f"-{environment}" if environment else ""
    return Naming(
        application=f"{name}{ending}",
        platform=f"{uses or name}{ending}",
        tags=dict(sorted({**tags, **standard}.items())),
        environment=environment,
    )
