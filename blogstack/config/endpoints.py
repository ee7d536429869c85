"""Which of AWS's services tasks need when they have no way to the internet."""

from __future__ import annotations

from blogstack.config import Config


def interface_endpoints(config: Config) -> tuple[str, ...]:
    """The services that need an interface endpoint, beside S3, which has a gateway endpoint.

    Source: Amazon ECR user guide, "Amazon ECR interface VPC endpoints"; Amazon ECS developer guide, "Amazon ECS
    interface VPC endpoints" and, for ssmmessages, ECS Exec.
    """
    written = [config.service.secrets, *(sidecar.secrets for sidecar in config.service.sidecars.values())]
    kinds = {source.kind for secrets in written for source in secrets.values()}
    endpoints = ["ecr.api", "ecr.dkr", "logs"]
    if config.database is not None or kinds & {"generate", "secretsmanager"}:
        endpoints.append("secretsmanager")
    if "ssm" in kinds:
        endpoints.append("ssm")
    if config.service.exec:
        endpoints.append("ssmmessages")
    return tuple(endpoints)
