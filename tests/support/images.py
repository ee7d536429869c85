"""A docker that builds nothing: what it pushes is added to the emulated ECR, because the tests have no Docker."""

from __future__ import annotations

import sys
from pathlib import Path

_DOCKER = """#!{python}
import sys
if sys.argv[1] == "ps":
    sys.exit({stopped})
import boto3
with open({log!r}, "a") as log:
    print(*sys.argv[1:], file=log)
if sys.argv[1] == "login":
    sys.stdin.read()
if sys.argv[1] == "build":
    {build}
if sys.argv[1] == "push":
    repository, _, tag = sys.argv[2].partition("/")[2].partition(":")
    boto3.client("ecr").put_image(repositoryName=repository, imageTag=tag, imageManifest='{{"schemaVersion": 2}}')
"""


BROKEN = 'sys.exit("step 3: no such file: requirements.txt")'
SLOW = "import time; time.sleep(60)"


def make_docker(folder: Path, build: str = "pass", *, stopped: bool = False) -> Path:
    """Write the program `docker`, whose build does this, into a folder; returns the file that lists its calls.

    Args:
        stopped: Whether its daemon does not answer.
    """
    log = folder / "docker.log"
    program = folder / "docker"
    program.write_text(_DOCKER.format(python=sys.executable, log=str(log), build=build, stopped=int(stopped)))
    program.chmod(0o755)
    return log
