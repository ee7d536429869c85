"""The rules across keys, environments, templates and files: RULES, and the functions that run them.

A module holds the rules of one subject; every module of the package is imported here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib import import_module
from pkgutil import iter_modules
from typing import Any

from blogstack.config import Config
from blogstack.config.sidecars import Sidecar
from blogstack.config.validate import Validation
from blogstack.config.workloads import Container, EcsJob, EcsService, Place, WebService, WorkerService, Workload
from blogstack.diagnostics import Diagnostic
from blogstack.records import replace
from blogstack.rules.recording import depends, record
from blogstack.rules.rule import RULES, Rule, Scope, Subject
from blogstack.source.document import Document, KeyPath

__all__ = ["RULES", "Rule", "check", "config_scope", "run", "scopes", "workload_scopes"]

for _module in iter_modules(__path__):
    import_module(f"{__name__}.{_module.name}")

_RULES_OVER: dict[object, list[Rule]] = {}
for _rule in RULES:
    _RULES_OVER.setdefault(_rule.over, []).append(_rule)


_SCOPES: Mapping[type[Workload], object] = {
    Workload: Scope[Workload],
    EcsService: Scope[EcsService],
    WebService: Scope[WebService],
    WorkerService: Scope[WorkerService],
    EcsJob: Scope[EcsJob],
}


def config_scope(document: Document, validation: Validation, environment: str | None) -> Scope[Config]:
    """The scope of the rules over a configuration.

    Args:
        document: The file, with the environment merged over it.
        validation: The configuration, and which of its keys are faulty.
        environment: Its name; None in a file without environments.
    """
    config, faulty = validation.config, validation.faulty
    return Scope(value=config, place=Place(), config=config, document=document, faulty=faulty, environment=environment)


def check(scope: Scope[Config]) -> Iterator[Diagnostic]:
    """What the rules over one environment's configuration find, without what depends on a faulty key."""
    read: set[KeyPath] = set()
    if scope.faulty:
        config = record(scope.config, read)
        scope = replace(scope, config=config, value=config)
    # An error in a value that workers inherit would be found in each of them.
    seen: set[Diagnostic] = set()
    for kind, inner in list(scopes(scope)):
        for rule in _RULES_OVER.get(kind, ()):
            read.clear()
            read.update((name,) for name in rule.needs)
            for finding in rule.check(inner):
                diagnostic = finding.diagnostic(rule.code, scope.document)
                if diagnostic not in seen and not depends(read, scope.faulty):
                    seen.add(diagnostic)
                    yield diagnostic


def scopes(scope: Scope[Config]) -> Iterator[tuple[object, Scope[Any]]]:
    """Everything in a configuration that rules are over, each with the type that is `Rule.over`."""
    yield Scope[Config], scope
    for workload in scope.config.workloads():
        yield from workload_scopes(scope, workload)


def workload_scopes(scope: Scope[Config], workload: Workload) -> Iterator[tuple[object, Scope[Any]]]:
    """A workload, its containers and its sidecars, as `scopes`."""
    for kind, over in _SCOPES.items():
        if isinstance(workload, kind):
            yield over, scope.narrow(workload, workload.place)
    for container in workload.containers:
        yield Scope[Container], scope.narrow(container, container.place)
        if container.name is not None:
            yield Scope[Sidecar], scope.narrow(container.section, container.place)


def run(over: type[Subject], subject: Subject, document: Document | None = None) -> Iterator[Diagnostic]:
    """What the rules over environments, templates or files find.

    Args:
        over: Type of the subject.
        subject: What the rules look at.
        document: The file that the findings point into; None when they have no place in a file.
    """
    for rule in _RULES_OVER.get(over, ()):
        for finding in rule.check(subject):
            yield finding.diagnostic(rule.code, document)
