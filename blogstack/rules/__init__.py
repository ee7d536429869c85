"""RULES: the checks across keys, each one small function under its code.

A rule yields a finding at the key that the user would change. It runs only when nothing that it reads is at fault,
so `reads` names every key it looks at.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from blogstack.config import Config
from blogstack.config.validate import Validation
from blogstack.diagnostics import Code, Diagnostic
from blogstack.rules import database, deployment, network, overrides, permissions, scaling, sidecars, tasks, traffic
from blogstack.rules.finding import Finding
from blogstack.rules.sidecars import SIDECARS
from blogstack.source.document import Document, KeyPath


class Rule(NamedTuple):
    """A check, its code and the keys it reads."""

    code: Code
    check: Callable[[Config], Iterator[Finding]]
    reads: tuple[KeyPath, ...]


def check(document: Document, validation: Validation, environment: str = "") -> tuple[Diagnostic, ...]:
    """Run every rule whose keys are sound; returns what they found, placed in the document.

    Args:
        document: Where the findings are placed.
        validation: The configuration, and which of its keys are faulty.
        environment: Name of the environment that the document is for; "" for one without a name.
    """

    def fragile(config: Config) -> Iterator[Finding]:
        return database.fragile_database(config, environment)

    return tuple(
        Diagnostic(
            rule.code,
            finding.message,
            document.first_own([document.locate(path) for path in (finding.path, *finding.also)]),
            finding.help,
        )
        for rule in (*RULES, Rule(Code.FRAGILE_DATABASE, fragile, (("database",),)))
        if not any(_overlap(read, faulty) for read in rule.reads for faulty in validation.faulty)
        for finding in rule.check(validation.config)
    )


def _overlap(one: KeyPath, other: KeyPath) -> bool:
    shared = min(len(one), len(other))
    return one[:shared] == other[:shared]


_SCALING: tuple[KeyPath, ...] = (("scaling", "min"), ("scaling", "max"), ("scaling", "schedules"))
_PERCENTAGES: tuple[KeyPath, ...] = (
    ("deployment", "strategy"),
    ("deployment", "minimum_healthy_percent"),
    ("deployment", "maximum_percent"),
)
_HEALTH: KeyPath = ("service", "health")
_CHECK: KeyPath = ("load_balancer", "health_check")
_EXISTING: KeyPath = ("network", "existing")
_ENVIRONMENT: KeyPath = ("service", "environment")
_FRAMEWORK: KeyPath = ("service", "framework")
_INTERNAL: KeyPath = ("load_balancer", "internal")

RULES: tuple[Rule, ...] = (
    Rule(Code.TASK_SIZE, tasks.task_size, (("service", "cpu"), ("service", "memory"))),
    Rule(Code.MIN_ABOVE_MAX, scaling.min_above_max, _SCALING),
    Rule(
        Code.CHECK_TIMEOUT,
        traffic.check_timeouts,
        (*((*check, key) for check in (_HEALTH, _CHECK) for key in ("timeout", "interval")), SIDECARS),
    ),
    Rule(Code.STUCK_DEPLOYMENT, deployment.stuck_deployment, (*_SCALING, *_PERCENTAGES)),
    Rule(
        Code.IMAGE_OUT_OF_REACH,
        network.image_out_of_reach,
        (
            ("network", "create", "egress"),
            (*_EXISTING, "egress"),
            (*_EXISTING, "private_subnet_ids"),
            ("image", "uri"),
            ("region",),
        ),
    ),
    Rule(
        Code.SUBNETS_TOO_SMALL,
        network.subnets_too_small,
        (("network",), *_SCALING, *_PERCENTAGES, _INTERNAL, ("service", "exec"), ("service", "secrets"), SIDECARS),
    ),
    Rule(Code.SHORT_START, tasks.short_start, ((*_HEALTH, "start_period"), (*_CHECK, "grace_period"), _FRAMEWORK)),
    Rule(
        Code.BALANCER_CHECKS_READY,
        traffic.balancer_checks_ready,
        ((*_HEALTH, "path"), (*_HEALTH, "ready_path"), (*_CHECK, "path")),
    ),
    Rule(Code.NO_CIRCUIT_BREAKER, deployment.no_circuit_breaker, (("deployment", "circuit_breaker"),)),
    Rule(Code.SINGLE_TASK, scaling.single_task, _SCALING),
    Rule(
        Code.ROLLBACK_WITHOUT_ALARMS,
        deployment.rollback_without_alarms,
        (("deployment", "rollback_on_alarms"), ("alarms",)),
    ),
    # A file without a name has more to mend first.
    Rule(Code.PLAIN_HTTP, traffic.plain_http, (("domain",), ("name",))),
    Rule(Code.SECRET_IN_ENVIRONMENT, tasks.secret_in_environment, (_ENVIRONMENT, SIDECARS)),
    Rule(Code.ALLOWED_HOSTS, tasks.allowed_hosts, (_FRAMEWORK, _ENVIRONMENT)),
    Rule(Code.PORT_MISMATCH, tasks.port_mismatch, (("service", "port"), _ENVIRONMENT)),
    Rule(Code.EXEC_READONLY, tasks.exec_readonly, (("service", "exec"), ("service", "readonly_root"))),
    Rule(Code.BALANCER_SUBNETS, traffic.balancer_subnets, (("network",), _INTERNAL)),
    Rule(Code.OTHER_REGION, traffic.other_region, (("region",), ("domain",), ("kms_key",))),
    Rule(Code.DATABASE_VERSION, database.database_version, (("database", "engine_version"),)),
    Rule(Code.DATABASE_CLASS, database.database_class, (("database", "instance_class"), ("region",))),
    Rule(Code.DATABASE_STORAGE, database.database_storage, (("database", "storage"), ("database", "max_storage"))),
    Rule(Code.DATABASE_SUBNETS, database.database_subnets, (("network",), ("database",))),
    Rule(Code.SPOT_NEVER, scaling.spot_never, (*_SCALING, ("scaling", "spot"))),
    Rule(Code.SCHEDULE_LIMITS, scaling.schedule_limits, (("scaling", "schedules"),)),
    Rule(Code.SCHEDULE_STAYS, scaling.schedule_stays, _SCALING),
    Rule(Code.NEVER_SCALES, scaling.never_scales, (("scaling",),)),
    Rule(Code.OTHER_STRATEGY, deployment.other_strategy, (("deployment", "strategy"),)),
    Rule(
        Code.DEPLOYMENT_TOO_LONG,
        deployment.deployment_too_long,
        tuple(("deployment", key) for key in ("strategy", "bake_time", "step_percent", "step_interval")),
    ),
    Rule(Code.RESERVED_NAME, database.reserved_name, (("name",), ("database", "name"))),
    Rule(Code.NO_PUBLIC_ZONES, traffic.no_public_zones, (("region",), ("domain",))),
    Rule(Code.STICKY_SHIFT, traffic.sticky_shift, (("load_balancer", "stickiness"), ("deployment", "strategy"))),
    Rule(Code.ROLE_TOO_LONG, permissions.role_too_long, (("service", "permissions"), ("service", "exec"))),
    Rule(Code.ROLE_TOO_LONG, permissions.reads_too_much, (("region",), ("service", "secrets"), SIDECARS)),
    Rule(
        Code.OTHER_REGION,
        permissions.other_partition,
        (
            ("region",),
            ("kms_key",),
            ("domain",),
            ("image", "credentials"),
            ("service", "permissions"),
            ("service", "secrets"),
            SIDECARS,
        ),
    ),
    Rule(Code.VARIABLE_TWICE, tasks.variable_twice, (_ENVIRONMENT, ("service", "secrets"), SIDECARS)),
    Rule(Code.IMAGE_OUT_OF_REACH, sidecars.out_of_reach, (("network",), ("region",), SIDECARS)),
    Rule(Code.WAITS_FOR_EVER, sidecars.waits_for_ever, (("service", "depends_on"), SIDECARS)),
    Rule(Code.SAME_PORT, sidecars.same_port, (("service", "port"), SIDECARS)),
    Rule(Code.SIDECAR_MEMORY, sidecars.too_little_left, (("service", "memory"), SIDECARS)),
    Rule(Code.SIDECAR_NAME, sidecars.service_name, (("name",), ("environments",), SIDECARS)),
    Rule(Code.WRONG_TYPE, overrides.null_in_list, (("overrides",),)),
)
