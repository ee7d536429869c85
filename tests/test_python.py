"""The public Python interface: its names, its page and its cost."""

from __future__ import annotations

import doctest
import inspect
import re
import subprocess
import sys
from pathlib import Path

import pytest

import blogstack
from blogstack import compile_text
from tests.conftest import ROOT
from tests.support.console import MINIMAL

PAGE = (ROOT / "docs" / "python.md").read_text()
ROWS = dict(re.findall(r"^\| `(\w+).*?` \| (.*) \|$", PAGE, re.MULTILINE))


def test_the_names_are_those_of_the_page() -> None:
    assert sorted(ROWS) == sorted(blogstack.__all__) == dir(blogstack)
    for name in blogstack.__all__:
        assert getattr(blogstack, name), name


def test_no_other_name_is_public() -> None:
    with pytest.raises(AttributeError, match="module 'blogstack' has no attribute 'nonsense'"):
        blogstack.nonsense  # type: ignore[attr-defined] # noqa: B018


def test_the_attributes_of_the_page_exist() -> None:
    compilation = compile_text("blogstack.yaml", MINIMAL.encode())
    (diagnostic,) = compilation.diagnostics
    for value in (compilation, diagnostic, diagnostic.code, diagnostic.span, compilation.templates[0]):
        names = re.findall(r"`([a-z_]+)`", ROWS[type(value).__name__])
        assert names
        assert all(hasattr(value, name) for name in names)


@pytest.mark.parametrize("name", ["compile_text", "validate_text"])
def test_the_parameters_are_those_of_the_page(name: str) -> None:
    parameters = inspect.signature(getattr(blogstack, name)).parameters.values()
    call = ", ".join(p.name if p.default is p.empty else f"{p.name}={p.default!r}" for p in parameters)
    assert f"`{name}({call})`".replace("'", '"') in PAGE


def test_example_of_the_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (example,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    monkeypatch.chdir(tmp_path)
    Path("blogstack.yaml").write_text(MINIMAL + "service: {memory: 8192}\n")
    done = subprocess.run([sys.executable, "-c", example], capture_output=True, text=True, check=True)
    assert "blogstack.yaml:3: error BS301: " in done.stdout
    assert [path.name for path in Path().iterdir()] == ["blogstack.yaml"]
    Path("blogstack.yaml").write_text(MINIMAL)
    done = subprocess.run([sys.executable, "-c", example], capture_output=True, text=True, check=True)
    assert done.stdout.startswith("blogstack.yaml:1: warning BS311: ")
    assert {"blog-api-network.yaml", "blog-api-registry.yaml"} <= {path.name for path in Path().iterdir()}


def test_example_of_the_docstring() -> None:
    assert doctest.testmod(blogstack) == doctest.TestResults(failed=0, attempted=5)


def test_import_is_cheap() -> None:
    """The console script pays for it."""
    code = "import sys, blogstack; print([name for name in sys.modules if name.startswith(('blogstack.', 'pydantic'))])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
