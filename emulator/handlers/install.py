"""Puts every handler in place."""

from . import (
    alarms,
    buckets,
    caches,
    certificates,
    change_sets,
    creation_order,
    data_resources,
    ecs_services,
    elastic_addresses,
    exports,
    listeners,
    load_balancers,
    log_streams,
    networks,
    one_off_tasks,
    orderable_databases,
    property_checks,
    scaling,
    secret_references,
    security_group_rules,
    target_health,
    task_addresses,
    task_definitions,
    web_acls,
)


def install() -> None:
    """Add the resource types that ministack lacks, and correct those that it does not do right."""
    for concern in (
        elastic_addresses,
        alarms,
        load_balancers,
        buckets,
        caches,
        certificates,
        change_sets,
        property_checks,
        creation_order,
        data_resources,
        ecs_services,
        exports,
        security_group_rules,
        listeners,
        log_streams,
        networks,
        one_off_tasks,
        orderable_databases,
        scaling,
        secret_references,
        target_health,
        task_addresses,
        task_definitions,
        web_acls,
    ):
        concern.install()
