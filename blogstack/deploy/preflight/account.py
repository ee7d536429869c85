"""What a check knows: the account, what is to be deployed, and which of its stacks are there already."""

from __future__ import annotations

from blogstack.aws.session import Session
from blogstack.blueprint import Blueprint
from blogstack.diagnostics import Code
from blogstack.records import Record
from blogstack.source.document import KeyPath


class Account(Record, kw_only=True):
    """What a check knows.

    Attributes:
        blueprint: Of the environment that is deployed.
        tag: Of the image to deploy; "" where every image has one.
        stacks: Names of the stacks that exist in the region.
        can_build: Whether docker or buildah is here.
    """

    session: Session
    blueprint: Blueprint
    tag: str
    stacks: frozenset[str]
    can_build: bool


class Problem(Record):
    """What would fail later.

    Attributes:
        path: The key of the user's file that it is about.
        help: What to do.
    """

    code: Code
    message: str
    path: KeyPath
    help: str
