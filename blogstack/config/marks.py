"""Marks on the keys of the language: facts about a key that its type does not contain.

They are in `Annotated`, next to the type. Rules, the merge of environments, the schema and the reference read them
through fields.py, so that each fact is written once.
"""

from __future__ import annotations

import re

from blogstack.records import Record


class Shared(Record):
    """All environments share the key: none may change it.

    Attributes:
        unless: A key, as a dotted path. If the file gives it a value outside of the environments, each environment
            may change the marked key.
        help: What to do with the key in an environment.
    """

    unless: str | None = None
    help: str = "write it outside of the environments"


class Atomic:
    """The value of an environment replaces the one below it; the two are never merged."""


class Inherited:
    """The entries of `services`, `workers` and `jobs` have the key too, merged over that of `service`."""


class InheritsFrom(Record):
    """The mapping of a name that the user chooses is merged over a section, as far as its keys are `Inherited`.

    Attributes:
        section: Name of the section at the top level.
    """

    section: str


class InTemplate:
    """The value is a part of a CloudFormation template: null is a value, and a function is never merged."""


class OnlyWith:
    """The key has an effect with these deployment strategies only."""

    def __init__(self, *strategies: str) -> None:
        self.strategies = strategies


class Excludes(Record):
    """The key and another one of its mapping cannot both have a value.

    Attributes:
        key: The other one.
        help: How to choose between them.
    """

    key: str
    help: str = "keep one of the two"


class RequiredUnless(Record):
    """The key needs a value unless another one of its mapping has one.

    Attributes:
        key: The other one.
        help: What to do when neither has a value.
    """

    key: str
    help: str


class Requires(Record):
    """The key needs another one of its mapping.

    Attributes:
        key: The other one.
        words: What the other one must be.
        help: What to do otherwise.
        unlike: A regular expression that the other one's text must not match; None if any value will do.
    """

    key: str
    words: str
    help: str
    unlike: str | None = None

    def holds(self, value: object) -> bool:
        """Whether a value of the other key will do."""
        return value is not None and not (self.unlike and re.search(self.unlike, str(value)))
