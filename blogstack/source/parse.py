"""Text -> Document: plain data in which every value still knows its place. The only file that imports yaml.

The language is a small part of YAML, read as written (docs/decisions/0002-yaml-subset.md): mappings, lists and
scalars. Everything but `true`, `false`, `null` and whole decimal numbers is text, so `22:22`, `010`, `1.10`,
`no` and `2024-01-01` stay what the user typed.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator

import yaml

from blogstack.diagnostics import Code, Diagnostic, Rejected, Span
from blogstack.source.document import Document, Node, Scalar

MAX_BYTES = 256 * 1024
MAX_DEPTH = 32
ALIAS_HELP = "write the value out where it is needed"
MAX_PROBLEMS = 100
"""Maximum number of problems reported for one file; the reading stops there."""

# UTF-32 first: its little-endian mark begins with UTF-16's.
_OTHER_ENCODINGS = {
    "UTF-32": (codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE),
    "UTF-16": (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE),
}
_LINE_BREAK = re.compile(r"\r\n|\r|\n")
_WHOLE_NUMBER = re.compile(r"0|-?[1-9][0-9]{0,17}")
_CONSTANTS: dict[str, Scalar] = {"true": True, "false": False, "null": None, "~": None, "": None}


def parse(path: str, content: bytes) -> Document:
    """Read a file's bytes.

    Args:
        path: The file's name, for messages.
        content: Its bytes: UTF-8 (a byte order mark is skipped), at most MAX_BYTES.

    Raises:
        Rejected: with every problem of the text; a syntax error ends the reading, so nothing
            after it is checked.
    """
    text = _decode(content)
    builder = _Builder()
    try:
        for event in yaml.parse(text, Loader=yaml.CSafeLoader):
            if not builder.take(event):
                break
    except yaml.MarkedYAMLError as error:
        builder.problems.append(_syntax_problem(error, text))
    except yaml.YAMLError as error:  # such as a reader error, which has no mark
        builder.problems.append(
            Diagnostic(Code.SYNTAX, f"the YAML is malformed: {error}", help="save it again as UTF-8")
        )
    if not builder.problems and builder.root is None:
        builder.problems.append(Diagnostic(Code.EMPTY, "the file is empty", Span(1, 1, 1, 2), _START))
    if (builder.root is None or builder.root.entries is None or builder.problems) and _is_toml(text):
        raise Rejected([Diagnostic(Code.SYNTAX, "this is TOML, as in fly.toml, not YAML", Span(1, 1, 1, 2), _FROM_FLY)])
    if builder.problems or builder.root is None:
        raise Rejected(builder.problems)
    return Document(path, builder.root)


# https://fly.io/docs/reference/configuration/
_FROM_FLY = (
    "start with `blogstack init`: internal_port goes to service.port, [env] to service.environment, release_command to "
    "service.release, [processes] to workers"
)


def _is_toml(text: str) -> bool:
    """Whether a text that is not a YAML mapping is TOML and not empty."""
    import tomllib  # not for every start

    try:
        return bool(tomllib.loads(text))
    except (tomllib.TOMLDecodeError, RecursionError):
        return False


_START = "write at least `name:` and `region:`, or let `blogstack init` write a file to start from"


def lines(text: str) -> list[str]:
    """The lines of a text as YAML and editors count them."""
    return _LINE_BREAK.split(text)


def _decode(content: bytes) -> str:
    if len(content) > MAX_BYTES:
        raise Rejected(
            [
                Diagnostic(
                    Code.TOO_LARGE,
                    f"the file is larger than {MAX_BYTES // 1024} KiB",
                    help="a blogstack.yaml has a few dozen lines: is this the right file?",
                )
            ]
        )
    for encoding, marks in _OTHER_ENCODINGS.items():
        if content.startswith(marks):
            raise Rejected([Diagnostic(Code.NOT_TEXT, f"the file is {encoding} text", help="save it as UTF-8")])
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = content[: error.start].decode("utf-8-sig")
        raise Rejected(
            [
                Diagnostic(
                    Code.NOT_TEXT,
                    f"byte 0x{content[error.start]:02x} is not UTF-8 text",
                    _place(before),
                    "save the file as UTF-8; a binary file cannot be compiled",
                )
            ]
        ) from None
    if bad := {character for character in set(text) if not _is_allowed(character)}:
        place, character = min((text.index(character), character) for character in bad)
        raise Rejected(
            [
                Diagnostic(
                    Code.NOT_TEXT,
                    f"the character U+{ord(character):04X} is not allowed in YAML text",
                    _place(text[:place]),
                    "remove it; inside a double-quoted string it can be written as an escape"
                    if character != "\0"
                    else "save the file as UTF-8 text; a binary file cannot be compiled",
                )
            ]
        )
    return text


def _is_allowed(character: str) -> bool:
    """Whether libyaml accepts a character (YAML 1.1, c-printable), and does not read it as a line break."""
    code = ord(character)
    if code < 0xA0:
        return 0x20 <= code <= 0x7E or character in "\t\n\r"
    return code not in (0x2028, 0x2029, 0xFEFF, 0xFFFE, 0xFFFF)


def _place(before: str) -> Span:
    """The place right after a text."""
    above = lines(before)
    line, column = len(above), len(above[-1]) + 1
    return Span(line, column, line, column + 1)


def _syntax_problem(error: yaml.MarkedYAMLError, text: str) -> Diagnostic:
    from blogstack.source.yaml_errors import Complaint, explain_complaint  # few texts need it

    mark, context = error.problem_mark or error.context_mark, error.context_mark
    at = (mark.line + 1, mark.column + 1) if mark else (1, 1)
    since = (context.line + 1, context.column + 1) if context else None
    return explain_complaint(
        Complaint(error.problem or "", error.context or "", at, since), lines(text.rstrip(" \r\n"))
    )


class _Builder:
    """Builds nodes from libyaml's events, so that nesting is bounded before anything recurses."""

    def __init__(self) -> None:
        self.root: Node | None = None
        self.problems: list[Diagnostic] = []
        self._open: list[Node] = []
        self._keys: list[tuple[str, Span] | None] = []  # for each open node, the key whose value comes next
        self._documents = 0
        self._lost = False  # after a problem that would make the reader misunderstand everything after it

    def take(self, event: yaml.Event) -> bool:
        """Add an event; False when the reading has to stop."""
        match event:
            case yaml.DocumentStartEvent():
                self._documents += 1
                if self._documents > 1:
                    self._problem(Code.MANY_DOCUMENTS, "a second YAML document starts here", event, _ONE_DOCUMENT)
                    self._lost = True
            case yaml.AliasEvent():
                if not (self._keys and self._keys[-1] and self._keys[-1][0] == "<<"):  # said of the merge key already
                    self._problem(Code.ALIAS, f"the alias *{event.anchor} is not supported", event, ALIAS_HELP)
                self._place(Node(_span(event)), event)
            case yaml.ScalarEvent():
                self._check_properties(event)
                self._place(Node(_span(event), scalar=_scalar(event)), event)
            case yaml.SequenceStartEvent() | yaml.MappingStartEvent():
                self._check_properties(event)
                if len(self._open) == MAX_DEPTH:
                    message = f"more than {MAX_DEPTH} levels of nesting"
                    self._problem(
                        Code.TOO_DEEP,
                        message,
                        event,
                        "remove brackets or indentation: a configuration needs far fewer levels",
                    )
                    self._lost = True
                is_list = isinstance(event, yaml.SequenceStartEvent)
                node = Node(_span(event), items=[]) if is_list else Node(_span(event), entries={})
                self._place(node, event)
                self._open.append(node)
                self._keys.append(None)
            case yaml.SequenceEndEvent() | yaml.MappingEndEvent():
                node = self._open.pop()
                self._keys.pop()
                node.span = _ending(node, _span(event))
            case _:
                pass
        return not self._lost

    def _place(self, node: Node, event: yaml.Event) -> None:
        """Put a finished or just opened node where it belongs."""
        if not self._open:
            self.root = node if node.has_value else None  # a file of `null` is as empty as none
            return
        parent = self._open[-1]
        if parent.items is not None:
            parent.items.append(node)
            return
        assert parent.entries is not None
        key = self._keys[-1]
        if key is None:
            self._keys[-1] = self._key(parent, event)
            return
        word, span = key
        self._keys[-1] = None
        parent.entries.setdefault(word, node)
        parent.key_spans.setdefault(word, span)

    def _key(self, parent: Node, event: yaml.Event) -> tuple[str, Span]:
        if not isinstance(event, yaml.ScalarEvent):
            self._problem(Code.KEY_NOT_TEXT, "a key must be a single word", event, _KEY_HELP)
            self._lost = True
            return "", _span(event)
        word: str = event.value
        if word == "<<" and not event.style:
            self._problem(Code.ALIAS, "the merge key << is not supported", event, ALIAS_HELP)
        elif not word:
            self._problem(Code.KEY_NOT_TEXT, "a key is empty", event, "write `key: value`")
        elif parent.entries and word in parent.entries:
            first = parent.key_spans[word]
            self._problem(
                Code.DUPLICATE_KEY,
                f"duplicate key {word!r}, first on line {first.line}",
                event,
                "keep one of the two",
            )
        return word, _span(event)

    def _check_properties(self, event: yaml.ScalarEvent | yaml.CollectionStartEvent) -> None:
        if event.anchor is not None:
            self._problem(Code.ALIAS, f"the anchor &{event.anchor} is not supported", event, ALIAS_HELP)
        if event.tag is not None:
            shown = event.tag.replace(_YAML_TAG, "!!", 1)
            help = "remove it; CloudFormation functions are allowed in overrides only, in their long form: {Ref: NAME}"
            self._problem(Code.TAG, f"the tag {shown} is not supported", event, help)

    def _problem(self, code: Code, message: str, event: yaml.Event, help: str) -> None:
        span = _span(event)
        if span.end_line != span.line or span.end_column == span.column:
            span = Span(span.line, span.column, span.line, span.column + 1)
        self.problems.append(Diagnostic(code, message, span, help))
        self._lost = self._lost or len(self.problems) == MAX_PROBLEMS


_YAML_TAG = "tag:yaml.org,2002:"
_KEY_HELP = "write `key: value`; quote a key that starts with a bracket"
_ONE_DOCUMENT = "remove the `---`, or keep each service in a separate file"


def _span(event: yaml.Event) -> Span:
    start, end = event.start_mark, event.end_mark
    assert start and end
    return Span(start.line + 1, start.column + 1, end.line + 1, end.column + 1)


def _ending(node: Node, last: Span) -> Span:
    """The complete span of a collection whose end event is `last`; one without brackets ends with its last child."""
    children: Iterator[Node] = iter(node.items if node.items is not None else (node.entries or {}).values())
    ends = [(last.line, last.end_column)] if last.column != last.end_column else []
    ends += [(child.span.end_line, child.span.end_column) for child in children]
    line, column = max(ends, default=(node.span.end_line, node.span.end_column))
    return Span(node.span.line, node.span.column, line, column)


def _scalar(event: yaml.ScalarEvent) -> Scalar:
    text: str = event.value
    if event.style:  # quoted, or a block
        return text
    if text in _CONSTANTS:
        return _CONSTANTS[text]
    return int(text) if _WHOLE_NUMBER.fullmatch(text) else text
