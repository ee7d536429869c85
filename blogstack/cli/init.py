"""`blogstack init`: a file to start from."""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import StrEnum
from typing import Annotated

import typer

from blogstack.cli.console import report
from blogstack.cli.exit_codes import ExitCode
from blogstack.cli.files import folder_name, read_texts, write_new
from blogstack.cli.inputs import DEFAULT_FILE
from blogstack.diagnostics import Rejected
from blogstack.pipeline import Compilation


class Framework(StrEnum):
    """Web frameworks that blogstack knows."""

    FASTAPI = "fastapi"
    DJANGO = "django"
    OTHER = "other"


def init_command(
    framework: Annotated[
        Framework | None, typer.Option(help="Web framework of the service.", show_default="detected")
    ] = None,
) -> ExitCode:
    """Write a blogstack.yaml to start from, and its JSON Schema. Existing files are not overwritten."""
    from blogstack.cli.detection import FILES
    from blogstack.cli.starter import SCHEMA_FILE, start
    from blogstack.schema import json_schema

    try:
        text, basis = start(folder_name(), framework.value if framework else None, read_texts(FILES))
        write_new({DEFAULT_FILE: text, SCHEMA_FILE: json_schema()})
    except Rejected as rejected:
        return report([Compilation(DEFAULT_FILE, b"", rejected.diagnostics)])
    print(
        f"wrote {DEFAULT_FILE} and {SCHEMA_FILE}, with {basis}; next: edit {DEFAULT_FILE}, then run `blogstack compile`"
    )
    for line in _hints(text):
        print(line)
    return ExitCode.DONE


def _hints(text: str) -> Iterator[str]:
    """What a starter takes for granted, and where to read on.

    Args:
        text: The starter.
    """
    from importlib.metadata import metadata

    region = re.findall(r"^region: (\S+)", text, re.MULTILINE)[0]
    links = dict(link.split(", ") for link in metadata("blogstack").get_all("Project-URL", []))
    yield f"assumed: region {region}, GET /health answers 200, no database, no domain; the comments say what to change"
    yield f"to read: `blogstack explain KEY`, and {links['Documentation']}"
