"""The blogstack.yaml that `blogstack init` writes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from blogstack.cli.detection import exposed_port, framework
from blogstack.words import hyphenated

SCHEMA_FILE = "blogstack.schema.json"


class Start(NamedTuple):
    """What `init` writes.

    Attributes:
        text: The file.
        basis: Where its port and framework come from, as a phrase.
    """

    text: str
    basis: str


def start(folder: str, chosen: str | None, texts: Mapping[str, str]) -> Start:
    """The file for a service.

    Args:
        folder: Name of its folder.
        chosen: Its framework; None to detect it.
        texts: Texts of the folder's files, by name.
    """
    port, detected = exposed_port(texts), None if chosen else framework(texts)
    phrases = [f"port {port.value} from {port.file}" if port else "port 8000, because no Dockerfile here exposes one"]
    phrases += [f"framework {detected.value} from {detected.file}"] if detected else []
    used = chosen or (detected.value if detected else "other")
    text = starter(service_name(folder), used, port.value if port else "8000")
    return Start(text, " and ".join(phrases))


def starter(name: str, framework: str, port: str) -> str:
    """A commented file to start from, which compiles as it is."""
    migrate = "python, manage.py, migrate" if framework == "django" else "python, -m, app.migrate"
    return f"""\
# yaml-language-server: $schema=./{SCHEMA_FILE}
# What runs, and where. Every key that is not here has a default that a careful engineer would choose for production.

name: {name}  # prefix of every stack
region: us-east-1  # everything is in this AWS region

service:
  framework: {framework}  # fastapi, django or other; it sets how long a start may take
  port: {port}  # what the container listens on; it also gets it as the variable PORT
  cpu: 512  # CPU units, 1024 to a vCPU
  memory: 1024  # MiB; Fargate has certain sizes for each cpu
  environment:
    LOG_LEVEL: info
{_ALLOWED_HOSTS if framework == "django" else ""}{_SECRETS}
  # release: [{migrate}]  # run once in the new image, before it is deployed
  health:
    path: /health  # must answer 200 while the process runs, or the load balancer replaces the task; asks no database
    # ready_path: /ready  # answers 200 when the database does; requested after a deployment
    # command: [python, -m, app.check]  # run in the container too; most services need none

# PostgreSQL, and DATABASE_HOST, _PORT, _NAME, _USER, _PASSWORD and _SSLMODE in the container.
# database: {{}}

scaling:
  min: 2  # tasks, in two availability zones
  max: 10
  cpu: 60  # average percentage that is held by adding and removing tasks

# With a domain the service speaks HTTPS; its hosted zone is in Route 53.
# domain:
#   name: {name}.example.com
#   hosted_zone_id: Z0123456789ABCDEFGHIJ

# With an address: alarms, a dashboard, and deployments that roll back when requests begin to fail.
# alarms:
#   email: ops@example.com
"""


_SECRETS = """\
  # secrets: {SECRET_KEY: generate}  # made once, kept, and in the container as this variable"""


_ALLOWED_HOSTS = """\
    ALLOWED_HOSTS: "*"  # the load balancer's checks carry the task's address as Host
"""


def service_name(folder: str) -> str:
    """A service name from a folder's name: lower case, hyphens, at most 30 characters; else `my-service`."""
    name = hyphenated(folder).lstrip("0123456789-")[:30].rstrip("-")
    return name if len(name) >= 2 else "my-service"
