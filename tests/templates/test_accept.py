"""Every accept case compiles to its golden templates."""

from __future__ import annotations

import json
import os
import random
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from blogstack.pipeline import compile_text, lint_all
from blogstack.rules.templates import MAX_BYTES
from blogstack.source.document import Data
from blogstack.source.parse import parse
from tests.cases import ACCEPT, EACH, NAMES, compiled
from tests.conftest import ROOT
from tests.support.console import Run, contents
from tests.support.differences import difference
from tests.support.lint import NoLintCache
from tests.support.templates import read, trees

IDS = Path(__file__).parent / "logical_ids.txt"


WHOLE = ["database", "domain", "environments", "everything", "minimal"]
"""The cases with complete templates; the others have `changes.diff`, their difference from a parent."""


def parent_of(name: str) -> str:
    """The case that a case is compared with: the first line of its `changes.diff` names it."""
    changes = ACCEPT / name / "changes.diff"
    if not changes.exists():
        return "minimal"
    first, *_ = changes.read_text().splitlines()
    parent = first.removeprefix("# from: ")
    assert parent in NAMES, f"{changes} does not begin with `# from: CASE`"
    return parent


def golden(name: str) -> dict[str, str]:
    """The files that a case has to have beside its blogstack.yaml, by name."""
    if name in WHOLE:
        return {f"{template.stack_name}.yaml": template.text for template in compiled(name).templates}
    parent = parent_of(name)
    return {"changes.diff": f"# from: {parent}\n{difference(name, parent)}"}


@pytest.mark.parametrize("name", NAMES)
def test_golden(name: str, request: pytest.FixtureRequest) -> None:
    """The files next to blogstack.yaml are exactly the result of the case, and no file is left over."""
    assert not compiled(name).failed, compiled(name).diagnostics
    expected = golden(name)
    folder = ACCEPT / name
    found = {path.name: path.read_text() for path in folder.iterdir() if path.name != "blogstack.yaml"}
    if request.config.getoption("--update-goldens") and found != expected:
        for path in found.keys() - expected.keys():
            (folder / path).unlink()
        for path, text in expected.items():
            (folder / path).write_text(text)
        changed = [path for path in {**found, **expected} if found.get(path) != expected.get(path)]
        pytest.fail(f"rewritten in {name}: {', '.join(changed)}")
    assert found == expected


def test_every_case_comes_from_a_complete_one() -> None:
    """Through its parents: in a circle, a change that is in all of them would be in no difference."""
    for name in NAMES:
        line = [name]
        while line[-1] not in WHOLE:
            parent = parent_of(line[-1])
            assert parent not in line, f"{name}: {' from '.join([*line, parent])}"
            line.append(parent)


@pytest.mark.parametrize(
    ("case", "parent", "shown"),
    [
        (
            "cautious-rollout",
            "minimal",
            ["   Service:", "     Properties:", "       DeploymentConfiguration:", "-        MaximumPercent: 200"],
        ),
        ("existing-network", "minimal", ["@@ no network stack"]),
        ("nat-per-az", "domain", ["-  Certificate:", "-    Type: AWS::CertificateManager::Certificate"]),
    ],
)
def test_a_difference_shows_where_it_is(case: str, parent: str, shown: list[str]) -> None:
    lines = difference(case, parent).splitlines()
    assert [line for line in lines if line in shown] == shown, lines


@pytest.mark.slow
def test_lint_finds_nothing() -> None:
    """cfn-lint, with every rule on, has nothing to say about any template of any case."""
    for compilation in lint_all([compiled(name) for name in NAMES], NoLintCache()):
        assert not [d.message for d in compilation.diagnostics if d.is_error]


@pytest.mark.parametrize("name", NAMES)
def test_fits_into_a_request(name: str) -> None:
    """`aws cloudformation deploy` needs no bucket."""
    assert all(len(template.text.encode()) < MAX_BYTES for template in compiled(name).templates)


def test_everything_at_once_fits_too() -> None:
    """The case `everything`, with what takes more room and excludes parts of it: a second target group above all."""
    data: Any = parse("blogstack.yaml", (ACCEPT / "everything" / "blogstack.yaml").read_bytes()).plain()
    del data["kms_key"], data["load_balancer"]["stickiness"]
    data["load_balancer"]["access_logs"] = data["network"]["create"]["flow_logs"] = True
    data["deployment"] = {"strategy": "linear"}
    compilation = compile_text("blogstack.yaml", json.dumps(data).encode())
    assert not compilation.failed, compilation.diagnostics
    sizes = {template.stack_name: len(template.text.encode()) for template in compilation.templates}
    assert max(sizes.values()) > max(len(template.text.encode()) for template in compiled("everything").templates)
    assert all(size < MAX_BYTES for size in sizes.values()), sizes


@pytest.mark.parametrize("name", NAMES)
def test_order_of_keys_does_not_matter(name: str) -> None:
    """Shuffled keys give the same bytes."""
    content = (ACCEPT / name / "blogstack.yaml").read_bytes()
    shuffled = _shuffled(parse("blogstack.yaml", content).plain(), random.Random(name))
    # Everything in quotes would be text: what was a number stays one.
    again = compile_text("blogstack.yaml", yaml.safe_dump(shuffled, sort_keys=False, allow_unicode=True).encode())
    # Environments are deployed in the order of the file, so it is theirs.
    assert sorted(again.templates) == sorted(compiled(name).templates)


def _shuffled(data: Data, order: random.Random) -> Data:
    if isinstance(data, dict):
        items = [(key, _shuffled(value, order)) for key, value in data.items()]
        order.shuffle(items)
        return dict(items)
    return [_shuffled(item, order) for item in data] if isinstance(data, list) else data


def test_same_bytes_under_any_hash_seed() -> None:
    """Every case compiles to the same templates whatever the order of Python's sets."""
    script = "import json\nfrom tests.cases import NAMES, compiled\n"
    script += "print(json.dumps([[name, *compiled(name).templates] for name in NAMES]))"
    outputs = [
        subprocess.run(
            [sys.executable, "-c", script],
            cwd=ROOT,
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    ]
    assert outputs[0] == outputs[1]
    assert json.loads(outputs[0]) == json.loads(json.dumps([[name, *compiled(name).templates] for name in NAMES]))


def test_the_console_script_writes_the_goldens(run: Run) -> None:
    file = ACCEPT / "everything" / "blogstack.yaml"
    assert run("compile", "--no-lint", "--out", "out", str(file)).returncode == 0
    assert contents(Path("out")) == {path.name: path.read_bytes() for path in file.parent.glob("*-*.yaml")}


@pytest.mark.parametrize("name", NAMES)
def test_json_says_the_same(name: str) -> None:
    """`--format json` holds what the YAML holds, and a line that says where it comes from."""
    compilation = compile_text("blogstack.yaml", (ACCEPT / name / "blogstack.yaml").read_bytes(), "json")
    for template, yaml_template in zip(compilation.templates, compiled(name).templates, strict=True):
        tree = read(yaml_template.text)
        data = json.loads(template.text)
        assert data.pop("Metadata")["Generated"].startswith("Generated by blogstack from blogstack.yaml ")
        assert data == tree


def test_logical_ids_are_kept(request: pytest.FixtureRequest) -> None:
    """A logical ID that disappears, or changes its type, replaces a resource in somebody's running stack."""
    ids = {
        f"{kind} {logical_id} {body['Type']}"
        for name in EACH
        for kind, tree in trees(name).items()
        for logical_id, body in tree["Resources"].items()
    }
    if request.config.getoption("--update-goldens") and IDS.read_text().split("\n")[:-1] != sorted(ids):
        IDS.write_text("".join(f"{line}\n" for line in sorted(ids)))
        pytest.fail("rewritten: logical_ids.txt")
    assert sorted(ids) == IDS.read_text().splitlines()


def test_every_branch_of_the_stacks_is_taken(tmp_path: Path) -> None:
    """troposphere is untyped, so a line of templates/ that no case runs may hold a property that does not exist."""
    environment = {**os.environ, "COVERAGE_FILE": str(tmp_path / "coverage")}
    run = [
        "from tests.cases import NAMES, compiled",
        "for name in NAMES: compiled(name)",
    ]
    script = tmp_path / "compile_all.py"
    script.write_text("\n".join([f"import sys; sys.path.insert(0, {str(ROOT)!r})", *run, ""]))
    coverage = [sys.executable, "-m", "coverage"]
    include = "--include=*/blogstack/templates/*,*/blogstack/blueprint/*"
    omit = "--omit=*/render.py,*/overrides.py"  # no transcription, and tested by themselves
    command = [*coverage, "run", "--branch", include, omit, str(script)]
    subprocess.run(command, check=True, env=environment)
    report = subprocess.run([*coverage, "json", "-o", "-", "-q"], env=environment, capture_output=True, check=True)
    files = json.loads(report.stdout)["files"]
    missed = {path: (file["missing_lines"], file["missing_branches"]) for path, file in files.items()}
    assert {path: lines for path, lines in missed.items() if lines != ([], [])} == {}
    assert len(files) > 10


def test_headers_name_the_source() -> None:
    """Each file says that it is generated, from what, and what to do instead of editing it."""
    for template in compiled("minimal").templates:
        assert template.text.startswith("# Generated by blogstack from blogstack.yaml for service blog-api. Edit ")
        assert read(template.text)["Description"].startswith("blog-api: ")


def test_the_django_page_shows_a_case() -> None:
    """What docs/django.md tells users to write is compiled here."""
    page = (ROOT / "docs" / "django.md").read_text()
    assert f"```yaml\n# blogstack.yaml\n{(ACCEPT / 'django' / 'blogstack.yaml').read_text()}```" in page
    (blueprint,) = compiled("django").blueprints
    (workload,) = blueprint.workloads
    given = {*workload.container.environment, *(secret.variable for secret in workload.secrets)}
    assert given >= set(re.findall(r'os\.environ\["(\w+)"\]', page)), "its settings stop the start without these"
