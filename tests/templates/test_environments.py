"""Templates of two environments: except for their names, only the differences in the file."""

from __future__ import annotations

from difflib import unified_diff

import pytest

from blogstack.pipeline import compile_text

FILE = """\
name: shop
region: eu-west-1
domain: null
service: {secrets: {KEY: generate}, release: [migrate], environment: {STAGE: <environment>}}
workers: {mailer: {command: [mail]}}
jobs: {feed: {command: [feed]}}
database: {}
cache: {}
queues: {mails: {}}
buckets: {files: {}}
alarms: {email: ops@example.com}
"""
NOTHING: dict[str, list[str]] = {}


@pytest.mark.parametrize(
    ("prod", "differences"),
    [
        ("{}", NOTHING),
        ("{database: {multi_az: false}}", {"database": ["-      MultiAZ: true", "+      MultiAZ: false"]}),
        ("{scaling: {max: 20}}", {"service": ["-      MaxCapacity: 10", "+      MaxCapacity: 20"]}),
    ],
)
def test_with_one_name_only_what_the_file_says_differs(prod: str, differences: dict[str, list[str]]) -> None:
    """As docs/environments.md compares them: sed s/staging/prod/g."""
    compilation = compile_text("blogstack.yaml", f"{FILE}environments: {{staging: {{}}, prod: {prod}}}\n".encode())
    texts = {template.stack_name: template.text for template in compilation.templates}
    names = [name for name in texts if name.startswith("shop-staging-")]
    assert len(names) == 10
    found = {}
    for name in names:
        other = name.replace("staging", "prod")
        lines = list(unified_diff(texts[name].replace("staging", "prod").splitlines(), texts[other].splitlines(), n=0))
        if lines := [line for line in lines[2:] if line[0] in "+-"]:
            found[name.removeprefix("shop-staging-")] = lines
    assert found == differences
