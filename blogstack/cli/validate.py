"""`blogstack validate`: prints diagnostics and writes nothing."""

from __future__ import annotations

from blogstack.cli.console import DiagnosticsFormat, DiagnosticsOption, report
from blogstack.cli.exit_codes import ExitCode
from blogstack.cli.inputs import EnvironmentsOption, FilesArgument, load, paths
from blogstack.pipeline import validate_text


def validate_command(
    files: FilesArgument = None,
    env: EnvironmentsOption = None,
    diagnostics: DiagnosticsOption = DiagnosticsFormat.TEXT,
) -> ExitCode:
    """Run `blogstack validate`; returns the exit status."""
    environments = env or []
    compilations = load(paths(files), lambda path, content: validate_text(path, content, environments))
    return report(compilations, diagnostics)
