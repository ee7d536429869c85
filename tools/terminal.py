"""Recordings of `blogstack deploy` on a terminal, as pictures: `python -m tools.terminal` renews docs/images/.

The real command runs in a pseudo-terminal against the emulated AWS, where every step is instant and no container runs.
The picture shows what is on the screen at the end.
"""

from __future__ import annotations

import fcntl
import os
import pty
import re
import struct
import subprocess
import sys
import termios
from collections.abc import Iterator, Mapping
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory

from rich._export_format import CONSOLE_SVG_FORMAT
from rich.console import Console
from rich.terminal_theme import TerminalTheme
from rich.text import Text

from blogstack.pipeline import compile_text
from tests.support.account import emulated_account

IMAGES = Path(__file__).parent.parent / "docs" / "images"
COLUMNS, ROWS = 100, 60
QUESTION = b"Deploy? [y/N]: "

# The file of the README.
FILE = """\
name: shop
region: us-east-1

service:
  framework: fastapi
  secrets: {JWT_SECRET: generate}
  release: [python, -m, app.migrate]

database: {}

domain:
  name: shop.example.com
  hosted_zone_id: Z0123456789ABCDEFGHIJ
"""
MISTAKE = ("  framework: fastapi\n", "  framework: fastapi\n  health: {path: /healthz}\n")


def recordings() -> Iterator[tuple[str, str]]:
    """The name of each picture and its text: a first deployment, and one with a health path without an answer."""
    with (
        emulated_account(compile_text("blogstack.yaml", FILE.encode())) as (_, environment),
        TemporaryDirectory() as name,
    ):
        folder = Path(name)
        (folder / "blogstack.yaml").write_text(FILE)
        yield "deploy", _record(folder, environment, tag="v1")
        (folder / "blogstack.yaml").write_text(FILE.replace(*MISTAKE))
        yield "deploy-failed", _record(folder, environment, tag="v1")


def _record(folder: Path, environment: Mapping[str, str], tag: str) -> str:
    """A picture of one run of `blogstack deploy`, in which the question is answered with yes."""
    command = ["blogstack", "deploy", "--image-tag", tag]
    output = _run([str(Path(sys.executable).with_name("blogstack")), *command[1:]], folder, environment)
    console = Console(record=True, width=COLUMNS, file=StringIO(), force_terminal=True, color_system="truecolor")
    console.print(Text(f"$ {' '.join(command)}", style="bold"))
    for line in _screen(output):
        console.print(Text.from_ansi(line))
    return console.export_svg(title="blogstack deploy", theme=_THEME, code_format=FORMAT, unique_id="terminal")


def _run(command: list[str], folder: Path, environment: Mapping[str, str]) -> str:
    """What a command writes to a terminal of this size."""
    ours, its = pty.openpty()
    fcntl.ioctl(its, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
    inherited = {name: value for name, value in environment.items() if name not in ("NO_COLOR", "FORCE_COLOR")}
    # The caller's variables about its own terminal would override the size of this one.
    own = {
        "TERM": "xterm-256color",
        "COLUMNS": str(COLUMNS),
        "LINES": str(ROWS),
        "XDG_CACHE_HOME": str(folder / "cache"),
    }
    process = subprocess.Popen(  # noqa: S603 (ours)
        command, cwd=folder, env=inherited | own, stdin=its, stdout=its, stderr=its
    )
    os.close(its)
    output, answered = b"", False
    while True:
        try:
            part = os.read(ours, 65536)
        except OSError:  # its side is closed
            break
        output += part
        if QUESTION in output and not answered:
            os.write(ours, b"y\n")
            answered = True
    os.close(ours)
    process.wait()
    return output.decode()


_CONTROL = re.compile(r"\x1b\[\?25[lh]|\x1b\[(\d*)A|\x1b\[2K|\r|\n")


def _screen(output: str) -> list[str]:
    """The lines that remain of the output: rich moves up, erases lines and writes them again.

    Raises:
        ValueError: for another movement of the cursor.
    """
    lines, row, start = [""], 0, 0
    for control in _CONTROL.finditer(output):
        lines[row] += output[start : control.start()]
        start = control.end()
        if control[0].endswith("A"):
            row -= int(control[1] or 1)
        elif control[0] == "\n":
            row += 1
            lines += [""] * (row + 1 - len(lines))
        elif control[0].endswith("2K"):
            lines[row] = ""
    lines[row] += output[start:]
    if unknown := re.search(r"\x1b\[[\d;?]*[^\d;?m]", "".join(lines)):
        raise ValueError(f"unknown control sequence {unknown[0]!r}")
    return "\n".join(lines).rstrip().splitlines()


# Background, text and the eight colors of a terminal, with more contrast than those of rich: even dimmed, all but red
# have the 4.5 that WCAG requires, and red, which is bold, the required 3.
_THEME = TerminalTheme(
    (13, 17, 23),
    (225, 228, 232),
    [
        *((72, 79, 88), (255, 123, 114), (126, 231, 135), (227, 179, 65)),
        *((121, 192, 255), (210, 168, 255), (118, 227, 234), (225, 228, 232)),
    ],
)
_MONOSPACE = 'ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace'
# Without the fonts that rich's pictures load from another host, which a page may forbid.
FORMAT = re.sub(r"@font-face \{\{.*?\}\}\s*", "", CONSOLE_SVG_FORMAT, flags=re.DOTALL).replace(
    "font-family: Fira Code, monospace", f"font-family: {_MONOSPACE}"
)


def main() -> int:
    """Renew the pictures; returns the exit status."""
    for name, text in recordings():
        (IMAGES / f"{name}.svg").write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
