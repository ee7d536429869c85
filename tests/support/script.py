"""Stand-ins for programs that the printed script calls and the emulated AWS cannot use."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from pathlib import Path

LEFT_OUT = """printf '# left out here: %s\\n' "$(basename "$0") $*" >&2"""
STAND_INS = {
    "docker": f"{LEFT_OUT}; cat >/dev/null",
    "curl": LEFT_OUT,
    # A checkout with changes may be shown too.
    "git": 'if [ "$1" = status ]; then exit 0; fi; exec "$REAL_GIT" "$@"',
    "aws": f"""case "$1 $2 $3" in
  "logs tail "*) {LEFT_OUT} ;;
  "ecr describe-images "*) exit 254 ;;
  "ecr get-login-password "*) ;;
  "ecs wait tasks-stopped") {LEFT_OUT} ;;
  "ecs describe-tasks "*) echo 0 ;;
  *) exec "$REAL_AWS" "$@" ;;
esac""",
}
"""What an emulated AWS has no use for: Docker, requests to the container, its logs, and the end of a container; and
that an image does not exist, where ECR answers with an error and the emulator with an empty list."""


def stand_in(environment: Mapping[str, str], folder: Path, aws: Path) -> dict[str, str]:
    """An environment in which the stand-ins come before the real commands; `aws`: the real one."""
    path = environment["PATH"]
    for name, script in STAND_INS.items():
        (folder / name).write_text(f"#!/bin/sh\n{script}\n")
        (folder / name).chmod(0o755)
    real = {"REAL_AWS": str(aws), "REAL_GIT": shutil.which("git", path=path) or "git"}
    return {**environment, **real, "PATH": f"{folder}{os.pathsep}{path}"}
