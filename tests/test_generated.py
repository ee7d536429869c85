"""What `make generate` writes is up to date, and the reference's block of every key is a blogstack.yaml."""

from __future__ import annotations

from pathlib import Path

import pytest

from blogstack.config.reference import Key, keys
from blogstack.diagnostics import Code
from blogstack.pipeline import validate_text
from blogstack.source.document import NAME
from blogstack.source.parse import parse
from tools.generate import files, out_of_date
from tools.language_block import block
from tools.reference_pages import FOLDER

FILES = dict(files())


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_up_to_date(path: Path) -> None:
    assert path.read_text("utf-8") == FILES[path], "run `make generate`"


def test_no_page_is_left_over() -> None:
    kept = {FOLDER / "index.md"}
    assert {path for path in FOLDER.rglob("*") if path.is_file()} - kept <= FILES.keys()


def test_what_differs_or_is_missing_is_out_of_date(tmp_path: Path) -> None:
    for name, text in {"same": "new", "other": "old"}.items():
        (tmp_path / name).write_text(text)
    right = {tmp_path / name: "new" for name in ("same", "other", "missing")}
    assert out_of_date(right.items()).keys() == {tmp_path / "other", tmp_path / "missing"}


class TestLanguageBlock:
    """The reference's block of every key."""

    def test_is_in_the_reference(self) -> None:
        assert f"```yaml\n{block()}```\n" in (FOLDER / "language.md").read_text("utf-8")

    @pytest.mark.parametrize("key", keys(), ids=lambda key: key.name)
    def test_has_every_key(self, key: Key) -> None:
        """Once, or it would not compile; of overrides an example for each stack."""
        value = parse("language.md", block().encode()).plain()
        for step in key.path if key.path[0] != "overrides" else key.path[:2]:
            if isinstance(value, list):
                value = value[0]
            else:
                assert isinstance(value, dict)
                value = next(iter(value.values())) if step == NAME else value[str(step)]

    def test_compiles_but_for_what_excludes_each_other(self) -> None:
        found = validate_text("language.md", block().encode()).diagnostics
        shape = [diagnostic for diagnostic in found if diagnostic.code.id < "BS3"]
        assert {diagnostic.code for diagnostic in shape} == {Code.EXCLUSIVE}
