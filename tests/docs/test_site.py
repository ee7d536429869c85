"""The site builds without a broken link, and its navigation leads to every page."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tools.site import DOCS, build, links, nested, pages, with_breaks

LISTED = ("decisions/", "reference/codes/")
"""Pages that a page of the navigation lists."""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    done = build(folder)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder / "site"


def test_every_page_is_there_and_can_be_found(site: Path) -> None:
    found = {item["location"].partition("#")[0] for item in json.loads((site / "search.json").read_text())["items"]}
    names = {Path(name) for name in pages().values() if name.endswith(".md")}
    expected = {"" if name == Path("index.md") else _url(name) for name in names} | {"decisions/"}
    assert found == expected


def test_the_navigation_leads_to_every_page(site: Path) -> None:
    home = (site / "index.html").read_text()
    for name in pages().values():
        if name.endswith(".md") and name != "index.md" and not name.startswith(LISTED):
            assert f'href="./{_url(Path(name))}"' in home, f"{name} is not in zensical.toml"


def test_nothing_is_loaded_from_another_host(site: Path) -> None:
    home = (site / "index.html").read_text()
    for attribute in ('src="http', 'rel="stylesheet" href="http', "fonts.googleapis"):
        assert attribute not in home
    assert "github.com/OWNER" in home  # a link; with this attribute the theme's script asks api.github.com about it
    assert 'data-md-component="source"' not in home


def test_pictures_are_in_the_site(site: Path) -> None:
    for picture in (DOCS / "images").iterdir():
        assert (site / "images" / picture.name).exists()


def test_links_of_code_are_not_links() -> None:
    text = "[a](b.md#c) [d](https://e) [f](#g)\n```text\n[h](i.md)\n```\n"
    assert list(links(text)) == [("b.md", "#c")]


def test_what_is_inside_of_an_item_stays_there() -> None:
    text = "1. One:\n\n   ```sh\n   ls\n     x\n   ```\n\n2. Two\n- Three\n  goes on\n\n  here\n\nAfter\n  it\n"
    expected = (
        "1. One:\n\n    ```sh\n    ls\n      x\n    ```\n\n2. Two\n- Three\n    goes on\n\n    here\n\nAfter\n  it\n"
    )
    assert nested(text) == expected


def test_an_item_after_one_of_several_paragraphs_is_an_item() -> None:
    assert nested("1. One:\n\n   here\n2. Two\n3. Three\n") == "1. One:\n\n    here\n\n2. Two\n3. Three\n"


def test_where_names_are_broken() -> None:
    page = "<p><code>aws-cli ls --env a-b -t</code> <code>a.b</code></p><pre><code><span>ls --env</span></code></pre>"
    marked = page.replace("--env a", '<span class="option">--env</span> a').replace(
        "-t<", '<span class="option">-t</span><'
    )
    assert with_breaks(page) == marked
    long = "services.NAME.scaling.schedules[].timezone"
    for around in ("<code>{}</code>", '<h2 id="a">{}<a class="headerlink" href="#a"></a></h2>'):
        parts = long.replace(".", ".<wbr>")
        assert with_breaks(around.format(long)) == around.format(parts)


@pytest.mark.parametrize("page", ["teardown", "contributing"])
def test_numbered_lists_have_all_of_their_items(site: Path, page: str) -> None:
    html = (site / page / "index.html").read_text()
    source = next(path for path, name in pages().items() if name == f"{page}.md").read_text("utf-8")
    items = re.findall(r"^ *\d+\. ", source, re.MULTILINE)
    assert sum(found.count("<li>") for found in re.findall(r"<ol>.*?</ol>", html, re.DOTALL)) == len(items)


@pytest.mark.parametrize(
    ("page", "link"), [("reference/codes/BS301", "../../codes/"), ("decisions/0022-database-name", "../../decisions/")]
)
def test_a_page_outside_of_the_navigation_leads_back(site: Path, page: str, link: str) -> None:
    assert f'<a href="{link}">All ' in (site / page / "index.html").read_text()


def test_a_guide_has_a_title(site: Path) -> None:
    page = (site / "reference" / "guides" / "kms_key" / "index.html").read_text()
    assert "<code>kms_key</code> in detail" in page


def _url(name: Path) -> str:
    """The address of a page: that of its folder for an index."""
    parts = name.with_suffix("").parts
    return "/".join(parts[:-1] if parts[-1] == "index" else parts) + "/"
