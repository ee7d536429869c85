"""`blogstack explain` and the pages of docs/reference: every code and every key, from one source."""

from __future__ import annotations

import json
import re

import pytest

from blogstack.config.reference import Key, keys
from blogstack.diagnostics import Code
from blogstack.help.data import explanation
from blogstack.help.explain import about, explain, words
from blogstack.pipeline import validate_text
from tests.conftest import ROOT
from tests.support.console import Run, on_terminal
from tools.reference_pages import pages

KEYS = keys()


class TestKeys:
    """Every key has a description, its type and limits, its default and a valid example."""

    @pytest.mark.parametrize("key", KEYS, ids=lambda key: key.name)
    def test_is_whole(self, key: Key) -> None:
        assert key.description.endswith(".")
        assert key.takes
        assert "pydantic" not in key.takes and "<" not in key.takes
        title, _, text = explain(key.name).partition("\n\n")
        assert title == f"# {key.name}"
        assert text.startswith(key.description)

    @pytest.mark.parametrize("key", [key for key in KEYS if key.example is not None], ids=lambda key: key.name)
    def test_example_holds(self, key: Key) -> None:
        """It has no error except keys that are missing next to it."""
        minimal = {"name": "blog-api", "region": "ap-northeast-2"}
        told = about(key).split("```yaml\n")[1].removesuffix("```\n")
        rest = "".join(f"{name}: {value}\n" for name, value in minimal.items() if name != key.path[0])
        found = validate_text("blogstack.yaml", (rest + told).encode()).diagnostics
        shape = {diagnostic.code for diagnostic in found if diagnostic.code.id.startswith(("BS1", "BS2"))}
        assert shape <= {Code.MISSING_KEY, Code.EXCLUSIVE}

    @pytest.mark.parametrize(
        ("name", "takes", "default"),
        [
            ("scaling.min", "whole number, 1 to 5000 tasks", "`2`"),
            ("service.stop_timeout", "duration, 2s to 2m", "`30s`"),
            ("deployment.bake_time", "duration in whole minutes, 0m to 24h", "`5m`"),
            ("service.exec", "true or false", "`false`"),
            ("logs.container_insights", "true or false", "`true`"),
            ("image.architecture", "one of x86_64, arm64", "`x86_64`"),
            ("scaling.cpu", "null or whole number, 1 to 100 percent", "`60`"),
            ("service.health.command", None, "`null`"),
            ("network.create.cidr", "an IPv4 CIDR block without host bits, /16 to /22", "`10.0.0.0/16`"),
            ("load_balancer.allowed_cidrs", None, "`[0.0.0.0/0]`"),
            ("service.secrets", None, "`{}`"),
            ("region", None, "none; the key is required"),
            ("scaling", "mapping", "those of its keys"),
            ("database", "null or mapping", "`null`"),
        ],
    )
    def test_limits_in_words(self, name: str, takes: str | None, default: str) -> None:
        text = explain(name)
        assert takes is None or f"- Type: {takes}\n" in text
        assert f"- Default: {default}\n" in text

    def test_lists_and_mappings_in_words(self) -> None:
        tag = "an image tag, at most 128 characters (use A-Z, a-z, 0-9 and ._-)"
        assert f"- Type: list, at most 5 items, without duplicates; each item: {tag}\n" in explain("image.mutable_tags")
        variable = "a variable name, at most 128 characters (use letters, digits and _, and do not start with a digit)"
        each = f"each key: {variable}; each value: string, number, true or false, or {{import: EXPORT}}"
        assert f"- Type: mapping, at most 200 keys; {each}\n" in explain("service.environment")

    def test_a_section_lists_its_keys(self) -> None:
        text = explain("network")
        assert [line for line in text.splitlines() if line.startswith("- `")] == [
            "- `network.create`: Create a network with these settings.",
            "- `network.existing`: Use an existing network.",
            "- `network.shared`: What the network of the application in `uses` is like.",
        ]
        assert "- `service.permissions[].actions`: IAM actions" in explain("service.permissions")

    def test_each_key_of_a_section_is_an_item(self) -> None:
        """Also one whose description has several paragraphs."""
        listed = explain("overrides.registry").partition("\nKeys:\n\n")[2].partition("\n\n")[0].splitlines()
        assert [line.partition(":")[0].rpartition(".")[2] for line in listed] == [
            *("Properties`", "DependsOn`", "Metadata`", "DeletionPolicy`", "UpdateReplacePolicy`")
        ]

    @pytest.mark.parametrize(
        ("key", "codes"),
        [
            ("service.memory", "BS301 BS343"),
            ("service.sidecars.NAME.memory", "BS343"),
            ("deployment.minimum_healthy_percent", "BS304 BS329"),
            ("deployment.canary_percent", "BS329"),
            ("database.multi_az", "BS323"),
            ("domain.name", "BS324 BS377 BS379"),
            ("network.create.egress", "BS305 BS306"),
            ("overrides.tasks", "BS203 BS340"),
            ("environments", "BS208"),
            ("logs.retention", ""),
        ],
    )
    def test_rules_that_check_a_key(self, key: str, codes: str) -> None:
        """Those that read the very key, whatever they look at: a section, a file, a template."""
        (checked,) = [line for line in explain(key).splitlines() if line.startswith("- Checked by: ")] or [""]
        assert re.findall(r"BS\d{3}", checked) == codes.split()


class TestWords:
    """What is found, and the message for an unknown word."""

    @pytest.mark.parametrize(
        ("word", "title"),
        [
            ("BS301", "# BS301: Fargate has no such task size"),
            ("bs301", "# BS301: Fargate has no such task size"),
            ("mutable_tags", "# image.mutable_tags"),
            ("health.path", "# service.health.path"),
            ("name", "# name"),
            ("service.permissions[0].actions", "# service.permissions[].actions"),
            ("service.permissions.actions", "# service.permissions[].actions"),
            ("environments.prod.scaling.min", "# scaling.min"),
            ("environments", "# environments"),
        ],
    )
    def test_found(self, run: Run, word: str, title: str) -> None:
        result = run("explain", word)
        assert (result.returncode, result.stderr) == (0, "")
        assert result.stdout.splitlines()[0] == title
        assert "\x1b" not in result.stdout

    @pytest.mark.parametrize(
        ("word", "said"),
        [
            ("scalling", "'scalling' is neither a code nor a key; did you mean 'scaling'?"),
            ("scaling.mni", "did you mean 'scaling.min'?"),
            ("service.health.grace_period", "did you mean 'load_balancer.health_check.grace_period'?"),
            ("deregistration-delay", "did you mean 'deregistration_delay'?"),
            ("BS3O1", "did you mean 'BS3"),
            ("timeout", "the name of several keys: service.sidecars.NAME.health.timeout, service.health.timeout, "),
            ("", "codes are BSnnn; keys start with name, region, uses, tags"),
            ("....", "is neither a code nor a key"),
            ("짧은", "is neither a code nor a key"),
        ],
    )
    def test_not_found(self, run: Run, word: str, said: str) -> None:
        result = run("explain", word)
        assert (result.returncode, result.stdout) == (2, "")
        assert said in " ".join(result.stderr.split())

    def test_nothing_is_named(self, run: Run) -> None:
        """As with `git help`, a person wants to know what there is."""
        assert "missing; codes are BSnnn; keys start with name, region, " in " ".join(run("explain").stderr.split())

    def test_every_code(self) -> None:
        """In small letters too."""
        pages = ROOT / "blogstack" / "help" / "codes"
        assert {code.id: explain(code.id.lower()) for code in Code} == {p.stem: p.read_text() for p in pages.iterdir()}

    def test_everything_is_completed(self) -> None:
        assert {"BS301", "scaling.min", "service.permissions[].actions"} <= set(words())
        assert len(set(words())) == len(words()) == len(KEYS) + len(Code)


class TestData:
    """The same for programs."""

    def test_everything(self, run: Run) -> None:
        found = json.loads(run("explain", "--format", "json").stdout)
        assert [each["name"] for each in found] == words()
        for each in found:
            text = explain(each["name"])
            assert each["page"] == text if each["kind"] == "code" else text.startswith(f"# {each['name']}\n\n")

    def test_a_key_has_what_its_page_has(self) -> None:
        for key in KEYS:
            data, text = explanation(key.name), explain(key.name)
            assert f"\n\n{data['description']}\n\n" in text
            assert (data["example"] is None) == (key.example is None)
            assert data["example"] is None or f"```yaml\n{data['example']}```\n" in text
            assert (
                re.findall(r"(BS\d{3}) \(", text.partition("- Checked by: ")[2].partition("\n")[0])
                == data["checked_by"]
            )
            assert set(data["keys"]) <= {inner.name for inner in KEYS}
            assert not data["guide"] or text.rstrip().endswith(data["guide"])

    def test_one_key(self, run: Run) -> None:
        data = json.loads(run("explain", "deployment", "--format", "json").stdout)
        assert data["keys"][0] == "deployment.strategy"
        assert data["type"] == "mapping"

    def test_one_code(self, run: Run) -> None:
        data = json.loads(run("explain", "bs301", "--format", "json").stdout)
        assert (data["kind"], data["name"], data["severity"]) == ("code", "BS301", "error")

    def test_without_a_word(self, run: Run) -> None:
        assert "missing" in run("explain").stderr
        assert run("explain").returncode == 2

    def test_not_found(self, run: Run) -> None:
        assert run("explain", "scalling", "--format", "json").returncode == 2


class TestTerminal:
    """On a terminal the Markdown is formatted, in colour unless NO_COLOR is set."""

    def test_colour(self) -> None:
        text = on_terminal("explain", "BS302")
        assert "## What it means" not in text
        assert "\x1b[38" in text

    def test_no_color(self) -> None:
        text = on_terminal("explain", "BS302", NO_COLOR="1")
        assert "What it means" in text
        assert "\x1b[3" not in text


class TestPages:
    """The pages of docs/reference."""

    def test_every_key_and_code_is_there_in_order(self) -> None:
        written = "".join(text for name, text in pages().items() if name.startswith("language/"))
        outside = re.sub("```.*?```", "", written, flags=re.DOTALL)
        titles = [line.lstrip("# ") for line in outside.splitlines() if line.startswith("#")]
        assert titles == [key.name for key in KEYS]
        assert [line[3:8] for line in pages()["codes.md"].splitlines() if line.startswith("| [")] == [
            c.id for c in Code
        ]


class TestGuides:
    """The longer texts about keys."""

    def test_each_is_a_key_s(self) -> None:
        guides = {path.stem for path in (ROOT / "blogstack" / "help" / "guides").iterdir()}
        assert guides
        assert guides <= {key.name for key in keys()}

    def test_statements_for_the_key_policy(self, run: Run) -> None:
        """`explain kms_key` prints the statements that a key of the user's own must have, ready to copy."""
        text = run("explain", "kms_key").stdout
        statements = [json.loads(block) for block in re.findall(r"```json\n(.*?)```", text, re.DOTALL)]
        principals = {statement["Principal"]["Service"] for statement in statements}
        assert principals == {"logs.REGION.amazonaws.com", "cloudwatch.amazonaws.com"}
        assert all(statement["Effect"] == "Allow" and statement["Condition"] for statement in statements)
