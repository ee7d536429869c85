"""Diagnostics about a user's file: the table of codes, a position in the text, a finding."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import Enum, StrEnum
from typing import NamedTuple

from blogstack.records import Record, replace
from blogstack.words import listed


class Severity(StrEnum):
    """How bad a finding is: an error stops the compilation, a warning does not."""

    ERROR = "error"
    WARNING = "warning"


class Code(Enum):
    """Every code: its number, its severity and its subject. A number is never reused.

    BS1xx the YAML text, BS2xx the structure of the configuration, BS3xx rules across keys,
    BS4xx templates, BS5xx output files, deployments and AWS. Each has a page in codes/.
    """

    UNREADABLE = "BS101", Severity.ERROR, "the file cannot be read"
    NOT_TEXT = "BS102", Severity.ERROR, "the file is not UTF-8 text"
    TOO_LARGE = "BS103", Severity.ERROR, "the file is too large"
    EMPTY = "BS104", Severity.ERROR, "the file is empty"
    SYNTAX = "BS105", Severity.ERROR, "the YAML is malformed"
    DUPLICATE_KEY = "BS106", Severity.ERROR, "duplicate key"
    ALIAS = "BS107", Severity.ERROR, "anchors, aliases and merge keys are not supported"
    TAG = "BS108", Severity.ERROR, "tags are not supported"
    TOO_DEEP = "BS109", Severity.ERROR, "the nesting is too deep"
    MANY_DOCUMENTS = "BS110", Severity.ERROR, "the file holds more than one YAML document"
    KEY_NOT_TEXT = "BS111", Severity.ERROR, "a key is not a single word"

    UNKNOWN_KEY = "BS201", Severity.ERROR, "a key is unknown"
    MISSING_KEY = "BS202", Severity.ERROR, "a required key is missing"
    WRONG_TYPE = "BS203", Severity.ERROR, "a value has the wrong type"
    NOT_A_CHOICE = "BS204", Severity.ERROR, "a value is not one of those allowed"
    OUT_OF_RANGE = "BS205", Severity.ERROR, "a number, or a count of items, is outside its limits"
    WRONG_FORM = "BS206", Severity.ERROR, "a value does not have the required form"
    EXCLUSIVE = "BS207", Severity.ERROR, "two keys cannot be combined"
    SHARED_KEY = "BS208", Severity.ERROR, "an environment sets a key that all environments share"
    MORE_ERRORS = "BS209", Severity.ERROR, "there are more errors than are shown"

    TASK_SIZE = "BS301", Severity.ERROR, "Fargate has no such task size"
    MIN_ABOVE_MAX = "BS302", Severity.ERROR, "scaling.min is above scaling.max"
    CHECK_TIMEOUT = "BS303", Severity.ERROR, "a health check's timeout is not below its interval"
    STUCK_DEPLOYMENT = "BS304", Severity.ERROR, "a deployment can never proceed"
    IMAGE_OUT_OF_REACH = "BS305", Severity.ERROR, "the tasks cannot pull their image"
    SUBNETS_TOO_SMALL = "BS306", Severity.ERROR, "the subnets have too few addresses"
    SHORT_START = "BS307", Severity.WARNING, "a start period is shorter than the framework usually needs"
    BALANCER_CHECKS_READY = "BS308", Severity.WARNING, "the load balancer's check touches the database"
    NO_CIRCUIT_BREAKER = "BS309", Severity.WARNING, "the deployment circuit breaker is off"
    SINGLE_TASK = "BS310", Severity.WARNING, "fewer than two tasks"
    PLAIN_HTTP = "BS311", Severity.WARNING, "no domain, so plain HTTP"
    SECRET_IN_ENVIRONMENT = "BS312", Severity.WARNING, "an environment variable seems to contain a secret"
    ALLOWED_HOSTS = "BS313", Severity.WARNING, "Django needs ALLOWED_HOSTS"
    PORT_MISMATCH = "BS314", Severity.WARNING, "the variable PORT differs from service.port"

    EXEC_READONLY = "BS315", Severity.ERROR, "exec cannot work on a read-only root"
    BALANCER_SUBNETS = "BS316", Severity.ERROR, "the load balancer needs two subnets"
    OTHER_REGION = "BS317", Severity.ERROR, "an ARN belongs to another region or partition"

    DATABASE_VERSION = "BS318", Severity.ERROR, "RDS creates no databases with this PostgreSQL version"
    DATABASE_CLASS = "BS319", Severity.ERROR, "the region does not have this instance class"
    DATABASE_STORAGE = "BS320", Severity.ERROR, "the database's storage cannot grow to max_storage"
    DATABASE_SUBNETS = "BS321", Severity.ERROR, "the database or the cache has too few subnets"
    VARIABLE_TWICE = "BS322", Severity.ERROR, "a variable is set twice"
    FRAGILE_DATABASE = "BS323", Severity.WARNING, "a production database or cache without a safeguard"
    SAME_DOMAIN = "BS324", Severity.ERROR, "environments share a domain name"
    RESERVED_NAME = "BS325", Severity.ERROR, "the database's name is a reserved word"

    SPOT_NEVER = "BS326", Severity.ERROR, "no task can run on Fargate Spot"
    SCHEDULE_LIMITS = "BS327", Severity.ERROR, "a schedule's min is above its max"
    NEVER_SCALES = "BS328", Severity.WARNING, "nothing changes the number of tasks"
    OTHER_STRATEGY = "BS329", Severity.ERROR, "a key belongs to another deployment strategy"
    DEPLOYMENT_TOO_LONG = "BS330", Severity.ERROR, "a deployment takes longer than CloudFormation waits"
    SCHEDULE_STAYS = "BS331", Severity.WARNING, "a lone schedule is never reverted"
    NO_PUBLIC_ZONES = "BS332", Severity.ERROR, "the region's Route 53 has no public hosted zones"
    ROLE_TOO_LONG = "BS333", Severity.ERROR, "a role's permissions are too long"
    STICKY_SHIFT = "BS334", Severity.ERROR, "sticky sessions cannot be combined with two target groups"

    ROLLBACK_WITHOUT_ALARMS = "BS337", Severity.ERROR, "a rollback on alarms without alarms"

    UNKNOWN_RESOURCE = "BS340", Severity.ERROR, "an override names an unknown stack or resource"
    WAITS_FOR_EVER = "BS341", Severity.ERROR, "a `depends_on` condition can never be met"
    SAME_PORT = "BS342", Severity.ERROR, "two containers listen on the same port"
    SIDECAR_MEMORY = "BS343", Severity.ERROR, "the sidecars leave the service too little memory"
    SIDECAR_NAME = "BS344", Severity.ERROR, "a sidecar has the name of its task's main container"

    NOT_EXPANDED = "BS345", Severity.WARNING, "a variable contains a reference that is not expanded"
    TOO_FEW_ZONES = "BS346", Severity.ERROR, "the region has too few availability zones"

    SHIFT_WITHOUT_ALARMS = "BS347", Severity.WARNING, "no alarm stops a canary or linear deployment"
    CACHE_VERSION = "BS360", Severity.ERROR, "there is no such Valkey version"
    CACHE_NODE_TYPE = "BS361", Severity.ERROR, "the region does not have this node type of ElastiCache"

    TARGET_CONTAINER = "BS362", Severity.ERROR, "the load balancer's container cannot get requests"

    SINGLETON = "BS370", Severity.ERROR, "a singleton with more than one task"
    NOTHING_STARTS = "BS371", Severity.ERROR, "a worker has no tasks, and nothing starts one"
    SAME_COMMAND = "BS372", Severity.WARNING, "a worker or job runs what the service runs"
    SAME_NAME = "BS373", Severity.ERROR, "a workload has a name that is taken"
    OVERLAPPING_RUNS = "BS374", Severity.WARNING, "a job may start while its previous run still runs"

    ROUTE_HIDDEN = "BS375", Severity.ERROR, "a route that gets no requests"
    NEEDS_ROUTE = "BS376", Severity.ERROR, "a key that needs a route"
    HOST_NOT_COVERED = "BS377", Severity.ERROR, "the domain does not cover a route's host"
    SAME_PRIORITY = "BS378", Severity.ERROR, "the listener rules of two services have the same priority"
    NAME_TWICE = "BS379", Severity.ERROR, "a domain has a duplicate name, or too many names"
    UNKNOWN_QUEUE = "BS380", Severity.ERROR, "scaling follows a queue that is not in the file"
    NEVER_ZERO = "BS381", Severity.ERROR, "a worker with `scaling.min: 0` always keeps a task"
    DATABASE_ELSEWHERE = "BS382", Severity.ERROR, "an existing database with a new network"
    URL_OF_EXISTING = "BS383", Severity.ERROR, "a URL variable for an existing database"
    NO_ENVIRONMENTS = "BS384", Severity.ERROR, "a file without environments contains `<environment>`"
    NAME_LIKE_AN_ARN = "BS385", Severity.ERROR, "a secret cannot be found by its name in an environment"
    SECRET_LACKS_HOST = "BS386", Severity.ERROR, "the secret of an existing database lacks its host and name"
    KEY_OF_OTHER_APPLICATION = (
        "BS387",
        Severity.ERROR,
        "a key of the network, cluster or load balancer that another application has",
    )
    ROUTE_OF_SERVICE = "BS388", Severity.ERROR, "a route of `service`, or none behind another load balancer"
    FAILURES_UNCOUNTED = "BS390", Severity.ERROR, "failed tasks are not counted"

    LINT = "BS401", Severity.ERROR, "cfn-lint objects to a template"
    TEMPLATE_TOO_LARGE = "BS402", Severity.ERROR, "a template is too large to deploy without a bucket"

    NOT_WRITTEN = "BS501", Severity.ERROR, "the templates cannot be written"
    SAME_STACK = "BS502", Severity.ERROR, "two files describe the same stack, repository, domain or listener rule"
    OUT_OF_DATE = "BS503", Severity.ERROR, "--check found a difference"

    STACK_FAILED = "BS510", Severity.ERROR, "a stack was not deployed"
    RELEASE_FAILED = "BS512", Severity.ERROR, "the release step failed"
    NOT_STABLE = "BS513", Severity.ERROR, "a service does not become stable"
    NO_ANSWER = "BS514", Severity.ERROR, "the deployed service does not answer"
    NO_IMAGE = "BS515", Severity.ERROR, "there is no image to deploy"
    NO_ANSWER_FROM_AWS = "BS516", Severity.ERROR, "AWS refused or did not answer a request"
    NO_SERVICE_ROLE = "BS517", Severity.ERROR, "the account lacks a role of an AWS service"

    HOSTED_ZONE = "BS519", Severity.ERROR, "the hosted zone cannot hold the domain"
    NAME_TAKEN = "BS520", Severity.ERROR, "a name is taken in the account"
    QUOTA = "BS521", Severity.ERROR, "a quota of the account is too low"
    DATABASE_NOT_OFFERED = "BS524", Severity.ERROR, "RDS does not offer this version on this instance class"
    TARGETS_WITHOUT_TASKS = "BS527", Severity.ERROR, "requests would go to a target group without tasks"
    CERTIFICATE = "BS528", Severity.ERROR, "the certificate does not suit the domain"
    OTHER_APPLICATION_MISSING = "BS529", Severity.ERROR, "the application in `uses` is not deployed, or lacks something"
    RULE_IN_THE_WAY = "BS530", Severity.ERROR, "another application's rule at the load balancer is in the way"

    IMAGE_MISSING = "BS540", Severity.ERROR, "the image is not in its registry"
    IMAGE_FORBIDDEN = "BS541", Severity.ERROR, "the registry refuses the image"
    IMAGE_ARCHITECTURE = "BS542", Severity.ERROR, "the image is for another processor architecture"
    AWS_UNREACHABLE = "BS543", Severity.ERROR, "the tasks cannot reach AWS"
    SECRET_UNREADABLE = "BS544", Severity.ERROR, "a secret cannot be read"
    OUT_OF_MEMORY = "BS545", Severity.ERROR, "a container runs out of memory"
    CONTAINER_EXITS = "BS546", Severity.ERROR, "a container exits by itself"
    CONTAINER_UNHEALTHY = "BS547", Severity.ERROR, "the container's health check fails"
    HOST_REFUSED = "BS548", Severity.ERROR, "the application refuses the Host header of the load balancer's check"
    TARGET_STATUS = "BS549", Severity.ERROR, "the load balancer's check gets an unexpected status"
    SLOW_START = "BS550", Severity.ERROR, "the start takes longer than the load balancer's check waits"
    TARGET_SILENT = "BS551", Severity.ERROR, "the load balancer's check gets no answer"
    NO_ADDRESSES = "BS552", Severity.ERROR, "the subnets have no free addresses"
    NO_CAPACITY = "BS553", Severity.ERROR, "Fargate has no capacity for a task"
    CERTIFICATE_PENDING = "BS554", Severity.ERROR, "the certificate waits for its validation"
    RESOURCE_FAILED = "BS555", Severity.ERROR, "a resource of a stack failed"
    STACK_STUCK = "BS556", Severity.ERROR, "a stack needs repair before it can be deployed"
    DEPLOYMENT_FAILED = "BS557", Severity.ERROR, "a deployment failed"
    TASKS_MISSING = "BS558", Severity.ERROR, "fewer tasks run than desired"
    ALARM_FIRING = "BS559", Severity.WARNING, "an alarm is firing"
    NOT_DEPLOYED = "BS560", Severity.ERROR, "nothing is deployed"
    DRIFTED = "BS561", Severity.WARNING, "a resource was changed outside of CloudFormation"

    def __init__(self, id: str, severity: Severity, subject: str) -> None:
        self.id = id
        self.severity = severity
        self.subject = subject


class Span(NamedTuple):
    """A range of the user's text; lines and columns count from 1, the end column is exclusive."""

    line: int
    column: int
    end_line: int
    end_column: int


class Diagnostic(Record):
    """One finding: what is wrong, where (None: no position in the text), and what to do about it."""

    code: Code
    message: str
    span: Span | None = None
    help: str | None = None

    @property
    def severity(self) -> Severity:
        """The severity of its code."""
        return self.code.severity

    @property
    def is_error(self) -> bool:
        """Whether it stops the compilation."""
        return self.severity is Severity.ERROR


class Rejected(Exception):
    """Raised by a stage, once, with every error of the stage."""

    def __init__(self, diagnostics: Iterable[Diagnostic]) -> None:
        self.diagnostics = tuple(diagnostics)
        super().__init__("; ".join(d.message for d in self.diagnostics))


def in_order(diagnostics: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
    """The errors, then the warnings, each in the order of the text, those without a position first."""
    start = Span(0, 0, 0, 0)
    return tuple(sorted(diagnostics, key=lambda d: (not d.is_error, d.span or start, d.code.id, d.message)))


def merge_environments(diagnostics: Mapping[str, Iterable[Diagnostic]]) -> list[Diagnostic]:
    """One list for all environments: a finding in all is kept once, one in some ends with their names.

    Args:
        diagnostics: The findings of each environment, by its name.
    """
    if len(diagnostics) < 2:
        return [diagnostic for reported in diagnostics.values() for diagnostic in reported]
    environments_of: dict[tuple[Code, str, Span | None], dict[str, Diagnostic]] = {}
    for environment, reported in diagnostics.items():
        for diagnostic in reported:
            key = (diagnostic.code, diagnostic.message, diagnostic.span)
            environments_of.setdefault(key, {})[environment] = diagnostic
    merged = []
    for same in environments_of.values():
        first = next(iter(same.values()))
        if len(same) < len(diagnostics):
            first = replace(first, message=f"{first.message} (in {listed(list(same))})")
        merged.append(first)
    return merged
