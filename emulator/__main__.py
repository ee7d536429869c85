"""Run a command with an emulated AWS in its environment: `python -m emulator COMMAND...`."""

import subprocess
import sys
from collections.abc import Sequence

from emulator import Emulator


def main(command: Sequence[str]) -> int:
    """Run the command and return its exit status; the emulated AWS ends with it."""
    with Emulator() as emulator:
        return subprocess.run(command, env=emulator.env, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
