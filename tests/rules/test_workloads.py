"""Rules over a workload are relative to it: they apply to one elsewhere in the file."""

from __future__ import annotations

from blogstack.config import Config
from blogstack.config.workloads import SERVICE, Place, WebService, Workload
from blogstack.diagnostics import Code
from blogstack.records import replace
from blogstack.rules import RULES, Rule, workload_scopes
from blogstack.rules.rule import Finding, Scope
from blogstack.source.document import Document, KeyPath, Node
from tests.rules.configurations import configurations

CELERY = Place(("workers", "celery"))


def findings(scope: Scope[Config], workload: Workload) -> list[tuple[Rule, Finding]]:
    """The findings of the rules over a workload."""
    return [
        (rule, finding)
        for kind, inner in workload_scopes(scope, workload)
        for rule in RULES
        if rule.over == kind
        for finding in rule.check(inner)
    ]


def test_keys_of_the_service() -> None:
    assert SERVICE.at("memory") == ("service", "memory")
    assert SERVICE.at("scaling", "min") == ("scaling", "min")
    assert SERVICE.at("load_balancer", "health_check", "path") == ("load_balancer", "health_check", "path")
    assert SERVICE.at("sidecars", "proxy", "image") == ("service", "sidecars", "proxy", "image")
    assert SERVICE.at() == ("service",)


def test_every_rule_at_another_place() -> None:
    """The same findings in every case, at the keys of the worker."""
    seen = set()
    for scope in configurations():
        for workload in scope.config.workloads():
            if not isinstance(workload, WebService) or not workload.is_main:
                continue
            faulty = [moved(path) for path in scope.faulty]
            there = replace(scope, document=rearranged(scope.document), faulty=faulty)
            # The name of the container next to a sidecar is another one.
            expected = [found for found in findings(scope, workload) if found[0].code is not Code.SIDECAR_NAME]
            got = findings(there, replace(workload, name="celery", place=CELERY))
            assert [(rule.code, f.path) for rule, f in got] == [(rule.code, moved(f.path)) for rule, f in expected]
            assert [f.also for _, f in got] == [tuple(map(moved, f.also)) for _, f in expected]
            seen |= {rule.check for rule, _ in got}
    (service,) = (
        workload for workload in scope.config.workloads() if isinstance(workload, WebService) and workload.is_main
    )
    kinds = {kind for kind, _ in workload_scopes(scope, service)}
    assert seen >= {rule.check for rule in RULES if rule.over in kinds and rule.code is not Code.SIDECAR_NAME}


def moved(path: KeyPath | None) -> KeyPath:
    """The path of a key of the service as one of the worker; any other path as it is."""
    assert path is not None
    if path[0] in SERVICE.top_level:
        return CELERY.at(*path)
    return CELERY.at(*path[1:]) if path[0] == "service" else path


def rearranged(document: Document) -> Document:
    """A document with the service as a worker."""
    root, here = document.root.entries or {}, document.root.span
    service = root.get("service", Node(here))
    sections = {name: root[name] for name in SERVICE.top_level if name in root}
    worker = Node(here, entries={**(service.entries or {}), **sections}, key_spans={**service.key_spans})
    worker.key_spans.update({name: document.root.key_spans[name] for name in sections})
    workers = Node(here, entries={"celery": worker}, key_spans={"celery": here})
    rest = {name: node for name, node in root.items() if name != "service" and name not in sections}
    whole = Node(here, entries={**rest, "workers": workers}, key_spans={**document.root.key_spans, "workers": here})
    return replace(document, root=whole)
