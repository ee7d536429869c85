"""The pages for coding agents, generated from commands, keys and codes: skills/blogstack/SKILL.md, docs/llms.txt."""

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
repository has a blogstack.yaml, or when a containerized service has to be deployed to AWS.
---

# blogstack

`blogstack compile` compiles `blogstack.yaml` to linted CloudFormation in `templates/out/`. The steps below work offline
and without credentials, except the last. `deploy`, `run`, `exec`, `rollback`, `destroy` and the printed commands change
AWS: never run them unless you are asked to.

## How to work

1. Read `blogstack.yaml`. If there is none, `blogstack init` writes one from the Dockerfile and the dependencies.
2. Change as few keys as possible. The defaults are made for production; do not write them into the file.
3. Run `blogstack validate --diagnostics json` after each change. Every item has `code`, `message`, `line`, `column` and
   `help`; do what `help` says. Repeat until the list has no error. Exit status: 0 done, 1 errors or differences, 2
   wrong usage.
4. For a key or a code that you do not know, run `blogstack explain KEY --format json` or `blogstack explain BS301
   --format json`. Do not guess keys: an unknown key is an error. `blogstack explain --format json` lists all of them.
5. Run `blogstack diff --against HEAD` before you propose the change. Show REPLACED, DELETED, REFUSED and "holds data"
   to a human. `blogstack cost` prints the cost of a month.
6. Run `blogstack compile`, and commit `templates/out/` with the file. Never edit the templates: change the file, or use
   `overrides` as the last resort.
7. If a running service has a problem, run `blogstack doctor --format json`: it reads AWS with the credentials of the
   AWS CLI, changes nothing, and lists the causes with their codes, the most likely first.

Rules: never write a secret's value into the file, only its source (`generate`, `{secretsmanager: NAME}`, `{ssm:
NAME}`). The container listens on `PORT` and answers `GET /health` with 200 without querying the database; `GET /ready`
answers 200 if the database responds. The database listens on 5433 and requires TLS. Only /tmp is writable. A schema
change must also work with the previous version, because both run during a deployment. Do not change `name` or `region`,
or add the first `environments`, on a running service: that creates new stacks.

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
        f"{_SKILL}## Commands\n\n{''.join(lines)}\n## Keys\n\nThe keys in parentheses are inside of the key; NAME is a "
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
