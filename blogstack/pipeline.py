"""The stages in order, as data in and data out: no input or output, no exception that is the user's fault.

    bytes -parse-> Document -split-> Environments, and each of them
          -validate-> Validation -check-> + Diagnostics -resolve-> Blueprint -lower-> Stacks
          -override-> Stacks -emit-> Templates -lint-> + Diagnostics

Every stage may add diagnostics. An error in the file ends the way before the blueprints, so from there on an exception
is a bug of ours.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from blogstack.blueprint import Blueprint, resolve
from blogstack.config import Config
from blogstack.config.errors import left_empty
from blogstack.config.validate import Validation, validate
from blogstack.diagnostics import Code, Diagnostic, Rejected, Span, by_position, told_once
from blogstack.lint.cache import Verdicts
from blogstack.lint.cfn import Finding, Job, Origins, lint, place
from blogstack.rules import check
from blogstack.rules.environments import same_domain
from blogstack.source.document import Document, KeyPath
from blogstack.source.environments import Environment, misplaced, split
from blogstack.source.parse import parse
from blogstack.templates import Stack, lower
from blogstack.templates.overrides import OVERRIDES, changes, override, places, unknown
from blogstack.templates.render import MAX_BYTES, Format, Owner, Template, emit


class Compilation(NamedTuple):
    """What became of one file.

    Attributes:
        path: The file, as the user named it.
        content: Its bytes.
        diagnostics: Everything there is to say, in the order of the text.
        environments: Names of the environments that the file has, whether they were looked at or not.
        templates: One for each stack, in the order of deployment; none when there are errors.
        blueprints: What the templates are made from: one for each environment that was looked at.
        origins: For each template where in the file each of its resources comes from.
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
    """Everything up to, but not including, the templates; of all environments, or of those picked."""
    return _validated(path, content, picked)[0]


def compile_text(path: str, content: bytes, format: Format = "yaml", picked: Collection[str] = ()) -> Compilation:
    """Compile one file without linting.

    Args:
        path: The file's name; its last part stands in the templates' header.
        content: Its bytes.
        format: Of the templates.
        picked: Names of the environments to compile; empty for all.
    """
    compilation, sound = _validated(path, content, picked)
    name = path.replace("\\", "/").rsplit("/", 1)[-1]
    source = "".join(character if character.isprintable() else "?" for character in name)  # one line of UTF-8
    blueprints = []
    # The registry stack, which all environments share, is written down once.
    made: dict[str, tuple[Template, Origins]] = {}
    astray: dict[str, Sequence[Diagnostic]] = {}
    for environment, config in sound:
        blueprint = resolve(config, environment.name or None, environment.own_tags)
        blueprints.append(blueprint)
        stacks, changed = lower(blueprint), changes(config)
        known = {stack.kind: stack.origins for stack in stacks}
        astray[environment.name] = tuple(unknown(environment.document, changed, known))
        for stack in stacks:
            if stack.name not in made:
                tree, own = stack.tree(), changed.get(stack.kind, {})
                tree = override(tree, own) if own else tree
                template = emit(stack.name, tree, _owner(blueprint, stack), source, format)
                # The stacks themselves are large: what is kept, for a thousand files, is where resources come from.
                made[stack.name] = template, _origins(environment.document, stack, tree, own)
    if any(astray.values()):
        return compilation._replace(diagnostics=by_position([*compilation.diagnostics, *told_once(astray)]))
    templates = tuple(template for template, _ in made.values())
    if too_large := [d for d in map(_size_problem, templates) if d]:
        return compilation._replace(diagnostics=by_position([*compilation.diagnostics, *too_large]))
    origins_of = tuple(origins for _, origins in made.values())
    return compilation._replace(templates=templates, blueprints=tuple(blueprints), origins=origins_of)


def unique_stacks(compilations: Sequence[Compilation]) -> list[Compilation]:
    """The compilations, with an error in each that makes what only one can make and an earlier one makes already."""
    seen: dict[str, str] = {}
    result = []
    for compilation in compilations:
        made = dict(_made_once(compilation))
        twice = [thing for thing in made if thing in seen]
        for thing in made:
            seen.setdefault(thing, compilation.path)
        if twice:
            message = f"{twice[0]} is described by {seen[twice[0]]} too"
            found = Diagnostic(Code.SAME_STACK, message, help=made[twice[0]])
            compilation = Compilation(compilation.path, compilation.content, (found, *compilation.diagnostics))
        result.append(compilation)
    return result


def _made_once(compilation: Compilation) -> Iterator[tuple[str, str]]:
    """What no two files may make, and what to do when they do."""
    for template in compilation.templates:
        yield f"the stack {template.stack_name}", "give each service a name of its own"
    for blueprint in compilation.blueprints:
        if blueprint.registry is not None:
            help = "in one of them write image.uri, the repository's address, instead of image.repository"
            yield f"the repository {blueprint.registry.repository} in {blueprint.region}", help
        if tls := blueprint.edge.tls:
            help = "give each service a domain.name of its own"
            yield f"the domain {tls.domain} in the hosted zone {tls.hosted_zone_id}", help


def lint_all(compilations: Sequence[Compilation], verdicts: Verdicts) -> list[Compilation]:
    """Lint the templates of several compilations at once; one with a finding loses its templates."""
    jobs = [Job(t.text, _home(c, t).region) for c in compilations for t in c.templates]
    found = iter(lint(jobs, verdicts))
    linted = []
    for compilation in compilations:
        added = told_once(_placed(compilation, found))
        diagnostics = by_position([*compilation.diagnostics, *added])
        linted.append(compilation._replace(diagnostics=diagnostics, templates=(), origins=()) if added else compilation)
    return linted


def _validated(
    path: str, content: bytes, picked: Collection[str]
) -> tuple[Compilation, list[tuple[Environment, Config]]]:
    """The stages up to the rules, and each environment's configuration; none when there are errors."""
    try:
        document = parse(path, content)
    except Rejected as rejected:
        return Compilation(path, content, by_position(rejected.diagnostics)), []
    environments = split(document)
    found: dict[str, Sequence[Diagnostic]] = {}
    validated = []
    for environment in environments:
        if not picked or not environment.name or environment.name in picked:
            validation, found[environment.name] = _checked(environment)
            if validation:
                validated.append((environment, validation))
    told = [*misplaced(document), *told_once(found), *same_domain(validated)]
    diagnostics = by_position(_with_empty(document, told))
    names = tuple(environment.name for environment in environments if environment.name)
    compilation = Compilation(path, content, diagnostics, names)
    sound = [] if compilation.failed else validated
    return compilation, [(environment, validation.config) for environment, validation in sound]


def _with_empty(document: Document, told: Sequence[Diagnostic]) -> list[Diagnostic]:
    """What was found and, where null would do, the keys without a value, of which nothing else is said."""
    empty = {diagnostic.span: diagnostic for diagnostic in left_empty(document)}
    for diagnostic in told:
        if diagnostic.code is Code.WRONG_TYPE:  # it says the same
            empty.pop(diagnostic.span, None)
    return [*(diagnostic for diagnostic in told if diagnostic.span not in empty), *empty.values()]


def _checked(environment: Environment) -> tuple[Validation | None, Sequence[Diagnostic]]:
    """An environment's configuration, where it has the shape of one, and what is wrong with it."""
    try:
        validation = validate(environment.document)
    except Rejected as rejected:
        return None, rejected.diagnostics
    return validation, [*validation.diagnostics, *check(environment.document, validation, environment.name)]


def _origins(document: Document, stack: Stack, tree: Mapping[str, Any], own: Mapping[str, Any]) -> Origins:
    """Where each resource of a stack comes from, and what is overridden with `own`."""
    origins: dict[KeyPath, Span] = {(name,): document.locate(key) for name, key in stack.origins.items()}
    for path, key in places(own, tree["Resources"]) if own else ():
        origins[path] = document.locate((OVERRIDES, stack.kind, *key))
    return origins


def _owner(blueprint: Blueprint, stack: Stack) -> Owner:
    shared = blueprint.registry is not None and stack.name == blueprint.registry.stack
    return Owner(blueprint.name, "" if shared else blueprint.environment or "")


def _home(compilation: Compilation, template: Template) -> Blueprint:
    """The blueprint that a template is made from; any has the registry."""
    environment = template.owner.environment
    return next(b for b in compilation.blueprints if environment in ("", b.environment or ""))


def _placed(compilation: Compilation, found: Iterator[Sequence[Finding]]) -> Mapping[str, list[Diagnostic]]:
    """The linter's findings on a compilation's templates, which come next in `found`, for each environment."""
    placed: dict[str, list[Diagnostic]] = {blueprint.environment or "": [] for blueprint in compilation.blueprints}
    for template, origins in zip(compilation.templates, compilation.origins, strict=True):
        service, environment = template.owner
        stack = template.stack_name
        if len(placed) > 1:  # a finding says in which by itself
            stack = stack.replace(f"{service}-{environment}-", f"{service}-", 1)
        diagnostics = list(place(next(found), stack, origins))
        for name in [environment] if environment else placed:
            placed[name] += diagnostics
    return placed


def _size_problem(template: Template) -> Diagnostic | None:
    size = len(template.text.encode())
    if size <= MAX_BYTES:
        return None
    message = f"the template of {template.stack_name} has {size} bytes, and only {MAX_BYTES} deploy without a bucket"
    return Diagnostic(
        Code.TEMPLATE_TOO_LARGE, message, help="shorten service.environment, permissions, allowed_cidrs or overrides"
    )
