"""`make shell FILE=blogstack.yaml`: a shell in which blogstack, docker and the AWS CLI lead to an emulated AWS."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from blogstack.pipeline import compile_text
from tests.support.account import emulated_account

GREETING = """\
This shell has an emulated AWS, and ends with it: deploy, status, verify, doctor, run, rollback and destroy work.
No image is built and no container runs. The health paths that {file} names now are answered, every other with 404.
"""


def main(file: Path) -> int:
    """Run the user's shell in the file's folder; returns its exit status."""
    blogstack = Path(sys.executable).with_name("blogstack")
    if status := subprocess.run([blogstack, "validate", file], check=False).returncode:
        return status
    with emulated_account(compile_text(str(file), file.read_bytes())) as (_, environment):
        print(GREETING.format(file=file.name), flush=True)
        return subprocess.run([os.environ.get("SHELL", "sh")], cwd=file.parent, env=environment, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
