"""What coding agents read, from the commands, keys and codes themselves: skills/blogstack/SKILL.md, docs/llms.txt."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Sequence
from itertools import takewhile
from pathlib import Path
from typing import Any

from blogstack.config.reference import Key, keys
from blogstack.diagnostics import Code
from blogstack.source.document import NAME
from tools.command_page import commands
from tools.site import CONFIGURATION, DOCS, ROOT, expanded, pages

SKILL = ROOT / "skills" / "blogstack" / "SKILL.md"
INDEX = DOCS / "llms.txt"

_SKILL = """\
---
name: blogstack
description: Write, check, explain and change a blogstack.yaml, which compiles to CloudFormation for a web service in \
a container on AWS (ECS Fargate, load balancer, PostgreSQL, cache, queues, buckets, workers, jobs). Use it when a \
repository has a blogstack.yaml, or when a containerized service has to go to AWS.
---

# blogstack

`blogstack.yaml` is compiled to linted CloudFormation in `templates/out/`. What is in the list below works offline and
without credentials, but for the last point. Only deploying changes AWS: never do that without being asked to.

## How to work

1. Read `blogstack.yaml`. There is none: `blogstack init` writes one from the Dockerfile and the dependencies.
2. Change as few keys as possible. Every key has a default made for production; do not write defaults into the file.
3. `blogstack validate --diagnostics json` after each change. Every item has `code`, `message`, `line`, `column` and
   `help`; do what `help` says. Repeat until the list has no error. Exit status: 0 done, 1 errors or differences, 2
   wrong usage.
4. A key or a code that you do not know: `blogstack explain KEY --format json`, `blogstack explain BS301 --format json`.
   Do not guess keys: an unknown one is an error. `blogstack explain --format json` has them all.
5. `blogstack diff --against HEAD` before you propose the change. Show REPLACED, DELETED, REFUSED and "holds data" to a
   human. `blogstack cost` says what it costs a month.
6. `blogstack compile`, and commit `templates/out/` with the file. Never edit the templates: change the file, or
   `overrides` as the last resort.
7. Something that runs fails: `blogstack doctor --format json` reads AWS with the credentials of the AWS CLI,
   changes nothing, and has the causes with their codes, the most likely first.

Rules: a secret's value is never in the file, only where it comes from (`generate`, `{secretsmanager: NAME}`, `{ssm:
NAME}`). The container listens on `PORT`; `GET /health` answers 200 and asks nothing; `GET /ready` answers 200 when the
database does. The database listens on 5433 and wants TLS. Only /tmp is writable. A schema change must suit the version
before it, because both run during a deployment. `name`, `region` and the first `environments` are not changed on a
running service: they make new stacks.

## Smallest file

```yaml
name: shop
region: eu-west-1
```

"""


def skill() -> str:
    """The skill."""
    known = keys()
    lines = [f"- `blogstack {name}`: {command.help}\n" for name, command in commands().items()]
    rows = [f"- {code.id} ({code.severity}): {code.subject}\n" for code in Code]
    return (
        f"{_SKILL}## Commands\n\n{''.join(lines)}\n## Keys\n\nWhat is in parentheses is inside of the key; NAME is a "
        f"key that you choose, `[]` a list.\n\n{''.join(_sections(known))}\n## Codes\n\n{''.join(rows)}"
    )


def _sections(known: Sequence[Key]) -> Iterator[str]:
    """A line for each top-level key."""
    for top in known:
        if len(top.path) == 1:
            yield f"- `{top.name}`: {top.description}{_inside(top, known)}\n"


def _inside(key: Key, known: Sequence[Key]) -> str:
    """The names of the keys inside of one, in parentheses, with those inside of them."""
    depth = len(key.path)
    below = [k for k in known if len(k.path) > depth and k.path[:depth] == key.path]
    if not below:
        return ""
    direct = [k for k in below if not any(len(o.path) < len(k.path) and k.path[: len(o.path)] == o.path for o in below)]
    steps = takewhile(lambda step: step in (NAME, 0), below[0].path[depth:])
    chosen = "".join("NAME: " if step == NAME else "[]: " for step in steps)
    return f" ({chosen}{', '.join(f'{k.path[-1]}{_inside(k, known)}' for k in direct)})"


def index() -> str:
    """The index of the documentation for language models: https://llmstxt.org."""
    project = tomllib.loads(expanded(CONFIGURATION.read_text("utf-8")))["project"]
    source = {name: path for path, name in pages().items()}
    text = f"# {project['site_name']}\n\n> {project['site_description']}\n\n"
    text += "Every key and code as JSON: `blogstack explain --format json`. For agents that write the file: "
    text += f"[SKILL.md]({_raw(project, SKILL)}).\n"
    for part in project["nav"]:
        ((title, entries),) = part.items()
        lines = [
            f"- [{_title(source[page])}]({_raw(project, source[page])})\n" for page in _pages(entries) if page in source
        ]
        text += f"\n## {title}\n\n{''.join(lines)}"
    return text


def _pages(entries: Any) -> Iterator[str]:  # noqa: ANN401 (the navigation's own shape)
    """The pages of a part of the navigation, in order."""
    if isinstance(entries, str):
        yield entries
    else:
        for entry in entries.values() if isinstance(entries, dict) else entries:
            yield from _pages(entry)


def _title(path: Path) -> str:
    return path.read_text("utf-8").partition("\n")[0].lstrip("# ")


def _raw(project: Any, path: Path) -> str:  # noqa: ANN401 (TOML)
    repository = project["repo_url"].replace("github.com", "raw.githubusercontent.com")
    return f"{repository}/main/{path.relative_to(ROOT).as_posix()}"
