"""Which of AWS's services tasks without internet access reach through endpoints."""

from __future__ import annotations

from blogstack.config import Config
from blogstack.config.jobs import Job
from blogstack.config.service import Service
from blogstack.config.services import FurtherService
from blogstack.config.workers import Worker


def interface_endpoints(config: Config) -> tuple[str, ...]:
    """The services that need an interface endpoint, in addition to S3's gateway endpoint.

    Buckets use S3's. Sources: https://docs.aws.amazon.com/AmazonECR/latest/userguide/vpc-endpoints.html,
    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/vpc-endpoints.html for ssmmessages
    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-exec.html, and for sqs
    https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-internetwork-traffic-privacy.html
    """
    tasks: tuple[Service | FurtherService | Worker | Job, ...] = (
        config.service,
        *config.services.values(),
        *config.workers.values(),
        *config.jobs.values(),
    )
    written = [container.secrets for task in tasks for container in (task, *task.sidecars.values())]
    kinds = {source.kind for secrets in written for source in secrets.values()}
    endpoints = ["ecr.api", "ecr.dkr", "logs"]
    if config.database is not None or config.cache is not None or kinds & {"generate", "secretsmanager"}:
        endpoints.append("secretsmanager")
    if "ssm" in kinds:
        endpoints.append("ssm")
    if any(task.exec for task in tasks):
        endpoints.append("ssmmessages")
    if config.queues:
        endpoints.append("sqs")
    return tuple(endpoints)
