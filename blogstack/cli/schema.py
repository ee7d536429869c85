"""`blogstack schema`: the JSON Schema of the language."""

from __future__ import annotations

from blogstack.cli.exit_codes import ExitCode


def schema_command() -> ExitCode:
    """Run `blogstack schema`; returns the exit status."""
    from blogstack.schema import json_schema

    print(json_schema(), end="")
    return ExitCode.DONE
