"""The pages of docs/reference that are generated: the language, the codes, the commands and the stacks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from blogstack.config.reference import Key, keys
from blogstack.diagnostics import Code
from blogstack.help.explain import about, guide
from tools import command_page, stack_page
from tools.language_block import block

FOLDER = Path(__file__).parent.parent / "docs" / "reference"

_LANGUAGE = """\
# The language

Two keys are required; all others have the default that a careful engineer would choose for production. Unknown
keys, duplicate keys and wrong types are errors, never ignored. Every scalar except `true`, `false`, `null` and whole
numbers is a string, exactly as written: `22:22`, `1.10` and `no` are strings.

- A duration is a number of seconds, or has a unit, as in `30s`, `2m` and `1h`.
- `null` in front of a type means that the key may be null.
- `[]` in a path means every item of a list; NAME is a key that you choose.
- `environments.NAME` may have every key except `name`, `environments` and keys that define the registry, such as
  `image.repository`. Mappings are merged, lists and scalars replace, and null resets a key to its default.

`blogstack explain scaling.min` prints the section of these pages about a key.

## Sections

"""

_BLOCK = """
## Every key in one file

The values are the defaults, except on lines marked e.g., whose keys are absent by default. Some keys cannot be
combined; a real file is as short as the one in the [README](../../README.md).

"""

_CODES = """\
# The codes

Each error and warning has a page: what it means, why it matters in production, how to fix it. `blogstack explain CODE`
prints the page.

BS1xx are about YAML, BS2xx about the structure of the file, BS3xx about rules across keys, BS4xx about templates, BS5xx
about files, deployments and running services. An error stops the compilation, a warning does not.

| code | | meaning |
|---|---|---|
"""


def pages() -> Mapping[str, str]:
    """The pages, by their path in docs/reference."""
    known = keys()
    tops = [key for key in known if len(key.path) == 1]
    rows = [
        f"| [{code.id}](../../blogstack/help/codes/{code.id}.md) | {code.severity} | {code.subject} |\n"
        for code in Code
    ]
    return {
        "language.md": f"{_LANGUAGE}{''.join(map(_line, tops))}{_BLOCK}```yaml\n{block()}```\n",
        **{f"language/{top.name}.md": "\n".join(_section(top, known)) for top in tops},
        "codes.md": _CODES + "".join(rows),
        "commands.md": command_page.text(),
        "stacks.md": stack_page.text(),
    }


def _line(key: Key) -> str:
    return f"- [`{key.name}`](language/{key.name}.md): {key.description}\n"


def _section(top: Key, known: Sequence[Key]) -> Iterator[str]:
    """What `explain` says about a key and about each one inside it."""
    for key in known:
        if key.path[0] == top.name:
            yield f"{'#' if key is not top else ''}{about(key)}{_more(key)}"


def _more(key: Key) -> str:
    return f"\nMore: [{key.name}](../../../blogstack/help/guides/{key.name}.md)\n" if guide(key) else ""
