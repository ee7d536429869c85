"""The text report of some files, exactly."""

from __future__ import annotations

import pytest

from blogstack.pipeline import compile_text
from blogstack.reports.text import as_text
from tests.support.diagnostics import HELLO

REPORTS: dict[str, tuple[str, str]] = {
    "a value": (
        f"{HELLO}service:\n  cpu: 512\n  memory: 8192\n",
        """\
blogstack.yaml:6:11: error[BS301]: Fargate has no task size with cpu 512 and memory 8192
   6 |   memory: 8192
     |           ^^^^
help: with cpu 512 choose 1024, 2048, 3072 or 4096; memory 8192 fits cpu 1024, 2048 or 4096
""",
    ),
    "an error comes before a warning of a line above it": (
        "name: blog-api\nregion: us-east-1\nsevice:\n  port: 80\n",
        """\
blogstack.yaml:3:1: error[BS201]: unknown key 'sevice'
   3 | sevice:
     | ^^^^^^
help: did you mean 'service'?

blogstack.yaml:1:1: warning[BS311]: no domain: \
the load balancer speaks plain HTTP, which anyone on the network path can read and change
   1 | name: blog-api
     | ^^^^
help: add `domain:` with name and hosted_zone_id; if plain HTTP is intended, write `domain: null`
""",
    ),
    "East Asian text before the place": (
        f"{HELLO}service: {{environment: {{인사: 안녕, MOTTO: 'こんにちは'}}, exec: maybe}}\n",
        """\
blogstack.yaml:4:25: error[BS206]: service.environment.인사: '인사' is not a variable name
   4 | service: {environment: {인사: 안녕, MOTTO: 'こんにちは'}, exec: maybe}
     |                         ^^^^
help: use letters, digits and _, and do not start with a digit

blogstack.yaml:4:56: error[BS203]: service.exec must be true or false, not 'maybe'
   4 | service: {environment: {인사: 안녕, MOTTO: 'こんにちは'}, exec: maybe}
     |                                                                 ^^^^^
help: write true or false
""",
    ),
    "combining characters and an emoji before the place": (
        f"{HELLO}tags: {{a: cafe\u0301 😀, b: [1]}}\n",
        """\
blogstack.yaml:4:11: error[BS206]: tags.a: 'cafe\u0301 😀' is not a tag value
   4 | tags: {a: cafe\u0301 😀, b: [1]}
     |           ^^^^^^^
help: use letters, digits, spaces and _.:/=+@-

blogstack.yaml:4:23: error[BS203]: tags.b must be a string, not a list
   4 | tags: {a: cafe\u0301 😀, b: [1]}
     |                       ^^^
help: write one value, without hyphens or brackets: a tag value
""",
    ),
    "the end of a line": (
        f"{HELLO}image:\n  mutable_tags: [latest\n",
        """\
blogstack.yaml:5:17: error[BS105]: this list lacks a `,` or its closing `]` before the end of the file
   5 |   mutable_tags: [latest
     |                 ^
help: separate the items in the brackets with `, `, and close them with `]`
""",
    ),
    "a tab": (
        f"{HELLO}service:\n\tport: 80\n",
        """\
blogstack.yaml:5:1: error[BS105]: YAML does not allow tabs in the indentation
   5 |  port: 80
     | ^
help: indent with two spaces
""",
    ),
    "control characters": (
        f'{HELLO}service: {{framework: "\\e[31m\\u202e"}}\n',
        """\
blogstack.yaml:4:22: error[BS204]: service.framework: '\\x1b[31m\\u202e' is not supported
   4 | service: {framework: "\\e[31m\\u202e"}
     |                      ^^^^^^^^^^^^^^
help: choose 'fastapi', 'django' or 'other'
""",
    ),
    "no place at all": (
        HELLO + "#" * 256 * 1024,
        """\
blogstack.yaml: error[BS103]: the file is larger than 256 KiB
help: a blogstack.yaml has a few dozen lines: is this the right file?
""",
    ),
}


@pytest.mark.parametrize("name", REPORTS)
def test_text(name: str) -> None:
    source, expected = REPORTS[name]
    assert as_text([compile_text("blogstack.yaml", source.encode())]) == expected


def test_a_long_line_is_cut_around_its_place() -> None:
    source = f"{HELLO}service: {{environment: {{A: '{'x' * 300}'}}, exec: maybe}}\n"
    _, line, carets, _ = as_text([compile_text("blogstack.yaml", source.encode())]).splitlines()
    assert len(line) < 180 and line.endswith("x'}, exec: maybe}")
    assert line.index("maybe") == carets.index("^^^^^") and carets.count("^") == 5


def test_several_files() -> None:
    """Every block names its file."""
    files = [compile_text(name, HELLO.encode() + b"port: 1\n") for name in ("one.yaml", "two.yaml")]
    assert [line for line in as_text(files).splitlines() if "error" in line] == [
        "one.yaml:4:1: error[BS201]: unknown key 'port'",
        "two.yaml:4:1: error[BS201]: unknown key 'port'",
    ]
