"""The log: one JSON object on each line of standard output, with the IDs of the request it belongs to."""

import json
import logging
import os
import select
import sys
import time
from contextvars import ContextVar
from datetime import UTC, datetime

# The IDs of the current request in every line: `request_id`, and `trace_id` if there is one.
request_ids: ContextVar[dict[str, str] | None] = ContextVar("request_ids", default=None)

STANDARD_OUTPUT = 1
PENDING_BYTES = 1024 * 1024
LAST_SECONDS = 1.0


class JsonFormatter(logging.Formatter):
    """Writes a record as one line of JSON, including a traceback."""

    def format(self, record: logging.LogRecord) -> str:
        """The line for this record."""
        entry: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        entry.update(request_ids.get() or {})
        entry.update(getattr(record, "fields", {}))
        if record.exc_info:
            entry["exception"] = self.formatException(record.exc_info)
        return json.dumps(entry, default=str)


class PatientHandler(logging.Handler):
    """Writes lines to a file descriptor, and never waits for the reader.

    Otherwise a log driver that stops reading would stop the process, including `/health` and SIGTERM. Here up to a
    megabyte of lines is buffered; further lines are counted, and the count is written when the driver reads again.
    """

    def __init__(self, descriptor: int) -> None:
        """Write to this pipe, file or terminal."""
        super().__init__()
        self._descriptor = descriptor
        self._poll = select.poll()
        self._poll.register(descriptor, select.POLLOUT)
        self._pending = bytearray()
        self._lost = 0

    @property
    def waiting(self) -> int:
        """How many bytes are buffered."""
        return len(self._pending)

    def emit(self, record: logging.LogRecord) -> None:
        """Write this record's line now, or buffer it, or count it."""
        try:
            line = f"{self.format(record)}\n".encode()
        except Exception:  # noqa: BLE001 (as every handler: a record that cannot be formatted must not cause a failure)
            self.handleError(record)
            return
        if len(self._pending) + len(line) > PENDING_BYTES:
            self._lost += 1
        else:
            self._pending += line
        self.flush()

    def flush(self) -> None:
        """Write what can be written at once."""
        self._write(time.monotonic())
        if self._lost and not self._pending:
            lost, self._lost = self._lost, 0
            fields = {"lost": lost}
            values = {"name": __name__, "levelname": "WARNING", "msg": "lines of the log were lost", "fields": fields}
            self._pending += f"{self.format(logging.makeLogRecord(values))}\n".encode()
            self._write(time.monotonic())

    def _write(self, until: float) -> None:
        try:
            while self._pending and self._poll.poll(max(0.0, until - time.monotonic()) * 1000):
                # So much a pipe takes without waiting when it is ready at all, and in one piece (pipe(7)).
                del self._pending[: os.write(self._descriptor, self._pending[: select.PIPE_BUF])]
        except OSError:  # nobody will ever read it
            self._lost += self._pending.count(b"\n")
            self._pending.clear()

    def close(self) -> None:
        """Wait one last second for the reader."""
        self._write(time.monotonic() + LAST_SECONDS)
        super().close()


def configure_logging(level: str) -> None:
    """Send every library's records to standard output as JSON, from this level on."""
    sys.stdout.flush()
    handler = PatientHandler(STANDARD_OUTPUT)
    handler.setFormatter(JsonFormatter())
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
    # At debug level it would log every statement's parameters, including password hashes.
    logging.getLogger("aiosqlite").setLevel(logging.INFO)
