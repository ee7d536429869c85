"""Only cli/ prints, opens files and exits; in it, one function ends the process."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import blogstack

PACKAGE = Path(blogstack.__file__).parent
FUNCTIONS = {
    *("open", "print", "input", "read_text", "read_bytes", "write_text", "write_bytes", "mkdir", "rmdir", "unlink"),
    *("rename", "touch", "iterdir", "glob", "rglob", "stat", "exists", "is_file", "is_dir"),
}
STREAMS = {"stdin", "stdout", "stderr"}
EXCEPTIONS = {
    "deploy/execution/image.py": "what docker and buildah print",
    "doctor/verification.py": "a URL is opened, no file",
    "lint/cache.py": "the linter's clean results",
    "lint/provider_schemas.py": "data installed with cfn-lint",
    "facts": "data installed with the package",
    "help": "data installed with the package",
}


def accesses(path: Path) -> Iterator[str]:
    """Calls that use the file system or a stream, and references to a stream."""
    for node in ast.walk(ast.parse(path.read_text())):
        match node:
            case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name)) if name in FUNCTIONS:
                yield f"{path.relative_to(PACKAGE)}:{node.lineno} {name}"
            case ast.Attribute(attr=name) if name in STREAMS:
                yield f"{path.relative_to(PACKAGE)}:{node.lineno} {name}"


def is_excepted(path: Path) -> bool:
    relative = path.relative_to(PACKAGE)
    return relative.parts[0] == "cli" or bool({relative.as_posix(), relative.parts[0]} & EXCEPTIONS.keys())


def test_only_the_command_line_reaches_files_and_streams() -> None:
    modules = [path for path in PACKAGE.rglob("*.py") if not is_excepted(path)]
    assert len(modules) > 50
    assert [access for path in modules for access in accesses(path)] == []


def test_every_exception_is_one() -> None:
    for name in EXCEPTIONS:
        paths = [PACKAGE / name] if name.endswith(".py") else list((PACKAGE / name).rglob("*.py"))
        assert any(access for path in paths for access in accesses(path)), name


def test_one_module_exits() -> None:
    """Commands return an exit status."""
    exits = {
        path.name
        for path in (PACKAGE / "cli").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Attribute) and node.attr in ("exit", "Exit", "_exit")
    }
    assert exits == {"app.py"}
