"""The difference of an accept case's templates from those of another, as text for a review."""

from __future__ import annotations

import re
from collections.abc import Iterator
from difflib import SequenceMatcher

from blogstack.templates.render import Template
from tests.cases import compiled

Entries = dict[str, list[str]]
Marked = tuple[str, str]
"""A mark (a space, `+` or `-`) and the line that it is for."""


def difference(case: str, parent: str) -> str:
    """The lines that a case adds to its parent's templates (`+`) and those that it removes (`-`).

    By stack and resource: above each changed line are the keys that it belongs to and the key or item before it. A
    service's name is replaced by the parent's. Of what is removed as a whole, only the first two lines are written.
    """
    lines: list[str] = []
    compared = set()
    for environment in compiled(case).environments or [""]:
        ours = _by_kind(f"{case}@{environment}" if environment else case)
        base = _by_kind(f"{parent}@{environment}" if environment in compiled(parent).environments else parent)
        our_name, base_name = _service(ours), _service(base)
        for kind, template in ours.items():
            if template.stack_name in compared:
                continue
            compared.add(template.stack_name)
            text = re.sub(rf"\b{re.escape(our_name)}\b", base_name, template.text)
            if kind not in base:
                lines += [f"@@ {template.stack_name}, a new stack", *(f"+{x}" for x in text.splitlines())]
            elif changed := list(_changed(_entries(base[kind].text), _entries(text))):
                lines += [f"@@ {template.stack_name}", *changed]
        prefix = f"{environment}: " if environment else ""
        lines += [f"@@ {prefix}no {kind} stack" for kind in base if kind not in ours]
    return "".join(f"{line}\n" for line in lines)


def _by_kind(case: str) -> dict[str, Template]:
    return {template.stack_name.rpartition("-")[2]: template for template in compiled(case).templates}


def _service(templates: dict[str, Template]) -> str:
    """What the names of a service's stacks begin with; the registry's has no environment, so it is another's."""
    return templates["service"].stack_name.removesuffix("-service")


def _entries(text: str) -> Entries:
    """The lines of a template by what they describe: a resource, an output, a parameter, the description."""
    entries: Entries = {}
    section = key = ""
    for line in filter(str.strip, text.splitlines()):
        if not line.startswith(" "):
            section = key = line.split()[0]
        elif re.fullmatch(r"  \w+:", line):
            key = section + line
        entries.setdefault(key, []).append(line)
    return entries


def _changed(base: Entries, ours: Entries) -> Iterator[str]:
    for key in [*ours, *(key for key in base if key not in ours)]:
        if key not in ours:
            yield from (f"-{line}" for line in base[key][:2])
        elif ours[key] != base.get(key):
            marked = list(_marked(base.get(key, []), ours[key]))
            yield from (mark + line for mark, line in (marked[place] for place in sorted(_places(marked))))


def _places(marked: list[Marked]) -> set[int]:
    """Where the changed lines are, the keys that they belong to, and the key or item before them."""
    places = set()
    for place, (mark, line) in enumerate(marked):
        if mark == " ":
            continue
        places.add(place)
        depth, has_sibling = _depth(line), False
        for above in range(place - 1, -1, -1):
            other_mark, other = marked[above]
            if other_mark not in (" ", mark) or _depth(other) > depth or (_depth(other) == depth and has_sibling):
                continue
            places.add(above)
            depth, has_sibling = _depth(other), True
    return places


def _depth(line: str) -> int:
    return len(line) - len(line.lstrip())


def _marked(base: list[str], ours: list[str]) -> Iterator[Marked]:
    for step, a, b, c, d in SequenceMatcher(None, base, ours, autojunk=False).get_opcodes():
        if step == "equal":
            yield from ((" ", line) for line in base[a:b])
        else:
            yield from (("-", line) for line in base[a:b])
            yield from (("+", line) for line in ours[c:d])
