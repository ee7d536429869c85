"""The variable about the database's TLS in a container."""

from __future__ import annotations

import pytest

from blogstack.pipeline import compile_text
from tests.support.templates import read

SMALL = "name: blog-api\nregion: us-east-1\nservice:\n  release: [migrate]\n"


@pytest.mark.parametrize(
    ("more", "environment", "secret"),
    [
        ("", None, False),
        ("database: {}\n", "require", False),
        ("  environment: {DATABASE_SSLMODE: verify-full}\ndatabase: {}\n", "verify-full", False),
        ("  secrets: {DATABASE_SSLMODE: {ssm: /sslmode}}\ndatabase: {}\n", None, True),
    ],
)
def test_sslmode(more: str, environment: str | None, secret: bool) -> None:
    """It is `require` with a database, in the release step too, and the file's own value wins."""
    compilation = compile_text("blogstack.yaml", (SMALL + more).encode())
    assert not compilation.failed, compilation.diagnostics
    definitions = [
        body["Properties"]["ContainerDefinitions"][0]
        for template in compilation.templates
        for body in read(template.text)["Resources"].values()
        if body["Type"] == "AWS::ECS::TaskDefinition"
    ]
    assert len(definitions) == 2
    for container in definitions:
        values = {item["Name"]: item["Value"] for item in container.get("Environment", [])}
        assert values.get("DATABASE_SSLMODE") == environment
        assert ("DATABASE_SSLMODE" in {item["Name"] for item in container.get("Secrets", [])}) is secret
