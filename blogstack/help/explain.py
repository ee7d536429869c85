"""Explanations of codes and keys as Markdown, for `blogstack explain` and the pages of docs/reference.

The page of each code is a file in codes/, in this package, so that it is there wherever blogstack is installed; a key
that needs a longer text has one in guides/.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from importlib.resources import files

from blogstack.config.reference import EXAMPLE_NAME, Key, bare, keys
from blogstack.config.workloads import SERVICES
from blogstack.diagnostics import Code
from blogstack.rules import RULES, Rule
from blogstack.source.document import NAME
from blogstack.source.environments import ENVIRONMENTS
from blogstack.templates.render import flow, to_yaml
from blogstack.words import did_you_mean, shorten


class Unknown(Exception):
    """A word that is neither a code nor one key; the message suggests the nearest."""


def explain(word: str) -> str:
    """The explanation of a word; arguments and errors as in `find`."""
    found = find(word)
    return page(found) if isinstance(found, Code) else about(found) + guide(found)


def find(word: str) -> Code | Key:
    """The code or key that a word means.

    Args:
        word: A code (BS301), a key (scaling.min), or the last part of a key if no other key ends with it.

    Raises:
        Unknown: if it is none of these, or several keys end with it.
    """
    codes = {code.id: code for code in Code}
    if code := codes.get(word.upper()):
        return code
    known, shown = keys(), shorten(word)
    parts = _parts(word)
    matching = [key for key in known if _same(key, parts)]
    matching = matching or [key for key in known if _named(key)[-len(parts) :] == parts]
    # A further service has the keys of `service` and some of the top level.
    matching = [key for key in matching if key.path[0] != SERVICES] or matching
    if len(matching) == 1:
        return matching[0]
    if matching:
        raise Unknown(f"{shown!r} is the name of several keys: {', '.join(key.name for key in matching)}")
    near = _elsewhere(known, parts)
    if near is None:
        names = [key.name for key in known] if "." in word else [name for key in known for name in _named(key)[-1:]]
        near = did_you_mean(word, [*names, *codes])
    help = f"did you mean {near!r}?" if near else what_is_known()
    raise Unknown(f"{shown!r} is neither a code nor a key; {help}")


def what_is_known() -> str:
    """How codes and keys start, for a user who has given none."""
    return f"codes are BSnnn; keys start with {', '.join(key.name for key in keys() if len(key.path) == 1)}"


def words() -> list[str]:
    """The full names of everything that can be explained."""
    return [*(key.name for key in keys()), *(code.id for code in Code)]


def page(code: Code) -> str:
    """The page of a code: what it means, why it matters in production, how to fix it."""
    return files("blogstack.help").joinpath("codes", f"{code.id}.md").read_text("utf-8")


def guide(key: Key) -> str:
    """The longer text about a key, such as what it needs outside of blogstack; "" for most."""
    file = files("blogstack.help").joinpath("guides", f"{key.name}.md")
    return f"\n{file.read_text('utf-8')}" if file.is_file() else ""


def about(key: Key) -> str:
    """A key's meaning, type, default, rules and example, and the keys that it holds."""
    takes = re.sub(r"[\w:/.\"]*\*[\w.\"]*", r"`\g<0>`", key.takes)  # a bare asterisk would be emphasis
    facts = [f"Type: {takes}", f"Default: {_default(key)}"]
    if codes := checked_by(key):
        facts.append(f"Checked by: {', '.join(f'{code.id} ({code.subject})' for code in codes)}")
    text = f"# {key.name}\n\n{key.description}\n\n" + "".join(f"- {fact}\n" for fact in facts)
    if key.section:
        text += "\nKeys:\n\n" + "".join(f"- `{k.name}`: {summary(k)}\n" for k in inside(key, keys()))
    if key.example is not None:
        text += f"\n```yaml\n{bare(to_yaml(example(key)))}```\n"
    return text


def summary(key: Key) -> str:
    """The first paragraph of a key's description, as in a list."""
    return key.description.partition("\n\n")[0]


def checked_by(key: Key) -> list[Code]:
    """The codes of the rules that read a key, in order."""
    return sorted({rule.code for rule in RULES if _reads(rule, key)}, key=lambda code: code.id)


def inside(key: Key, known: Iterable[Key]) -> list[Key]:
    """The keys that are directly inside of one."""
    depth = len(_named(key)) + 1
    return [k for k in known if len(_named(k)) == depth and k.path[: len(key.path)] == key.path]


def example(key: Key) -> dict[str, object]:
    """A key's example at its place in the file."""
    tree: object = key.example
    for step in reversed(key.path):
        tree = [tree] if step == 0 else {EXAMPLE_NAME if step == NAME else str(step): tree}
    assert isinstance(tree, dict)
    return tree


def _reads(rule: Rule, key: Key) -> bool:
    return any(
        key.name.startswith(name.removesuffix("*")) if name.endswith(".*") else key.name == name for name in rule.keys
    )


def _default(key: Key) -> str:
    if key.required:
        return "none; the key is required"
    return "those of its keys" if key.takes == "mapping" else f"`{bare(flow(key.default))}`"


def _parts(word: str) -> tuple[str, ...]:
    """The names in a path, as a person or a message writes it: without numbers of items and without the environment."""
    parts = tuple(re.sub(r"\[.*?\]", "", word).split("."))
    return parts[2:] if parts[0] == ENVIRONMENTS and len(parts) > 2 else parts


def _named(key: Key) -> tuple[str, ...]:
    """The names in a key's path that are defined by the language."""
    return tuple(step for step in key.path if isinstance(step, str) and step != NAME)


def _same(key: Key, parts: tuple[str, ...]) -> bool:
    """Whether the parts are a key's path, with or without the names that the user chooses."""
    steps = [step for step in key.path if step != 0]
    chosen = len(parts) == len(steps) and all(known in (NAME, part) for known, part in zip(steps, parts, strict=True))
    return chosen or parts == _named(key)


def _elsewhere(known: Sequence[Key], parts: tuple[str, ...]) -> str | None:
    """The only key with the last of several names, in another section; None if there is none, or several."""
    found = [key.name for key in known if len(parts) > 1 and _named(key)[-1:] == parts[-1:] and key.path[0] != SERVICES]
    return found[0] if len(found) == 1 else None
