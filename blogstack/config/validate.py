"""Document -> Validation: the configuration, and every error in its keys, types and values."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from blogstack.config import Config
from blogstack.config.errors import MAX_ERRORS, describe, guess_key, path_in, to_diagnostics
from blogstack.config.other_tools import recognize
from blogstack.diagnostics import Code, Diagnostic, Rejected
from blogstack.facts.regions import REGIONS
from blogstack.records import Record
from blogstack.source.document import Data, Document, KeyPath

PLACEHOLDERS: Mapping[str, Data] = {"name": "placeholder", "region": REGIONS[0]}
"""The substitutes for faulty values without a default, so that the rules can look at the rest of the file."""

_MAX_ROUNDS = 8  # more than the configuration has levels


class Validation(Record):
    """What validate returns.

    Attributes:
        config: The configuration; faulty keys are at their defaults.
        faulty: The paths of those keys, so that no rule checks what depends on them.
        diagnostics: The errors in them.
    """

    config: Config
    faulty: tuple[KeyPath, ...]
    diagnostics: tuple[Diagnostic, ...]


def validate(document: Document) -> Validation:
    """Make a configuration of a document.

    Raises:
        Rejected: with every diagnostic, when it leaves nothing for the rules to look at.
    """
    written, data = document.plain(), document.plain()
    if not isinstance(data, dict):
        message = f"expected a mapping, not {describe(data)}"
        space = ", with a space after the colon" if isinstance(data, str) and ":" in data else ""
        help = f"write `key: value` lines{space}"
        raise Rejected([Diagnostic(Code.WRONG_TYPE, message, document.locate(()), help)])
    if tool := recognize(data):
        message = f"unknown key {tool.key!r}: this is {tool.name}, not a blogstack.yaml"
        help = f"`blogstack init` writes a blogstack.yaml to start from; {tool.help}"
        raise Rejected([Diagnostic(Code.UNKNOWN_KEY, message, document.locate_key((tool.key,)), help)])
    faulty: list[KeyPath] = []
    diagnostics: tuple[Diagnostic, ...] = ()
    for _ in range(_MAX_ROUNDS):
        try:
            return Validation(Config.model_validate(data), tuple(faulty), diagnostics)
        except ValidationError as error:
            errors = error.errors(include_url=False)
        # Removing a faulty key may break its mapping in turn, if the key is required: that is the same error.
        diagnostics = diagnostics or to_diagnostics(document, written, errors)
        paths = list(dict.fromkeys(_removable(data, details) for details in errors))
        for path in paths:
            _remove(data, path)
        faulty += paths
        unknown = [details["loc"] for details in errors[:MAX_ERRORS] if details["type"] == "extra_forbidden"]
        faulty += [path for loc in unknown for path in guess_key(loc)]  # a misspelt key is not at its default
    raise Rejected(diagnostics)


def _removable(data: Data, details: ErrorDetails) -> KeyPath:
    """The key to remove for an error: the faulty one, or the mapping that lacks a required one."""
    path = path_in(data, details["loc"])
    for depth, step in enumerate(path):
        if isinstance(step, int):  # a list with a faulty item is removed completely
            return path[:depth]
    return path or details["loc"][:1]


def _remove(data: dict[str, Data], path: KeyPath) -> None:
    parent: Data = data
    for step in path[:-1]:
        parent = parent.get(str(step)) if isinstance(parent, dict) else None
    key = str(path[-1])
    if parent is data and key in PLACEHOLDERS:
        data[key] = PLACEHOLDERS[key]
    elif isinstance(parent, dict):
        parent.pop(key, None)
