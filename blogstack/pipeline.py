"""The stages in order, as data in and data out, without input or output.

    bytes -parse-> Document -split-> Environments, and each of them
          -validate-> Validation -check-> + Diagnostics -resolve-> Blueprint -lower-> Stacks
          -override-> StackTrees -emit-> Templates -lint-> + Diagnostics

Every stage may add diagnostics. With an error in the file, the compilation ends before the blueprints, so an exception
after that is a bug in blogstack.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import TYPE_CHECKING, Any, NamedTuple

from blogstack.blueprint import Blueprint, resolve
from blogstack.config import Config
from blogstack.config.fields import merge_rules
from blogstack.config.validate import validate
from blogstack.diagnostics import Diagnostic, Rejected, in_order, merge_environments
from blogstack.lint.placement import Linted, locate_resources, place_all
from blogstack.rules import check, config_scope, run
from blogstack.rules.empty_values import merge_empty_values
from blogstack.rules.rule import File, Files, Rendered, Scope, Stacks, StackTree
from blogstack.source.environments import ENVIRONMENTS, Environment, split
from blogstack.source.parse import parse
from blogstack.templates import lower
from blogstack.templates.overrides import changes, override
from blogstack.templates.render import Format, Owner, Template, emit
from blogstack.words import did_you_mean

if TYPE_CHECKING:
    from blogstack.lint.cache import LintCache
    from blogstack.lint.cfn import Origins


class UnknownEnvironment(ValueError):
    """A requested environment is not in the file; the message lists those that are."""

    def __init__(self, path: str, name: str, known: Collection[str]) -> None:
        near = did_you_mean(name, known)
        defined = f"it defines {', '.join(known)}" if known else "it defines no environments"
        help = f"did you mean {near!r}?" if near else defined
        super().__init__(f"{path} has no environment {name!r}; {help}")


class Compilation(NamedTuple):
    """The result of compiling one file.

    Attributes:
        path: The file, as the user named it.
        content: Its bytes.
        diagnostics: All errors and warnings, in the order of the text.
        environments: Names of all environments in the file, including those that were not compiled.
        templates: One for each stack, in the order of deployment; none if there are errors.
        blueprints: The sources of the templates: one for each compiled environment.
        origins: For each template, the position in the file that each of its resources comes from.
    """

    path: str
    content: bytes
    diagnostics: tuple[Diagnostic, ...]
    environments: tuple[str, ...] = ()
    templates: tuple[Template, ...] = ()
    blueprints: tuple[Blueprint, ...] = ()
    origins: tuple[Origins, ...] = ()

    @property
    def failed(self) -> bool:
        """Whether there is an error."""
        return any(diagnostic.is_error for diagnostic in self.diagnostics)


def validate_text(path: str, content: bytes, picked: Collection[str] = ()) -> Compilation:
    """Every check of `compile_text`, except the sizes of the templates as text; arguments and errors as there."""
    compilation, environments = _validate(path, content, picked)
    return _add(compilation, _check_stacks([_lower(environment, scope) for environment, scope in environments]))


def compile_text(path: str, content: bytes, format: Format = "yaml", picked: Collection[str] = ()) -> Compilation:
    """Compile one file without linting.

    Args:
        path: The file's name; its last part is in the templates' header.
        content: Its bytes.
        format: Of the templates.
        picked: Names of the environments to compile; empty for all.

    Raises:
        UnknownEnvironment: if the file has no errors, but lacks an environment in `picked`.
    """
    compilation, environments = _validate(path, content, picked)
    lowered = [_lower(environment, scope) for environment, scope in environments]
    compilation = _add(compilation, _check_stacks(lowered))
    if compilation.failed:
        return compilation
    templates, origins = _render(lowered, _file_name(path), format)
    compilation = _add(compilation, _check_sizes(templates))
    if compilation.failed:
        return compilation
    blueprints = tuple(each.blueprint for each in lowered)
    return compilation._replace(templates=templates, blueprints=blueprints, origins=origins)


def unique_stacks(compilations: Sequence[Compilation]) -> list[Compilation]:
    """The compilations; one that creates the same as an earlier one has an error instead of templates."""
    defining_files: dict[tuple[str, str], str] = {}
    checked = []
    for compilation in compilations:
        definitions = tuple(_unique_definitions(compilation))
        errors = tuple(run(Files, Files(definitions, defining_files)))
        for definition in definitions:
            defining_files.setdefault(definition, compilation.path)
        if errors:
            compilation = Compilation(compilation.path, compilation.content, (*errors, *compilation.diagnostics))
        checked.append(compilation)
    return checked


def lint_all(compilations: Sequence[Compilation], cache: LintCache) -> list[Compilation]:
    """Lint the templates of several compilations at once; one with a finding loses its templates."""
    from blogstack.lint.cfn import Job, lint  # not every run lints

    findings = iter(lint([Job(t.text, region_of(c, t)) for c in compilations for t in c.templates], cache))
    linted = []
    for compilation in compilations:
        templates = [
            Linted(t.stack_name, t.owner, origins)
            for t, origins in zip(compilation.templates, compilation.origins, strict=True)
        ]
        environments = [blueprint.environment or "" for blueprint in compilation.blueprints]
        reported = merge_environments(place_all(templates, islice(findings, len(templates)), environments))
        linted.append(_add(compilation, reported)._replace(templates=(), origins=()) if reported else compilation)
    return linted


def read_environments(path: str, content: bytes) -> tuple[Environment, ...]:
    """The environments of a file that compiles without errors, for `lower_environment`."""
    return split(parse(path, content), merge_rules(Config))[0]


def lower_environment(environment: Environment) -> tuple[StackTree, ...] | None:
    """The stacks of one environment, with the user's overrides; None when it has errors."""
    scope, diagnostics = _check(environment)
    if scope is None or any(diagnostic.is_error for diagnostic in diagnostics):
        return None
    return _lower(environment, scope).scope.value


def region_of(compilation: Compilation, template: Template) -> str:
    """The region that a template is for; environments that share a stack share its region."""
    environment = template.owner.environment
    return next(b.region for b in compilation.blueprints if environment in ("", b.environment or ""))


class _Lowered(NamedTuple):
    """One environment: its name, its blueprint, its stacks for the rules, and the user's overrides in them."""

    environment: str
    blueprint: Blueprint
    scope: Scope[Stacks]
    changes: Mapping[str, Mapping[str, Any]]


def _validate(
    path: str, content: bytes, picked: Collection[str]
) -> tuple[Compilation, list[tuple[Environment, Scope[Config]]]]:
    """The stages up to the rules, and each environment's configuration; none when there are errors."""
    try:
        document = parse(path, content)
    except Rejected as rejected:
        return Compilation(path, content, in_order(rejected.diagnostics)), []
    environments, refused = split(document, merge_rules(Config))
    names = tuple(environment.name for environment in environments if environment.name)
    by_environment: dict[str, Iterable[Diagnostic]] = {}
    valid = []
    for environment in environments:
        if not picked or not environment.name or environment.name in picked:
            scope, by_environment[environment.name] = _check(environment)
            valid += [(environment, scope)] if scope else []
    file = File(document, tuple(scope for _, scope in valid), refused)
    diagnostics = merge_empty_values(document, [*merge_environments(by_environment), *run(File, file, document)])
    compilation = Compilation(path, content, in_order(diagnostics), names)
    if compilation.failed:
        return compilation, []
    if unknown := [name for name in picked if name not in names]:
        raise UnknownEnvironment(path, unknown[0], names)
    return compilation, valid


def _check(environment: Environment) -> tuple[Scope[Config] | None, Iterable[Diagnostic]]:
    """An environment's configuration, if it is valid enough to have one, and its errors."""
    document = environment.document
    try:
        validation = validate(document)
    except Rejected as rejected:
        return None, rejected.diagnostics
    scope = config_scope(document, validation, environment.name or None)
    diagnostics = (*validation.diagnostics, *check(scope))
    return scope if (ENVIRONMENTS, environment.name) not in validation.faulty else None, diagnostics


def _lower(environment: Environment, scope: Scope[Config]) -> _Lowered:
    """An environment's blueprint, and its stacks with the user's overrides."""
    blueprint = resolve(scope.config, environment.name or None, environment.varying_tags)
    changed = changes(scope.config)
    stacks = tuple(
        StackTree(
            kind=stack.kind,
            name=stack.name,
            tree=override(stack.tree(), changed.get(stack.kind, {})),
            origins=stack.origins,
        )
        for stack in lower(blueprint)
    )
    return _Lowered(environment.name, blueprint, scope.narrow(stacks, scope.place), changed)


def _check_stacks(lowered: Sequence[_Lowered]) -> list[Diagnostic]:
    """The findings of the rules over the stacks of an environment."""
    return merge_environments(
        {environment: run(Scope[Stacks], scope, scope.document) for environment, _, scope, _ in lowered}
    )


def _render(
    lowered: Sequence[_Lowered], source: str, format: Format
) -> tuple[tuple[Template, ...], tuple[Origins, ...]]:
    """The templates of a file, each with the origins of its resources; a stack that environments share occurs once."""
    templates: dict[str, Template] = {}
    origins = []
    for _, blueprint, scope, changed in lowered:
        for stack in scope.value:
            if stack.name not in templates:
                templates[stack.name] = emit(stack.name, stack.tree, _owner(blueprint, stack), source, format)
                origins.append(locate_resources(scope.document, stack, changed.get(stack.kind, {})))
    return tuple(templates.values()), tuple(origins)


def _check_sizes(templates: Sequence[Template]) -> Iterator[Diagnostic]:
    """The findings of the rules over a template's text."""
    for template in templates:
        yield from run(Rendered, Rendered(template.stack_name, len(template.text.encode())))


def _owner(blueprint: Blueprint, stack: StackTree) -> Owner:
    shared = blueprint.registry is not None and stack.name == blueprint.registry.stack
    return Owner(blueprint.name, "" if shared else blueprint.environment or "")


def _unique_definitions(compilation: Compilation) -> Iterator[tuple[str, str]]:
    """What no two files may both create: kind and name."""
    for template in compilation.templates:
        yield "stack", template.stack_name
    for blueprint in compilation.blueprints:
        if blueprint.registry is not None:
            yield "repository", f"{blueprint.registry.repository} in {blueprint.region}"
        listener = blueprint.load_balancer.listener.export
        for service in blueprint.services:
            if service.exposure:
                yield "listener rule", f"{service.exposure.priority} of {listener} in {blueprint.region}"
        if blueprint.edge and (tls := blueprint.edge.tls):
            where = f"in the hosted zone {tls.hosted_zone_id}" if tls.hosted_zone_id else "outside of Route 53"
            for name in (tls.domain, *tls.more_names):
                yield "domain", f"{name} {where}"


def _file_name(path: str) -> str:
    """The last part of a path, as one line of UTF-8."""
    name = path.replace("\\", "/").rsplit("/", 1)[-1]
    return "".join(character if character.isprintable() else "?" for character in name)


def _add(compilation: Compilation, diagnostics: Iterable[Diagnostic]) -> Compilation:
    return compilation._replace(diagnostics=in_order([*compilation.diagnostics, *diagnostics]))
