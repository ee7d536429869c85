"""docs/ci.md, action.yml, .pre-commit-hooks.yaml and the forms for issues: read and run by their own programs."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
import sysconfig
import textwrap
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from tests.conftest import ROOT
from tests.support.console import MINIMAL, QUIET, Run

BIN = Path(sys.executable).parent
PAGE = (ROOT / "docs" / "ci.md").read_text()
WORKFLOW, ACTION, STEPS, COMMENT, DEPLOY, PRE_COMMIT = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
(REQUIREMENT,) = re.findall(r"```text\n(.*)\n```", PAGE)
HOOKS = ROOT / ".pre-commit-hooks.yaml"

Tool = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def tool(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Tool:
    """Runs a program in an empty folder, with what is installed beside us in front of the path."""
    monkeypatch.chdir(tmp_path)
    identity = {f"GIT_{who}_{what}": "x@example.com" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    own = {"PRE_COMMIT_HOME": str(tmp_path / "pre-commit"), "GIT_CONFIG_GLOBAL": os.devnull}
    environment = {**os.environ, **identity, **own, "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}"}

    def tool(*command: str, input: str | None = None) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command, env=environment, input=input, capture_output=True, text=True, timeout=120, check=False
        )

    return tool


class TestWorkflow:
    """The workflow that checks a pull request."""

    def linted(self, tool: Tool, workflow: str) -> None:
        Path("workflow.yaml").write_text(workflow)
        done = tool("check-jsonschema", "--builtin-schema", "vendor.github-workflows", "workflow.yaml")
        assert done.returncode == 0, done.stdout
        done = tool("actionlint", "-no-color", "workflow.yaml")
        assert done.returncode == 0, done.stdout

    def test_a_mistake_is_found(self, tool: Tool) -> None:
        """The linter knows the variables of a job: an undefined one fails."""
        Path("workflow.yaml").write_text(DEPLOY.replace("vars.AWS_REGION", "steps.nothing.outputs.region"))
        done = tool("actionlint", "-no-color", "workflow.yaml")
        assert done.returncode == 1
        assert 'property "nothing" is not defined' in done.stdout

    def test_the_one_that_deploys(self, tool: Tool, run: Run) -> None:
        """It is valid, its commands have the options that it gives them, and production waits for staging."""
        self.linted(tool, DEPLOY)
        jobs = yaml.safe_load(DEPLOY)["jobs"]
        assert jobs["production"]["needs"] == "staging"
        assert {jobs[name]["environment"] for name in ("staging", "production")} == {"staging", "production"}
        commands = re.findall(r"run: blogstack (\S+)(.*)", DEPLOY)
        assert [command for command, _ in commands] == ["compile", "diff", "deploy", "deploy"]
        for command, words in commands:
            known = run(command, "--help").stdout
            assert [option for option in re.findall(r" (--[a-z-]+)", words) if option not in known] == []

    def test_is_one(self, tool: Tool) -> None:
        self.linted(tool, WORKFLOW)

    def test_with_code_scanning(self, tool: Tool) -> None:
        before, _, _ = WORKFLOW.partition("      - run: blogstack")
        workflow = before + textwrap.indent(STEPS, " " * 6)
        self.linted(tool, workflow.replace("contents: read\n", "contents: read\n  security-events: write\n"))

    def test_with_the_action(self, tool: Tool) -> None:
        before, _, _ = WORKFLOW.partition("      - uses: actions/setup-python")
        self.linted(tool, before + textwrap.indent(ACTION, " " * 6))
        (step,) = yaml.safe_load(ACTION)
        assert step["with"].keys() == yaml.safe_load((ROOT / "action.yml").read_text())["inputs"].keys()
        assert step["uses"].partition("@")[2] == yaml.safe_load(PRE_COMMIT)["repos"][0]["rev"]

    def test_with_a_comment(self, tool: Tool) -> None:
        """The steps are valid, and their command compares with the branch that the request is for."""
        workflow = WORKFLOW + textwrap.indent(COMMENT, " " * 6)
        self.linted(tool, workflow.replace("contents: read\n", "contents: read\n  pull-requests: write\n"))
        Path("blogstack.yaml").write_text(QUIET)
        for command in ("git init -q -b main .", "git add .", "git commit -q -m first", "git branch origin/main"):
            assert tool(*command.split()).returncode == 0
        Path("blogstack.yaml").write_text(QUIET.replace("blog.example.com", "posts.example.com"))
        (command,) = re.findall(r"run: (blogstack .*)", COMMENT)
        done = tool("sh", "-c", f"BASE=main; {command}")
        assert (done.returncode, done.stderr) == (0, "")
        assert Path("diff.md").read_text().startswith("**blogstack diff**: 1 stack: 2 REPLACED")

    @pytest.mark.slow
    def test_its_command_annotates(self, run: Run) -> None:
        (command,) = re.findall(r"run: blogstack (.*)", WORKFLOW)
        Path("blogstack.yaml").write_text(QUIET)
        run("compile", "--no-lint")
        assert run(*shlex.split(command)).returncode == 0
        Path("blogstack.yaml").write_text(MINIMAL + "service: {memory: 8192}\n")
        result = run(*shlex.split(command))
        assert result.returncode == 1
        assert "::error file=blogstack.yaml,line=3,endLine=3,col=19,endColumn=23,title=BS301::" in result.stdout

    def test_it_watches_what_it_checks(self) -> None:
        (requirements,) = re.findall(r"run: python -m pip install --requirement (.*)", WORKFLOW)
        paths = yaml.safe_load(WORKFLOW)[True]["pull_request"]["paths"]
        assert paths == ["blogstack.yaml", "templates/out/**", requirements]

    def test_its_requirement_is_what_pre_commit_takes(self) -> None:
        (repo,) = yaml.safe_load(PRE_COMMIT)["repos"]
        assert f"blogstack @ git+{repo['repo']}@{repo['rev']}" == REQUIREMENT

    def test_after_an_upgrade(self, run: Run, tool: Tool) -> None:
        assert run("init").returncode == 0
        schema = Path("blogstack.schema.json")
        current = schema.read_text()
        schema.write_text("{}")
        (command,) = re.findall(r"`(blogstack schema .*?)`", PAGE)
        assert tool("sh", "-c", command).returncode == 0
        assert schema.read_text() == current


class TestAction:
    """action.yml, by the schema of GitHub's actions, and its steps."""

    FILE = ROOT / "action.yml"

    def test_is_one(self, tool: Tool) -> None:
        done = tool("check-jsonschema", "--builtin-schema", "vendor.github-actions", str(self.FILE))
        assert done.returncode == 0, done.stdout

    @pytest.mark.slow
    def test_its_steps_install_and_annotate(self, tool: Tool, tmp_path: Path) -> None:
        """As a runner runs them: the action's files in one folder, the project in another.

        Only the dependencies are those of the tests, because test_package.py installs them too.
        """
        source, temporary = tmp_path / "action", tmp_path / "temporary"
        shutil.copytree(ROOT / "blogstack", source / "blogstack", ignore=shutil.ignore_patterns("__pycache__"))
        for name in ("setup.cfg", "setup.py", "pyproject.toml", "constraints.txt", "README.md", "LICENSE"):
            shutil.copy(ROOT / name, source)
        temporary.mkdir()
        action = yaml.safe_load(self.FILE.read_text())
        install, compile = action["runs"]["steps"]
        runner = (f"RUNNER_TEMP={temporary}", f"GITHUB_ACTION_PATH={source}")
        done = tool("env", "PIP_NO_DEPS=1", *runner, "bash", "-e", "-c", install["run"])
        assert done.returncode == 0, done.stderr
        (packages,) = temporary.glob("blogstack/lib/python*/site-packages")
        (packages / "dependencies.pth").write_text(sysconfig.get_path("purelib"))

        inputs = {f"${{{{ inputs.{name} }}}}": body["default"] for name, body in action["inputs"].items()}
        given = [f"{name}={inputs[value]}" for name, value in compile["env"].items()]
        command = ("env", *runner, *given, "bash", "-e", "-c", compile["run"])
        Path("blogstack.yaml").write_text(QUIET)
        assert "title=BS503::" in tool(*command).stdout
        assert tool("blogstack", "compile").returncode == 0
        assert tool(*command).returncode == 0
        Path("blogstack.yaml").write_text(MINIMAL + "service: {memory: 8192}\n")
        done = tool(*command)
        assert done.returncode == 1
        assert "::error file=blogstack.yaml,line=3," in done.stdout


@pytest.mark.parametrize("form", sorted(ROOT.glob(".github/ISSUE_TEMPLATE/*.yml")), ids=lambda path: path.stem)
def test_issue_forms(form: Path, tool: Tool) -> None:
    schema = "vendor.github-issue-config" if form.stem == "config" else "vendor.github-issue-forms"
    done = tool("check-jsonschema", "--builtin-schema", schema, str(form))
    assert done.returncode == 0, done.stdout


class TestPreCommit:
    """The hooks, run by pre-commit; it would install blogstack from the network, so here it uses the installed one."""

    def test_files_are_valid(self, tool: Tool) -> None:
        assert tool("pre-commit", "validate-manifest", str(HOOKS)).returncode == 0
        Path("config.yaml").write_text(PRE_COMMIT)
        assert tool("pre-commit", "validate-config", "config.yaml").returncode == 0

    @pytest.mark.slow
    def test_hooks(self, tool: Tool, tmp_path: Path) -> None:
        revision = self.repository(tool, tmp_path / "hooks", {".pre-commit-hooks.yaml": HOOKS.read_text()})
        config = yaml.safe_load(PRE_COMMIT)
        (repo,) = config["repos"]
        repo |= {"repo": str(tmp_path / "hooks"), "rev": revision}
        for hook in repo["hooks"]:
            hook["language"] = "system"
        os.chdir(tmp_path)
        files = {"blogstack.yaml": QUIET, ".pre-commit-config.yaml": yaml.safe_dump(config)}
        self.repository(tool, tmp_path / "project", files)
        assert tool("blogstack", "compile").returncode == 0
        self.commit(tool)
        assert self.outcome(tool) == {"blogstack validate": "Passed", "blogstack compile --check": "Passed"}

        with Path("templates/out/blog-api-service.yaml").open("a") as template:
            template.write("# mine\n")
        assert self.outcome(tool) == {"blogstack validate": "Passed", "blogstack compile --check": "Failed"}

        Path("blogstack.yaml").write_text(QUIET + "service: {memory: 8192}\n")
        assert self.outcome(tool) == {"blogstack validate": "Failed", "blogstack compile --check": "Failed"}
        assert "blogstack.yaml:6:19: error[BS301]" in tool("pre-commit", "run", "--all-files").stdout

        Path("blogstack.yaml").write_text(QUIET)
        assert tool("blogstack", "compile").returncode == 0
        Path("another").mkdir()
        Path("another", "blogstack.yaml").write_text("name: x\n")
        self.commit(tool)
        assert self.outcome(tool) == {"blogstack validate": "Failed", "blogstack compile --check": "Passed"}

    def repository(self, tool: Tool, folder: Path, files: dict[str, str]) -> str:
        """Makes a repository, in which the process then is, and commits; returns the commit."""
        folder.mkdir()
        os.chdir(folder)
        tool("git", "init", "--quiet")
        for name, text in files.items():
            Path(name).write_text(text)
        return self.commit(tool)

    def commit(self, tool: Tool) -> str:
        tool("git", "add", "--all")
        assert tool("git", "commit", "--quiet", "--message", "commit").returncode == 0
        return tool("git", "rev-parse", "HEAD").stdout.strip()

    def outcome(self, tool: Tool) -> dict[str, str]:
        """The result of each hook in pre-commit."""
        said = tool("pre-commit", "run", "--all-files").stdout
        return dict(re.findall(r"^(blogstack [a-z -]+?)\.+(Passed|Failed)$", said, re.MULTILINE))


@pytest.mark.slow
class TestCompletion:
    """Completion in bash, as its script requests it."""

    @pytest.mark.parametrize(
        ("words", "completed"),
        [
            (["comp"], ["compile"]),
            (["validate", "--diagnostics", "s"], ["sarif"]),
            (["compile", "--wat"], ["--watch"]),
            (["explain", "scaling.m"], ["scaling.min", "scaling.max", "scaling.memory"]),
            (["explain", "BS30"], [f"BS30{number}" for number in range(1, 10)]),
        ],
    )
    def test_bash(self, tool: Tool, words: list[str], completed: list[str]) -> None:
        script = f"""
            eval "$(_BLOGSTACK_COMPLETE=source_bash blogstack)"
            COMP_WORDS=(blogstack {shlex.join(words)}) COMP_CWORD={len(words)}
            _blogstack_completion blogstack
            printf '%s\\n' "${{COMPREPLY[@]}}"
        """
        done = tool("bash", "-c", script)
        assert (done.stdout.split(), done.stderr) == (completed, "")
