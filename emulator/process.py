"""Starts, calls and stops the process in which the emulated AWS runs."""

import contextlib
import http.client
import os
import selectors
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path

PARENT = Path(__file__).resolve().parent.parent


class EmulatorError(Exception):
    """The emulated AWS cannot be started, or refused a request."""


def start(python: Path, folder: Path, region: str, seconds: float) -> tuple[subprocess.Popen[bytes], int]:
    """Start the server in `folder` and return it with its port once it answers."""
    if not python.exists():
        raise EmulatorError(f"{python} is missing: run `make setup` first")
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [str(python), "-m", "emulator.handlers"],
            cwd=folder,
            env=_server_env(folder, region),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
        )
    deadline = time.monotonic() + seconds
    try:
        port = _announced_port(process, deadline)
        _wait_until_healthy(port, deadline)
    except (OSError, ValueError, http.client.HTTPException) as error:
        log_end = (folder / "log").read_text(encoding="utf-8", errors="replace")[-4000:]
        stop(process)
        raise EmulatorError(f"the emulated AWS did not start: {error}\n{log_end}") from error
    except BaseException:
        stop(process)
        raise
    return process, port


def _server_env(folder: Path, region: str) -> dict[str, str]:
    """Only the variables that the server needs: no credentials of the caller, and no files outside `folder`."""
    return {
        "PATH": os.environ.get("PATH", ""),
        "HOME": str(folder),
        "TMPDIR": str(folder),
        "EMULATED_AWS_FOLDER": str(folder),
        "PYTHONPATH": str(PARENT),
        "MINISTACK_REGION": region,
        "BIND_HOST": "127.0.0.1",
        "MINISTACK_HOST": "127.0.0.1",
        "LOG_LEVEL": "WARNING",
        "PERSIST_STATE": "0",
        "S3_PERSIST": "0",
        "S3_DATA_DIR": str(folder / "s3"),
        "STATE_DIR": str(folder / "state"),
        "SFTP_ENABLED": "0",
        "IOT_MTLS_ENABLED": "0",
        # Even if a Docker daemon runs, start no containers in it.
        "DOCKER_HOST": f"unix://{folder}/no-docker.sock",
        "AWS_EC2_METADATA_DISABLED": "true",
    }


def _announced_port(process: subprocess.Popen[bytes], deadline: float) -> int:
    """The port that the server chose and wrote on the first line of its standard output."""
    assert process.stdout is not None
    with selectors.DefaultSelector() as selector:
        selector.register(process.stdout, selectors.EVENT_READ)
        if not selector.select(max(0.0, deadline - time.monotonic())):
            raise TimeoutError("it announced no port in time")
    line = process.stdout.readline()
    if not line:
        raise ChildProcessError(f"it ended with status {process.wait(timeout=5)}")
    return int(line)


def _wait_until_healthy(port: int, deadline: float) -> None:
    # The server listens before it announces its port, so the first request can only be delayed.
    seconds = max(0.1, deadline - time.monotonic())
    status, text = request(port, "GET", "/_ministack/health", b"", {}, seconds)
    if status != http.client.OK:
        raise ConnectionError(f"it answered {status}: {text}")


def request(
    port: int, method: str, path: str, body: bytes, headers: Mapping[str, str], seconds: float
) -> tuple[int, str]:
    """Send the server a request that no AWS API has; directly to loopback, without a proxy."""
    with contextlib.closing(http.client.HTTPConnection("127.0.0.1", port, timeout=seconds)) as connection:
        connection.request(method, path, body, dict(headers))
        answer = connection.getresponse()
        return answer.status, answer.read().decode()


def stop(process: subprocess.Popen[bytes]) -> None:
    """Stop the server, which exits at the end of its standard input."""
    for stream in (process.stdin, process.stdout):
        assert stream is not None
        stream.close()
    try:
        process.wait(timeout=5)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait(timeout=5)
