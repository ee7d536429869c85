"""Valid configurations: anything that the language allows and no rule refuses."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from blogstack.config.database import Database, DatabaseVariables
from blogstack.config.deployment import Deployment
from blogstack.config.fields import fields_of, marked
from blogstack.config.image import Image
from blogstack.config.load_balancer import Front, HealthCheck, LoadBalancer, Targets
from blogstack.config.logs import Logs
from blogstack.config.marks import OnlyWith, Shared
from blogstack.config.network import Create
from blogstack.config.scaling import Scaling
from blogstack.config.service import Health, Service
from blogstack.facts.fargate import TASK_SIZES
from blogstack.facts.rds import classes_in, database_name, facts, is_reserved
from blogstack.facts.regions import FARGATE_ZONES, REGIONS, partition
from tests.strategies.entries import JOB, WORKER, job, services, with_queue, worker
from tests.strategies.overrides import of_task_definition, overrides
from tests.strategies.parts import TEXTS, Data, minutes, optional, secrets
from tests.strategies.sidecars import target, with_sidecars
from tests.strategies.stores import stores
from tests.strategies.types import scalars

# With Fargate in three zones, which an environment may ask for.
_REGIONS = [region for region in REGIONS if FARGATE_ZONES.get(region, 3) >= 3]
NAMES = st.from_regex(r"[a-z](?:-?[a-z0-9]){1,12}", fullmatch=True).filter(
    lambda name: not is_reserved(database_name(name))
)
SUBNETS = st.integers(16**12, 16**17 - 1).map(lambda number: f"subnet-{number:017x}")
CIDRS = st.builds(
    lambda a, b, prefix: f"{a}.{b if prefix > 8 else 0}.0.0/{prefix}",
    st.integers(1, 223),
    st.integers(0, 255),
    st.sampled_from([8, 16, 24]),
)


def image(region: str) -> st.SearchStrategy[Data]:
    """An image to build, or one that exists."""
    shared = [field.name for field, mark in marked(Image, Shared) if mark.unless is None]
    common = scalars(Image, "uri", "credentials", *shared)
    tags = st.lists(st.from_regex(r"[a-z][a-z0-9.-]{0,8}", fullmatch=True), unique=True, max_size=5)
    paths = st.sampled_from(["docker/api", "."])
    arguments = st.dictionaries(st.sampled_from(["VERSION", "STAGE"]), TEXTS | st.integers(0, 9), max_size=2)
    build = optional({}, {"file": paths, "context": paths, "target": st.just("runtime"), "args": arguments})
    of_repository = {"repository": NAMES, "mutable_tags": tags, "build": build}
    made = optional({}, {**scalars(Image, "uri", "credentials"), **of_repository})
    ecr = st.just("123456789012.dkr.ecr.us-east-1.amazonaws.com/blog")
    elsewhere = st.sampled_from(["nginx", "ghcr.io/team/blog", "registry.example.com:5000/a/b"])
    secret = st.just(f"arn:{partition(region)}:secretsmanager:{region}:123456789012:secret:registry-AbCdEf")
    return made | optional({"uri": ecr}, common) | optional({"uri": elsewhere}, {**common, "credentials": secret})


@st.composite
def health(draw: st.DrawFn) -> Data:
    """Paths, and perhaps a check in the container, whose timeout is below its interval."""
    interval = draw(st.integers(5, 300))
    paths = {
        "path": st.sampled_from(["/health", "/", "/a/b?c=1&d=%20"]),
        "ready_path": st.sampled_from(["/ready", None]),
    }
    command = st.sampled_from(["python -m check", "test -f /tmp/ok && echo '$X' \"${Y}\"", ["/app", "check", "'$X'"]])
    timeout = st.integers(2, min(60, interval - 1))
    required = {"command": command, "interval": st.just(interval), "timeout": timeout}
    return draw(optional({}, paths) | optional(required, scalars(Health) | paths))


@st.composite
def service(draw: st.DrawFn, region: str) -> Data:
    """A container of a valid size; exec only with a writable root."""
    cpu = draw(st.sampled_from(sorted(TASK_SIZES)))
    memory = draw(st.sampled_from(TASK_SIZES[cpu]))
    spelling = draw(st.booleans())
    # cfn-lint (I3510) knows which resources an action can have.
    arn = f"arn:{partition(region)}"
    objects = {"actions": ["s3:GetObject", "s3:PutObject"], "resources": [f"{arn}:s3:::b/*"]}
    queue = {"actions": ["sqs:SendMessage"], "resources": [f"{arn}:sqs:{region}:123456789012:q"]}
    statement = st.sampled_from([objects, queue])
    values = (
        TEXTS
        | st.integers(-(10**6), 10**6)
        | st.booleans()
        | st.sampled_from(["${AWS::Region}", "${A}", "no", "1.0", {"import": "other:Url"}])
    )
    variables = st.dictionaries(st.from_regex(r"[A-Z][A-Z0-9_]{0,10}", fullmatch=True), values, max_size=4)
    others = scalars(Service, "cpu", "memory", "exec", "readonly_root") | {
        "command": st.lists(TEXTS.filter(bool) | st.integers(0, 99), min_size=1, max_size=4),
        "entrypoint": st.lists(TEXTS.filter(bool), min_size=1, max_size=2),
        "environment": variables,
        "permissions": st.lists(statement, max_size=2),
        "secrets": secrets(region),
        "release": st.lists(TEXTS.filter(bool), min_size=1, max_size=3),
        "user": st.sampled_from(["1000", 1000, "1000:1000"]),
        "health": health(),
    }
    data = draw(optional({"cpu": st.just(cpu), "memory": st.just(memory)}, others))
    if spelling and memory % 1024 == 0:
        data |= {"cpu": f"{cpu / 1024:g} vCPU", "memory": f"{memory // 1024} GB"}
    if draw(st.booleans()):
        data |= {"readonly_root": False, "exec": draw(st.booleans())}
    return data


@st.composite
def database(draw: st.DrawFn, region: str) -> Data:
    """A database that the region offers, with storage that can grow or does not."""
    storage = draw(st.integers(20, 1000))
    grown = st.just(storage) | st.integers(-(-storage * 11 // 10), 65536)
    classes = classes_in(region) or ["db.m7g.large"]
    # Majors and the newest minors: with an old minor AWS sells few classes only, which cfn-lint (E3062) tells.
    newest = {version.split(".")[0]: version for version in facts().versions}
    names = {value: st.just(f"d_{value}") for value in fields_of(DatabaseVariables)}
    others = scalars(Database) | {
        "variables": optional({}, names),
        "engine_version": st.sampled_from([*newest, *newest.values()]),
        "name": st.sampled_from(["blog", "Blog_1"]),
    }
    required = {"instance_class": st.sampled_from(classes), "storage": st.just(storage), "max_storage": grown}
    return draw(optional(required, others))


def existing_database(region: str) -> st.SearchStrategy[Data]:
    """A database that exists, whose secret has everything or only the user."""
    required = {
        "secret": st.just(f"arn:{partition(region)}:secretsmanager:{region}:123456789012:secret:db-AbCdEf"),
        "security_group_id": st.just("sg-0123456789abcdef0"),
    }
    others = {"port": st.integers(1, 65535), "host": st.just("db.example.com"), "name": st.just("blog")}
    return st.fixed_dictionaries({"existing": optional(required, others)})


@st.composite
def target_check(draw: st.DrawFn) -> Data:
    """A check of the load balancer that ends before the next one starts."""
    interval = draw(st.integers(5, 300))
    required = {"interval": st.just(interval), "timeout": st.integers(2, min(120, interval - 1))}
    others = scalars(HealthCheck) | {
        "success_codes": st.sampled_from(["200", 200, "200-299", "200,302"]),
    }
    return draw(optional(required, others))


def load_balancer(internal: st.SearchStrategy[bool]) -> st.SearchStrategy[Data]:
    """A load balancer."""
    return optional(
        {"internal": internal, "health_check": target_check()},
        scalars(LoadBalancer, "container")
        | {
            "allowed_cidrs": st.lists(CIDRS, min_size=1, max_size=4, unique=True),
            "access_logs": st.booleans() | st.sampled_from(["my-logs", "logs.example.com", "a1b"]),
        },
    )


def of_further_service() -> st.SearchStrategy[Data]:
    """The keys that a further service shares with `service`."""
    return optional(
        {"port": st.sampled_from([3000, 8080]), "health": health(), "deployment": deployment()},
        {
            "scaling": scaling(),
            "load_balancer": optional({"health_check": target_check()}, scalars(Targets, "container")),
        },
    ).map(_settled)


def domain(region: str, name: str, *, more_names: bool) -> st.SearchStrategy[Data | None]:
    """A domain, with or without a certificate of its own, and without a zone where Route 53 has no public ones.

    Args:
        region: Where the load balancer is.
        name: Of the domain.
        more_names: Whether others may lead to it too.
    """
    arn = st.just(f"arn:{partition(region)}:acm:{region}:123456789012:certificate/12345678-90ab-cdef-1234-567890abcdef")
    required = {"name": st.just(name)}
    more = {
        "aliases": st.just(["www.example.com", "*.b.example.com"]),
        "redirect_from": st.just(["old.example.com"]),
    }
    zone = {"hosted_zone_id": st.just("Z0123456789ABCDEFGHIJ")}
    others = more if more_names else {}
    elsewhere = optional(required | {"certificate_arn": arn}, others)
    if region.startswith("us-gov-"):
        return elsewhere
    return optional(required | zone, {"certificate_arn": arn | st.none(), **others}) | elsewhere


@st.composite
def scaling(draw: st.DrawFn) -> Data:
    """Limits of at most ten tasks, any policies and schedules; Spot only where there is room for it."""
    low, high = sorted(draw(st.lists(st.integers(1, 10), min_size=2, max_size=2)))
    others = scalars(Scaling, "spot") | {
        "schedules": schedules(),
    }
    data = draw(optional({"min": st.just(low), "max": st.just(high)}, others))
    if low < high:
        data |= draw(optional({}, {"spot": st.integers(0, 99)}))
    return data


def schedules() -> st.SearchStrategy[Any]:
    """Times at which the limits change."""
    return st.lists(schedule(), max_size=3, unique_by=lambda item: item["name"])


@st.composite
def schedule(draw: st.DrawFn) -> Data:
    """A time at which the limits change."""
    low, high = sorted(draw(st.lists(st.integers(0, 10), min_size=2, max_size=2)))
    crons = ["0 8 ? * MON-FRI *", "0/15  8-17 L * ? 2027-2030", "59 23 ? JAN,JUL 6#3 *", "5 4 15W 1/3 ? *"]
    required = {
        "name": st.from_regex(r"[A-Za-z0-9][A-Za-z0-9_-]{0,8}", fullmatch=True),
        "cron": st.sampled_from(crons),
        "min": st.just(low),
        "max": st.just(high),
    }
    return draw(optional(required, {"timezone": st.sampled_from(["Asia/Seoul", "America/St_Johns", "Etc/GMT+9"])}))


def deployment() -> st.SearchStrategy[Data]:
    """Each strategy with the keys that it has."""
    narrower: Data = {
        "rollback_on_alarms": st.just(False),
        "minimum_healthy_percent": st.integers(0, 50),
        "maximum_percent": st.just(200),
        # CloudFormation accepts 33 hours: nine steps of 50 minutes and a day, or one of nine hours and a day.
        "step_percent": st.integers(10, 100),
    }
    longest = {"canary": 540, "linear": 50}
    choices = fields_of(Deployment)["strategy"].type.choices
    drawn = []
    for strategy in choices:
        others = {field.name for field, only in marked(Deployment, OnlyWith) if strategy not in only.strategies}
        narrowed = narrower | {"step_interval": minutes(1, longest.get(strategy, 1))}
        own = {key: narrowed.get(key, values) for key, values in scalars(Deployment, "strategy", *others).items()}
        named = {"strategy": st.just(strategy)}
        drawn.append(optional({}, named | own) if strategy == "rolling" else optional(named, own))
    return st.one_of(drawn).map(_counted)


def _counted(deployment: Data) -> Data:
    """Failed tasks are counted by the circuit breaker only."""
    off = deployment.get("circuit_breaker") is False
    return {key: value for key, value in deployment.items() if not (off and key == "failures")}


@st.composite
def network(draw: st.DrawFn, inside_aws: bool, internal: bool) -> Data:
    """A network with a route to the image and enough addresses for ten tasks, or an existing one."""
    ways = ["nat", "public_ip", *(["endpoints"] if inside_aws else [])]
    if draw(st.booleans()):
        zones = st.sampled_from([2, 3, ["a", "b"], ["c", "a", "b"]])
        cidr = st.sampled_from(["10.0.0.0/16", "10.64.0.0/18", "192.168.0.0/20", "172.16.0.0/21"])
        others = scalars(Create, "egress") | {"cidr": cidr, "availability_zones": zones}
        return {"create": draw(optional({"egress": st.sampled_from([*ways, "nat_per_az"])}, others))}
    egress = draw(st.sampled_from(ways))
    ids = draw(st.lists(SUBNETS, min_size=4, max_size=6, unique=True))
    existing: Data = {"vpc_id": "vpc-0123456789abcdef0", "egress": egress}
    existing["public_subnet_ids" if egress == "public_ip" or not internal else "private_subnet_ids"] = ids[:2]
    if egress != "public_ip":
        existing["private_subnet_ids"] = ids[2:]
    existing["database_subnet_ids"] = draw(st.lists(SUBNETS, min_size=2, max_size=3, unique=True))
    return {"existing": existing}


@st.composite
def configurations(draw: st.DrawFn, *, more_names: bool = True, uses: bool = True) -> Data:
    """A whole valid blogstack.yaml as plain data.

    Args:
        draw: Of Hypothesis.
        more_names: Whether a domain may have several.
        uses: Whether it may use the network, cluster and load balancer of another application.
    """
    region = draw(st.sampled_from(_REGIONS))
    internal = draw(st.booleans())
    data: Data = {"name": draw(NAMES), "region": region}
    data["image"] = draw(image(region))
    uri = data["image"].get("uri", "")
    sections: dict[str, st.SearchStrategy[Any]] = {
        "tags": st.dictionaries(
            st.from_regex(r"[a-z][a-z ._-]{0,5}[a-z]", fullmatch=True), st.sampled_from(["x", 7, True]), max_size=3
        ),
        "service": service(region),
        "scaling": scaling(),
        "load_balancer": load_balancer(st.just(internal)),
        **(
            {}
            if region.startswith("us-gov-")
            else {"domain": domain(region, "blog.example.com", more_names=more_names)}
        ),
        "database": database(region),
        **stores(region, "s"),
        "services": st.just({}),
        "workers": st.fixed_dictionaries({WORKER: worker(region, schedules())}),
        "jobs": st.fixed_dictionaries({JOB: job(region)}),
        "network": network(not uri or f".dkr.ecr.{region}." in uri, internal),
        "deployment": deployment(),
        "kms_key": st.just(
            f"arn:{partition(region)}:kms:{region}:123456789012:key/12345678-90ab-cdef-1234-567890abcdef"
        ),
        "alarms": st.fixed_dictionaries({"email": st.sampled_from(["ops@example.com", "a.b+c@sub.example.org"])}),
        "logs": optional({}, scalars(Logs)),
        "output": st.just("cloudformation"),
    }
    chosen = draw(
        optional({"network": sections.pop("network"), "load_balancer": sections.pop("load_balancer")}, sections)
    )
    if "service" in chosen:
        endpoints = any(way.get("egress") == "endpoints" for way in chosen["network"].values())
        chosen["service"] = draw(with_sidecars(chosen["service"], 8000, region, endpoints))
        chosen["load_balancer"] |= draw(target(chosen["service"]))
    if "services" in chosen:
        has_www = "www.example.com" in (chosen.get("domain") or {}).get("aliases", [])
        chosen["services"] = draw(services(region, of_further_service(), has_www))
    if "database" in chosen and "existing" in chosen["network"] and draw(st.booleans()):
        chosen["database"] = draw(existing_database(region))
    if WORKER in chosen.get("workers", {}):
        chosen["workers"][WORKER] = draw(with_queue(chosen["workers"][WORKER], list(chosen.get("queues", {}))))
    if draw(st.booleans()):
        made = {
            "registry": not uri,
            "network": "create" in chosen["network"],
            "database": "existing" not in chosen.get("database", {"existing": {}}),
            "cache": "cache" in chosen,
            "queues": "mails" in chosen.get("queues", {}),
            "buckets": "media" in chosen.get("buckets", {}),
        }
        stacks = (*(stack for stack, exists in made.items() if exists), "edge", "tasks", "service")
        chosen["overrides"] = draw(overrides(st.none(), stacks))
        for section, name in (("workers", WORKER), ("jobs", JOB)):
            if section in chosen:
                chosen["overrides"][section] = {name: draw(of_task_definition())}
        if "services" in chosen:
            chosen["overrides"]["services"] = {name: draw(of_task_definition()) for name in chosen["services"]}
    whole = _settled(data | chosen)
    return draw(_with_uses(whole)) if uses and draw(st.booleans()) else whole


@st.composite
def _with_uses(draw: st.DrawFn, data: Data) -> Data:
    """The same in the network and behind the load balancer of another application."""
    network = data.get("network", {})
    egress = network["create"].get("egress", "nat") if "create" in network else None
    if egress:
        network = {"shared": {"egress": egress.removesuffix("_per_az")}}
    ours = {key: value for key, value in data.get("load_balancer", {}).items() if key not in Front.model_fields}
    overrides = {key: value for key, value in data.get("overrides", {}).items() if key not in ("edge", "network")}
    logs = {key: value for key, value in data.get("logs", {}).items() if key != "container_insights"}
    more = {"host": st.just("www.example.com"), "header": st.just({"X-Version": "2"})}
    service = data.get("service", {}) | {"route": draw(optional({"path": st.just("/second/*")}, more))}
    changed = {"uses": "shop", "service": service, "network": network, "load_balancer": ours, "logs": logs}
    kept = {key: value for key, value in data.items() if key not in ("domain", "overrides")}
    return kept | changed | ({"overrides": overrides} if overrides else {})


@st.composite
def with_environments(draw: st.DrawFn) -> Data:
    """A configuration with environments, each of which is valid when it is merged over the rest."""
    data = draw(configurations(more_names=False, uses=False))  # they would be the same in each
    if "existing" in data.get("database", {}):  # an environment may have a network of its own
        del data["database"]
    # Those of an environment come over none: they would be of another service, in another network.
    base = data.get("service", {})
    for key in ("sidecars", "depends_on"):
        base.pop(key, None)
    data.get("load_balancer", {}).pop("container", None)
    for stack in ("network", *stores(data["region"], "")):  # not every environment may make one
        data.get("overrides", {}).pop(stack, None)
    region = data["region"]
    beside = service(region).flatmap(lambda own: with_sidecars(own, base.get("port", 8000), region, True))
    internal = data.get("load_balancer", {}).get("internal", False)
    uri = data["image"].get("uri", "")
    low = draw(st.integers(1, 10))
    sections: dict[str, st.SearchStrategy[Any]] = {
        "tags": st.dictionaries(st.sampled_from(["team", "stage"]), st.sampled_from(["x", 7, None])) | st.none(),
        "service": beside | st.just({"environment": dict.fromkeys(base.get("environment", {}))}),
        "scaling": st.just({"min": low, "max": draw(st.integers(low, 10)), "cpu": None, "spot": None}) | st.none(),
        "load_balancer": load_balancer(st.just(internal)),
        "network": network(not uri or f".dkr.ecr.{data['region']}." in uri, internal).map(_instead),
        "deployment": deployment().map(_instead_of_deployment) | st.none(),
        "alarms": st.just({"email": "ops@example.com"}) | st.none(),
        **{key: values | st.none() for key, values in stores(data["region"], "e").items()},
        "logs": st.just({"retention": 7}) | st.none(),
        "overrides": overrides(st.just([]), ("edge", "tasks", "service")),
    }
    if any("queue" in worker.get("scaling", {}) for worker in data.get("workers", {}).values()):
        del sections["queues"]  # whose worker would follow one that is not there
    # Short enough for a service of the name NAME-ENVIRONMENT to stand for it.
    names = draw(st.lists(st.from_regex(r"[a-z][a-z0-9]{0,3}", fullmatch=True), min_size=1, max_size=3, unique=True))
    environments = {}
    for number, name in enumerate(names):
        own = domain(data["region"], f"{name}.blog.example.com", more_names=False) | st.none()
        inherits = number == 0 or "domain" not in data  # a name leads to one environment
        body = optional({}, sections | {"domain": own}) | st.none() if inherits else optional({"domain": own}, sections)
        environments[name] = draw(body)
    return _settled({**data, "environments": environments})


def _settled(data: Data) -> Data:
    """The same without sticky sessions anywhere, where requests move between two target groups somewhere."""
    bodies = [data, *filter(None, data.get("environments", {}).values())]
    if {(body.get("deployment") or {}).get("strategy") or "rolling" for body in bodies} != {"rolling"}:
        for body in bodies:
            (body.get("load_balancer") or {}).pop("stickiness", None)
    return data


def _instead(data: Data) -> Data:
    """A network that replaces any other: keys that it does not set are reset."""
    lists: Data = {"public_subnet_ids": None, "private_subnet_ids": None}
    return {key: {**lists, **data[key]} if key == "existing" and key in data else data.get(key) for key in _NETWORKS}


def _instead_of_deployment(data: Data) -> Data:
    """A deployment that replaces any other, whose keys might exclude its own."""
    return {**dict.fromkeys(Deployment.model_fields), **data}


_NETWORKS = ("create", "existing")
