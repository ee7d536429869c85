"""blogstack init: what it writes, what it detects in the folder, and that it overwrites nothing."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

import jsonschema
import pytest

from blogstack.cli.detection import DetectedValue, container_port, framework
from tests.conftest import ROOT
from tests.support.console import Run, contents


@pytest.mark.slow
@pytest.mark.parametrize("chosen", ["fastapi", "django", "other"])
def test_writes_what_compiles(run: Run, chosen: str) -> None:
    result = run("init", "--framework", chosen)
    assert result.returncode == 0
    schema = json.loads(Path("blogstack.schema.json").read_text())
    jsonschema.Draft7Validator.check_schema(schema)
    compiled = run("compile", "--no-lint")
    assert compiled.returncode == 0
    assert "error" not in compiled.stderr
    assert "BS313" not in compiled.stderr


@pytest.mark.slow
def test_takes_what_it_sees(run: Run) -> None:
    """Name, port and framework of an existing service; an option overrides what is detected."""
    Path("shop").mkdir()
    Path("shop/Dockerfile").write_text("FROM python:3.14-slim\nEXPOSE 8080\n")
    Path("shop/requirements.txt").write_text("Django==6.0\n")
    result = run("init", cwd="shop")
    assert result.returncode == 0
    assert "\nfound: port 8080 from Dockerfile, framework django from requirements.txt\n" in result.stdout
    text = Path("shop/blogstack.yaml").read_text()
    for line in ("name: shop  #", "  framework: django  #", "  port: 8080  #", '    ALLOWED_HOSTS: "*"  #'):
        assert f"\n{line}" in text
    assert run("compile", "--no-lint", cwd="shop").returncode == 0
    Path("shop/blogstack.yaml").unlink()
    Path("shop/blogstack.schema.json").unlink()
    result = run("init", "--framework", "fastapi", cwd="shop")
    assert "wrote blogstack.yaml and blogstack.schema.json\nfound: port 8080 from Dockerfile\n" in result.stdout
    assert "\n  framework: fastapi  #" in Path("shop/blogstack.yaml").read_text()


@pytest.mark.parametrize(
    "dockerfile",
    [
        "FROM node:22-slim\nEXPOSE 8000\n",
        "FROM golang:1.25 AS build\nRUN apt-get install curl\nFROM gcr.io/distroless/static\n",
        "FROM python:3.14-alpine\n",
    ],
)
def test_nothing_has_to_be_in_the_image(run: Run, dockerfile: str) -> None:
    """A task becomes healthy without curl, Python or a shell: only the load balancer checks it."""
    Path("Dockerfile").write_text(dockerfile)
    run("init")
    assert run("compile", "--no-lint").returncode == 0
    template = next(Path("templates/out").glob("*-service.yaml")).read_text()
    assert "CMD" not in template
    assert "HealthCheckPath: /health" in template


def test_a_dockerfile_elsewhere(run: Run) -> None:
    """Port and framework come from where it is, and the commands name it; of two nobody knows which."""
    for path, text in {
        "backend/Dockerfile": "FROM python:3.14-slim\nEXPOSE 9000\n",
        "backend/requirements.txt": "fastapi\n",
        "node_modules/x.Dockerfile": "FROM scratch\n",
    }.items():
        Path(path).parent.mkdir(exist_ok=True)
        Path(path).write_text(text)
    said = run("init").stdout
    assert "found: port 9000 from backend/Dockerfile, framework fastapi from backend/requirements.txt\n" in said
    assert 'docker build --platform linux/amd64 --file backend/Dockerfile --tag "$REPOSITORY:$TAG" .' in (
        run("compile", "--no-lint").stdout
    )
    Path("worker.Dockerfile").write_text("FROM scratch\n")
    Path("blogstack.yaml").unlink()
    Path("blogstack.schema.json").unlink()
    run("init")
    assert "build:" not in Path("blogstack.yaml").read_text()


@pytest.mark.parametrize(
    ("copy", "context"),
    [
        ("COPY --chown=app requirements.txt ./", "backend"),
        ('COPY ["requirements.txt", "./"]', "backend"),
        ("COPY /requirements.txt ./", "backend"),
        ("COPY ../requirements.txt ./", "backend"),
        ("COPY backend/requirements.txt ./", "."),
        ("COPY . .", "."),
        ("COPY --from=build /venv /venv", "."),
        ("COPY missing.txt ./", "."),
    ],
)
def test_the_context_is_where_the_copied_files_are(run: Run, copy: str, context: str) -> None:
    Path("backend").mkdir()
    Path("backend/Dockerfile").write_text(f"FROM python:3.14-slim\n{copy}\n")
    Path("backend/requirements.txt").write_text("fastapi\n")
    run("init")
    assert f"    file: backend/Dockerfile\n    context: {context}  #" in Path("blogstack.yaml").read_text()
    assert run("validate").returncode == 0


def test_the_folder_of_templates_is_the_applications(run: Run) -> None:
    """Django and Flask read templates/: a file without another folder is reported, and `init` writes one."""
    Path("templates/blog").mkdir(parents=True)
    Path("templates/blog/post.html").write_text("<p>")
    Path("blogstack.yaml").write_text("name: blog-api\nregion: us-east-1\n")
    note = "templates also contains templates/blog/post.html: to keep the templates apart, set `output: cloudformation`"
    assert note in run("compile", "--no-lint").stderr
    Path("blogstack.yaml").unlink()
    run("init")
    result = run("compile", "--no-lint")
    assert result.returncode == 0 and note not in result.stderr
    assert "--template-file cloudformation/" in result.stdout
    assert list(Path("cloudformation").glob("*-service.yaml"))
    assert run("compile", "--no-lint", "--check").returncode == 0
    assert run("diff").returncode == 0
    assert run("compile", "--no-lint", "--check", "--out", "templates/out").returncode == 1


def test_line_ends_are_those_of_unix_everywhere(run: Run) -> None:
    run("init")
    assert "templates/out/** text eol=lf\n" in Path(".gitattributes").read_text()
    Path("blogstack.yaml").unlink()
    Path("blogstack.schema.json").unlink()
    Path(".gitattributes").write_text("* text=auto\n")
    assert "wrote blogstack.yaml and blogstack.schema.json\n" in run("init").stdout
    assert Path(".gitattributes").read_text() == "* text=auto\n"


def test_what_is_commented_out_holds(run: Run) -> None:
    """Every block of the starter compiles when uncommented."""
    run("init", "--framework", "django")
    text = Path("blogstack.yaml").read_text()
    commented = re.sub(r"^( *)# ((?: *\w+:|  \w+: ).*)$", r"\1\2", text, flags=re.MULTILINE)
    assert commented.count("database: {}") == 1 and "\ndatabase" in commented and "\nalarms:\n  email" in commented
    Path("blogstack.yaml").write_text(commented)
    result = run("compile", "--no-lint")
    assert result.returncode == 0, result.stderr


def test_the_region_of_the_environment(run: Run) -> None:
    """The region cannot be changed later without new stacks, so `init` uses that of the AWS CLI."""
    said = run("init", env={**os.environ, "AWS_REGION": "moon-1", "AWS_DEFAULT_REGION": "eu-west-1"}).stdout
    assert "found: region eu-west-1 from AWS_DEFAULT_REGION\n" in said
    assert "assumed: port 8000 (no Dockerfile" in said
    assert "\nregion: eu-west-1  #" in Path("blogstack.yaml").read_text()


def test_sees_nothing_in_an_empty_folder(run: Run) -> None:
    assert "port 8000 (no Dockerfile here names one), framework other," in run("init").stdout
    text = Path("blogstack.yaml").read_text()
    assert "\n  framework: other  #" in text and "\n  port: 8000  #" in text


def test_says_what_it_assumes_and_where_to_read_on(run: Run) -> None:
    _, assumed, following = run("init").stdout.splitlines()
    text = Path("blogstack.yaml").read_text()
    (region,) = re.findall(r"^region: (\S+)", text, re.MULTILINE)
    assert assumed.startswith(f"assumed: region {region}, port 8000 (no Dockerfile")
    assert "GET /health answers 200, no database, no domain;" in assumed
    assert "\n# database: {}\n" in text and "\n# domain:\n" in text and "\n    path: /health  #" in text
    commands = re.findall(r"`blogstack ([^`]+)`", following)
    assert commands == ["compile", "explain service"]
    assert [run(*command.split()).returncode for command in commands] == [0, 0]


@pytest.mark.parametrize(
    ("files", "found"),
    [
        (
            {
                "Dockerfile": "FROM python:3.14\nEXPOSE 80\n",
                "pyproject.toml": '[project]\ndependencies = ["fastapi"]\n',
            },
            ["port 80 from Dockerfile, framework fastapi from pyproject.toml"],
        ),
        ({"requirements.txt": "django\n", "manage.py": ""}, ["framework django from requirements.txt"]),
        ({"Dockerfile": "FROM node:22\nEXPOSE 3000\n", "package.json": "{}"}, ["port 3000 from Dockerfile"]),
        (
            {"compose.yaml": "services: {}\n"},
            ["compose.yaml, which blogstack does not read: the web service goes to service,"],
        ),
        (
            {"fly.toml": "app = 'shop'\n"},
            ["fly.toml, which blogstack does not read: internal_port goes to service.port,"],
        ),
        (
            {"copilot/api/manifest.yml": "type: Backend Service\n", "copilot/web/manifest.yml": ""},
            ["copilot/api/manifest.yml, which blogstack does not read: variables,", "copilot/web/manifest.yml, which"],
        ),
    ],
    ids=["fastapi", "django", "node", "compose", "fly", "copilot"],
)
def test_says_what_it_found(run: Run, files: dict[str, str], found: list[str]) -> None:
    for name, text in files.items():
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).write_text(text)
    lines = [line.removeprefix("found: ") for line in run("init").stdout.splitlines() if line.startswith("found: ")]
    assert len(lines) == len(found)
    assert all(line.startswith(start) for line, start in zip(lines, found, strict=True)), lines
    assert run("validate").returncode == 0


@pytest.mark.parametrize("name", ["blogstack.yaml", "blogstack.schema.json"])
def test_overwrites_nothing(run: Run, name: str) -> None:
    Path(name).write_text("mine")
    result = run("init")
    assert result.returncode == 1
    assert f"{name} exists already; nothing was written" in result.stderr
    assert {k: v for k, v in contents(Path()).items() if k.startswith("blogstack")} == {name: b"mine"}


def test_a_folder_that_is_no_more(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    Path("gone").mkdir()
    monkeypatch.chdir("gone")
    Path("../gone").rmdir()
    result = run("init")
    monkeypatch.chdir("/")
    assert result.returncode == 1
    assert "this folder cannot be read: No such file or directory" in result.stderr


def test_what_can_be_read_only_as_bytes(run: Run) -> None:
    """A file that is no text, and a folder of a file's name, show nothing."""
    Path("Dockerfile").write_bytes(bytes(range(256)))
    Path("requirements.txt").mkdir()
    Path("pyproject.toml").write_text("[project\n")
    assert run("init").returncode == 0


@pytest.mark.parametrize(
    ("dockerfile", "port"),
    [
        ("FROM a\nEXPOSE 8080\n", "8080"),
        ("FROM a\nexpose 8080/tcp 9090\n", "8080"),
        ("FROM a\nEXPOSE 5353/udp 8080\n", "8080"),
        ("FROM a\nEXPOSE 8080\nEXPOSE 9090\n", "8080"),
        ("FROM a AS build\nEXPOSE 3000\nFROM b\nEXPOSE 8080\n", "8080"),
        ("FROM a AS base\nEXPOSE 8080\nFROM base\nCMD run\n", "8080"),
        ("FROM a\nENV PORT=8080 \\\n  HOST=x\nEXPOSE $PORT\n", "8080"),
        ("FROM a\nENV PORT 8080\nEXPOSE ${PORT}/tcp\n", "8080"),
        ('FROM a\nARG PORT="8080"\nEXPOSE ${PORT}\n', "8080"),
        ("FROM a\nEXPOSE ${PORT:-8080}\n", "8080"),
        ("FROM a\n# EXPOSE 1\nRUN echo EXPOSE 2\n", None),
        ("FROM a\nENV PORT=9000\nCMD serve\n", "9000"),
        ('FROM a\nCMD ["uvicorn", "app:app", "--port", "9000"]\n', "9000"),
        ("FROM a\nENV PORT=1\nCMD gunicorn --bind=0.0.0.0:9000 app\n", "9000"),
        ("FROM a\nEXPOSE 8080\nCMD uvicorn --port 9000\n", "8080"),
        ("FROM a AS build\nENV PORT=9000\nCMD serve --port 9000\nFROM b\n", None),
        ("FROM a\nCMD uvicorn --port $PORT\n", None),
        ("FROM a\nEXPOSE $PORT\n", None),
        ("FROM a\nEXPOSE 8000-8010\n", None),
        ("FROM a\nEXPOSE 0 70000\n", None),
        ("", None),
    ],
)
def test_port(dockerfile: str, port: str | None) -> None:
    assert container_port({"Dockerfile": dockerfile}) == (port and DetectedValue(port, "Dockerfile"))


def test_port_of_the_blog() -> None:
    assert container_port({"Dockerfile": (ROOT / "Dockerfile").read_text()}) == DetectedValue("8000", "Dockerfile")


@pytest.mark.parametrize(
    ("name", "text", "found"),
    [
        ("requirements.txt", "Django>=5\npsycopg\n", "django"),
        ("requirements.txt", "uvicorn\n  fastapi[standard] == 0.120 # web\n", "fastapi"),
        ("requirements.txt", "django-environ\nfastapi-utils\n# django\n-r base.txt\n", None),
        ("requirements.txt", "django\nfastapi\n", None),
        ("pyproject.toml", "[project]\ndependencies = ['fastapi>=0.1', 'uvicorn']\n", "fastapi"),
        ("pyproject.toml", "[tool.poetry.dependencies]\npython = '^3.11'\nDjango = '^5'\n", "django"),
        ("pyproject.toml", "[project]\ndependencies = 3\n", None),
        ("pyproject.toml", "project = 3\n", None),
        ("pyproject.toml", "[project\n", None),
        ("requirements.in", "fastapi\n", "fastapi"),
        ("requirements/base.txt", "Django==6.0\n", "django"),
    ],
)
def test_framework(name: str, text: str, found: str | None) -> None:
    assert framework({name: text}) == (found and DetectedValue(found, name))
