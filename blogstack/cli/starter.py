"""The blogstack.yaml that `blogstack init` writes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from blogstack.cli.detection import DOCKERFILES, DetectedValue, container_port, framework
from blogstack.words import hyphenated

SCHEMA_FILE = "blogstack.schema.json"
_REGION, _PORT = "us-east-1", "8000"
SEPARATE_OUTPUT = "cloudformation"
"""Folder of the templates if templates/ belongs to the application."""
ATTRIBUTES = f"""\
# Files that `blogstack` writes have Unix line endings on every system.
{SCHEMA_FILE} text eol=lf
templates/out/** text eol=lf
{SEPARATE_OUTPUT}/** text eol=lf
"""
"""The .gitattributes of a project."""


class Start(NamedTuple):
    """What `init` writes.

    Attributes:
        text: The file.
        found: What was detected in the folder, and where, each as a phrase.
        assumed: What was not detected, each as a phrase.
    """

    text: str
    found: tuple[str, ...]
    assumed: tuple[str, ...]


class Folder(NamedTuple):
    """What is known of the folder of a service.

    Attributes:
        name: Its name.
        dockerfiles: Texts of its Dockerfiles, by name.
        dependencies: Texts of the files that name what the service depends on, by name.
        has_templates: Whether it has a folder called templates of its own.
        context: The folder whose files its Dockerfiles copy.
    """

    name: str
    dockerfiles: Mapping[str, str]
    dependencies: Mapping[str, str]
    has_templates: bool
    context: str


def start(folder: Folder, chosen: str | None, region: DetectedValue | None) -> Start:
    """The file for the service in a folder.

    Args:
        folder: What is known of it.
        chosen: The framework; None to detect it.
        region: The region that is set for AWS's tools, and where; None for us-east-1.
    """
    port = container_port(folder.dockerfiles)
    detected = None if chosen else framework(folder.dependencies)
    found = [f"port {port.value} from {port.file}"] if port else []
    found += [f"framework {detected.value} from {detected.file}"] if detected else []
    found += [f"region {region.value} from {region.file}"] if region else []
    used = chosen or (detected.value if detected else "other")
    assumed = [] if region else [f"region {_REGION}"]
    assumed += [] if port else [f"port {_PORT} (no Dockerfile here names one)"]
    assumed += [] if chosen or detected else ["framework other"]
    text = starter(
        service_name(folder.name),
        used,
        port.value if port else _PORT,
        region.value if region else _REGION,
        dockerfile=next((name for name in folder.dockerfiles if name not in DOCKERFILES), None),
        context=folder.context,
        separate_output=folder.has_templates or used == "django",
    )
    return Start(text, tuple(found), (*assumed, "GET /health answers 200", "no database", "no domain"))


def starter(
    name: str,
    framework: str,
    port: str,
    region: str,
    *,
    dockerfile: str | None = None,
    context: str = ".",
    separate_output: bool = False,
) -> str:
    """A commented file to start from, which compiles as it is.

    Args:
        name: Name of the service.
        framework: Its web framework.
        port: Its port.
        region: Its region.
        dockerfile: Path of a Dockerfile that `docker build` does not find by itself.
        context: The folder whose files that Dockerfile copies.
        separate_output: Whether the folder called templates belongs to the application.
    """
    migrate = "python, manage.py, migrate" if framework == "django" else "python, -m, app.migrate"
    return f"""\
# yaml-language-server: $schema=./{SCHEMA_FILE}
# What runs, and where. Every key that is not here has a default that a careful engineer would choose for production.

name: {name}  # prefix of the name of every stack
region: {region}  # everything is created in this AWS region
{_OUTPUT if separate_output else ""}{_BUILD.format(dockerfile, context) if dockerfile else ""}
service:
  framework: {framework}  # fastapi, django or other; sets how long a task may take to start
  port: {port}  # the container listens on it, and gets it as the variable PORT
  cpu: 512  # CPU units, 1024 to a vCPU
  memory: 1024  # MiB; Fargate allows certain sizes for each cpu
  environment:
    LOG_LEVEL: info
{_ALLOWED_HOSTS if framework == "django" else ""}{_SECRETS}
  # release: [{migrate}]  # runs once in the new image, before the service is updated
  health:
    path: /health  # must answer 200 while the process runs, without the database; otherwise ECS replaces the task
    # ready_path: /ready  # answers 200 when the database does; requested after a deployment
    # command: [python, -m, app.check]  # another check, inside the container; most services need none

# PostgreSQL; the container gets DATABASE_HOST, _PORT, _NAME, _USER, _PASSWORD and _SSLMODE, and a URL too with
# {{variables: {{url: DATABASE_URL}}}}. `cache: {{}}` is Valkey, for Redis clients, with CACHE_URL.
# database: {{}}

scaling:
  min: 2  # tasks, in two availability zones
  max: 10
  cpu: 60  # average percentage; tasks are added and removed to hold it

# With a domain, the service answers over HTTPS; its hosted zone is in Route 53.
# domain:
#   name: {name}.example.com
#   hosted_zone_id: Z0123456789ABCDEFGHIJ

# With an email address: alarms, a dashboard, and deployments that are rolled back when requests begin to fail.
# alarms:
#   email: ops@example.com
"""


_OUTPUT = f"""\
output: {SEPARATE_OUTPUT}  # where `blogstack compile` writes; templates/ belongs to the application
"""


_BUILD = """\
image:
  build:
    file: {}
    context: {}  # the folder whose files the Dockerfile copies
"""


_SECRETS = """\
  # secrets: {SECRET_KEY: generate}  # generated once, kept, and set in the container as this variable"""


_ALLOWED_HOSTS = """\
    ALLOWED_HOSTS: "*"  # the load balancer's checks send the task's address as Host
"""


def service_name(folder: str) -> str:
    """A service name from a folder's name: lower case, hyphens, at most 30 characters; else `my-service`."""
    name = hyphenated(folder).lstrip("0123456789-")[:30].rstrip("-")
    return name if len(name) >= 2 else "my-service"
