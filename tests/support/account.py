"""An emulated AWS for a file: what the file needs exists, a docker is at hand, and the service answers."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from blogstack.pipeline import Compilation
from emulator import Emulator
from tests.support.deploying import give_what_exists
from tests.support.images import make_docker
from tests.support.web import web


@contextmanager
def emulated_account(compilation: Compilation) -> Iterator[tuple[Emulator, Mapping[str, str]]]:
    """The AWS, and the variables that lead a command to it.

    The paths of the health checks that the file names now are answered with 200, every other path with 404.

    Args:
        compilation: Of the file, without errors.
    """
    blueprints = compilation.blueprints
    exposures = [each.exposure for blueprint in blueprints for each in blueprint.services if each.exposure]
    answers = {path: 200 for each in exposures for path in (each.health_path, *each.own_paths)}
    tls = [blueprint.edge.tls for blueprint in blueprints if blueprint.edge and blueprint.edge.tls]
    names = [name for each in tls for name in (each.domain, *each.more_names)]
    with (
        Emulator(blueprints[0].region) as aws,
        TemporaryDirectory() as folder,
        web(Path(folder), *(names or ["localhost"])) as internet,
    ):
        give_what_exists(aws, compilation)
        aws.add_existing(answers=answers)
        internet.statuses, internet.otherwise, internet.redirects = answers, 404, bool(tls)
        make_docker(Path(folder))
        path = f"{folder}{os.pathsep}{aws.env['PATH']}"
        yield aws, {**aws.env, **internet.environment, "PATH": path}
