"""What the roles may do."""

from __future__ import annotations

from collections.abc import Iterator

from blogstack.config import Config
from blogstack.config.secrets import SecretSource
from blogstack.facts.iam import EXEC_ACTIONS, ROLE_CHARACTERS, allow, count_characters, document
from blogstack.facts.regions import partition
from blogstack.rules.finding import Finding
from blogstack.rules.sidecars import SIDECARS
from blogstack.source.document import KeyPath


def role_too_long(config: Config) -> Iterator[Finding]:
    """IAM takes only so much of inline policies for a role."""
    service = config.service
    policies = [document(allow(s.actions, s.resources) for s in service.permissions)]
    if service.exec:
        policies.append(document([allow(EXEC_ACTIONS, ["*"])]))
    if (length := count_characters(policies)) > ROLE_CHARACTERS:
        message = f"the task role's policies have {length:,} characters, and IAM takes {ROLE_CHARACTERS:,} for a role"
        help = "name what belongs together by one pattern, as in arn:aws:s3:::bucket/uploads/*"
        yield Finding(("service", "permissions"), message, help)


# The rest of the execution role's policy at its longest; what a key and a sidecar's image add to it.
_REST, _KEY, _SIDECAR = 900, 300, 100
_GENERATED = len("Secret-0123456789AB")
"""What CloudFormation adds to the name of a variable whose secret it makes."""


def reads_too_much(config: Config) -> Iterator[Finding]:
    """The execution role names every secret that the containers get, and IAM takes only so much of that too."""
    home = f"arn:{partition(config.region)}:secretsmanager:{config.region}:123456789012:secret:-??????"
    sources = {
        source.name or str(path[-1]): len(source.name) or len(str(path[-1])) + _GENERATED
        for path, source in _secrets(config)
    }
    each = [size if name.startswith("arn:") else size + len(home) for name, size in sources.items()]
    rest = _REST + (_KEY if config.kms_key else 0) + _SIDECAR * len(config.service.sidecars)
    length = rest + sum(size + len('"",') for size in each)
    if length > ROLE_CHARACTERS:
        taken = f"rights to {len(each)} secrets take about {length:,} characters"
        message = f"{taken}, and IAM takes {ROLE_CHARACTERS:,} for a role"
        help = "keep several values in the JSON of one secret, as in {secretsmanager: NAME, key: KEY}"
        yield Finding(("service", "secrets"), message, help)


def other_partition(config: Config) -> Iterator[Finding]:
    """AWS's partitions have nothing in common: IAM refuses a policy, and a service a key, of another one."""
    own = partition(config.region)
    for path, arn in _arns(config):
        other = arn.split(":")[1]
        if other != own and not set("*?") & set(other):
            message = f"{arn} is in the partition {other}, and {config.region} in {own}"
            yield Finding(path, message, f"write arn:{own}:…, and see that it exists there")


def _arns(config: Config) -> Iterator[tuple[KeyPath, str]]:
    """The ARNs that the file names."""
    path: KeyPath
    for number, statement in enumerate(config.service.permissions):
        for place, resource in enumerate(statement.resources):
            if resource != "*":
                yield ("service", "permissions", number, "resources", place), resource
    certificate = config.domain.certificate_arn if config.domain else None
    for path, arn in ((("kms_key",), config.kms_key), (("domain", "certificate_arn"), certificate)):
        if arn and arn.split(":")[3] == config.region:  # one of another region is told by itself
            yield path, arn
    if config.image.credentials:
        yield ("image", "credentials"), config.image.credentials
    for path, source in _secrets(config):
        if source.name.startswith("arn:"):
            yield path, source.name


def _secrets(config: Config) -> Iterator[tuple[KeyPath, SecretSource]]:
    """The secret variables of every container, by their key paths."""
    for variable, source in config.service.secrets.items():
        yield ("service", "secrets", variable), source
    for name, sidecar in config.service.sidecars.items():
        for variable, source in sidecar.secrets.items():
            yield (*SIDECARS, name, "secrets", variable), source
