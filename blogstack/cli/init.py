"""`blogstack init`: a file to start from."""

from __future__ import annotations

import os
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from blogstack.cli.console import report
from blogstack.cli.exit_codes import ExitCode
from blogstack.cli.files import dockerfiles, folder_name, has_own_templates, read_texts, write_new
from blogstack.cli.inputs import DEFAULT_FILE
from blogstack.diagnostics import Rejected
from blogstack.pipeline import Compilation
from blogstack.words import listed

if TYPE_CHECKING:
    from blogstack.cli.detection import DetectedValue
    from blogstack.cli.starter import Folder, Start

_ATTRIBUTES = ".gitattributes"


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
    """Run `blogstack init`; returns the exit status."""
    from blogstack.cli.starter import ATTRIBUTES, SCHEMA_FILE, start
    from blogstack.schema import json_schema

    try:
        starter = start(_look_around(), framework.value if framework else None, _region())
        files = {DEFAULT_FILE: starter.text, SCHEMA_FILE: json_schema()}
        files |= {} if read_texts([_ATTRIBUTES]) else {_ATTRIBUTES: ATTRIBUTES}
        write_new(files)
    except Rejected as rejected:
        return report([Compilation(DEFAULT_FILE, b"", rejected.diagnostics)])
    print(f"wrote {listed(list(files))}")
    for line in _report(starter):
        print(line)
    return ExitCode.DONE


def _look_around() -> Folder:
    """What is known of the current folder; a Dockerfile in another place counts only if there is exactly one."""
    from blogstack.cli.detection import DOCKERFILES, copied, dependency_files
    from blogstack.cli.starter import Folder

    name, found = folder_name(), read_texts(DOCKERFILES)
    if not found and len(elsewhere := dockerfiles()) == 1:
        found = read_texts(elsewhere)
    dependencies = read_texts(dependency_files(next(iter(found), None)))
    sources = [source for text in found.values() for source in copied(text)]
    folders = dict.fromkeys([".", *(path.rpartition("/")[0] or "." for path in found)])
    context = next((folder for folder in folders if all(Path(folder, each).exists() for each in sources)), ".")
    return Folder(name, found, dependencies, has_own_templates(), context)


def _region() -> DetectedValue | None:
    """The region that the environment sets for the AWS CLI, if it is one that blogstack knows."""
    from blogstack.cli.detection import DetectedValue
    from blogstack.facts.regions import REGIONS

    # https://docs.aws.amazon.com/cli/latest/userguide/cli-configure-envvars.html
    names = ("AWS_REGION", "AWS_DEFAULT_REGION")
    return next((DetectedValue(os.environ[name], name) for name in names if os.environ.get(name) in REGIONS), None)


def _report(starter: Start) -> Iterator[str]:
    """What was found and assumed, and what to do next."""
    from blogstack.config.other_tools import NAMES, moves_from

    if starter.found:
        yield f"found: {', '.join(starter.found)}"
    for path in sorted(path.as_posix() for name in NAMES for path in Path().glob(name)):
        yield f"found: {path}, which blogstack does not read: {moves_from(path)}"
    yield f"assumed: {', '.join(starter.assumed)}; the comments in {DEFAULT_FILE} say what to change"
    yield f"next: edit {DEFAULT_FILE}, then run `blogstack compile`; `blogstack explain service` explains a section"
