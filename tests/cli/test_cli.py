"""The console script as users run it: in a subprocess, in a folder of their own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from blogstack.cli.exit_codes import ExitCode
from tests.conftest import ROOT
from tests.support.console import MINIMAL, OUT, QUIET, Run, contents, on_terminal, quiet


class TestCompile:
    """blogstack compile."""

    def test_writes_the_templates_and_prints_the_commands(self, run: Run) -> None:
        Path("blogstack.yaml").write_text(QUIET)
        result = run("compile")
        assert (result.returncode, result.stderr.count("wrote")) == (0, 5)
        assert [path.name for path in sorted(OUT.iterdir())] == [
            "blog-api-edge.yaml",
            "blog-api-network.yaml",
            "blog-api-registry.yaml",
            "blog-api-service.yaml",
            "blog-api-tasks.yaml",
        ]
        steps = [
            "blog-api-registry.yaml",
            "docker build --platform linux/amd64",
            "ecr get-login-password",
            "docker push",
        ]
        kinds = ("network", "edge", "tasks", "service")
        steps += [*(f"blog-api-{kind}.yaml" for kind in kinds), 'ImageTag="$TAG"']
        steps += ["ecs wait services-stable"]
        steps += ['"$URL"/health', "logs tail /ecs/blog-api --since"]
        places = [result.stdout.index(step) for step in steps]
        assert places == sorted(places)

    def test_the_printed_commands_are_a_shell_script(self, run: Run) -> None:
        Path("blogstack.yaml").write_text(MINIMAL)
        script = run("compile", "--no-lint", "--out", "a folder").stdout
        assert "--template-file 'a folder/blog-api-service.yaml'" in script
        subprocess.run(["sh", "-n"], input=script, text=True, check=True)

    @pytest.mark.slow
    def test_check(self, run: Run) -> None:
        """0 if the folder is up to date; otherwise 1, and a reason for each file. Never writes."""
        Path("blogstack.yaml").write_text(QUIET)
        assert run("compile", "--check").returncode == 1
        assert not OUT.exists()
        run("compile", "--no-lint")
        assert run("compile", "--check").returncode == 0
        path = OUT / "blog-api-service.yaml"
        lines = path.read_text().splitlines(keepends=True)
        path.write_text("".join([*lines[:9], "#\n", *lines[9:]]))
        (OUT / "blog-api-network.yaml").unlink()
        result = run("compile", "--check", "--no-lint")
        assert result.returncode == 1
        edited = "blog-api-service.yaml:10:1: error[BS503]: the template is out of date from this line on\n  10 | #\n"
        assert edited in result.stderr
        assert "blog-api-network.yaml: error[BS503]: the template is missing" in result.stderr
        assert result.stdout == ""

    def test_errors_change_nothing(self, run: Run) -> None:
        Path("blogstack.yaml").write_text(QUIET)
        run("compile", "--no-lint")
        before = contents(OUT)
        Path("blogstack.yaml").write_text(QUIET + "service:\n  cpu: 512\n  memory: 8192\n")
        result = run("compile", "--no-lint")
        assert result.returncode == 1
        assert (
            "blogstack.yaml:8:11: error[BS301]: Fargate has no task size with cpu 512 and memory 8192" in result.stderr
        )
        assert contents(OUT) == before

    def test_line_ends_of_windows(self, run: Run) -> None:
        """As git on Windows checks out the templates: they are not out of date."""
        Path("blogstack.yaml").write_text(QUIET)
        run("compile", "--no-lint")
        for path in OUT.iterdir():
            path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
        assert run("compile", "--no-lint", "--check").returncode == 0
        (OUT / "blog-api-network.yaml").write_bytes(b"# another\r\n")
        assert run("compile", "--no-lint", "--check").returncode == 1

    @pytest.mark.slow
    def test_stacks_that_no_longer_exist(self, run: Run) -> None:
        """Their files are deleted; those of another service, and those added by hand, stay."""
        Path("blogstack.yaml").write_text(QUIET)
        Path("other.yaml").write_text(quiet("blog-api-two"))
        run("compile", "--no-lint", "blogstack.yaml", "other.yaml")
        (OUT / "notes.yaml").write_text("mine: true\n")
        (OUT / "blog-api-old.yaml").write_text("# by hand, for service blog-api.\n")
        Path("blogstack.yaml").write_text(QUIET + "image: {uri: ghcr.io/team/blog}\n")
        gone = "blog-api-registry.yaml: error[BS503]: the template belongs to a stack that is no longer in the file"
        assert gone in run("compile", "--check").stderr
        result = run("compile", "--no-lint")
        assert "removed templates/out/blog-api-registry.yaml" in result.stderr
        assert "aws cloudformation delete-stack --region ap-northeast-2 --stack-name blog-api-registry" in result.stderr
        names = set(contents(OUT))
        assert "blog-api-registry.yaml" not in names
        assert {"blog-api-two-registry.yaml", "notes.yaml", "blog-api-old.yaml"} <= names

    def test_another_format_replaces_the_first(self, run: Run) -> None:
        Path("blogstack.yaml").write_text(QUIET)
        run("compile", "--no-lint")
        assert run("compile", "--no-lint", "--format", "json").returncode == 0
        assert {path.suffix for path in OUT.iterdir()} == {".json"}
        assert json.loads((OUT / "blog-api-service.json").read_text())["AWSTemplateFormatVersion"] == "2010-09-09"

    def test_check_tells_the_command_that_mends(self, run: Run) -> None:
        """With the words that --check itself was given; a format that is not asked for is no stack that is gone."""
        Path("app").mkdir()
        Path("app/my file.yaml").write_text(QUIET)
        words = ("app/my file.yaml", "--out", "made", "--format", "json")
        stale = run("compile", "--no-lint", "--check", *words)
        assert "help: run `blogstack compile 'app/my file.yaml' --out made --format json`" in stale.stderr
        assert run("compile", "--no-lint", *words).returncode == 0
        other = run("compile", "--no-lint", "--check", "app/my file.yaml", "--out", "made")
        assert "made/blog-api-network.json: error[BS503]: the template is in another format" in other.stderr
        assert "no longer in the file" not in other.stderr

    @pytest.mark.slow
    def test_several_files(self, run: Run) -> None:
        """All or nothing: if one file has an error, nothing is written."""
        for name in ("one", "two", "three"):
            Path(f"{name}.yaml").write_text(quiet(name))
        assert run("compile", "one.yaml", "two.yaml", "three.yaml").returncode == 0
        assert len(contents(OUT)) == 15
        Path("two.yaml").write_text("name: two\n")
        Path("one.yaml").write_text(quiet("four"))
        before = contents(OUT)
        assert run("compile", "--no-lint", "one.yaml", "two.yaml", "three.yaml").returncode == 1
        assert contents(OUT) == before

    def test_two_files_for_one_stack(self, run: Run) -> None:
        for name in ("one", "two"):
            Path(f"{name}.yaml").write_text(QUIET)
        result = run("compile", "--no-lint", "one.yaml", "two.yaml")
        assert result.returncode == 1
        assert "two.yaml: error[BS502]: the stack blog-api-registry is also defined by one.yaml" in result.stderr

    def test_json_diagnostics_are_a_result(self, run: Run) -> None:
        Path("blogstack.yaml").write_text(MINIMAL + "service:\n  memory: 8192\n")
        result = run("compile", "--diagnostics", "json")
        found = {item["code"]: item for item in json.loads(result.stdout)}
        assert result.returncode == 1
        assert result.stderr == ""
        assert set(found) == {"BS301", "BS311"}
        place = {key: found["BS301"][key] for key in ("path", "line", "column", "end_line", "end_column", "severity")}
        assert place == {
            "path": "blogstack.yaml",
            "line": 4,
            "column": 11,
            "end_line": 4,
            "end_column": 15,
            "severity": "error",
        }

    def test_colour_only_on_a_terminal(self, run: Run) -> None:
        Path("blogstack.yaml").write_text("name: x\n")
        assert "\x1b" not in run("compile").stderr
        assert "\x1b[31;1merror[BS202]\x1b[0m: " in on_terminal("compile")
        assert "\x1b" not in on_terminal("compile", NO_COLOR="1")

    @pytest.mark.slow
    def test_colour_by_the_environment(self, run: Run) -> None:
        """FORCE_COLOR colours a pipe too, NO_COLOR wins, and an empty variable has no effect."""
        Path("blogstack.yaml").write_text("name: x\n")
        for no_color, force_color, coloured in (
            ("", "1", True),
            ("", "0", True),
            ("", "", False),
            ("1", "", False),
            ("1", "1", False),
        ):
            environment = {**os.environ, "NO_COLOR": no_color, "FORCE_COLOR": force_color}
            assert ("\x1b[31;1merror[BS202]\x1b[0m: " in run("compile", env=environment).stderr) is coloured

    def test_where_more_is_said(self, run: Run) -> None:
        Path("blogstack.yaml").write_text(MINIMAL + "service: {memory: 8192}\n")
        assert run("validate").stderr.endswith("1 error, 1 warning\nFor details: `blogstack explain BS301`\n")
        Path("blogstack.yaml").write_text(MINIMAL)
        assert run("validate").stderr.endswith("1 warning\nFor details: `blogstack explain BS311`\n")

    @pytest.mark.slow
    def test_the_repository_is_up_to_date(self, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.chdir(ROOT)
        assert run("compile", "--check").returncode == 0
        assert run("schema").stdout == (ROOT / "blogstack.schema.json").read_text()


@pytest.mark.slow
class TestCache:
    """A result without findings is cached; a damaged cache costs time, never correctness."""

    def verdicts(self) -> list[Path]:
        return sorted(Path("cache/blogstack/lint").iterdir())

    def test_remembers_only_clean_verdicts(self, run: Run) -> None:
        bad = "service: {permissions: [{actions: [s3:GetObjct], resources: ['*']}]}\n"
        Path("blogstack.yaml").write_text(QUIET + bad)
        for _ in range(2):
            assert "error[BS401]: cfn-lint W3037 on TaskRole in blog-api-tasks" in run("compile").stderr
        assert len(self.verdicts()) == 4  # all but the tasks stack are clean
        Path("blogstack.yaml").write_text(QUIET)
        assert run("compile").returncode == 0
        assert len(self.verdicts()) == 5

    def test_damaged_verdicts_are_none(self, run: Run) -> None:
        Path("blogstack.yaml").write_text(QUIET)
        run("compile")
        for path in self.verdicts():
            path.write_bytes(path.read_bytes()[:10])
        assert run("compile").returncode == 0
        assert all(path.read_text() == path.name for path in self.verdicts())

    def test_a_cache_that_is_no_folder(self, run: Run) -> None:
        Path("blogstack.yaml").write_text(QUIET)
        Path("cache").write_text("in the way")
        assert run("compile").returncode == 0


class TestInput:
    """Whatever a path leads to, the message is clear."""

    @pytest.mark.parametrize(
        ("path", "content", "code"),
        [
            ("missing.yaml", None, "BS101"),
            (".", None, "BS101"),
            ("utf16.yaml", MINIMAL.encode("utf-16"), "BS102"),
            ("binary.yaml", bytes(range(256)), "BS102"),
            ("large.yaml", b"a: b\n" * 600_000, "BS103"),
            ("empty.yaml", b"", "BS104"),
            ("deep.yaml", b"[" * 100_000, "BS109"),
        ],
    )
    def test_unusable(self, run: Run, path: str, content: bytes | None, code: str) -> None:
        if content is not None:
            Path(path).write_bytes(content)
        result = run("validate", path)
        assert result.returncode == 1
        assert f"error[{code}]" in result.stderr
        assert "Traceback" not in result.stderr

    def test_a_file_that_cannot_be_read(self, run: Run) -> None:
        """As with one without permission, which a test run by root would read all the same."""
        result = run("validate", "/proc/self/mem")
        assert result.returncode == 1
        assert "error[BS101]: cannot be read: Input/output error" in result.stderr

    @pytest.mark.parametrize("closed", ["1", "2", "1 2"])
    def test_closed_streams(self, run: Run, closed: str) -> None:
        """Output to a closed stream is lost, and changes nothing else."""
        Path("blogstack.yaml").write_text(MINIMAL)

        def close() -> None:
            for number in map(int, closed.split()):
                os.close(number)

        result = run("compile", "--no-lint", preexec_fn=close)
        assert result.returncode == 0
        assert ("wrote" in result.stderr, "aws cloudformation" in result.stdout) == (
            "2" not in closed,
            "1" not in closed,
        )
        assert "wrote" not in result.stdout

    def test_wrong_usage(self, run: Run) -> None:
        assert run("compile", "--nonsense").returncode == ExitCode.USAGE
        assert run("nonsense").returncode == ExitCode.USAGE
        assert run("compile", "--format", "toml").returncode == ExitCode.USAGE
        assert run().returncode == ExitCode.USAGE

    @pytest.mark.parametrize("command", ["apply", "plan"])
    def test_unknown_command(self, run: Run, command: str) -> None:
        text = " ".join(run(command).stderr.split())
        assert f"no such command: '{command}'; the commands are compile, validate, diff, deploy, cost, " in text

    def test_environment_without_its_option(self, run: Run) -> None:
        Path("blogstack.yaml").write_text(QUIET)
        assert "to choose an environment, write --env staging" in run("compile", "staging").stderr

    @pytest.mark.parametrize("words", [("compile", "--format", "toml"), ("init", "--framework", "flask")])
    def test_wrong_choice(self, run: Run, words: tuple[str, ...]) -> None:
        stderr = run(*words).stderr
        assert f"'{words[-1]}' is not one of" in stderr
        assert "Value error" not in stderr


class TestHelp:
    """blogstack --help."""

    def test_the_first_screen(self, run: Run) -> None:
        result = run("--help")
        assert result.returncode == ExitCode.DONE
        assert "--version             Show the version and exit." in result.stdout
        assert result.stdout.endswith(
            """Commands:
  compile      Write CloudFormation templates and print deployment commands.
  validate     Check files without writing anything.
  diff         Show what a deployment would change, replace and delete.
  deploy       Deploy to AWS: show what will change, ask, and run the plan.
  cost         Estimate what the stacks cost a month.
  graph        Print a picture of what will be built.
  status       Show what runs: versions, tasks, health, alarms and cost.
  verify       Check that everything is deployed, stable and responding.
  doctor       Find out why a service fails, the most likely cause first.
  logs         Print the log lines of all tasks, sorted by time.
  run          Run a job, or a command in the service's image, and wait.
  exec         Open a shell, or run a command, in a running task.
  rollback     Go back to an older version, or stop a running deployment.
  destroy      Show what will be deleted, and delete an environment.
  permissions  Print the IAM policies that the commands need, as JSON.
  schema       Print the JSON Schema of blogstack.yaml, for editors.
  explain      Explain a code, or a key: limits, default, example.
  init         Write a blogstack.yaml to start from, and its JSON Schema.
"""
        )

    @pytest.mark.parametrize("command", ["compile", "validate", "explain"])
    def test_names_no_types_of_python(self, run: Run, command: str) -> None:
        assert "str" not in run(command, "--help").stdout.replace("instead", "")

    def test_of_a_command(self, run: Run) -> None:
        text = " ".join(run("compile", "--help").stdout.split())
        assert "Only this environment; repeat it for several." in text
        assert "Format of diagnostics; all formats but text go to standard output." in text

    @pytest.mark.usefixtures("run")
    @pytest.mark.parametrize(
        ("words", "late"),
        [
            (["--version"], ("pydantic", "troposphere", "yaml", "blogstack.pipeline")),
            (["--help"], ("pydantic", "troposphere", "yaml", "blogstack.pipeline")),
            (["schema"], ("boto3", "cfnlint", "blogstack.pipeline")),
            (["compile", "--no-lint"], ("boto3", "rich", "cfnlint", "watchfiles", "blogstack.cli.deploy")),
            (["compile", "--no-lint"], ("blogstack.help", "blogstack.config.reference", "blogstack.reports.sarif")),
        ],
    )
    def test_a_command_starts_without_what_it_does_not_need(self, words: list[str], late: tuple[str, ...]) -> None:
        Path("blogstack.yaml").write_text(QUIET)
        code = (
            "import atexit, sys\n"
            "from blogstack.cli.app import run\n"
            f"sys.argv[1:] = {words!r}\n"
            f"atexit.register(lambda: print([name for name in {late!r} if name in sys.modules]))\n"
            "run()\n"
        )
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
        assert done.stdout.endswith("\n[]\n")


class TestStreams:
    """An error with standard output is reported, and not as a bug in blogstack."""

    def test_version(self, run: Run) -> None:
        result = run("--version")
        assert (result.returncode, result.stdout.split()[0]) == (0, "blogstack")

    @pytest.mark.skipif(not Path("/dev/full").exists(), reason="only some systems have a device that is always full")
    def test_full_device(self, run: Run) -> None:
        with Path("/dev/full").open("w") as full:
            result = run("schema", capture_output=False, stdout=full, stderr=subprocess.PIPE)
        assert (result.returncode, result.stderr) == (1, "error: cannot print: No space left on device\n")
