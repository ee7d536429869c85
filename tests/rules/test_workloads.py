"""Rules over a workload are relative to it: they hold for one at another place in the file."""

from __future__ import annotations

from typing import Any

import yaml

from blogstack.config import Config
from blogstack.config.scaling import Scaling
from blogstack.config.service import Service
from blogstack.config.workloads import SERVICE, Place, Workload
from blogstack.records import replace
from blogstack.rules import RULES, Rule, workload_scopes
from blogstack.rules.rule import Finding, Scope
from blogstack.source.document import Document, KeyPath, Node
from blogstack.source.parse import parse
from tests.rules.configurations import configurations

CELERY = Place(("workers", "celery"))


def findings(scope: Scope[Config], workload: Workload) -> list[tuple[Rule, Finding]]:
    """What the rules over a workload find."""
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


def test_a_worker() -> None:
    """One that gets no requests; it is checked at its lines, and by no rule about requests."""
    text = """\
name: blog-api
region: us-east-1
workers:
  celery:
    memory: 8192
    scaling: {min: 1, max: 4, cpu: null}
    environment: {PORT: 1}
    framework: django
    sidecars:
      agent: {image: "agent:1", depends_on: {agnt: START}, environment: {API_KEY: k}}
"""
    document = parse("blogstack.yaml", text.encode())
    section: dict[str, Any] = yaml.safe_load(text)["workers"]["celery"]
    scaling = section.pop("scaling")
    config = Config(name="blog-api", region="us-east-1")
    (service,) = config.workloads()
    worker = replace(
        service,
        name="celery",
        place=CELERY,
        service=Service.model_validate(section),
        scaling=Scaling.model_validate(scaling),
        load_balancer=None,
    )
    scope = Scope(value=config, place=Place(), config=config, document=document, faulty=(), environment=None)
    found = [finding.diagnostic(rule.code, document) for rule, finding in findings(scope, worker)]
    assert sorted((d.code.id, d.span.line if d.span else 0, d.message) for d in found) == [
        ("BS301", 5, "memory 8192 is not sold with cpu 512 (the default)"),
        ("BS310", 6, "with one task, its failure is an outage until another has started"),
        ("BS312", 10, "API_KEY seems to hold a secret"),
        ("BS328", 6, "nothing adds tasks: there are always 1, and scaling.max 4 is never reached"),
        ("BS341", 10, "agent waits for 'agnt', which is no sidecar"),
    ]


def test_every_rule_at_another_place() -> None:
    """The same findings in every case, at the keys of the worker."""
    seen = set()
    for scope in configurations():
        for workload in scope.config.workloads():
            faulty = [moved(path) for path in scope.faulty]
            there = replace(scope, document=rearranged(scope.document), faulty=faulty)
            expected = findings(scope, workload)
            got = findings(there, replace(workload, name="celery", place=CELERY))
            assert [(rule.code, f.path) for rule, f in got] == [(rule.code, moved(f.path)) for rule, f in expected]
            assert [f.also for _, f in got] == [tuple(map(moved, f.also)) for _, f in expected]
            seen |= {rule.check for rule, _ in got}
    kinds = {kind for kind, _ in workload_scopes(scope, workload)}
    assert seen >= {rule.check for rule in RULES if rule.over in kinds}


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
