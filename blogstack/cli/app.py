"""The command line: arguments, files, streams, exit status. The only place that prints.

Results go to standard output, everything else to standard error. Exit status: 0 done; 1 the input has errors, or
--check found a difference; 2 wrong usage; 3 a bug of ours.
"""

from __future__ import annotations

import contextlib
import errno
import os
import shlex
import sys
import traceback
from collections.abc import Callable
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from blogstack.cli import files as output
from blogstack.deploy.shell import deployment_commands
from blogstack.diagnostics import Code, Diagnostic, Rejected, did_you_mean
from blogstack.lint.cache import VerdictFolder
from blogstack.pipeline import Compilation, compile_text, lint_all, unique_stacks, validate_text
from blogstack.reports import text as report

DEFAULT_FILE = "blogstack.yaml"
DEFAULT_FOLDER = Path("templates/out")

_COLOURS = {"red": "31;1", "yellow": "33;1", "cyan": "36"}


class Format(StrEnum):
    """Format of the templates."""

    YAML = "yaml"
    JSON = "json"


class DiagnosticsFormat(StrEnum):
    """Format of the diagnostics."""

    TEXT = "text"
    JSON = "json"
    GITHUB = "github"
    SARIF = "sarif"


class Framework(StrEnum):
    """Web frameworks that blogstack knows."""

    FASTAPI = "fastapi"
    DJANGO = "django"
    OTHER = "other"


Files = Annotated[list[str] | None, typer.Argument(metavar="FILE", help=f"Default: {DEFAULT_FILE}", show_default=False)]
Environments = Annotated[
    list[str] | None, typer.Option("--env", metavar="NAME", help="Only this environment; several when repeated.")
]
Diagnostics = Annotated[
    DiagnosticsFormat, typer.Option(help="How to say what is wrong; all but text goes to standard output.")
]


def _version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        print(f"blogstack {version('blogstack')}")
        raise typer.Exit


app = typer.Typer(
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.callback()
def main(
    version: Annotated[
        bool, typer.Option("--version", help="Print the version and leave.", is_eager=True, callback=_version)
    ] = False,
) -> None:
    """A web service in a container on AWS: from blogstack.yaml to linted CloudFormation."""


@app.command("compile")
def compile_command(
    files: Files = None,
    env: Environments = None,
    out: Annotated[Path, typer.Option(help="Folder of the templates.", metavar="DIR")] = DEFAULT_FOLDER,
    format: Annotated[Format, typer.Option(help="Format of the templates.")] = Format.YAML,
    check: Annotated[bool, typer.Option("--check", help="Write nothing; fail if the folder is out of date.")] = False,
    no_lint: Annotated[bool, typer.Option("--no-lint", help="Do not run cfn-lint.")] = False,
    watch: Annotated[bool, typer.Option("--watch", help="Compile again whenever a file changes.")] = False,
    diagnostics: Diagnostics = DiagnosticsFormat.TEXT,
) -> None:
    """Write CloudFormation templates, and print the commands that deploy them."""
    once = partial(_compile, _paths(files), env or [], out, format, check, not no_lint, not watch, diagnostics)
    if not watch:
        once()
    if check or diagnostics is not DiagnosticsFormat.TEXT:
        raise typer.BadParameter("goes neither with --check nor with --diagnostics", param_hint="--watch")
    _watch(_paths(files), once)


@app.command()
def validate(files: Files = None, env: Environments = None, diagnostics: Diagnostics = DiagnosticsFormat.TEXT) -> None:
    """Check files without writing anything."""
    picked = env or []
    compilations = [_load(path, lambda p, content: validate_text(p, content, picked)) for path in _paths(files)]
    _require(picked, compilations)
    _finish(compilations, diagnostics)


@app.command()
def schema() -> None:
    """Print the JSON Schema of blogstack.yaml, for editors."""
    from blogstack.schema import json_schema

    print(json_schema(), end="")


def _explainable(incomplete: str) -> list[str]:
    """Completes the word of `explain`."""
    from blogstack.help.explain import words

    return [word for word in words() if word.startswith(incomplete)]


@app.command("explain")
def explain_command(
    word: Annotated[
        str, typer.Argument(metavar="CODE|KEY", help="As in BS301 or scaling.min.", autocompletion=_explainable)
    ],
) -> None:
    """Say what a code means and how to fix it, or what a key means, its limits, default and an example."""
    from blogstack.help.explain import Unknown, explain

    try:
        text = explain(word)
    except Unknown as unknown:
        raise typer.BadParameter(str(unknown), param_hint="CODE|KEY") from None
    if sys.stdout.isatty():
        from rich.console import Console
        from rich.markdown import Markdown

        Console().print(Markdown(text))
    else:
        print(text, end="")


@app.command()
def init(
    framework: Annotated[
        Framework | None, typer.Option(help="Web framework of the service.", show_default="what is seen here")
    ] = None,
) -> None:
    """Write a commented blogstack.yaml to start from, and its schema for editors; overwrites nothing."""
    from blogstack.cli.detection import FILES
    from blogstack.cli.starter import SCHEMA_FILE, start
    from blogstack.schema import json_schema

    try:
        text, seen = start(output.folder_name(), framework.value if framework else "", output.texts_of(FILES))
        output.write_new({DEFAULT_FILE: text, SCHEMA_FILE: json_schema()})
    except Rejected as rejected:
        _finish([Compilation(DEFAULT_FILE, b"", rejected.diagnostics)], DiagnosticsFormat.TEXT)
    how = f"wrote {DEFAULT_FILE} and {SCHEMA_FILE}, with {seen}"
    print(f"{how}; next: edit {DEFAULT_FILE}, then run `blogstack compile`")


def run() -> None:
    """Run the command line, and leave with 3 when something goes wrong that is not the user's fault."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:  # closed by whoever started us; what goes there must not go elsewhere
            setattr(sys, name, Path(os.devnull).open("w"))  # noqa: SIM115 (open as long as we run)
        if hasattr(getattr(sys, name), "reconfigure"):
            getattr(sys, name).reconfigure(errors="backslashreplace")
    try:
        try:
            app()
        finally:
            sys.stdout.flush()
    except BrokenPipeError:  # the reader of our output has gone
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except Exception as error:  # noqa: BLE001 (whatever it is, it is ours)
        if isinstance(error, OSError) and error.errno == errno.ENOSPC:  # but for a full disk that output is sent to
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            _say(f"error: cannot print: {error.strerror}")
            sys.exit(1)
        traceback.print_exc()
        _say("\nThis is a bug in blogstack, not in your file. Please report it with the lines above.")
        sys.exit(3)


def _cache_folder() -> Path:
    import platformdirs

    return platformdirs.user_cache_path("blogstack") / "lint"


def _paths(files: list[str] | None) -> list[str]:
    return list(dict.fromkeys(files or [DEFAULT_FILE]))


def _compile(
    paths: list[str],
    picked: list[str],
    out: Path,
    format: Format,
    check: bool,
    linted: bool,
    commands: bool,
    diagnostics: DiagnosticsFormat,
) -> NoReturn:
    """Compile once, and leave with the exit status; `commands`: print those that deploy what was compiled."""
    compilations = [_load(path, lambda p, content: compile_text(p, content, format.value, picked)) for path in paths]
    _require(picked, compilations)
    compilations = unique_stacks(compilations)
    if linted and not any(c.failed for c in compilations):
        compilations = lint_all(compilations, VerdictFolder(_cache_folder()))
    if any(c.failed for c in compilations):
        _finish(compilations, diagnostics)
    names = {t.stack_name: f"{t.stack_name}.{format}" for c in compilations for t in c.templates}
    texts = {names[t.stack_name]: t.text for c in compilations for t in c.templates}
    owners = output.Owners({blueprint.name for c in compilations for blueprint in c.blueprints}, picked)
    try:
        if check:
            stale = output.differences(out, texts, owners)
            help = f"run `{_command(paths, picked, out, format)}`"
            found = [Diagnostic(Code.OUT_OF_DATE, text, help=help) for text in stale]
            _finish([*compilations, *([Compilation(str(out), b"", tuple(found))] if found else [])], diagnostics)
        changes = output.write(out, texts, owners)
    except Rejected as rejected:
        _finish([*compilations, Compilation(str(out), b"", rejected.diagnostics)], diagnostics)
    for change in changes:
        _say(change)
    if commands and diagnostics is DiagnosticsFormat.TEXT:
        files = {stack: (out / name).as_posix() for stack, name in names.items()}
        scripts = [deployment_commands(c.blueprints, files, Path(c.path).parent.as_posix()) for c in compilations]
        print("\n".join(scripts), end="")
    _finish(compilations, diagnostics)


def _command(paths: list[str], picked: list[str], out: Path, format: Format) -> str:
    """The command that brings the templates up to date: this one's words, but for --check."""
    words = ["blogstack", "compile", *(paths if paths != [DEFAULT_FILE] else [])]
    words += [word for name in picked for word in ("--env", name)]
    words += ["--out", str(out)] if out != DEFAULT_FOLDER else []
    words += ["--format", format.value] if format is not Format.YAML else []
    return shlex.join(words)


def _watch(paths: list[str], once: Callable[[], None]) -> None:
    """Compile now and whenever a file changes, until Ctrl-C, which is how this ends well."""
    from blogstack.cli.watch import rounds

    with contextlib.suppress(KeyboardInterrupt):
        for _ in rounds(paths):
            try:
                once()
            except typer.BadParameter as error:  # an environment that the file no longer has
                _say(f"error: {error.format_message()}")
            except typer.Exit:
                pass
            _say(f"watching {', '.join(paths)}; Ctrl-C ends it")


def _load(path: str, work: Callable[[str, bytes], Compilation]) -> Compilation:
    try:
        content = output.read(path)
    except Rejected as rejected:
        return Compilation(path, b"", rejected.diagnostics)
    return work(path, content)


def _require(picked: list[str], compilations: list[Compilation]) -> None:
    """Leave with a word about usage when a file has no environment of a name that was asked for."""
    for compilation in compilations:
        known = compilation.environments
        for name in picked:
            if name not in known and not compilation.failed:
                near = did_you_mean(name, known)
                others = f"it has {', '.join(known)}" if known else "it has none"
                help = f"did you mean {near!r}?" if near else others
                raise typer.BadParameter(f"{compilation.path} has no environment {name!r}; {help}", param_hint="--env")


def _finish(compilations: list[Compilation], format: DiagnosticsFormat) -> NoReturn:
    """Report and leave with the exit status that the diagnostics ask for."""
    match format:
        case DiagnosticsFormat.JSON:
            print(report.as_json(compilations), end="")
        case DiagnosticsFormat.GITHUB:
            print(report.as_github(compilations), end="")
        case DiagnosticsFormat.SARIF:
            from blogstack.reports.sarif import as_sarif

            print(as_sarif(compilations), end="")
        case DiagnosticsFormat.TEXT if text := report.as_text(compilations, _paint()):
            _say(text)
            _say(report.summary(compilations))
    raise typer.Exit(1 if any(c.failed for c in compilations) else 0)


def _say(text: str) -> None:
    print(text, file=sys.stderr)


def _paint() -> report.Paint:
    """Colours on a terminal, unless NO_COLOR is set (no-color.org)."""
    if not sys.stderr.isatty() or os.environ.get("NO_COLOR"):
        return report.plain
    return lambda text, colour: f"\x1b[{_COLOURS[colour]}m{text}\x1b[0m"
