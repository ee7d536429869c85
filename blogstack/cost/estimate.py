"""What the resources of a stack cost a month, running and idle, with the minimum and the maximum number of tasks."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial

from blogstack.cost.insights import number_of_metrics
from blogstack.cost.tasks import Tree, number_of_tasks
from blogstack.facts.prices import HOURS, Prices
from blogstack.records import Record
from blogstack.words import plural


class Line(Record, kw_only=True):
    """A part of the bill, in US dollars a month.

    Attributes:
        stack: Name of the stack.
        logical_id: Logical ID of the resource.
        what: What is counted, in a few words.
        idle: Price with the minimum number of tasks and the storage in the file; None if there is no price.
        most: Price with the maximum number of tasks, and the storage grown to its limit.
    """

    stack: str
    logical_id: str
    what: str
    idle: float | None
    most: float | None


class Estimate(Record):
    """The estimated cost of some stacks.

    Attributes:
        lines: What costs something while nobody uses it.
        by_use: What costs something only by use, in a few words each.
    """

    lines: tuple[Line, ...]
    by_use: tuple[str, ...]

    @property
    def idle(self) -> float:
        """The sum of all lines with a price, idle."""
        return sum(line.idle or 0 for line in self.lines)

    @property
    def most(self) -> float:
        """The sum of all lines with a price, at most."""
        return sum(line.most or 0 for line in self.lines)

    @property
    def unpriced(self) -> tuple[Line, ...]:
        """The lines without a price in the table."""
        return tuple(line for line in self.lines if line.idle is None)


def estimate(stacks: Mapping[str, Tree], region: str) -> Estimate:
    """What some stacks cost.

    Args:
        stacks: Templates by the name of their stack.
        region: The region whose prices apply; it must have some.
    """
    prices = Prices(region)
    priced: Mapping[str, Pricing] = {**_PRICED, "AWS::ECS::Cluster": partial(_cluster, stacks)}
    lines = []
    by_use: dict[str, None] = {}
    for stack, tree in stacks.items():
        types = {body["Type"] for body in tree["Resources"].values()}
        by_use |= {words: None for type, words in _BY_USE.items() if type in types}
        if "AWS::ECS::TaskDefinition" in types and "AWS::ECS::Service" not in types:
            by_use["tasks of jobs and of the release step"] = None
        for logical_id, body in tree["Resources"].items():
            lines += [
                Line(stack=stack, logical_id=logical_id, what=what, idle=idle, most=most)
                for what, idle, most in _parts(body, tree, prices, priced)
            ]
    return Estimate(tuple(lines), tuple(by_use))


def _parts(body: Tree, tree: Tree, prices: Prices, priced: Mapping[str, Pricing]) -> Sequence[Part]:
    price = priced.get(body["Type"])
    if price is None:
        return ()
    try:
        return tuple(price(body.get("Properties", {}), tree, prices))
    except (AttributeError, KeyError, TypeError, ValueError):  # an override or an edit by hand can write anything
        return ((f"{body['Type']} with properties that blogstack does not set", None, None),)


Part = tuple[str, float | None, float | None]
"""What is counted, and its price idle and at most."""
Parts = Iterator[Part]
Pricing = Callable[[Tree, Tree, Prices], Parts]
"""The parts of a resource, from its properties and its template."""


def _service(properties: Tree, tree: Tree, prices: Prices) -> Parts:
    task = tree["Resources"][properties["TaskDefinition"]["Ref"]]["Properties"]
    min_tasks, max_tasks = number_of_tasks(properties, tree)
    cpu, memory = int(task["Cpu"]) / 1024, int(task["Memory"]) / 1024
    architecture = task["RuntimePlatform"]["CpuArchitecture"]
    hour = _sum(
        _times(prices.get("fargate_vcpu_hour", architecture), cpu),
        _times(prices.get("fargate_gb_hour", architecture), memory),
    )
    number = "" if min_tasks == max_tasks else f"{min_tasks} to "
    yield _monthly(
        f"{number}{plural(max_tasks, 'tasks')} of {cpu:g} vCPU and {memory:g} GB", hour, min_tasks, max_tasks
    )
    if properties["NetworkConfiguration"]["AwsvpcConfiguration"]["AssignPublicIp"] == "ENABLED":
        addresses = f"{number}{plural(max_tasks, 'addresses')}"
        yield _monthly(f"{addresses} (public IPv4) of tasks", prices.get("public_ipv4_hour"), min_tasks, max_tasks)
    if "EphemeralStorage" in task:
        size = int(task["EphemeralStorage"]["SizeInGiB"])
        hour = _times(prices.get("fargate_storage_gb_hour"), max(0, size - _FREE_STORAGE))
        yield _monthly(f"disk of {size} GB in each task, the first {_FREE_STORAGE} free", hour, min_tasks, max_tasks)


def _cluster(stacks: Mapping[str, Tree], properties: Tree, tree: Tree, prices: Prices) -> Parts:
    del tree
    insights = {each["Value"] for each in properties.get("ClusterSettings", ()) if each["Name"] == "containerInsights"}
    if insights == {"enabled"}:
        least, most = number_of_metrics(stacks)
        number = "" if least == most else f"{least} to "
        price = prices.get("metric_month")
        yield f"Container Insights, {number}{plural(most, 'metrics')}", _times(price, least), _times(price, most)
    elif insights == {"enhanced"}:  # by an override: metrics of each task and container, which are short-lived
        yield "Container Insights with enhanced observability", None, None


def _load_balancer(properties: Tree, tree: Tree, prices: Prices) -> Parts:
    del tree
    yield _monthly("load balancer", prices.get("load_balancer_hour"))
    if properties["Scheme"] == "internet-facing":
        count = len(properties["Subnets"])
        yield _monthly(f"{count} public IPv4 addresses", prices.get("public_ipv4_hour"), count)


def _nat_gateway(properties: Tree, tree: Tree, prices: Prices) -> Parts:
    del properties, tree
    yield _monthly("NAT gateway", prices.get("nat_hour"))


def _address(properties: Tree, tree: Tree, prices: Prices) -> Parts:
    del properties, tree
    yield _monthly("public IPv4 address", prices.get("public_ipv4_hour"))


def _endpoint(properties: Tree, tree: Tree, prices: Prices) -> Parts:
    del tree
    if properties.get("VpcEndpointType") == "Interface":
        zones = len(properties["SubnetIds"])
        yield _monthly(f"interface endpoint in {zones} zones", prices.get("endpoint_hour"), zones)


def _database(properties: Tree, tree: Tree, prices: Prices) -> Parts:
    del tree
    kind, in_zones = properties["DBInstanceClass"], properties.get("MultiAZ") is True
    zones = "two zones" if in_zones else "one zone"
    yield _monthly(f"{kind} in {zones}", prices.get("database_multi_az_hour" if in_zones else "database_hour", kind))
    size, grown = int(properties["AllocatedStorage"]), int(properties.get("MaxAllocatedStorage", 0))
    price = prices.get("database_multi_az_gb_month" if in_zones else "database_gb_month")
    if properties["StorageType"] != "gp3":  # by an override: another price, and IOPS
        price = None
    most = max(size, grown)
    growth = f"{size} to {most} GB" if most > size else f"{size} GB"
    yield f"storage, {growth} of {properties['StorageType']} in {zones}", _times(price, size), _times(price, most)


def _alarm(properties: Tree, tree: Tree, prices: Prices) -> Parts:
    del tree
    # An alarm on an expression is charged for each metric in it: https://aws.amazon.com/cloudwatch/pricing/
    metrics = max(1, sum("MetricStat" in each for each in properties.get("Metrics", ())))
    price = _times(prices.get("alarm_month"), metrics)
    yield f"alarm on {plural(metrics, 'metrics')}", price, price


def _cache(properties: Tree, tree: Tree, prices: Prices) -> Parts:
    del tree
    kind, nodes = properties["CacheNodeType"], int(properties["NumCacheClusters"])
    yield _monthly(f"{plural(nodes, 'nodes')} {kind}", prices.get("cache_node_hour", kind), nodes)


def _web_acl(properties: Tree, tree: Tree, prices: Prices) -> Parts:
    del tree
    rules = len(properties["Rules"])  # a group of AWS's own rules counts as one: https://aws.amazon.com/waf/pricing/
    price = _sum(prices.get("web_acl_month"), _times(prices.get("web_acl_rule_month"), rules))
    yield f"web ACL with {plural(rules, 'rules')}", price, price


def _a_month(what: str, price: str) -> Pricing:
    """A resource with a monthly price."""

    def parts(properties: Tree, tree: Tree, prices: Prices) -> Parts:
        del properties, tree
        value = prices.get(price)
        yield what, value, value

    return parts


_FREE_STORAGE = 20
"""GB of each task's disk that cost nothing: https://aws.amazon.com/fargate/pricing/"""
_PRICED: Mapping[str, Pricing] = {
    "AWS::CloudWatch::Alarm": _alarm,
    "AWS::CloudWatch::Dashboard": _a_month("dashboard", "dashboard_month"),
    "AWS::EC2::EIP": _address,
    "AWS::EC2::NatGateway": _nat_gateway,
    "AWS::EC2::VPCEndpoint": _endpoint,
    "AWS::ECS::Service": _service,
    "AWS::ElastiCache::ReplicationGroup": _cache,
    "AWS::ElasticLoadBalancingV2::LoadBalancer": _load_balancer,
    "AWS::KMS::Key": _a_month("key", "key_month"),
    "AWS::RDS::DBInstance": _database,
    "AWS::SecretsManager::Secret": _a_month("secret", "secret_month"),
    "AWS::ServiceDiscovery::PrivateDnsNamespace": _a_month("hosted zone of private names", "hosted_zone_month"),
    "AWS::WAFv2::WebACL": _web_acl,
}
"""What costs something while nobody uses it."""
_BY_USE: Mapping[str, str] = {
    "AWS::ECR::Repository": "images",
    "AWS::ElastiCache::ReplicationGroup": "snapshots of the cache",
    "AWS::RDS::DBInstance": "backups beyond the database's size",
    "AWS::Route53::RecordSet": "the hosted zone",
    "AWS::S3::Bucket": "storage in buckets",
    "AWS::SQS::Queue": "messages",
}
"""What costs something by use only, except for what every service has: requests, traffic and logs."""


def _monthly(what: str, hour: float | None, least: int = 1, most: int | None = None) -> Part:
    """A part with an hourly price, and how many of them there are."""
    return what, _times(hour, least * HOURS), _times(hour, (least if most is None else most) * HOURS)


def _times(price: float | None, amount: float) -> float | None:
    return None if price is None else price * amount


def _sum(*prices: float | None) -> float | None:
    known: Sequence[float] = [price for price in prices if price is not None]
    return sum(known) if len(known) == len(prices) else None
