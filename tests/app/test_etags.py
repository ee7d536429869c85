"""Nobody overwrites a change they have not seen, and unchanged content is not sent twice."""

import pytest
from starlette.testclient import TestClient

from tests.app.test_api import Headers, register, write_post

CONTENT = {
    "/posts/{post}": {"title": "More", "body": "And counts."},
    "/posts/{post}/comments/{comment}": {"body": "And counts."},
    "/users/me": {"display_name": "Ada L.", "bio": "Engines."},
}


@pytest.fixture
def ada(client: TestClient) -> Headers:
    return register(client, "ada")


@pytest.fixture(params=CONTENT)
def resource(request: pytest.FixtureRequest, client: TestClient, ada: Headers) -> tuple[str, dict[str, str]]:
    """Something that Ada may change, and a valid change."""
    post = write_post(client, ada)
    comment = client.post(f"/posts/{post}/comments", headers=ada, json={"body": "Well said."}).json()["id"]
    return request.param.format(post=post, comment=comment), CONTENT[request.param]


def test_the_second_of_two_edits_of_one_version_is_refused(
    client: TestClient, ada: Headers, resource: tuple[str, dict[str, str]]
) -> None:
    url, content = resource
    tag = client.get(url, headers=ada).headers["etag"]
    first = client.put(url, headers={**ada, "If-Match": tag}, json=content)
    assert first.status_code == 200
    assert first.headers["etag"] == client.get(url, headers=ada).headers["etag"] != tag
    second = client.put(url, headers={**ada, "If-Match": tag}, json=content)
    assert second.status_code == 412
    assert second.headers["content-type"] == "application/problem+json"
    assert client.get(url, headers=ada).json() == first.json()
    several = f'"other", {first.headers["etag"]}'
    assert client.put(url, headers={**ada, "If-Match": several}, json=content).status_code == 200
    assert client.put(url, headers={**ada, "If-Match": "*"}, json=content).status_code == 200
    assert client.put(url, headers=ada, json=content).status_code == 200


@pytest.mark.parametrize("kind", ["post", "comment"])
def test_what_was_changed_meanwhile_is_not_deleted(client: TestClient, ada: Headers, kind: str) -> None:
    post = write_post(client, ada)
    url, content = f"/posts/{post}", {"title": "More", "body": "And counts."}
    if kind == "comment":
        made = client.post(f"{url}/comments", headers=ada, json={"body": "Well said."})
        url, content = f"{url}/comments/{made.json()['id']}", {"body": "And counts."}
    tag = client.get(url).headers["etag"]
    newer = client.put(url, headers=ada, json=content).headers["etag"]
    assert client.delete(url, headers={**ada, "If-Match": tag}).status_code == 412
    assert client.delete(url, headers={**ada, "If-Match": newer}).status_code == 204


def test_a_copy_that_is_the_newest_is_not_sent_again(
    client: TestClient, ada: Headers, resource: tuple[str, dict[str, str]]
) -> None:
    url, content = resource
    first = client.get(url, headers=ada)
    assert first.headers["cache-control"] == "no-cache"
    for tag in (first.headers["etag"], f"W/{first.headers['etag']}", f'"x", {first.headers["etag"]}', "*"):
        again = client.get(url, headers={**ada, "If-None-Match": tag})
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", first.headers["etag"])
    client.put(url, headers=ada, json=content)
    changed = client.get(url, headers={**ada, "If-None-Match": first.headers["etag"]})
    assert changed.status_code == 200


def test_what_is_made_comes_with_its_version(client: TestClient, ada: Headers) -> None:
    made = client.post("/posts", headers=ada, json={"title": "Notes", "body": "It weaves."})
    assert client.get(f"/posts/{made.json()['id']}").headers["etag"] == made.headers["etag"]
