"""ARN patterns that follow from the names in the templates."""

from __future__ import annotations

from collections.abc import Mapping

from blogstack.blueprint import Blueprint
from blogstack.blueprint.names import EDGE, NETWORK
from blogstack.blueprint.registry import EcrArn
from blogstack.facts.regions import partition


def resource_arns(blueprint: Blueprint) -> Mapping[str, tuple[str, ...]]:
    """Patterns of ARNs by service and type of resource, named as in the service authorization reference.

    A name that CloudFormation chooses begins with the name of the stack:
    https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-name.html
    The other types are left out, because their names are not known before the resources exist.
    """
    application, region = blueprint.tasks.title, blueprint.region
    names = (application, f"{application}-*")
    cluster = blueprint.tasks.cluster
    # The cluster of another application has its services too.
    services = names if blueprint.platform else ("*",)
    deployments = tuple(f"{name}/*" for name in names) if blueprint.platform else ("*",)
    prefix = f"arn:{partition(region)}"

    def arns(service: str, *resources: str) -> tuple[str, ...]:
        return tuple(f"{prefix}:{service}:{region}:*:{resource}" for resource in resources)

    # What is in a log group has its ARN, and a colon: https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoncloudwatchlogs.html
    whole = (f"/ecs/{application}", f"aws-waf-logs-{application}")
    parts = (f"/aws/rds/instance/{application}-database/*", f"{application}-*")
    log_groups = arns("logs", *(f"log-group:{name}" for name in (*whole, *(f"{each}:*" for each in whole), *parts)))
    registry = blueprint.registry
    stacks = [f"{application}-*", *([registry.stack] if registry else [])]
    repositories = {registry.repository} if registry else set()
    images = [image.repository for workload in blueprint.workloads for image in (workload.image,)]
    repositories |= {found.repository for found in images if isinstance(found, EcrArn)}
    tls = blueprint.edge.tls if blueprint.edge else None
    zone = tls.hosted_zone_id if tls else None
    key = blueprint.tasks.kms_key
    return {
        "cloudformation:stack": arns("cloudformation", *(f"stack/{stack}/*" for stack in stacks)),
        "cloudformation:changeset": arns("cloudformation", *(f"stack/{stack}/*" for stack in stacks)),
        "cloudwatch:alarm": arns("cloudwatch", f"alarm:{application}-*"),
        # A dashboard has no region in its ARN:
        # https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoncloudwatch.html
        "cloudwatch:dashboard": tuple(f"{prefix}:cloudwatch::*:dashboard/{name}" for name in names),
        "ecr:repository": arns("ecr", *(f"repository/{name}" for name in sorted(repositories))),
        "ecs:cluster": arns("ecs", f"cluster/{cluster}"),
        "ecs:service": arns("ecs", *(f"service/{cluster}/{name}" for name in services)),
        "ecs:service-deployment": arns("ecs", *(f"service-deployment/{cluster}/{name}" for name in deployments)),
        "ecs:task": arns("ecs", f"task/{cluster}/*"),
        "ecs:task-definition": arns("ecs", *(f"task-definition/{name}:*" for name in names)),
        "iam:role": (f"{prefix}:iam::*:role/{application}-*",),
        "kms:key": (key,) if key else (),
        "logs:log-group": log_groups,
        "logs:log-stream": log_groups,
        "rds:db": arns("rds", f"db:{application}-database"),
        # The names of AWS's own groups begin with default.
        "rds:og": arns("rds", "og:default*"),
        "rds:pg": arns("rds", f"pg:{application}-*", "pg:default*"),
        # The names of automated snapshots begin with rds, before the database's name.
        "rds:snapshot": arns("rds", f"snapshot:{application}-*", f"snapshot:rds:{application}-database-*"),
        "rds:subgrp": arns("rds", f"subgrp:{application}-*"),
        "route53:hostedzone": (f"{prefix}:route53:::hostedzone/{zone}",) if zone else (),
        "s3:bucket": (f"{prefix}:s3:::{application}-*",),
        "s3:object": (f"{prefix}:s3:::{application}-*/*",),
        "scheduler:schedule": arns("scheduler", f"schedule/*/{application}-*"),
        "sns:topic": arns("sns", f"{application}-*"),
        "sqs:queue": arns("sqs", f"{application}-*"),
        "states:statemachine": arns("states", f"stateMachine:{application}-*"),
    }


def shared_stacks(blueprint: Blueprint) -> tuple[str, ...]:
    """Patterns of the ARNs of another application's stacks whose outputs are read; none with an own network."""
    if blueprint.platform is None:
        return ()
    prefix = f"arn:{partition(blueprint.region)}:cloudformation:{blueprint.region}:*"
    return tuple(f"{prefix}:stack/{blueprint.platform}-{kind}/*" for kind in (NETWORK, EDGE))
