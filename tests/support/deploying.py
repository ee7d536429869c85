"""Deploys compiled templates to the emulated AWS, with the resources that a user would have there before."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from blogstack.blueprint.names import Export
from blogstack.blueprint.registry import EcrArn
from blogstack.blueprint.workload import Workload
from blogstack.pipeline import Compilation
from blogstack.templates.render import Template
from emulator import Emulator
from tests.cases import compiled
from tests.support.templates import PLATFORM

ZONES = {"Z0123456789ABCDEFGHIJ": "example.com"}


def deploy_all(aws: Emulator, compilation: Compilation, tag: str = "v1") -> None:
    """Deploy every stack in order, as the printed commands do; fails with the stack's own reasons.

    The first time (tag v1) also puts there what the configuration says exists.
    """
    if tag == "v1":
        if any(blueprint.platform for blueprint in compilation.blueprints):
            deploy_all(aws, compiled(PLATFORM))
        give_what_exists(aws, compilation)
    with TemporaryDirectory() as folder:
        for template in compilation.templates:
            path = Path(folder) / f"{template.stack_name}.yaml"
            path.write_text(template.text)
            for parameters in _parameters(aws, template, tag):
                aws.deploy(path, template.stack_name, parameters)


def _parameters(aws: Emulator, template: Template, tag: str) -> Iterator[dict[str, str]]:
    """The parameters of each deployment of a stack, as the plan has them."""
    if "CreationComplete:" in template.text:
        if not aws.exists(template.stack_name):
            yield {"CreationComplete": "false"}
        yield {"CreationComplete": "true"}
    else:
        yield {"ImageTag": tag} if "ImageTag:" in template.text else {}


def give_what_exists(aws: Emulator, compilation: Compilation) -> None:
    """Existing resources of all environments, each once: zones, networks, certificates, secrets, buckets, ECR."""
    zones: dict[str, str] = {}
    certificates: dict[str, str] = {}
    vpcs: dict[str, str] = {}
    subnets: dict[str, object] = {}
    groups: dict[str, str] = {}
    secrets: dict[str, dict[str, str]] = {}
    buckets: dict[str, str] = {}
    repositories: set[str] = set()
    exports: set[str] = set()
    for blueprint in compilation.blueprints:
        edge = blueprint.edge
        if edge and (tls := edge.tls):
            if tls.hosted_zone_id:
                zones[tls.hosted_zone_id] = "example.com"
            if tls.certificate_arn:
                certificates[tls.certificate_arn] = tls.domain
        if edge and isinstance(edge.access_logs, str):
            buckets[edge.access_logs] = "logdelivery.elasticloadbalancing.amazonaws.com"
        placement = blueprint.services[0].placement
        if isinstance(placement.vpc, str):
            vpcs[placement.vpc] = "10.0.0.0/16"
            public = () if edge and edge.internal else placement.balancer_subnets
            for subnet in placement.balancer_subnets + placement.task_subnets + placement.database_subnets:
                number = len(subnets)
                zone = f"{aws.region}{'abcdef'[number % 6]}"
                cidr = f"10.0.{number}.0/24"
                own = {"vpc": placement.vpc, "cidr": cidr, "zone": zone, "public": subnet in public}
                subnets.setdefault(str(subnet), own)
            if (access := blueprint.tasks.database) and isinstance(access.security_group, str):
                groups[access.security_group] = placement.vpc
        for workload in blueprint.workloads:
            for image in (workload.image, *(sidecar.image for sidecar in workload.sidecars)):
                if image.credentials:
                    secrets.setdefault(image.credentials, {}).update(username="u", password="p")  # noqa: S106
                if image.tagged and isinstance(image.repository, EcrArn):
                    repositories.add(image.repository.repository)
            _add_secrets(aws, workload, secrets)
            environments = [workload.container.environment, *(sidecar.environment for sidecar in workload.sidecars)]
            values = [value for environment in environments for value in environment.values()]
            exports |= {value.export for value in values if isinstance(value, Export)}
    for repository in repositories:
        aws.client("ecr").create_repository(repositoryName=repository)
    aws.add_existing(hosted_zones=zones, certificates=certificates, vpcs=vpcs, subnets=subnets, log_buckets=buckets)
    aws.add_existing(security_groups=groups)
    if exports:
        _add_exports(aws, sorted(exports))
    aws.add_existing(secrets={arn: json.dumps(values) for arn, values in secrets.items()})


def _add_exports(aws: Emulator, names: list[str]) -> None:
    """Another application's stack, which exports the value `of NAME` under each name."""
    outputs = {f"O{n}": {"Value": f"of {name}", "Export": {"Name": name}} for n, name in enumerate(names)}
    template = {"Resources": {"Handle": {"Type": "AWS::CloudFormation::WaitConditionHandle"}}, "Outputs": outputs}
    aws.client("cloudformation").create_stack(StackName="somebody-elses", TemplateBody=json.dumps(template))


def _add_secrets(aws: Emulator, workload: Workload, secrets: dict[str, dict[str, str]]) -> None:
    for secret in workload.all_secrets:
        if secret.generated or not isinstance(secret.source, str):
            continue
        if secret.service == "secretsmanager":
            named = f"arn:aws:secretsmanager:{aws.region}:{aws.account}:secret:{secret.source}-AbCdEf"
            arn = secret.source if secret.source.startswith("arn:") else named
            secrets.setdefault(arn, {})[secret.key or "key"] = "value"
        else:
            name = secret.source.rpartition(":parameter/")[2] or secret.source
            aws.client("ssm").put_parameter(Name=name, Value="value", Type="SecureString", Overwrite=True)
