"""The pages of docs/reference, from the models and the table of codes."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from blogstack.config.reference import Key, keys
from blogstack.diagnostics import Code
from blogstack.help.explain import about, guide

FOLDER = Path(__file__).parent.parent / "docs" / "reference"

_LANGUAGE = """\
# The language

Every key of `blogstack.yaml`, in order: what `blogstack explain KEY` says of each. The
[README](../../README.md#the-language) shows them all in one file. Written by `make generate` from `blogstack/config/`.

- A duration is a number of seconds, or as in `30s`, `2m` and `1h`.
- `null` in front of a type says that the key may be null.
- A path with `[]` leads through every item of a list, NAME stands for a key that you choose.
- `environments.NAME` takes every key but `name`, `environments` and what decides the registry, such as
  `image.repository`.

"""

_CODES = """\
# The codes

Everything that blogstack says about a file, with a page each: what it means, why it matters in production, how to fix
it. `blogstack explain CODE` prints the page. Written by `make generate` from `blogstack/diagnostics.py`.

BS1xx is the text, BS2xx its shape, BS3xx rules across keys, BS4xx what cfn-lint finds, BS5xx files and environment. An
error stops the compilation, a warning does not.

| code | | says that |
|---|---|---|
"""


def pages() -> Mapping[str, str]:
    """The pages of docs/reference, by file name."""
    known = list(keys())
    top = ", ".join(f"[{key.name}](#{key.name})" for key in known if len(key.path) == 1)
    bodies = [f"{'#' if len(key.path) == 1 else '##'}{about(key)}{_more(key)}" for key in known]
    rows = [
        f"| [{code.id}](../../blogstack/help/codes/{code.id}.md) | {code.severity} | {code.subject} |\n"
        for code in Code
    ]
    return {"language.md": f"{_LANGUAGE}{top}\n\n" + "\n".join(bodies), "codes.md": _CODES + "".join(rows)}


def _more(key: Key) -> str:
    return f"\nMore: [guides/{key.name}.md](../../blogstack/help/guides/{key.name}.md)\n" if guide(key) else ""
