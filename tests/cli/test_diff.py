"""`blogstack diff`, in a subprocess: against a folder, and against revisions of a real git repository."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.demo import EDIT
from tests.support.console import MINIMAL, OUT, QUIET, Run, contents, quiet

DATABASE = QUIET + "database: {}\n"
RENAMED = QUIET + "database: {name: posts}\n"
LARGER = QUIET + "database: {instance_class: db.t4g.small}\n"


def write(text: str) -> None:
    Path("blogstack.yaml").write_text(text)


def git(*arguments: str) -> None:
    identity = ("-c", "user.name=Ada", "-c", "user.email=ada@example.com", "-c", "commit.gpgsign=false")
    subprocess.run(["git", *identity, *arguments], check=True, capture_output=True)


def commit(text: str) -> None:
    """The file, committed to a new repository."""
    write(text)
    git("init", "-q", ".")
    git("add", "blogstack.yaml")
    git("commit", "-q", "-m", "first")


def test_the_page_shows_what_is_printed(run: Run) -> None:
    """docs/diff.md, with the repository's own file and the edit of `make demo`."""
    text = (ROOT / "blogstack.yaml").read_text()
    commit(text)
    write(text.replace(*EDIT))
    _, example, *_ = (ROOT / "docs" / "diff.md").read_text().split("```")
    command, shown = example.strip("\n").split("\n", 1)
    assert command == "$ blogstack diff --against main --env prod"
    assert run("diff", "--against", "HEAD", "--env", "prod").stdout == f"{shown}\n"


class TestAgainstAFolder:
    """The default: the templates that `compile` wrote."""

    def test_nothing(self, run: Run) -> None:
        write(QUIET)
        run("compile", "--no-lint")
        result = run("diff")
        assert (result.returncode, result.stdout, result.stderr) == (0, "no changes\n", "")

    def test_a_change_and_its_line(self, run: Run) -> None:
        """Nothing is written."""
        write(DATABASE)
        run("compile", "--no-lint")
        before = contents(OUT)
        write(LARGER)
        result = run("diff")
        assert result.returncode == 1
        assert "DBInstanceClass: db.t4g.micro -> db.t4g.small" in result.stdout
        assert "<- blogstack.yaml:6 database.instance_class" in result.stdout
        assert contents(OUT) == before

    def test_templates_in_json(self, run: Run) -> None:
        write(DATABASE)
        run("compile", "--no-lint", "--format", "json", "--out", "out")
        assert run("diff", "--against", "out").stdout == "no changes\n"

    def test_templates_of_others_are_not_compared(self, run: Run) -> None:
        write(quiet("shop"))
        run("compile", "--no-lint")
        write(quiet("blog-api"))
        result = run("diff")
        assert result.returncode == 1
        assert result.stderr == "templates/out has no templates for blog-api: everything is new\n"
        assert "shop" not in result.stdout

    def test_a_template_that_is_none(self, run: Run) -> None:
        write(QUIET)
        run("compile", "--no-lint")
        path = OUT / "blog-api-edge.yaml"
        path.write_text(path.read_text().partition("Resources")[0] + "Resources: [\n")
        result = run("diff")
        assert result.returncode == 2
        message = "the template of blog-api-edge is not YAML, see line 16; `blogstack compile` writes it again"
        assert message in " ".join(result.stderr.split())
        # It is no reason not to write the new one.
        assert run("compile", "--no-lint").returncode == 0

    def test_no_folder(self, run: Run) -> None:
        write(QUIET)
        result = run("diff")
        assert result.returncode == 2
        assert "'templates/out' is not a folder" in result.stderr

    def test_one_environment(self, run: Run) -> None:
        """The other one's templates are not missing, and the shared registry is compared too."""
        file = MINIMAL + "environments: {staging: {}, prod: {scaling: {max: 4}}}\n"
        write(file)
        run("compile", "--no-lint")
        assert run("diff", "--env", "prod").stdout == "no changes\n"
        write(file.replace("max: 4", "max: 5") + "image: {keep: 50}\n")
        found = json.loads(run("diff", "--env", "prod", "--format", "json").stdout)
        assert [stack["stack"] for stack in found["stacks"]] == ["blog-api-registry", "blog-api-prod-service"]


class TestAgainstARevision:
    """The older file, compiled by the current compiler."""

    def test_a_change(self, run: Run) -> None:
        commit(DATABASE)
        assert run("diff", "--against", "HEAD").stdout == "no changes\n"
        write(RENAMED)
        result = run("diff", "--against", "HEAD")
        assert result.returncode == 1
        assert "DBName: blog_api -> posts" in result.stdout

    def test_a_key_that_is_gone_is_named_in_the_older_file(self, run: Run) -> None:
        commit(LARGER)
        write(DATABASE)
        found = json.loads(run("diff", "--against", "HEAD", "--format", "json").stdout)
        ((change,),) = [resource["changes"] for stack in found["stacks"] for resource in stack["resources"]]
        assert change["cause"] == {"file": "HEAD:blogstack.yaml", "line": 6, "key": "database.instance_class"}

    def test_a_file_in_a_folder_below(self, run: Run) -> None:
        commit(DATABASE)
        Path("service").mkdir()
        git("mv", "blogstack.yaml", "service/blogstack.yaml")
        git("commit", "-q", "-m", "second")
        assert run("diff", "service/blogstack.yaml", "--against", "HEAD").stdout == "no changes\n"
        result = run("diff", "service/blogstack.yaml", "--against", "HEAD~1")
        assert result.returncode == 2
        assert "service/blogstack.yaml is not in the git revision 'HEAD~1'" in result.stderr

    @pytest.mark.parametrize("revision", ["nowhere", "--output=x", "HEAD:blogstack.yaml"])
    def test_no_such_revision(self, run: Run, revision: str) -> None:
        commit(QUIET)
        result = run("diff", f"--against={revision}")
        assert result.returncode == 2
        assert f"{revision!r} is neither a folder nor a git revision" in " ".join(result.stderr.split())

    def test_no_repository(self, run: Run, tmp_path: Path) -> None:
        write(QUIET)
        result = run(
            "diff", "--against", "HEAD", env={"PATH": "/usr/bin:/bin", "GIT_CEILING_DIRECTORIES": str(tmp_path)}
        )
        assert result.returncode == 2
        assert "this is not a git repository" in " ".join(result.stderr.split())

    def test_an_older_file_with_errors(self, run: Run) -> None:
        commit(QUIET + "colour: red\n")
        write(QUIET)
        result = run("diff", "--against", "HEAD")
        assert result.returncode == 2
        assert result.stderr.startswith("HEAD:blogstack.yaml:6:1: error[BS201]")


class TestExitStatus:
    """0 nothing, 1 changes, 2 wrong usage or input; --fail-on narrows what is 1."""

    @pytest.mark.slow
    @pytest.mark.parametrize(
        ("after", "statuses"),
        [(DATABASE, (0, 0, 0)), (LARGER, (1, 0, 0)), (RENAMED, (1, 1, 1)), (QUIET, (1, 1, 1))],
    )
    def test_fail_on(self, run: Run, after: str, statuses: tuple[int, int, int]) -> None:
        commit(DATABASE)
        write(after)
        found = tuple(
            run("diff", "--against", "HEAD", "--fail-on", kind).returncode
            for kind in ("changes", "replacement", "data")
        )
        assert found == statuses

    def test_a_file_with_errors(self, run: Run) -> None:
        commit(QUIET)
        write(QUIET + "colour: red\n")
        result = run("diff", "--against", "HEAD")
        assert (result.returncode, result.stdout) == (2, "")
        assert "error[BS201]" in result.stderr

    def test_an_unknown_environment(self, run: Run) -> None:
        commit(QUIET)
        assert run("diff", "--env", "prod").returncode == 2


class TestCompile:
    """`compile` prints one line about the changes to the templates that it replaces."""

    def test_something_is_replaced(self, run: Run) -> None:
        commit(DATABASE)
        assert "diff" not in run("compile", "--no-lint").stderr
        write(RENAMED)
        *_, line, _quotas = run("compile", "--no-lint").stderr.splitlines()
        what = "blog-api-database: 1 REPLACED (holds data), 1 in place, 1 REFUSED"
        assert line == f"{what}: see `blogstack diff --against HEAD`"

    def test_nothing_is_replaced(self, run: Run) -> None:
        commit(DATABASE)
        run("compile", "--no-lint")
        write(LARGER)
        *_, line, _quotas = run("compile", "--no-lint").stderr.splitlines()
        assert line == "1 stack: 1 may interrupt: see `blogstack diff --against HEAD`"
        assert run("compile", "--no-lint").stderr == ""

    def test_one_environment(self, run: Run) -> None:
        """The templates of the others do not change, and nothing is printed about them."""
        file = MINIMAL + "environments: {staging: {}, prod: {scaling: {max: 4}}}\n"
        commit(file)
        run("compile", "--no-lint")
        write(file.replace("max: 4", "max: 5"))
        *_, line = run("compile", "--no-lint", "--env", "prod").stderr.splitlines()[:2]
        assert line == "1 stack: 1 in place: see `blogstack diff --against HEAD`"

    def test_a_file_that_git_does_not_have(self, run: Run) -> None:
        """The older templates are overwritten, so no command can show the changes any more."""
        write(DATABASE)
        run("compile", "--no-lint")
        write(LARGER)
        *_, line, _quotas = run("compile", "--no-lint").stderr.splitlines()
        assert line == "1 stack: 1 may interrupt"

    def test_a_file_of_another_name(self, run: Run) -> None:
        commit(DATABASE)
        git("mv", "blogstack.yaml", "shop.yaml")
        git("commit", "-q", "-m", "second")
        run("compile", "--no-lint", "shop.yaml")
        Path("shop.yaml").write_text(LARGER)
        *_, line, _quotas = run("compile", "--no-lint", "shop.yaml").stderr.splitlines()
        assert line == "1 stack: 1 may interrupt: see `blogstack diff shop.yaml --against HEAD`"


def test_markdown_is_one_table_for_each_stack(run: Run) -> None:
    """Every row has as many cells as the head, whatever is in the values."""
    commit(DATABASE)
    write(RENAMED + 'service: {environment: {ODD: "a | `b` <c>"}}\n')
    text = run("diff", "--against", "HEAD", "--format", "markdown").stdout
    rows = [line for line in text.splitlines() if line.startswith("|")]
    assert {row.replace("\\|", "").count("|") for row in rows} == {7}
    assert text.count("<details>") == text.count("</details>") == 2
    assert "**refused**: `Database` in `blog-api-database`" in text
