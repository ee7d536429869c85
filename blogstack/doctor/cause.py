"""A cause: what keeps a deployment or a service from working, and what to do."""

from __future__ import annotations

from blogstack.diagnostics import Code, Diagnostic
from blogstack.records import Record
from blogstack.source.document import Document, KeyPath


class Cause(Record, kw_only=True):
    """What is wrong, with what AWS says about it.

    Attributes:
        code: Its page explains it.
        workload: Name of the workload; None if it concerns more than one.
        path: The key of the user's file that the resource comes from; None if there is none.
        message: One sentence.
        help: What to do.
        evidence: What AWS says, word for word, and the last lines of a log; never a secret's value.
    """

    code: Code
    workload: str | None
    path: KeyPath | None
    message: str
    help: str
    evidence: tuple[str, ...] = ()

    def diagnostic(self, document: Document) -> Diagnostic:
        """The cause as a diagnostic, at its key in the user's file."""
        span = document.locate(self.path) if self.path else None
        return Diagnostic(self.code, self.message, span, self.help)
