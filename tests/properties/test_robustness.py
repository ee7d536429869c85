"""Any text and any bytes give templates or diagnostics, never a traceback."""

from __future__ import annotations

import json
import os

from hypothesis import given, settings
from hypothesis import strategies as st

from blogstack.config import Config
from blogstack.config.fields import fields_of, walk
from blogstack.config.types import Section
from blogstack.pipeline import compile_text
from blogstack.reports.json import as_json
from blogstack.reports.text import as_text
from tests.cases import ACCEPTED, REJECT, REJECTED
from tests.support.diagnostics import check_sound

EXAMPLES = int(os.environ.get("BLOGSTACK_SOAK", "200"))
soak = settings(max_examples=EXAMPLES)


KEYS = sorted({field.name for field in walk(Config)})
VALUES = [
    *(
        "",
        "~",
        "null",
        "true",
        "false",
        "yes",
        "0",
        "1",
        "-1",
        "2",
        "8000",
        "1e3",
        "010",
        "30s",
        "5m",
        "1h",
        "99999999999",
    ),
    *("0.5 vCPU", "1 GB", "10.0.0.0/16", "10.0.0.1/33", "nat", "endpoints", "public_ip", "django", "fastapi", "arm64"),
    *(
        "[a, c]",
        "[]",
        "{}",
        "[[]]",
        "[{}]",
        "{a: b}",
        '""',
        "'",
        '"',
        "|",
        ">",
        "&a",
        "*a",
        "!b",
        "<<",
        "- a",
        "? a",
        "%",
        "@",
    ),
    *(
        "us-east-1",
        "ap-northeast-2",
        "blog-api",
        "blog.example.com",
        "Z0123456789",
        "블로그",
        "😀",
        "{{ a }}",
        "${A}",
        "a: b",
    ),
    *sorted({json.dumps(example) for field in walk(Config) for example in field.info.examples or ()}),
]
keys, values = st.sampled_from(KEYS), st.sampled_from(VALUES)
broken = st.sampled_from(
    ["\t", "\r", "\r\n", "\0", ":", ": ", " #", "\u2028", "\ufeff", "'", '"', "[", "}", "---\n", "  ", "-"]
)
"""What a typing error, an editor or a program may leave in a text."""


def check(content: bytes) -> None:
    """The law: templates, or an error; every diagnostic can be shown, has a help and a position in the text."""
    compilation = compile_text("blogstack.yaml", content)
    assert bool(compilation.templates) is not compilation.failed
    check_sound(content, compilation.diagnostics)
    assert (as_text([compilation]) == "") is (not compilation.diagnostics)
    assert len(json.loads(as_json([compilation]))) == len(compilation.diagnostics)


@given(st.binary(max_size=200))
@soak
def test_any_bytes(content: bytes) -> None:
    check(content)


@given(st.text(max_size=200))
@soak
def test_any_text(text: str) -> None:
    check(text.encode(errors="surrogatepass"))


@st.composite
def yamlish(draw: st.DrawFn) -> str:
    """Lines of the language's own keys and values, indented at random, mostly with the two required keys."""
    text = "name: blog-api\nregion: ap-northeast-2\n" if draw(st.integers(0, 3)) else ""
    depth = 0
    for _ in range(draw(st.integers(1, 12))):
        depth = max(0, depth + draw(st.sampled_from([-2, -1, 0, 0, 1])))
        dash = "- " if draw(st.integers(0, 9)) == 0 else ""
        value = draw(values) if draw(st.booleans()) else ""
        depth += not value
        text += f"{'  ' * depth}{dash}{draw(keys | values)}: {value}\n"
    return text


@given(yamlish())
@soak
def test_words_of_the_language(text: str) -> None:
    check(text.encode())


@st.composite
def trees(draw: st.DrawFn, model: type[Section] = Config, depth: int = 0) -> str:
    """Well-formed YAML whose keys are all where they belong, and whose values are anything."""
    lines = ["name: blog-api", "region: ap-northeast-2"] if model is Config else []
    fields = [f for f in fields_of(model).values() if f.name not in ("name", "region") or model is not Config]
    for field in draw(st.lists(st.sampled_from(fields), unique_by=lambda f: f.name, min_size=1, max_size=5)):
        name, section = field.name, field.type.section
        if draw(st.integers(0, 9)) and section:
            dash = "- " if 0 in field.type.steps else ""
            nested = draw(trees(section, depth + 1)).replace("\n", "\n    ")
            lines.append(f"{name}:\n  {dash or '  '}{nested}".rstrip())
        else:
            good = st.sampled_from(
                [json.dumps(e, default=str) for e in (*(field.info.examples or ()), field.info.default)]
            )
            lines.append(f"{name}: {draw(good if draw(st.integers(0, 3)) else values)}")
    return "\n".join(lines)


@given(trees())
@soak
def test_keys_in_their_places(text: str) -> None:
    check(text.encode())


@st.composite
def mutated(draw: st.DrawFn) -> bytes:
    """A case's file after a few cuts, copies, swaps and slips."""
    text = draw(st.sampled_from(ACCEPTED) | st.sampled_from(REJECTED)).read_text()
    for _ in range(draw(st.integers(1, 4))):
        places = st.integers(0, len(text))
        first, last = sorted((draw(places), draw(places)))
        last = min(last, first + 40)
        new = draw(st.sampled_from([text[first:last] * 2, ""]) | broken | keys | values)
        text = text[:first] + new + text[last if draw(st.booleans()) else first :]
    return text.encode()


@given(mutated())
@soak
def test_mutated_files(content: bytes) -> None:
    check(content)


def test_every_end_of_a_file() -> None:
    """A file that is cut off at any byte."""
    text = (REJECT / "BS301" / "many-rules.yaml").read_text()
    content = "".join(line.split("  #")[0] + "\n" for line in text.split("\n")).replace("blog-api", "블로그").encode()
    for end in range(len(content)):
        check(content[:end])
