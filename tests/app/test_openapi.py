"""The OpenAPI document: complete, and true under generated requests."""

import os
import time
from collections.abc import Iterator
from typing import Any

import httpx2
import pytest
import schemathesis
from hypothesis import HealthCheck, settings

from app.factory import create_app
from app.settings import Settings
from tests.app.conftest import BOTH
from tests.app.postgres import Postgres
from tests.app.service import Service
from tests.app.test_api import Headers, register, write_post

# Few in every run of the tests; `make soak-app` asks for many.
EXAMPLES = int(os.environ.get("APP_EXAMPLES", "15"))
ERRORS = ("400", "408", "413", "422", "500", "503")


def operations(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield f"{method} {path}", operation


def document() -> dict[str, Any]:
    return create_app(Settings()).openapi()


@pytest.mark.parametrize(("name", "operation"), list(operations(document())))
def test_every_operation_is_described(name: str, operation: dict[str, Any]) -> None:
    assert operation["summary"]
    assert operation["description"]
    assert set(ERRORS) <= set(operation["responses"]), name
    assert ("security" in operation) == ("401" in operation["responses"] and name != "post /token")
    for status, response in operation["responses"].items():
        if int(status) >= 400:
            (media,) = response["content"].items()
            assert media[0] == "application/problem+json"
            assert media[1]["example"]["status"] == int(status)


def test_operations_have_short_names_of_their_own() -> None:
    names = [operation["operationId"] for _, operation in operations(document())]
    assert len(set(names)) == len(names)
    assert {"list_posts", "create_comment", "log_in", "ready"} <= set(names)


def test_every_field_that_is_sent_has_an_example_or_a_default() -> None:
    schemas = document()["components"]["schemas"]
    assert {"Problem", "FieldProblem"} <= set(schemas)
    for name in ("NewUser", "Profile", "LoginForm", "PostContent", "CommentContent"):
        for field, schema in schemas[name]["properties"].items():
            assert "examples" in schema or "default" in schema, f"{name}.{field}"


@pytest.fixture(scope="module", params=BOTH)
def base(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Headers]]:
    """A running service on an empty database, and the headers of one of its users."""
    environment = {"SQLITE_PATH": str(tmp_path_factory.mktemp("schema") / "blog.db")}
    if request.param == "postgresql":
        server: Postgres = request.getfixturevalue("shared_postgres")
        environment = server.environment(server.create_database())
    environment |= {"LOGIN_ATTEMPTS": "1000000", "LOGIN_ATTEMPTS_PER_ADDRESS": "1000000"}
    environment |= {"REGISTRATIONS_PER_ADDRESS": "1000000"}
    with Service(environment) as service, httpx2.Client(base_url=service.url) as client:
        headers = register(client, "ada")
        for _ in range(3):
            write_post(client, headers)
        yield service.url, headers


schema = schemathesis.openapi.from_dict(document())


@schema.parametrize()
@settings(max_examples=EXAMPLES, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
def test_generated_requests_get_documented_answers(case: schemathesis.Case[Any], base: tuple[str, Headers]) -> None:
    url, headers = base
    case.headers.pop("If-Match", None)  # one that does not match is refused, rightly; test_etags.py has that
    if (case.method, case.path) == ("DELETE", "/users/me"):
        with httpx2.Client(base_url=url) as client:
            headers = register(client, f"u{time.monotonic_ns()}")  # not the user of all other requests
    case.call_and_validate(base_url=url, headers=headers)
