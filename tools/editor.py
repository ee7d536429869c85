"""Pictures of blogstack.yaml in an editor: `python -m tools.editor` renews docs/images/editor-*.svg.

A real Neovim with the real yaml-language-server of the tests is controlled by keys in a terminal of tmux, and its
screen becomes the picture. It needs `nvim`, 0.11 or later, and `tmux` in PATH, which a new machine may lack: no test
runs it, but one compares the texts of the pictures with the current answers of the language server.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory

from rich.console import Console
from rich.terminal_theme import TerminalTheme
from rich.text import Text

from tests.language_server.editor import NODE, SECONDS, SERVER
from tools.terminal import FORMAT, IMAGES

ROOT = Path(__file__).parent.parent
SCHEMA = "blogstack.schema.json"
FILE = "blogstack.yaml"
COLUMNS = 90

# Texts with the cursor at `|`.
MISTAKES = f"""\
# yaml-language-server: $schema=./{SCHEMA}
name: shop
region: us-east-1
|
service:
  framwork: fastapi
  cpu: 0.5 vCPU
  memory: 8 GB
  stop_timeout: 5 minutes

scaling: {{min: 2}}

environments:
  staging:
    service: {{cpu: 0.25 vCPU, memory: 4 GB}}
"""
COMPLETION = f"""\
# yaml-language-server: $schema=./{SCHEMA}
name: shop
region: us-east-1

service:
  framework: fastapi
  secrets: {{JWT_SECRET: generate}}

database: {{}}

deployment:
  |
"""
TYPED, CHOSEN = "st", "strategy"

_NEOVIM = r"""
vim.o.termguicolors = true
vim.o.background = "light"
vim.o.number = true
vim.o.showmode = false
vim.o.ruler = false
vim.o.laststatus = 0
vim.o.cmdheight = 0
vim.o.fillchars = "eob: "
vim.o.shortmess = vim.o.shortmess .. "cIF"
vim.o.linebreak = true
vim.o.completeopt = "menuone,noinsert,popup"
vim.diagnostic.config({ virtual_text = { spacing = 2, prefix = "■" }, signs = false })
for group, colors in pairs({
  Normal = { fg = "#1f2328", bg = "#ffffff" },
  LineNr = { fg = "#6e7781" },
  Comment = { fg = "#59636e" },
  Identifier = { fg = "#0550ae" },
  Delimiter = { fg = "#1f2328" },
  DiagnosticError = { fg = "#b3151f" },
  DiagnosticUnderlineError = { fg = "#b3151f", underline = true },
  Pmenu = { fg = "#1f2328", bg = "#e7ecf3" },
  PmenuKind = { fg = "#59636e", bg = "#e7ecf3" },
  PmenuMatch = { fg = "#1f2328", bg = "#e7ecf3", bold = true },
  PmenuSel = { fg = "#ffffff", bg = "#0550ae", bold = true },
  PmenuKindSel = { fg = "#ffffff", bg = "#0550ae" },
  PmenuMatchSel = { fg = "#ffffff", bg = "#0550ae", bold = true },
  NormalFloat = { fg = "#1f2328", bg = "#f4f0e4" },
  ["@markup.raw"] = { fg = "#0550ae" },
}) do
  vim.api.nvim_set_hl(0, group, colors)
end
vim.api.nvim_create_autocmd("FileType", {
  pattern = "yaml",
  callback = function(event)
    vim.lsp.start({
      name = "yaml-language-server",
      cmd = vim.json.decode(vim.env.YAML_LANGUAGE_SERVER),
      root_dir = vim.fn.getcwd(),
      settings = { yaml = { validate = true, schemaStore = { enable = false } } },
      on_attach = function(client, buffer) vim.lsp.completion.enable(true, client.id, buffer) end,
    })
  end,
})
"""

_THEME = TerminalTheme((255, 255, 255), (31, 35, 40), [(31, 35, 40)] * 8)  # Neovim names every color itself


class Neovim:
    """A Neovim in a terminal, with a text open as blogstack.yaml and the cursor at its `|`."""

    def __init__(self, folder: Path, text: str, rows: int) -> None:
        before, after = text.split("|")
        (folder / FILE).write_text(before + after)
        (folder / "init.lua").write_text(_NEOVIM)
        shutil.copyfile(ROOT / SCHEMA, folder / SCHEMA)
        self._socket = folder / "nvim.socket"
        self._tmux = ("tmux", "-S", str(folder / "tmux.socket"), "-f", os.devnull)
        own = {f"XDG_{kind}_HOME": str(folder) for kind in ("CONFIG", "DATA", "STATE", "CACHE")}
        own["YAML_LANGUAGE_SERVER"] = json.dumps([str(NODE), str(SERVER), "--stdio"])
        line, column = before.count("\n") + 1, len(before.rpartition("\n")[2]) + 1
        neovim = ("nvim", "--clean", "-u", "init.lua", "--listen", str(self._socket), f"+call cursor({line}, {column})")
        size = ("-x", str(COLUMNS), "-y", str(rows))
        environment = {**os.environ, **own}
        _run(*self._tmux, "new-session", "-d", *size, *neovim, FILE, folder=folder, environment=environment)
        _run(*self._tmux, "set-option", "-g", "status", "off")

    def press(self, *keys: str) -> None:
        """Press keys, by their names in tmux."""
        _run(*self._tmux, "send-keys", *keys)

    def wait_for(self, expression: str) -> None:
        """Return when an expression in Lua is true in the editor.

        Raises:
            TimeoutError: if it is not true within a minute.
        """
        ask = ("nvim", "--server", str(self._socket), "--remote-expr", f"luaeval('({expression}) and 1 or 0')")
        for _ in range(SECONDS * 5):
            if subprocess.run(ask, capture_output=True, text=True, check=False).stdout.strip() == "1":  # noqa: S603
                return
            time.sleep(0.2)
        raise TimeoutError(expression)

    def picture(self) -> str:
        """The screen of the terminal as SVG, once it no longer changes."""
        screen, last = self._screen(), ""
        while screen != last:
            time.sleep(1)
            screen, last = self._screen(), screen
        x, y = map(int, _run(*self._tmux, "display-message", "-p", "#{cursor_x} #{cursor_y}").split())
        console = Console(record=True, width=COLUMNS, file=StringIO(), force_terminal=True, color_system="truecolor")
        for row, line in enumerate(screen.splitlines()):
            text = Text.from_ansi(line)
            if row == y:
                text.pad_right(max(0, x + 1 - len(text)))
                text.stylize("reverse", x, x + 1)
            console.print(text)
        svg = console.export_svg(title=FILE, theme=_THEME, code_format=FORMAT, unique_id="editor")
        return svg.replace("rgba(255,255,255,0.35)", "#d0d7de")  # the frame, which is made for a dark window

    def stop(self) -> None:
        """End the editor and its terminal."""
        _run(*self._tmux, "kill-server")

    def _screen(self) -> str:
        return _run(*self._tmux, "capture-pane", "-e", "-p")


def pictures() -> Iterator[tuple[str, str]]:
    """The name of each picture and its text: a file with mistakes, and the completion of a key."""
    with neovim(MISTAKES, rows=MISTAKES.count("\n") + 1) as editor:
        yield "editor-mistakes", editor.picture()
    with neovim(COMPLETION, rows=COMPLETION.count("\n") + 5) as editor:
        editor.press("A", "C-x", "C-o")
        editor.wait_for("vim.fn.pumvisible() == 1")
        editor.press(*TYPED, "Down", "Down")
        editor.wait_for(f'vim.fn.complete_info().items[vim.fn.complete_info().selected + 1].abbr == "{CHOSEN}"')
        yield "editor-completion", editor.picture()


@contextmanager
def neovim(text: str, rows: int) -> Iterator[Neovim]:
    """Open a text and wait until the language server has checked it."""
    with TemporaryDirectory() as name:
        editor = Neovim(Path(name), text, rows)
        try:
            editor.wait_for("#vim.diagnostic.get(0) > 0")
            yield editor
        finally:
            editor.stop()


def _run(*command: str, folder: Path | None = None, environment: Mapping[str, str] | None = None) -> str:
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=True)  # noqa: S603
    return done.stdout


def main() -> int:
    """Renew the pictures; returns the exit status."""
    for name, text in pictures():
        (IMAGES / f"{name}.svg").write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
