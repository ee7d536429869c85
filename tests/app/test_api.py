"""The behaviour of the API, on both SQLite and PostgreSQL."""

import time
from concurrent.futures import ThreadPoolExecutor

import httpx2
import pytest
from sqlalchemy import NullPool, create_engine, delete
from starlette.testclient import TestClient

from app.models import Base, Comment, Post
from app.settings import Settings

PASSWORD = "correct horse battery"
Headers = dict[str, str]


def register(client: httpx2.Client, username: str) -> Headers:
    """Register a user and return its request headers."""
    new = {"username": username, "password": PASSWORD, "display_name": username.title()}
    assert client.post("/users", json=new).status_code == 201
    answer = client.post("/token", data={"username": username, "password": PASSWORD})
    assert answer.status_code == 200, answer.text
    return {"Authorization": f"Bearer {answer.json()['access_token']}"}


@pytest.fixture
def ada(client: TestClient) -> Headers:
    return register(client, "ada")


@pytest.fixture
def bob(client: TestClient) -> Headers:
    return register(client, "bob")


def write_post(client: httpx2.Client, user: Headers, title: str = "Notes") -> int:
    answer = client.post("/posts", headers=user, json={"title": title, "body": "It weaves."})
    assert answer.status_code == 201, answer.text
    post_id: int = answer.json()["id"]
    return post_id


def test_health_and_ready(client: TestClient) -> None:
    assert client.get("/health").json() == {"status": "ok"}
    assert client.get("/ready").json() == {"status": "ok"}


def test_a_user_reads_and_edits_the_own_profile(client: TestClient, ada: Headers) -> None:
    assert client.get("/users/me", headers=ada).json()["display_name"] == "Ada"
    edited = client.put("/users/me", headers=ada, json={"display_name": "Ada L.", "bio": "Engines."})
    assert edited.status_code == 200
    profile = client.get("/users/me", headers=ada).json()
    assert (profile["username"], profile["display_name"], profile["bio"]) == ("ada", "Ada L.", "Engines.")
    assert "password" not in profile
    assert "password_hash" not in profile


def test_a_user_name_is_taken_once(client: TestClient, ada: Headers) -> None:
    again = {"username": "ada", "password": PASSWORD, "display_name": "Another"}
    answer = client.post("/users", json=again)
    assert answer.status_code == 409
    assert answer.json()["detail"] == "this user name is taken"
    assert client.get("/users/me", headers=ada).json()["display_name"] == "Ada"


def test_of_many_who_want_one_name_one_gets_it(client: TestClient) -> None:
    new = {"username": "ada", "password": PASSWORD, "display_name": "Ada"}
    with ThreadPoolExecutor(5) as pool:  # no more than may wait for their hash at once
        answers = list(pool.map(lambda _: client.post("/users", json=new).status_code, range(5)))
    assert sorted(answers) == [201] + [409] * 4


def test_a_post_is_written_read_edited_and_deleted(client: TestClient, ada: Headers) -> None:
    post_id = write_post(client, ada)
    post = client.get(f"/posts/{post_id}").json()
    assert (post["title"], post["body"], post["author"]["username"]) == ("Notes", "It weaves.", "ada")
    assert post["created_at"].endswith("Z")
    edited = client.put(f"/posts/{post_id}", headers=ada, json={"title": "More", "body": "And counts."})
    assert edited.status_code == 200
    assert client.get(f"/posts/{post_id}").json() == edited.json()
    assert edited.json()["updated_at"] > post["updated_at"]
    assert edited.json()["created_at"] == post["created_at"]
    assert client.delete(f"/posts/{post_id}", headers=ada).status_code == 204
    assert client.get(f"/posts/{post_id}").status_code == 404
    assert client.delete(f"/posts/{post_id}", headers=ada).status_code == 404


def test_only_its_author_changes_a_post_or_comment(client: TestClient, ada: Headers, bob: Headers) -> None:
    post_id = write_post(client, ada)
    post = f"/posts/{post_id}"
    comment_id = client.post(f"{post}/comments", headers=ada, json={"body": "First."}).json()["id"]
    comment = f"{post}/comments/{comment_id}"
    before = client.get(post).json(), client.get(comment).json()
    content = {"title": "Mine now", "body": "Mine now"}
    for url, body in ((post, content), (comment, {"body": "Mine now"})):
        assert client.put(url, headers=bob, json=body).status_code == 403
        assert client.delete(url, headers=bob).status_code == 403
        assert client.put(url, json=body).status_code == 401
        assert client.delete(url).status_code == 401
    assert (client.get(post).json(), client.get(comment).json()) == before


@pytest.mark.parametrize("table", [Post, Comment])
def test_what_is_deleted_while_it_is_being_edited_is_not_found(
    settings: Settings, client: TestClient, ada: Headers, table: type[Base]
) -> None:
    url = f"/posts/{write_post(client, ada)}"
    content = {"title": "More", "body": "And counts."}
    if table is Comment:
        content = {"body": "Well said."}
        url += f"/comments/{client.post(f'{url}/comments', headers=ada, json=content).json()['id']}"
    engine = create_engine(settings.database, poolclass=NullPool)
    with ThreadPoolExecutor(1) as pool:
        with engine.begin() as connection:
            connection.execute(delete(table))
            edit = pool.submit(client.put, url, headers=ada, json=content)
            time.sleep(0.5)  # time enough to meet what is locked; it ends with 404 in any case
        assert edit.result().status_code == 404


def test_comments_belong_to_their_post(client: TestClient, ada: Headers, bob: Headers) -> None:
    first, second = write_post(client, ada), write_post(client, ada)
    made = client.post(f"/posts/{first}/comments", headers=bob, json={"body": "Well said."})
    assert made.status_code == 201
    comment_id = made.json()["id"]
    assert made.json()["author"]["username"] == "bob"
    assert client.get(f"/posts/{first}/comments").json()["items"] == [made.json()]
    assert client.get(f"/posts/{second}/comments").json()["items"] == []
    assert client.get(f"/posts/{second}/comments/{comment_id}").status_code == 404
    edited = client.put(f"/posts/{first}/comments/{comment_id}", headers=bob, json={"body": "Hm."})
    assert client.get(f"/posts/{first}/comments/{comment_id}").json() == edited.json()
    assert edited.json()["body"] == "Hm."
    assert client.delete(f"/posts/{first}/comments/{comment_id}", headers=bob).status_code == 204
    assert client.get(f"/posts/{first}/comments/{comment_id}").status_code == 404


def test_a_deleted_post_takes_its_comments_along(client: TestClient, ada: Headers, bob: Headers) -> None:
    post_id = write_post(client, ada)
    comments = f"/posts/{post_id}/comments"
    comment_id = client.post(comments, headers=bob, json={"body": "Well said."}).json()["id"]
    assert client.delete(f"/posts/{post_id}", headers=ada).status_code == 204
    assert client.get(f"{comments}/{comment_id}").status_code == 404
    assert client.get(comments).status_code == 404
    assert client.post(comments, headers=bob, json={"body": "Too late."}).status_code == 404


@pytest.mark.parametrize("size", [1, 3, 7, 100])
def test_pages_hold_every_post_once_newest_first(client: TestClient, ada: Headers, size: int) -> None:
    written = [write_post(client, ada, f"Post {number}") for number in range(7)]
    seen: list[int] = []
    query: dict[str, int] = {"limit": size}
    for _ in range(8):
        page = client.get("/posts", params=query).json()
        assert len(page["items"]) <= size
        seen += [post["id"] for post in page["items"]]
        if page["next_before"] is None:
            break
        # A post that is written while somebody reads shifts nothing, as it would if pages were counted.
        write_post(client, ada, "In between")
        query["before"] = page["next_before"]
    assert seen == written[::-1]


def test_pages_of_comments(client: TestClient, ada: Headers) -> None:
    url = f"/posts/{write_post(client, ada)}/comments"
    made = [client.post(url, headers=ada, json={"body": str(n)}).json()["id"] for n in range(5)]
    first = client.get(url, params={"limit": 3}).json()
    rest = client.get(url, params={"limit": 3, "before": first["next_before"]}).json()
    assert [item["id"] for item in first["items"] + rest["items"]] == made[::-1]
    assert rest["next_before"] is None


def test_numbers_outside_their_limits_are_refused(client: TestClient, subtests: pytest.Subtests) -> None:
    for url in (
        "/posts?limit=0",
        "/posts?limit=101",
        "/posts?limit=many",
        "/posts?before=0",
        f"/posts?before={2**63}",
        f"/posts/{2**63}",
        "/posts/0",
        "/posts/first",
    ):
        with subtests.test(url):
            answer = client.get(url)
            assert answer.status_code == 422
            assert answer.headers["content-type"] == "application/problem+json"


def test_posts_that_do_not_fit_are_refused(client: TestClient, ada: Headers, subtests: pytest.Subtests) -> None:
    contents: tuple[object, ...] = (
        {},
        {"title": "Notes"},
        {"title": "", "body": "x"},
        {"title": "x" * 201, "body": "x"},
        {"title": "Notes", "body": "x" * 20_001},
        {"title": "Notes", "body": "NUL \x00"},
        {"title": "Notes", "body": None},
        {"title": "Notes", "body": "x", "author_id": 1},
        ["Notes", "x"],
    )
    for content in contents:
        with subtests.test(str(content)[:40]):
            answer = client.post("/posts", headers=ada, json=content)
            assert answer.status_code == 422
            assert answer.json()["errors"][0]["location"][0] == "body"
    assert client.get("/posts").json()["items"] == []


def test_bytes_that_are_no_post_are_refused(client: TestClient, ada: Headers, subtests: pytest.Subtests) -> None:
    surrogate = b'{"title": "\\ud800", "body": "x"}'
    for body in (surrogate, b"{", b"\xff", b"null", b"", b"1e999", b"[" * 200_000, b"9" * 200_000):
        with subtests.test(str(body[:40])):
            headers = {**ada, "Content-Type": "application/json"}
            assert client.post("/posts", headers=headers, content=body).status_code in (400, 422)


def test_the_longest_post_of_the_widest_characters_is_stored(client: TestClient, ada: Headers) -> None:
    content = {"title": "\U0001f9f5" * 200, "body": "\U0001f9f5" * 20_000}  # sent as twelve bytes each
    answer = client.post("/posts", headers=ada, json=content)
    assert answer.status_code == 201
    assert client.get(f"/posts/{answer.json()['id']}").json()["body"] == content["body"]


def test_errors_are_problem_details(client: TestClient) -> None:
    answer = client.get("/posts/1")
    assert answer.headers["content-type"] == "application/problem+json"
    expected = {"type": "about:blank", "title": "Not Found", "status": 404}
    assert answer.json() == {**expected, "detail": "there is no such post"}
    assert client.get("/nowhere").json() == expected
    wrong_method = client.delete("/posts")
    assert wrong_method.json() == {"type": "about:blank", "title": "Method Not Allowed", "status": 405}
    assert set(wrong_method.headers["allow"].split(", ")) == {"GET", "HEAD", "OPTIONS", "POST"}
