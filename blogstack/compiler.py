"""The stages in order, as data in and data out: no input or output, no exception that is the user's fault.

    bytes -parse-> Document -validate-> Validation -check-> + Diagnostics -resolve-> Blueprint -lower-> Stacks
          -emit-> Templates -lint-> + Diagnostics

Every stage may add diagnostics. An error in the file ends the way before the blueprint, so from there on an exception
is a bug of ours.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from blogstack.blueprint import Blueprint, resolve
from blogstack.config import Config
from blogstack.diagnostics import Code, Diagnostic, Rejected, by_position
from blogstack.document import Document
from blogstack.emit import MAX_BYTES, Format, Template, emit
from blogstack.lint import Job, Origins, lint, place
from blogstack.rules import check
from blogstack.source import parse
from blogstack.stacks import lower
from blogstack.validate import validate
from blogstack.verdicts import Verdicts


class Compilation(NamedTuple):
    """What became of one file.

    Attributes:
        path: The file, as the user named it.
        content: Its bytes.
        diagnostics: Everything there is to say, in the order of the text.
        templates: One for each stack, in the order of deployment; none when there are errors.
        blueprint: What the templates are made from.
        origins: For each template where in the file each of its resources comes from.
    """

    path: str
    content: bytes
    diagnostics: tuple[Diagnostic, ...]
    templates: tuple[Template, ...] = ()
    blueprint: Blueprint | None = None
    origins: tuple[Origins, ...] = ()

    @property
    def failed(self) -> bool:
        """Whether there is an error."""
        return any(diagnostic.is_error for diagnostic in self.diagnostics)


def validate_text(path: str, content: bytes) -> Compilation:
    """Everything up to, but not including, the templates."""
    _, _, diagnostics = _validated(path, content)
    return Compilation(path, content, diagnostics)


def compile_text(path: str, content: bytes, format: Format = "yaml") -> Compilation:
    """Compile one file without linting.

    Args:
        path: The file's name; its last part stands in the templates' header.
        content: Its bytes.
        format: Of the templates.
    """
    document, config, diagnostics = _validated(path, content)
    if document is None or config is None:
        return Compilation(path, content, diagnostics)
    blueprint = resolve(config)
    stacks = lower(blueprint)
    source = path.replace("\\", "/").rsplit("/", 1)[-1]
    templates = tuple(emit(stack, config.name, source, format) for stack in stacks)
    if too_large := [d for d in map(_size_problem, templates) if d]:
        return Compilation(path, content, by_position([*diagnostics, *too_large]))
    # The stacks themselves are large: what is kept of them, for a thousand files, is where their resources come from.
    origins = tuple({name: document.locate(key) for name, key in stack.origins.items()} for stack in stacks)
    return Compilation(path, content, diagnostics, templates, blueprint, origins)


def lint_all(compilations: Sequence[Compilation], verdicts: Verdicts) -> list[Compilation]:
    """Lint the templates of several compilations at once; one with a finding loses its templates."""
    jobs = [Job(t.text, c.blueprint.region) for c in compilations if c.blueprint for t in c.templates]
    found = iter(lint(jobs, verdicts))
    linted = []
    for compilation in compilations:
        added = [
            diagnostic
            for template, origins in zip(compilation.templates, compilation.origins, strict=True)
            for diagnostic in place(next(found), template.stack_name, origins)
        ]
        diagnostics = by_position([*compilation.diagnostics, *added])
        linted.append(compilation._replace(diagnostics=diagnostics, templates=(), origins=()) if added else compilation)
    return linted


def _validated(path: str, content: bytes) -> tuple[Document | None, Config | None, tuple[Diagnostic, ...]]:
    """The stages up to the rules; no configuration when there are errors."""
    try:
        document = parse(path, content)
        validation = validate(document)
    except Rejected as rejected:
        return None, None, by_position(rejected.diagnostics)
    diagnostics = by_position([*validation.diagnostics, *check(document, validation)])
    failed = any(diagnostic.is_error for diagnostic in diagnostics)
    return document, None if failed else validation.config, diagnostics


def _size_problem(template: Template) -> Diagnostic | None:
    size = len(template.text.encode())
    if size <= MAX_BYTES:
        return None
    message = f"the template of {template.stack_name} has {size} bytes, and only {MAX_BYTES} deploy without a bucket"
    return Diagnostic(
        Code.TEMPLATE_TOO_LARGE, message, help="shorten service.environment, permissions or allowed_cidrs"
    )
