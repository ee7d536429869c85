"""Decisions about the edge stack: load balancer, listener, certificate, DNS record, access logs and AWS WAF.

docs/decisions/0024-edge-stack.md explains why it is a separate stack.
"""

from __future__ import annotations

from collections.abc import Mapping

from blogstack.blueprint.edge.access_logs import AccessLogs, resolve_access_logs
from blogstack.blueprint.edge.firewall import Firewall, resolve_firewall
from blogstack.blueprint.names import EDGE, Imported, Naming, Output, Value
from blogstack.blueprint.network import Placement
from blogstack.config import Config
from blogstack.facts.regions import partition
from blogstack.records import Record


class Tls(Record, kw_only=True):
    """The domain: its certificate, DNS records, and HTTPS.

    Attributes:
        aliases: More names for the load balancer.
        redirects: Names that are redirected to `domain`.
        hosted_zone_id: Of the zone that has their records; None for DNS outside of Route 53.
        elsewhere: The names whose records are created by hand.
        certificate_arn: An existing certificate; None for one that the stack requests.
        policy: Security policy of the listener.
    """

    domain: str
    aliases: tuple[str, ...]
    redirects: tuple[str, ...]
    hosted_zone_id: str | None
    elsewhere: tuple[str, ...]
    certificate_arn: str | None
    policy: str

    @property
    def more_names(self) -> tuple[str, ...]:
        """Every name but `domain`."""
        return (*self.aliases, *self.redirects)


class LoadBalancer(Record):
    """The load balancer that workloads are behind, by what the stack that makes it exports.

    Attributes:
        stack: Name of the edge stack, of this or of another application.
    """

    stack: str

    @property
    def listener(self) -> Imported:
        """ARN of the listener that the workloads' rules belong to."""
        return Imported(self.stack, Output.LISTENER_ARN)

    @property
    def security_group(self) -> Imported:
        """ID of the load balancer's security group."""
        return Imported(self.stack, Output.LOAD_BALANCER_SECURITY_GROUP_ID)

    @property
    def full_name(self) -> Imported:
        """The load balancer's name in metrics."""
        return Imported(self.stack, Output.LOAD_BALANCER_FULL_NAME)


class Edge(Record, kw_only=True):
    """The edge stack.

    Attributes:
        title: Name of the application in its environment.
        idle_timeout: Seconds.
        access_logs: The bucket to create, the name of an existing one, or None for no access logs.
        has_health_logs: Whether the load balancer has the attributes of health check logs, which go to the created
            bucket. AWS documents them for its commercial regions; elsewhere an unknown attribute would be refused.
        firewall: None without AWS WAF.
    """

    stack: str
    title: str
    vpc: Value
    subnets: tuple[Value, ...]
    internal: bool
    allowed_cidrs: tuple[str, ...]
    idle_timeout: int
    access_logs: AccessLogs | str | None
    has_health_logs: bool
    firewall: Firewall | None
    deletion_protection: bool
    tls: Tls | None
    tags: Mapping[str, str]

    @property
    def ports(self) -> tuple[int, ...]:
        """Ports of the load balancer: with a certificate, port 80 only redirects."""
        return (80, 443) if self.tls else (80,)

    @property
    def has_late_settings(self) -> bool:
        """Whether something is turned on only when the creation of the stack is complete.

        A protected load balancer, and a bucket that it has written to, would block the rollback of a failed creation.
        """
        return self.deletion_protection or isinstance(self.access_logs, AccessLogs)


def resolve_edge(config: Config, naming: Naming, placement: Placement) -> Edge | None:
    """Every decision about the edge stack; None with the load balancer of another application."""
    if not naming.has_platform:
        return None
    balancer, domain = config.load_balancer, config.domain
    return Edge(
        stack=naming.stack(EDGE),
        title=naming.application,
        vpc=placement.vpc,
        subnets=placement.balancer_subnets,
        internal=balancer.internal,
        allowed_cidrs=balancer.allowed_cidrs,
        idle_timeout=balancer.idle_timeout,
        access_logs=resolve_access_logs(config),
        has_health_logs=partition(config.region) == "aws",
        firewall=resolve_firewall(config, naming),
        deletion_protection=balancer.deletion_protection,
        tls=Tls(
            domain=domain.name,
            aliases=domain.aliases,
            redirects=domain.redirect_from,
            hosted_zone_id=domain.hosted_zone_id,
            elsewhere=() if domain.hosted_zone_id else domain.names,
            certificate_arn=domain.certificate_arn,
            policy=balancer.tls_policy,
        )
        if domain
        else None,
        tags=naming.tags,
    )
