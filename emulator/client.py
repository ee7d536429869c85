"""Starts the emulated AWS, deploys to it with the real AWS CLI, and stops it.

The server is ministack with the handlers of `emulator/handlers/`. It needs another botocore than
the project, so it runs in a process and an environment of its own, `.venv-aws`.
"""

import contextlib
import http.client
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from emulator import command_line, process
from emulator.process import EmulatorError

ROOT = Path(__file__).resolve().parent.parent


class Emulator:
    """A running emulated AWS: `with Emulator() as aws: aws.deploy(...)`.

    Everything is in the memory of a server process, which ends with this object, and also if
    this process is killed: the server stops at the end of file on its standard input.
    """

    def __init__(
        self,
        region: str = "ap-northeast-2",
        account: str = "123456789012",
        environment: Path = ROOT / ".venv-aws",
    ) -> None:
        self.region = region
        self.account = account
        self.port = 0
        self.endpoint = ""
        self.env: dict[str, str] = {}
        self._environment = environment
        self._clients: dict[str, Any] = {}
        self._cleanup = contextlib.ExitStack()

    def __enter__(self) -> Self:
        try:
            self._start(seconds=30)
        except BaseException:
            self._cleanup.close()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._cleanup.close()

    def client(self, service: str) -> Any:  # noqa: ANN401 - boto3 is not typed
        """A boto3 client of the emulated AWS; `service` is boto3's name, such as `elbv2`."""
        if service not in self._clients:
            # Imported here because the demo, which needs only the CLI, should not wait for boto3.
            import boto3  # type: ignore[import-untyped, unused-ignore]
            from botocore.config import Config  # type: ignore[import-untyped, unused-ignore]

            session = boto3.Session(self.account, "emulated", region_name=self.region)
            # Loopback traffic must not go through the caller's proxy.
            config = Config(proxies={})
            client = session.client(service, endpoint_url=self.endpoint, config=config)
            self._cleanup.callback(client.close)
            self._clients[service] = client
        return self._clients[service]

    def aws(self, *args: str, check: bool = False) -> subprocess.CompletedProcess[str]:
        """Run the real AWS CLI; with `check`, a failure raises an exception with its output."""
        done = command_line.run(args, self.env)
        if check and done.returncode:
            raise EmulatorError(f"aws {' '.join(args)}: exit {done.returncode}\n{done.stdout}{done.stderr}")
        return done

    def deploy(
        self,
        template: Path | str,
        stack_name: str,
        parameters: Mapping[str, str] | None = None,
        *,
        check: bool = True,
        tags: Mapping[str, str] | None = None,
    ) -> subprocess.CompletedProcess[str]:
        """Run the `aws cloudformation deploy` that users run; the exception after a failure has the stack's reasons."""
        command = ["cloudformation", "deploy", "--template-file", str(template), "--stack-name", stack_name]
        command += ["--capabilities", "CAPABILITY_IAM", "--no-fail-on-empty-changeset"]
        if parameters:
            command += ["--parameter-overrides", *(f"{key}={value}" for key, value in parameters.items())]
        if tags:
            command += ["--tags", *(f"{key}={value}" for key, value in tags.items())]
        done = self.aws(*command)
        if check and done.returncode:
            reasons = "\n".join(self.failures(stack_name))
            raise EmulatorError(f"stack {stack_name} was not deployed:\n{done.stderr}{reasons}")
        return done

    def deploy_text(
        self,
        template: str,
        stack_name: str,
        parameters: Mapping[str, str] | None = None,
        *,
        check: bool = True,
    ) -> subprocess.CompletedProcess[str]:
        """Deploy a template from a string."""
        with tempfile.TemporaryDirectory(prefix="template-") as folder:
            path = Path(folder) / f"{stack_name}.yaml"
            path.write_text(template, encoding="utf-8")
            return self.deploy(path, stack_name, parameters, check=check)

    def delete(self, stack_name: str) -> str:
        """Delete a stack and return its last status; `DELETE_FAILED` leaves its reasons in `failures`."""
        cloudformation = self.client("cloudformation")
        stack_id = cloudformation.describe_stacks(StackName=stack_name)["Stacks"][0]["StackId"]
        cloudformation.delete_stack(StackName=stack_id)
        deadline = time.monotonic() + 30
        status = "DELETE_IN_PROGRESS"
        while status.endswith("IN_PROGRESS") and time.monotonic() < deadline:
            status = cloudformation.describe_stacks(StackName=stack_id)["Stacks"][0]["StackStatus"]
        return str(status)

    def failures(self, stack_name: str) -> list[str]:
        """What went wrong in a stack, oldest first: `LogicalId (Type): reason`."""
        client = self.client("cloudformation")
        try:
            events = client.describe_stack_events(StackName=stack_name)["StackEvents"]
        except client.exceptions.ClientError:
            return []
        return [
            f"{event['LogicalResourceId']} ({event['ResourceType']}): {event.get('ResourceStatusReason', '')}"
            for event in reversed(events)
            if event["ResourceStatus"].endswith("FAILED")
        ]

    def exists(self, stack_name: str) -> bool:
        """Whether there is a stack of this name."""
        pages = self.client("cloudformation").get_paginator("list_stacks").paginate()
        stacks = [stack for page in pages for stack in page["StackSummaries"]]
        return any(s["StackName"] == stack_name and s["StackStatus"] != "DELETE_COMPLETE" for s in stacks)

    def outputs(self, stack_name: str) -> dict[str, str]:
        """A stack's outputs by their keys."""
        stack = self.client("cloudformation").describe_stacks(StackName=stack_name)["Stacks"][0]
        return {item["OutputKey"]: item["OutputValue"] for item in stack.get("Outputs", [])}

    def resources(self, stack_name: str) -> dict[str, str]:
        """The physical ID of each of a stack's resources by its logical ID."""
        answer = self.client("cloudformation").describe_stack_resources(StackName=stack_name)
        return {item["LogicalResourceId"]: item["PhysicalResourceId"] for item in answer["StackResources"]}

    def add_existing(self, **what: object) -> None:
        """Add resources that exist before any stack, with the IDs that a configuration names.

        AWS chooses these IDs itself, so no API call can set them; each argument is a kind of resource:
        `hosted_zones={zone_id: name}`, `vpcs={vpc_id: cidr}`,
        `subnets={subnet_id: {"vpc": vpc_id, "cidr": cidr, "zone": "ap-northeast-2a", "public": True}}`,
        `security_groups={group_id: vpc_id}`, `certificates={arn: domain}`, `keys={arn: description}`,
        `secrets={arn: value}`, `log_buckets={name: service that may write}`.
        A public subnet also gets a route to an internet gateway.
        `answers={path: status}` is what every image answers, and 404 on other paths; without it all checks succeed.
        """
        self._post("/_existing", json.dumps(what).encode())

    def reset(self) -> None:
        """Remove every stack and every resource, so that one server can serve many tests."""
        self._post("/_ministack/reset", b"")

    def _start(self, seconds: float) -> None:
        folder = Path(self._cleanup.enter_context(tempfile.TemporaryDirectory(prefix="emulated-aws-")))
        python = self._environment / "bin" / "python"
        started, self.port = process.start(python, folder, self.region, seconds)
        self._cleanup.callback(process.stop, started)
        self.endpoint = f"http://127.0.0.1:{self.port}"
        self.env = _client_env(self.endpoint, self.region, self.account, folder)

    def _post(self, path: str, body: bytes) -> None:
        headers = {"X-Emulated-Account": self.account, "X-Emulated-Region": self.region}
        status, text = process.request(self.port, "POST", path, body, headers, seconds=30)
        if status != http.client.OK:
            raise EmulatorError(f"{path}: {text}")


def _client_env(endpoint: str, region: str, account: str, folder: Path) -> dict[str, str]:
    """The environment of an AWS CLI or SDK that must reach the emulated AWS and nothing else."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith("AWS_")}
    kept["PATH"] = f"{_aws_cli().parent}{os.pathsep}{kept.get('PATH', os.defpath)}"
    return kept | {
        "AWS_ENDPOINT_URL": endpoint,
        # ministack takes an access key of twelve digits as the account's number.
        "AWS_ACCESS_KEY_ID": account,
        "AWS_SECRET_ACCESS_KEY": "emulated",
        "AWS_DEFAULT_REGION": region,
        "AWS_REGION": region,
        "AWS_CONFIG_FILE": str(folder / "no-config"),
        "AWS_SHARED_CREDENTIALS_FILE": str(folder / "no-credentials"),
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_PAGER": "",
        "NO_PROXY": "127.0.0.1,localhost",
        "no_proxy": "127.0.0.1,localhost",
    }


def _aws_cli() -> Path:
    command = Path(sys.executable).parent / "aws"
    if not command.exists():
        command = ROOT / ".venv" / "bin" / "aws"
    if not command.exists():
        raise EmulatorError(f"{command} is missing: run `make setup` first")
    return command
