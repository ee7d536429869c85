"""`blogstack compile`: templates, and the commands that deploy them."""

from __future__ import annotations

import contextlib
import shlex
from collections.abc import Collection, Mapping, Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from blogstack.cli.console import DiagnosticsFormat, DiagnosticsOption, has_errors, print_message, report
from blogstack.cli.exit_codes import ExitCode
from blogstack.cli.files import Changes, Owners, page_in, read_templates, write
from blogstack.cli.inputs import DEFAULT_FILE, EnvironmentsOption, FilesArgument, load, paths
from blogstack.deploy.quotas import quota_notes
from blogstack.deploy.removal import removal_notes
from blogstack.deploy.shell import deployment_script
from blogstack.diagnostics import Code, Diagnostic, Rejected, Span
from blogstack.pipeline import Compilation, compile_text, lint_all, unique_stacks
from blogstack.records import Record
from blogstack.source.template import UnreadableTemplate
from blogstack.templates.render import written_for

if TYPE_CHECKING:
    from blogstack.cli.comparison import Difference


class TemplateFormat(StrEnum):
    """Format of the templates."""

    YAML = "yaml"
    JSON = "json"


class Options(Record, kw_only=True):
    """The arguments of a compilation.

    Attributes:
        paths: The files, as the user named them.
        environments: Names of the environments to compile; empty for all.
        out: Folder of the templates; None for the one that each file names.
        format: Format of the templates.
        check: Whether to compare with the folder instead of writing it.
        lint: Whether to run cfn-lint.
        watch: Whether to compile again whenever a file changes.
        diagnostics: Format of the diagnostics.
    """

    paths: tuple[str, ...]
    environments: Sequence[str]
    out: Path | None
    format: TemplateFormat
    check: bool
    lint: bool
    watch: bool
    diagnostics: DiagnosticsFormat

    @property
    def prints_commands(self) -> bool:
        """Whether the deployment commands are printed: other formats have standard output to themselves."""
        return not (self.check or self.watch) and self.diagnostics is DiagnosticsFormat.TEXT


def compile_command(
    files: FilesArgument = None,
    env: EnvironmentsOption = None,
    out: Annotated[
        Path | None,
        typer.Option(
            help="Folder of the templates.", metavar="DIR", show_default="the file's output, else templates/out"
        ),
    ] = None,
    format: Annotated[TemplateFormat, typer.Option(help="Format of the templates.")] = TemplateFormat.YAML,
    check: Annotated[bool, typer.Option("--check", help="Write nothing; fail if the folder is out of date.")] = False,
    no_lint: Annotated[bool, typer.Option("--no-lint", help="Do not run cfn-lint.")] = False,
    watch: Annotated[bool, typer.Option("--watch", help="Compile again whenever a file changes.")] = False,
    diagnostics: DiagnosticsOption = DiagnosticsFormat.TEXT,
) -> ExitCode:
    """Run `blogstack compile`; returns the exit status."""
    if watch and (check or diagnostics is not DiagnosticsFormat.TEXT):
        raise typer.BadParameter("cannot be combined with --check or --diagnostics", param_hint="--watch")
    options = Options(
        paths=paths(files),
        environments=env or [],
        out=out,
        format=format,
        check=check,
        lint=not no_lint,
        watch=watch,
        diagnostics=diagnostics,
    )
    return _watch(options) if watch else _compile(options)


def _compile(options: Options) -> ExitCode:
    """Compile once, write or compare the templates, and report."""
    compilations = _compile_files(options)
    if has_errors(compilations):
        return report(compilations, options.diagnostics)
    folders: dict[Path, list[Compilation]] = {}
    for compilation in compilations:
        folders.setdefault(options.out or Path(compilation.blueprints[0].output), []).append(compilation)
    faulty = [fault for folder, inside in folders.items() for fault in _put_into(folder, inside, options)]
    if options.prints_commands and not faulty:
        print("\n".join(_script(c, folder, options) for folder, inside in folders.items() for c in inside), end="")
    return report([*compilations, *faulty], options.diagnostics)


def _put_into(folder: Path, compilations: Sequence[Compilation], options: Options) -> list[Compilation]:
    """Write the templates to their folder, or compare them with it; returns the errors, each at its file."""
    texts = {f"{t.stack_name}.{options.format}": t.text for c in compilations for t in c.templates}
    owners = Owners({blueprint.name for c in compilations for blueprint in c.blueprints}, options.environments)
    try:
        if options.check:
            from blogstack.cli.comparison import differences

            return [_out_of_date(found, options) for found in differences(folder, texts, owners)]
        _write(folder, texts, owners, compilations, options)
    except Rejected as rejected:
        return [Compilation(str(folder), b"", rejected.diagnostics)]
    return []


def _out_of_date(found: Difference, options: Options) -> Compilation:
    """A template that differs, with the error at the first line that differs."""
    text = found.content.decode(errors="replace").split("\n")
    span = Span(found.line, 1, found.line, max(2, len([*text, ""][found.line - 1]) + 1)) if found.line else None
    error = Diagnostic(Code.OUT_OF_DATE, f"the template {found.what}", span, f"run `{_command(options)}`")
    return Compilation(str(found.path), found.content, (error,))


def _script(compilation: Compilation, folder: Path, options: Options) -> str:
    """The commands that deploy the templates of a file."""
    names = [template.stack_name for template in compilation.templates]
    files = {name: (folder / f"{name}.{options.format}").as_posix() for name in names}
    return deployment_script(compilation.blueprints, files, Path(compilation.path).parent.as_posix())


def _watch(options: Options) -> ExitCode:
    """Compile now and whenever a file changes, until Ctrl-C."""
    from blogstack.cli.watch import watch_files

    try:
        for _ in watch_files(options.paths):
            try:
                _compile(options)
            except typer.BadParameter as error:  # the file no longer has the environment
                print_message(f"error: {error.format_message()}")
            print_message(f"watching {', '.join(options.paths)}; press Ctrl-C to stop")
    except KeyboardInterrupt:
        pass
    return ExitCode.DONE


def _compile_files(options: Options) -> list[Compilation]:
    """Every file compiled and, where there are no errors, linted.

    Raises:
        typer.BadParameter: when a file has no environment of a name that --env gives.
    """

    def compile_file(path: str, content: bytes) -> Compilation:
        compilation = compile_text(path, content, options.format.value, options.environments)
        # The origins, a seventh of a compilation, are only for what the linter finds.
        return compilation if options.lint else compilation._replace(origins=())

    compilations = unique_stacks(load(options.paths, compile_file))
    if options.lint and not has_errors(compilations):
        from blogstack.lint.cache import FileLintCache

        return lint_all(compilations, FileLintCache(lint_cache_folder()))
    return compilations


def lint_cache_folder() -> Path:
    """Folder of the cached results of the linter."""
    import platformdirs

    return platformdirs.user_cache_path("blogstack") / "lint"


def _write(
    folder: Path,
    texts: Mapping[str, str],
    owners: Owners,
    compilations: Sequence[Compilation],
    options: Options,
) -> None:
    """Write the templates, and report which files changed and what stays in AWS of removed ones."""
    older = _read_older(folder, owners.services)
    changes = write(folder, texts, owners)
    for name in changes.written:
        print_message(f"wrote {folder / name}")
    for name in changes.removed:
        print_message(f"removed {folder / name}")
    if older and (changes.written or changes.removed):
        _say_what_it_means(older, compilations, options.environments)
    _say_what_stays(changes, texts, compilations)
    if changes.written and options.prints_commands:
        for compilation in compilations:
            for line in quota_notes(compilation.blueprints):
                print_message(line)
    if changes.written and (page := page_in(folder.parent)):
        print_message(
            f"{folder.parent} also contains {page}: to keep the templates apart, set `output: cloudformation`"
        )


def _say_what_stays(changes: Changes, texts: Mapping[str, str], compilations: Sequence[Compilation]) -> None:
    """Report stacks without a template: they stay in AWS until somebody deletes them."""
    regions = {blueprint.name: blueprint.region for c in compilations for blueprint in c.blueprints}
    stacks = {Path(name).stem for name in changes.removed} - {Path(name).stem for name in texts}
    for service, region in regions.items():
        gone = {Path(name).stem for name, owner in changes.removed.items() if owner.service == service} & stacks
        for line in removal_notes(gone, region):
            print_message(line)


def _read_older(folder: Path, services: Collection[str]) -> Mapping[str, str]:
    """The templates of an earlier run; none if they cannot be read: the new ones are written anyway."""
    try:
        return read_templates(folder, services)
    except OSError:
        return {}


def _say_what_it_means(
    older: Mapping[str, str], compilations: Sequence[Compilation], environments: Sequence[str]
) -> None:
    """Report what a deployment of the new templates over the older ones does, on one line for each file."""
    from blogstack.diff.compare import compare
    from blogstack.diff.reports.words import one_line, refused_exports
    from blogstack.diff.snapshots import of_environments, read_snapshot, regions_of, snapshot_of

    for compilation in compilations:
        names = {blueprint.name for blueprint in compilation.blueprints}
        ours = {stack: text for stack, text in older.items() if getattr(written_for(text), "service", "") in names}
        if not ours:  # a new file
            continue
        # An older template may be anything by now: then there is nothing to compare with.
        with contextlib.suppress(UnreadableTemplate):
            old = read_snapshot(of_environments(ours, compilation, environments))
            comparison = compare(old, snapshot_of(compilation), regions_of(compilation))
            if old and comparison.stacks:
                print_message(f"{one_line(comparison)}{_where_to_see(compilation.path)}")
                for remedy in refused_exports(comparison):
                    print_message(
                        f"CloudFormation does not remove an export that is in use, so the commands would fail: {remedy}"
                    )


def _where_to_see(path: str) -> str:
    """The command that shows the changes; "" if git does not have the file, because the older templates are gone."""
    from blogstack.cli.git import NoRevision, read_revision

    try:
        read_revision("HEAD", path)
    except NoRevision:
        return ""
    name = [path] if path != DEFAULT_FILE else []
    return f": see `{shlex.join(['blogstack', 'diff', *name, '--against', 'HEAD'])}`"


def _command(options: Options) -> str:
    """The command that brings the templates up to date: this one without --check."""
    words = ["blogstack", "compile", *(options.paths if options.paths != (DEFAULT_FILE,) else ())]
    words += [word for name in options.environments for word in ("--env", name)]
    words += ["--out", str(options.out)] if options.out else []
    words += ["--format", options.format.value] if options.format is not TemplateFormat.YAML else []
    return shlex.join(words)
