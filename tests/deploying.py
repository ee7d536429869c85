"""Deploys compiled templates to the emulated AWS, with what a user would have there before."""

from __future__ import annotations

import json
from pathlib import Path
from tempfile import TemporaryDirectory

from blogstack.blueprint import Blueprint
from blogstack.compiler import Compilation
from tests.aws.emulator import Emulator

ZONES = {"Z0123456789ABCDEFGHIJ": "example.com"}


def deploy_all(aws: Emulator, compilation: Compilation, tag: str = "v1") -> None:
    """Deploy every stack in order, as the printed commands do; fails with the stack's own reasons.

    The first time (tag v1) also puts there what the configuration says exists.
    """
    if tag == "v1":
        give_what_exists(aws, compilation)
    with TemporaryDirectory() as folder:
        for template in compilation.templates:
            path = Path(folder) / f"{template.stack_name}.yaml"
            path.write_text(template.text)
            aws.deploy(path, template.stack_name, {"ImageTag": tag} if "ImageTag" in template.text else None)


def give_what_exists(aws: Emulator, compilation: Compilation) -> None:
    """The hosted zone, the network, the certificate and the secrets that a configuration says exist."""
    for blueprint in compilation.blueprints:
        _give(aws, blueprint)


def _give(aws: Emulator, blueprint: Blueprint) -> None:
    service = blueprint.service
    tls, placement, image = service.balancer.tls, blueprint.tasks.placement, blueprint.tasks.image
    if tls:
        aws.given(hosted_zones={tls.hosted_zone_id: "example.com"})
        if tls.certificate_arn:
            aws.given(certificates={tls.certificate_arn: tls.domain})
    if isinstance(placement.vpc, str):
        public = set(placement.balancer_subnets) if not service.balancer.internal else set()
        subnet_ids = placement.balancer_subnets + placement.task_subnets + placement.database_subnets
        subnets = {
            subnet: {
                "vpc": placement.vpc,
                "cidr": f"10.0.{number}.0/24",
                "zone": f"{aws.region}{'abcdef'[number % 6]}",
                "public": subnet in public,
            }
            for number, subnet in enumerate(dict.fromkeys(subnet_ids))
        }
        aws.given(vpcs={placement.vpc: "10.0.0.0/16"}, subnets=subnets)
    if image.credentials:
        aws.given(secrets={image.credentials: '{"username": "u", "password": "p"}'})
    keys: dict[str, dict[str, str]] = {}
    for secret in blueprint.tasks.secrets:
        if secret.generated or not isinstance(secret.source, str):
            continue
        if secret.service == "secretsmanager":
            named = f"arn:aws:secretsmanager:{aws.region}:{aws.account}:secret:{secret.source}-AbCdEf"
            arn = secret.source if secret.source.startswith("arn:") else named
            keys.setdefault(arn, {})[secret.key or "key"] = "value"
        else:
            name = secret.source.rpartition(":parameter/")[2] or secret.source
            aws.client("ssm").put_parameter(Name=name, Value="value", Type="SecureString", Overwrite=True)
    for arn, values in keys.items():
        aws.given(secrets={arn: json.dumps(values)})
