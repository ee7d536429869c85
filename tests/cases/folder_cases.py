"""Reject cases of files and folders, each with its command line and diagnostics."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from tests.support.diagnostics import HELLO

SCRIPT = Path(sys.executable).with_name("blogstack")
OUT = "templates/out"


class Case(NamedTuple):
    """Files to create, the command line, and its diagnostics: code, path, message and help."""

    command: str
    said: tuple[tuple[str, str, str, str], ...]
    prepare: Callable[[Path], object] = lambda folder: (folder / "blogstack.yaml").write_text(HELLO)


def nothing(folder: Path) -> None:
    """An empty folder."""


def compiled(folder: Path) -> None:
    """A folder with its templates."""
    (folder / "blogstack.yaml").write_text(HELLO)
    run(folder, "compile --no-lint")


def stale(folder: Path) -> None:
    """Templates: one was edited, one is missing and one belongs to a stack that no longer exists."""
    compiled(folder)
    out = folder / OUT
    (out / "blog-api-service.yaml").write_text((out / "blog-api-service.yaml").read_text() + "\n")
    (out / "blog-api-network.yaml").rename(out / "blog-api-gone.yaml")
    (out / "notes.yaml").write_text("mine: true\n")


def two_files(folder: Path) -> None:
    """Two files of one service."""
    compiled(folder)
    (folder / "two.yaml").write_text(HELLO.replace("us-east-1", "us-east-2"))


def one_domain(folder: Path) -> None:
    for name in ("web", "worker"):
        (folder / f"{name}.yaml").write_text(HELLO.replace("blog-api", name, 1))


def one_rule(folder: Path) -> None:
    """Equally exact routes under names that happen to lead to one number."""
    front = "services: {api: {command: [a], route: {path: /a/*}}}"
    (folder / "shop.yaml").write_text(f"name: shop\nregion: us-east-1\ndomain: null\n{front}\n")
    behind = "uses: shop\nservice: {route: {path: /a/*}}"
    (folder / "blog.yaml").write_text(f"name: blog\nregion: us-east-1\n{behind}\n")


def one_repository(folder: Path) -> None:
    """Two services that run one image."""
    for name in ("web", "worker"):
        text = HELLO.replace("blog-api", name, 1) + "image: {repository: blog-api}\n"
        (folder / f"{name}.yaml").write_text(text.replace("blog.example", f"{name}.example"))


def out_is_a_file(folder: Path) -> None:
    """A file instead of the folder of the templates."""
    (folder / "blogstack.yaml").write_text(HELLO)
    (folder / "templates").write_text("")


def template_is_a_folder(folder: Path) -> None:
    """A folder instead of a template."""
    (folder / "blogstack.yaml").write_text(HELLO)
    (folder / OUT / "blog-api-service.yaml").mkdir(parents=True)


def names_meet(folder: Path) -> None:
    """Other files with the names of templates: one written by hand, one of a service with colliding names."""
    (folder / "other.yaml").write_text(HELLO.replace("blog-api", "blog") + "environments: {api: {}}\n")
    run(folder, "compile --no-lint other.yaml")
    (folder / OUT / "blog-api-service.yaml").write_text("Resources: {}\n")
    (folder / "blogstack.yaml").write_text(HELLO)


def loop(folder: Path) -> None:
    """A link to itself."""
    (folder / "blogstack.yaml").symlink_to("blogstack.yaml")


RUN = "run `blogstack compile`"
BEFORE = "the folder is as it was before"
INIT = "name the file, or run `blogstack init` to write one"
FOLDERS: dict[str, Case] = {
    "no file": Case("compile", (("BS101", "blogstack.yaml", "no such file", INIT),), nothing),
    "no such files": Case(
        "validate one.yaml a/two.yaml",
        (("BS101", "one.yaml", "no such file", INIT), ("BS101", "a/two.yaml", "no such file", INIT)),
    ),
    "a folder": Case(
        "compile templates/",
        (("BS101", "templates/", "this is a folder", "name the file in it: templates/blogstack.yaml"),),
        lambda folder: (folder / "templates").mkdir(),
    ),
    "a link to itself": Case(
        "validate",
        (
            (
                "BS101",
                "blogstack.yaml",
                "cannot be read: Too many levels of symbolic links",
                "check that it is a file and that you may read it",
            ),
        ),
        loop,
    ),
    "out is a file": Case(
        "compile --no-lint",
        (("BS501", OUT, f"{OUT} cannot be written: Not a directory", BEFORE),),
        out_is_a_file,
    ),
    "a template is a folder": Case(
        "compile --no-lint",
        (("BS501", OUT, f"{OUT} cannot be written: Is a directory", BEFORE),),
        template_is_a_folder,
    ),
    "files of somebody else": Case(
        "compile --no-lint",
        tuple(
            (
                "BS501",
                OUT,
                f"{OUT}/blog-api-{stack}.yaml exists and was not written for this service",
                "delete or rename it, give the service another name, or choose another folder with --out",
            )
            for stack in ("network", "edge", "tasks", "service")
        ),
        names_meet,
    ),
    "the same stack twice": Case(
        "compile --no-lint blogstack.yaml two.yaml",
        (
            (
                "BS502",
                "two.yaml",
                "the stack blog-api-registry is also defined by blogstack.yaml",
                "give each service a different name",
            ),
        ),
        two_files,
    ),
    "one domain twice": Case(
        "compile --no-lint web.yaml worker.yaml",
        (
            (
                "BS502",
                "worker.yaml",
                "the domain blog.example.com in the hosted zone Z0123456789 is also defined by web.yaml",
                "give each service a different domain.name",
            ),
        ),
        one_domain,
    ),
    "one rule of a load balancer twice": Case(
        "compile --no-lint shop.yaml blog.yaml",
        (
            (
                "BS502",
                "blog.yaml",
                "the listener rule 46325 of shop-edge:ListenerArn in us-east-1 is also defined by shop.yaml",
                "give one of the two services another name or another route",
            ),
        ),
        one_rule,
    ),
    "one repository twice": Case(
        "compile --no-lint web.yaml worker.yaml",
        (
            (
                "BS502",
                "worker.yaml",
                "the repository blog-api in us-east-1 is also defined by web.yaml",
                "in one of them set image.uri, the repository's address, instead of image.repository",
            ),
        ),
        one_repository,
    ),
    "nothing compiled yet": Case(
        "compile --check --no-lint",
        tuple(
            ("BS503", f"{OUT}/blog-api-{stack}.yaml", "the template is missing", RUN)
            for stack in ("registry", "network", "edge", "tasks", "service")
        ),
    ),
    "out of date": Case(
        "compile --check --no-lint",
        (
            ("BS503", f"{OUT}/blog-api-network.yaml", "the template is missing", RUN),
            ("BS503", f"{OUT}/blog-api-service.yaml", "the template is out of date from this line on", RUN),
            (
                "BS503",
                f"{OUT}/blog-api-gone.yaml",
                "the template belongs to a stack that is no longer in the file",
                RUN,
            ),
        ),
        stale,
    ),
}


def run(folder: Path, command: str) -> tuple[int, str, str]:
    """Exit status, standard output and standard error of `blogstack`."""
    done = subprocess.run([SCRIPT, *command.split()], cwd=folder, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout, done.stderr
