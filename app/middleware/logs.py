"""The log: one JSON object a line on standard output, each with the ids of the request it belongs to."""

import json
import logging
import os
import select
import sys
import time
from contextvars import ContextVar
from datetime import UTC, datetime

# What names the present request in every line: `request_id`, and `trace_id` where there is one.
request_ids: ContextVar[dict[str, str] | None] = ContextVar("request_ids", default=None)

STANDARD_OUTPUT = 1
PENDING_BYTES = 1024 * 1024
LAST_SECONDS = 1.0


class JsonFormatter(logging.Formatter):
    """Writes a record as one line of JSON, a traceback included."""

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
    """Writes lines to a file descriptor, and never waits for whoever reads them.

    A log driver that stops reading would stop the whole process, `/health` and SIGTERM included. Here a megabyte of
    lines waits for it; those that do not fit are counted, and the count is written when it reads again.
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
        """How many bytes wait to be read."""
        return len(self._pending)

    def emit(self, record: logging.LogRecord) -> None:
        """Write this record's line now, or keep it, or count it."""
        try:
            line = f"{self.format(record)}\n".encode()
        except Exception:  # noqa: BLE001 (as every handler: a record that cannot be formatted is no reason to fail)
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
        """Give the reader a last second."""
        self._write(time.monotonic() + LAST_SECONDS)
        super().close()


def configure_logging(level: str) -> None:
    """Send every library's records to standard output as JSON, from this level on."""
    sys.stdout.flush()
    handler = PatientHandler(STANDARD_OUTPUT)
    handler.setFormatter(JsonFormatter())
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
    # When debugging it would write out every statement's parameters, password hashes among them.
    logging.getLogger("aiosqlite").setLevel(logging.INFO)
