"""The language: one model for each mapping of blogstack.yaml, in the user's words.

A field's docstring is its description; its type knows its limits. From both come the editor's schema and the
reference. A default that depends on other keys is None here and decided in the blueprint.

A file with a model does without `from __future__ import annotations`: pydantic would compile every annotation at the
start of each run.
"""

from typing import Annotated, Any

from pydantic import Field

from blogstack.config.alarms import Alarms
from blogstack.config.buckets import Bucket
from blogstack.config.cache import Cache
from blogstack.config.database import Database
from blogstack.config.deployment import Deployment
from blogstack.config.domain import Domain
from blogstack.config.image import Image
from blogstack.config.jobs import Job
from blogstack.config.load_balancer import LoadBalancer
from blogstack.config.logs import Logs
from blogstack.config.marks import InheritsFrom, Shared
from blogstack.config.network import Create, Network, OtherNetwork
from blogstack.config.overrides import Overrides
from blogstack.config.priorities import LAST, route_priority
from blogstack.config.queues import Queue
from blogstack.config.route import Route
from blogstack.config.scaling import Scaling
from blogstack.config.service import Service
from blogstack.config.services import FurtherService
from blogstack.config.stores import MAX_STORES, StoreName
from blogstack.config.types import AsWritten, BuiltWhenUsed, Choices, Form, RelativePath, Section
from blogstack.config.workers import MAX_ENTRIES, EntryName, Worker
from blogstack.config.workloads import (
    JOBS,
    SERVICE,
    SERVICES,
    WORKERS,
    EcsJob,
    EcsService,
    Place,
    WebService,
    WorkerService,
    Workload,
)
from blogstack.facts.regions import PLACES, Region
from blogstack.source.environments import MAX_ENVIRONMENTS
from blogstack.words import hyphenated

# The characters that every service takes:
# https://docs.aws.amazon.com/tag-editor/latest/userguide/best-practices-and-strats.html#id_tags_naming_best_practices
_TAG_CHARACTERS = "[A-Za-z0-9 _.:/=+@-]"
_TAG_KEY = Form(
    # Each letter in both cases: the regular expressions of editors have no flag for it.
    rf"(?!(?:[Aa][Ww][Ss]|[Bb][Ll][Oo][Gg][Ss][Tt][Aa][Cc][Kk]):|Name$){_TAG_CHARACTERS}*[A-Za-z0-9_.:/=+@-]",
    "a tag key",
    "use letters, digits, spaces and _.:/=+@-; aws:, blogstack: and Name are reserved",
    128,
)
# Some services accept no empty value (cfn-lint, E3033).
_TAG_VALUE = Form(f"{_TAG_CHARACTERS}+", "a tag value", "use letters, digits, spaces and _.:/=+@-", scalars=True)
# 12 characters: a service's and an environment's name with a hyphen have at most 43, which fits with an ending into
# every name that AWS limits; the shortest limit is a database's, 63.
_ENVIRONMENT = Form(
    "[a-z](?:-?[a-z0-9])*",
    "an environment's name",
    "start with a lower-case letter, then use a-z, 0-9 and single hyphens, not at the end",
    12,
    fix=hyphenated,
)

# The ARN of a key, also of a multi-Region key; not of an alias, to which a policy cannot grant permissions:
# https://docs.aws.amazon.com/kms/latest/developerguide/concepts.html#key-id-key-ARN
_KEY_ARN = Form(
    r"arn:aws[a-z-]*:kms:[a-z0-9-]+:[0-9]{12}:key/(?:mrk-)?[0-9a-f-]{32,36}",
    "the ARN of a KMS key",
    "copy it from `aws kms describe-key`: an ARN that ends in key/ and the key's ID",
)
_KEY_EXAMPLE = "arn:aws:kms:ap-northeast-2:123456789012:key/12345678-90ab-cdef-1234-567890abcdef"


_NAME = Form(
    "[a-z](?:-?[a-z0-9])+",
    "a service name",
    "start with a lower-case letter, then use a-z, 0-9 and single hyphens, not at the end",
    30,
    fix=hyphenated,
)


class Config(Section):
    """A web service in a container, as it should run on AWS."""

    name: Annotated[
        str,
        _NAME,
        Shared(help="remove it: the stacks' names contain the environment's name, as in blog-api-prod-service"),
    ] = Field(examples=["blog-api"])
    """Name of the service, 2 to 30 characters; the prefix of every stack."""
    region: Annotated[Region, Choices(PLACES), Shared(unless="image.uri")] = Field(examples=["ap-northeast-2"])
    """AWS region of every resource."""
    uses: Annotated[Annotated[str, _NAME] | None, Shared()] = Field(None, examples=["shop"])
    """Another application, whose network, cluster and load balancer this one uses; null: its own."""
    # 50 tags per resource, three of which are blogstack's.
    tags: dict[Annotated[str, _TAG_KEY], Annotated[AsWritten, _TAG_VALUE]] = Field(
        {}, max_length=47, examples=[{"team": "blog"}]
    )
    """Tags for every resource that can have them, in addition to blogstack:name and blogstack:environment."""
    image: Image = Image.model_construct()
    """Where the container image comes from."""
    service: Service = Field(
        Service.model_construct(),
        examples=[{"framework": "fastapi", "cpu": 512, "memory": 1024, "secrets": {"JWT_SECRET": "generate"}}],
    )
    """The container that runs and how it runs."""
    services: dict[EntryName, Annotated[FurtherService, BuiltWhenUsed(), InheritsFrom("service")]] = Field(
        {},
        max_length=MAX_ENTRIES,
        examples=[{"front": {"image": "ghcr.io/team/front:1.4.2", "route": {"path": "/app/*"}}}],
    )
    """Further services with a port, by name: behind the load balancer with a route, or private without one."""
    workers: dict[EntryName, Annotated[Worker, BuiltWhenUsed(), InheritsFrom("service")]] = Field(
        {}, max_length=MAX_ENTRIES, examples=[{"celery": {"command": ["celery", "-A", "shop", "worker"]}}]
    )
    """Processes that run next to the service and get no requests, by name."""
    jobs: dict[EntryName, Annotated[Job, BuiltWhenUsed(), InheritsFrom("service")]] = Field(
        {},
        max_length=MAX_ENTRIES,
        examples=[{"cleanup": {"command": ["python", "manage.py", "clearsessions"], "cron": "0 3 * * ? *"}}],
    )
    """Tasks that run to completion, on a schedule or by hand, by name."""
    scaling: Scaling = Field(Scaling.model_construct(), examples=[{"min": 2, "max": 10, "cpu": 60}])
    """How many tasks run, and what changes their number."""
    load_balancer: LoadBalancer = Field(
        LoadBalancer.model_construct(), examples=[{"allowed_cidrs": ["198.51.100.0/24"], "idle_timeout": "2m"}]
    )
    """The application load balancer in front of the tasks."""
    domain: Domain | None = None
    """The service's domain name; without it the load balancer speaks plain HTTP."""
    deployment: Deployment = Field(
        Deployment.model_construct(), examples=[{"strategy": "canary", "canary_percent": 10, "bake_time": "10m"}]
    )
    """How a new version replaces the old one."""
    network: Network = Field(
        Network.model_construct(), examples=[{"create": {"availability_zones": 2, "egress": "nat_per_az"}}]
    )
    """The network to create, or an existing one."""
    database: Database | None = Field(
        None, examples=[{"engine_version": "17", "instance_class": "db.t4g.small", "storage": 50}]
    )
    """PostgreSQL on Amazon RDS; absent: no database."""
    cache: Cache | None = Field(None, examples=[{"node_type": "cache.t4g.small", "variables": {"url": "REDIS_URL"}}])
    """Valkey on Amazon ElastiCache, for Redis clients; absent: no cache."""
    queues: dict[StoreName, Annotated[Queue, BuiltWhenUsed()]] = Field(
        {}, max_length=MAX_STORES, examples=[{"mails": {"max_receives": 5}}]
    )
    """Queues on Amazon SQS, by name, each with a dead-letter queue; every container may send and receive messages."""
    buckets: dict[StoreName, Annotated[Bucket, BuiltWhenUsed()]] = Field(
        {}, max_length=MAX_STORES, examples=[{"media": {"versioned": True}}]
    )
    """Buckets on Amazon S3, by name: private and encrypted; every container may read and write their objects."""
    logs: Logs = Field(Logs.model_construct(), examples=[{"retention": 90}])
    """Logs and metrics."""
    kms_key: Annotated[Annotated[str, _KEY_ARN] | None, Shared(unless="image.uri")] = Field(
        None, examples=[_KEY_EXAMPLE]
    )
    """ARN of your own KMS key for images, logs, secrets, stores and alarms; it costs extra; null: AWS's keys."""
    alarms: Alarms | None = None
    """Alarms and a dashboard; absent: none."""
    output: Annotated[RelativePath, Shared()] = Field("templates/out", examples=["cloudformation"])
    """Folder for the templates, relative to the current folder; --out overrides it."""
    overrides: Annotated[Overrides, BuiltWhenUsed()] = Overrides.model_construct()
    """Changes to the templates themselves, by stack and logical ID, in CloudFormation's syntax; the last resort."""
    environments: Annotated[
        dict[Annotated[str, _ENVIRONMENT], dict[str, Any] | None],
        Shared(help="remove it: environments cannot be nested"),
    ] = Field(
        {},
        min_length=1,
        max_length=MAX_ENVIRONMENTS,
        examples=[
            {
                "staging": {"scaling": {"min": 1, "max": 2}},
                "prod": {"service": {"cpu": 1024, "memory": 2048}},
            }
        ],
    )
    """What differs in each environment, merged over the rest of the file; null resets a key to its default."""

    @property
    def created_network(self) -> Create | None:
        """The network to make; None with an existing one or that of another application."""
        network = self.network
        return (network.create or Create()) if network.existing is None and self.uses is None else None

    @property
    def other_network(self) -> OtherNetwork | None:
        """What the network of the application in `uses` is like; None with another network."""
        network = self.network
        return (network.shared or OtherNetwork()) if network.existing is None and self.uses is not None else None

    @property
    def created_database(self) -> Database | None:
        """The database to create; None if there is none, or if it exists already."""
        return self.database if self.database and self.database.existing is None else None

    def workloads(self) -> tuple[Workload, ...]:
        """Everything that runs, in the order of deployment."""
        return (*self.ecs_jobs(), *self.ecs_services())

    def ecs_jobs(self) -> tuple[EcsJob, ...]:
        """The jobs, which run to completion."""
        return tuple(EcsJob(name=name, place=Place((JOBS, name)), task=job) for name, job in sorted(self.jobs.items()))

    def ecs_services(self) -> tuple[EcsService, ...]:
        """What runs all the time; a service that may call another one, or send it work, comes after that one."""
        workers = (
            WorkerService(
                name=name,
                place=Place((WORKERS, name)),
                task=worker,
                scaling=worker.scaling,
                deployment=_ONE_AT_A_TIME if worker.singleton else _ROLLING,
            )
            for name, worker in sorted(self.workers.items())
        )
        further = self.further_services()
        private = (each for each in further if each.is_private)
        return (*private, *workers, *(each for each in further if not each.is_private), self._main_service())

    def _main_service(self) -> WebService:
        return WebService(
            name="service",
            place=SERVICE,
            task=self.service,
            scaling=self.scaling,
            deployment=self.deployment,
            load_balancer=self.load_balancer,
            route=self.service.route,
            is_main=True,
        )

    def further_services(self) -> tuple[WebService, ...]:
        """The services next to `service`, by name."""
        return tuple(
            WebService(
                name=name,
                place=Place((SERVICES, name)),
                task=service,
                scaling=service.scaling,
                deployment=service.deployment,
                load_balancer=service.load_balancer,
                route=service.route,
                is_main=False,
            )
            for name, service in sorted(self.services.items())
        )

    def routed_services(self) -> tuple[tuple[WebService, Route], ...]:
        """The services that get the requests of a route, with it."""
        services = (*self.further_services(), self._main_service())
        return tuple((each, each.route) for each in services if each.route)

    def rule_priority(self, service: WebService) -> int:
        """The number of a service's rule at the listener: with `uses`, services of several files have one name."""
        if service.route is None:
            return LAST
        return route_priority(f"{self.name}-{service.name}" if self.uses else service.name, service.route)


_ROLLING = Deployment.model_construct()
# ECS stops the old task before it starts the new one:
# https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DeploymentConfiguration.html
_ONE_AT_A_TIME = Deployment.model_construct(minimum_healthy_percent=0, maximum_percent=100)
