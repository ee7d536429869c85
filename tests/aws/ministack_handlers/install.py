"""Puts every handler in place."""

from . import (
    addresses,
    alarms,
    balancers,
    buckets,
    certificates,
    change_sets,
    checks,
    creation_order,
    data_stores,
    ecs_services,
    exports,
    group_rules,
    listeners,
    networks,
    scaling,
    secret_names,
    task_definitions,
    web_acls,
)


def install() -> None:
    """Add the resource types that ministack lacks, and mend those that it does not do right."""
    for concern in (
        addresses,
        alarms,
        balancers,
        buckets,
        certificates,
        change_sets,
        checks,
        creation_order,
        data_stores,
        ecs_services,
        exports,
        group_rules,
        listeners,
        networks,
        scaling,
        secret_names,
        task_definitions,
        web_acls,
    ):
        concern.install()
