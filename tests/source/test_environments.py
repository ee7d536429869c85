"""Environments on the command line: which are compiled, whose files change, in which order they are deployed."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import jsonschema
import pytest
import yaml

from blogstack.deploy.shell import deployment_script
from blogstack.pipeline import compile_text
from blogstack.schema import json_schema
from tests.cases import compiled
from tests.support.console import OUT, QUIET, Run, contents, quiet
from tests.support.templates import read

SCHEMA = jsonschema.Draft7Validator(json.loads(json_schema()))
TWO = f"""\
{QUIET}environments:
  staging:
    logs: {{retention: 7}}
    domain: {{name: staging.example.com}}
  prod:
    logs: {{retention: 365}}
"""


KINDS = ("network", "edge", "tasks", "service")
"""The stacks of each environment, in order."""


def names(*environments: str) -> set[str]:
    """The files of some environments, and the registry's."""
    stacks = [f"blog-api-{name}-{kind}" for name in environments for kind in KINDS]
    return {f"{stack}.yaml" for stack in ["blog-api-registry", *stacks]}


@pytest.mark.slow
class TestPicking:
    """--env NAME."""

    def test_all_by_default(self, run: Run) -> None:
        Path("blogstack.yaml").write_text(TWO)
        assert run("compile").returncode == 0
        assert set(contents(OUT)) == names("staging", "prod")
        assert run("compile", "--check").returncode == 0

    def test_one_or_several(self, run: Run) -> None:
        """The same files as without --env, byte by byte."""
        Path("blogstack.yaml").write_text(TWO)
        run("compile", "--no-lint")
        whole = contents(OUT)
        for picked in (["prod"], ["staging"], ["prod", "staging"]):
            options = [word for name in picked for word in ("--env", name)]
            assert run("compile", "--no-lint", "--out", "picked", *options).returncode == 0
            assert contents(Path("picked")) == {name: whole[name] for name in names(*picked)}
            for path in Path("picked").iterdir():
                path.unlink()

    def test_only_those_picked_are_looked_at(self, run: Run) -> None:
        """An error in another environment is not reported; one in two environments is reported once."""
        Path("blogstack.yaml").write_text(TWO.replace("365", "366"))
        assert run("validate", "--env", "staging").returncode == 0
        result = run("validate")
        assert result.returncode == 1
        assert "blogstack.yaml:11:23: error[BS204]: logs.retention: 366 is not supported (in prod)\n" in result.stderr
        assert "366 is not supported\n" in run("validate", "--env", "prod").stderr
        Path("blogstack.yaml").write_text(TWO + "scaling: {min: 0}\n")
        assert "\n1 error\n" in run("compile").stderr

    def test_a_domain_is_compared_among_those_picked(self, run: Run) -> None:
        """Like every other error: those of an environment that was not requested are not reported."""
        Path("blogstack.yaml").write_text(QUIET + "environments: {staging: {}, test: {domain: null}, prod: {}}\n")
        for picked in (["prod"], ["staging", "test"]):
            assert run("validate", *(word for name in picked for word in ("--env", name))).returncode == 0
        for picked in ([], ["staging", "prod"]):
            result = run("compile", *(word for name in picked for word in ("--env", name)))
            assert result.returncode == 1
            assert "blogstack.yaml:4:9: error[BS324]: staging and prod have the same domain" in result.stderr
            assert not OUT.exists()

    @pytest.mark.parametrize("command", ["compile", "validate"])
    def test_an_unknown_one_is_wrong_usage(self, run: Run, command: str) -> None:
        Path("blogstack.yaml").write_text(TWO)
        Path("plain.yaml").write_text(QUIET)
        for arguments, said in [
            (["--env", "stagin"], "blogstack.yaml has no environment 'stagin'; did you mean 'staging'?"),
            (["--env", "prod", "--env", "x"], "blogstack.yaml has no environment 'x'; it defines staging, prod"),
            (
                ["--env", "prod", "blogstack.yaml", "plain.yaml"],
                "plain.yaml has no environment 'prod'; it defines no environments",
            ),
        ]:
            result = run(command, *arguments, "--diagnostics", "json")
            assert (result.returncode, result.stdout) == (2, "")
            assert said in result.stderr
            assert not OUT.exists()

    def test_a_file_that_cannot_be_read_is_told_first(self, run: Run) -> None:
        Path("blogstack.yaml").write_text("environments: {staging: {}")
        result = run("compile", "--env", "prod")
        assert result.returncode == 1
        assert "error[BS105]" in result.stderr


@pytest.mark.slow
class TestFiles:
    """Whose files are compared, written and removed."""

    def test_with_env_the_others_are_left_alone(self, run: Run) -> None:
        Path("blogstack.yaml").write_text(TWO)
        run("compile", "--no-lint")
        stale = OUT / "blog-api-staging-service.yaml"
        stale.write_text(stale.read_text() + "#\n")
        assert run("compile", "--no-lint", "--check", "--env", "prod").returncode == 0
        assert "the template is out of date" in run("compile", "--no-lint", "--check").stderr
        assert "the template is out of date" in run("compile", "--no-lint", "--check", "--env", "staging").stderr
        assert "wrote" not in run("compile", "--no-lint", "--env", "prod").stderr
        assert stale.read_text().endswith("#\n")

    def test_an_environment_that_is_no_more(self, run: Run) -> None:
        """Its files are deleted by a compilation of all; one that is picked loses only its own."""
        Path("blogstack.yaml").write_text(TWO)
        run("compile", "--no-lint")
        existing = "{vpc_id: vpc-01234567, public_subnet_ids: [subnet-01234567, subnet-01234568], egress: public_ip}"
        network = f"network: {{existing: {existing}}}"
        Path("blogstack.yaml").write_text(f"{QUIET}environments:\n  prod:\n    {network}\n")
        gone = "blog-api-prod-network.yaml: error[BS503]: the template belongs to a stack that is no longer in the file"
        result = run("compile", "--no-lint", "--check", "--env", "prod")
        assert gone in result.stderr
        assert "staging" not in result.stderr
        assert "removed templates/out/blog-api-prod-network.yaml" in run("compile", "--no-lint", "--env", "prod").stderr
        assert set(contents(OUT)) == names("staging", "prod") - {"blog-api-prod-network.yaml"}
        assert run("compile", "--no-lint", "--check").stderr.count("staging") == len(KINDS)
        run("compile", "--no-lint")
        assert set(contents(OUT)) == {
            "blog-api-registry.yaml",
            "blog-api-prod-edge.yaml",
            "blog-api-prod-service.yaml",
            "blog-api-prod-tasks.yaml",
        }

    def test_from_none_to_some_and_back(self, run: Run) -> None:
        for text, files in (
            (QUIET, {f"blog-api-{k}.yaml" for k in ("registry", *KINDS)}),
            (TWO, names("staging", "prod")),
        ) * 2:
            Path("blogstack.yaml").write_text(text)
            run("compile", "--no-lint")
            assert set(contents(OUT)) == files

    @pytest.mark.parametrize("format", ["yaml", "json"])
    def test_of_another_service_nothing_is_touched(self, run: Run, format: str) -> None:
        """Not even of one whose name begins with this one's and an environment's."""
        Path("blogstack.yaml").write_text(TWO)
        Path("other.yaml").write_text(quiet("blog-api-dev"))
        run("compile", "--no-lint", "--format", format, "other.yaml")
        other = contents(OUT)
        run("compile", "--no-lint", "--format", format, "blogstack.yaml")
        assert other.items() <= contents(OUT).items()


class TestCommands:
    """The commands that deploy them."""

    def script(self, case: str) -> str:
        compilation = compiled(case)
        files = {template.stack_name: f"{template.stack_name}.yaml" for template in compilation.templates}
        script = deployment_script(compilation.blueprints, files)
        subprocess.run(["sh", "-n"], input=script, text=True, check=True)
        return script

    def test_one_image_then_each_environment(self) -> None:
        script = self.script("environments")
        steps = ['\necho "=== blog-api: the image, once', "TAG=$(", "deploy_stack blog-api-registry "]
        steps += ["docker push", '\necho "=== blog-api in staging"\n']
        steps += [f"deploy_stack blog-api-staging-{kind} " for kind in KINDS]
        steps += ["ecs wait services-stable --cluster blog-api-staging ", "logs tail /ecs/blog-api-staging --since"]
        steps += [
            '\necho "=== blog-api in prod: the same commit, once staging is healthy"\n',
            "deploy_stack blog-api-prod-network ",
            "logs tail /ecs/blog-api-prod --since",
        ]
        places = [script.index(step) for step in steps]
        assert places == sorted(places)
        for once in ("TAG=$(", "docker build", "deploy_stack blog-api-registry --template-file"):
            assert script.count(once) == 1

    def test_roles_of_services_come_first_and_once(self) -> None:
        """Those that some environment needs: in a new account a stack would not wait for one that it brings about."""
        command = 'aws iam create-service-linked-role --aws-service-name "$SERVICE.amazonaws.com" >/dev/null 2>&1 || :'
        for case, services in [
            ("environments", "ecs ecs.application-autoscaling"),
            ("database", "ecs ecs.application-autoscaling rds"),
            ("own-certificate", "ecs"),
            ("environments-elsewhere", "ecs ecs.application-autoscaling"),
        ]:
            script = self.script(case)
            assert script.count(command) == 1
            assert f"for SERVICE in {services}; do\n" in script
            assert script.index(command) < script.index("\ndeploy_stack ")

    def test_one_environment_as_without(self) -> None:
        """No heading, and nothing about the others."""
        script = self.script("environments@prod")
        assert "staging" not in script
        assert "docker build" in script

    def test_each_environment_has_its_own_region_and_image(self) -> None:
        _, staging, prod = self.script("environments-elsewhere").split('\necho "=== blog-api in ')
        assert "us-east-1" not in staging
        assert "\nexport AWS_REGION=us-east-1 AWS_DEFAULT_REGION=us-east-1\n" in prod
        assert "the tag of registry.example.com/team/blog-api to deploy" in prod


class TestMerging:
    """The values in an environment: the goldens show the rest."""

    def test_the_registry_has_what_all_share(self) -> None:
        """The tags that no environment changes, whichever are picked."""
        registry = compiled("environments").templates[0]
        assert [c.templates[0] for c in map(compiled, ("environments@staging", "environments@prod"))] == [registry] * 2
        properties = read(registry.text)["Resources"]["Repository"]["Properties"]
        assert {tag["Key"]: tag["Value"] for tag in properties["Tags"]} == {
            "blogstack:name": "blog-api",
            "team": "blog",
        }

    def test_tags_taken_back_are_nobodys(self) -> None:
        text = f"{QUIET}tags: {{team: blog}}\nenvironments: {{staging: {{tags: null, domain: null}}, prod: {{}}}}\n"
        registry, *stacks = compile_text("blogstack.yaml", text.encode()).templates
        assert [("Value: blog\n" in template.text) for template in stacks] == [False] * len(KINDS) + [True] * len(KINDS)
        assert "Value: blog\n" not in registry.text

    def test_lists_and_scalars_replace_and_null_takes_back(self) -> None:
        text = (
            "name: blog-api\nregion: us-east-1\n"
            "service: {command: [a, b], user: 1000, environment: {A: 1, B: 2}}\nscaling: {min: 3}\n"
            "environments:\n  x:\n    service: {command: [c], user: null, environment: {A: null, C: 3}}\n"
            "    scaling: null\n    logs: {retention: null}\n"
        )
        (blueprint,) = compile_text("blogstack.yaml", text.encode()).blueprints
        (workload,) = blueprint.services
        container, scaling = workload.container, workload.capacity.scaling
        assert (container.command, container.user) == (("c",), None)
        assert container.environment == {"B": "2", "C": "3", "PORT": "8000"}
        assert scaling
        assert scaling.min == 2

    def test_null_is_a_value_where_it_is_one_in_the_file(self) -> None:
        """`scaling.cpu: null` is no policy, not the default of 60; so of `ready_path`."""
        text = (
            "name: blog-api\nregion: us-east-1\nscaling: {cpu: 40, requests: 500}\n"
            "service: {health: {ready_path: /ready}}\nenvironments:\n"
            "  x: {scaling: {cpu: null}, service: {health: {ready_path: null}}}\n  y: {}\n"
        )
        x, y = (blueprint.services[0] for blueprint in compile_text("blogstack.yaml", text.encode()).blueprints)
        measures = [[p.measure for p in w.capacity.scaling.policies] for w in (x, y) if w.capacity.scaling]
        assert measures == [["requests"], ["cpu", "requests"]]
        assert [w.exposure and w.exposure.own_paths for w in (x, y)] == [("/health",), ("/health", "/ready")]

    def test_a_secret_has_one_source(self) -> None:
        """A source is one value, though it is written as a mapping: the environment's replaces the other."""
        text = (
            f"{QUIET}service:\n  secrets:\n    A: {{secretsmanager: a, key: k}}\n    B: generate\n    C: {{ssm: /c}}\n"
            "environments:\n  x:\n    service:\n"
            "      secrets: {A: {ssm: /x}, B: {ssm: /b}, C: generate, D: {ssm: /d}}\n"
            "  y:\n    domain: null\n    service: {secrets: {A: {secretsmanager: b}, B: null}}\n"
        )
        assert list(SCHEMA.iter_errors(yaml.safe_load(text))) == []
        x, y = (blueprint.services[0] for blueprint in compile_text("blogstack.yaml", text.encode()).blueprints)
        assert [(s.variable, s.service, s.source, s.key) for s in x.secrets if not s.generated] == [
            ("A", "ssm", "/x", None),
            ("B", "ssm", "/b", None),
            ("D", "ssm", "/d", None),
        ]
        assert [(s.variable, s.source, s.key) for s in y.secrets] == [("A", "b", None), ("C", "/c", None)]
