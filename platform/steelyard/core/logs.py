"""Structured logs: one line an event, with the request's id; text for people, JSON for machines."""

import atexit
import json
import logging
import os
import re
import sys
import time
from contextlib import nullcontext
from datetime import UTC, datetime
from threading import Thread
from typing import TextIO

from steelyard.core.context import request_id

_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


ACCESS = "steelyard.access"
TOGETHER_SECONDS = 0.2
_access = logging.getLogger(ACCESS)
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")


class JsonFormatter(logging.Formatter):
    """One JSON object a line; what ``extra=`` gave stands beside the message."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the record as JSON text."""
        line = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            "request_id": request_id.get(),
            **_extras(record),
        }
        if record.exc_info:
            line["error"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False, default=str)


class TextFormatter(logging.Formatter):
    """A line for people: time, level, message, then key=value pairs."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the record as one line (and the traceback, if there is one)."""
        moment = datetime.fromtimestamp(record.created, UTC).strftime("%H:%M:%S.%f")[:-3]
        pairs = "".join(f" {key}={value}" for key, value in _extras(record).items())
        text = f"{moment} {record.levelname.lower():7} {_plain(record.getMessage())} request={request_id.get()}{pairs}"
        return f"{text}\n{self.formatException(record.exc_info)}" if record.exc_info else text


def _plain(message: str) -> str:
    """Write control characters out, so that nobody outside can begin a line of the log."""
    return _CONTROL.sub(lambda found: f"\\x{ord(found.group()):02x}", message)


def _extras(record: logging.LogRecord) -> dict[str, object]:
    return {key: value for key, value in vars(record).items() if key not in _STANDARD}


class _Lines(logging.StreamHandler[TextIO]):
    """Writes each line at once, but the lines of answered requests together, a few times a second.

    A write for every request would cost a tenth of a quick one; a crash loses a moment of them at most.
    """

    def __init__(self, stream: TextIO) -> None:
        super().__init__(stream)
        self._waiting: list[str] = []
        self._writer: int | None = None
        atexit.register(self.write_waiting)

    def emit(self, record: logging.LogRecord) -> None:
        """Write the line, after those that wait."""
        self.write_waiting()
        super().emit(record)

    def wait_with(self, message: str, ms: float) -> None:
        """Let the line of an answered request wait with the others."""
        now = datetime.now(UTC)
        if isinstance(self.formatter, JsonFormatter):
            line = {"at": now.isoformat(timespec="milliseconds"), "level": "info", "logger": ACCESS}
            text = json.dumps(line | {"message": message, "request_id": request_id.get(), "ms": ms}, ensure_ascii=False)
        else:
            moment = now.time().isoformat("milliseconds")
            text = f"{moment} info    {_plain(message)} request={request_id.get()} ms={ms}"
        self._waiting.append(text)
        if self._writer != os.getpid():  # a thread does not live on in a forked process
            self._writer = os.getpid()
            Thread(target=self._write_on, name="log-writer", daemon=True).start()

    def _write_on(self) -> None:
        while True:
            time.sleep(TOGETHER_SECONDS)
            self.write_waiting()

    def write_waiting(self) -> None:
        """Write the lines that wait."""
        with self.lock or nullcontext():
            lines, self._waiting = self._waiting, []
            if lines and not self.stream.closed:
                self.stream.write("\n".join(lines) + "\n")
                self.stream.flush()


def answered(message: str, ms: float) -> None:
    """Log that a request was answered, in the same form as every line but without the cost of a record."""
    handlers = logging.root.handlers
    if not _access.isEnabledFor(logging.INFO):
        return
    if len(handlers) == 1 and isinstance(handlers[0], _Lines):
        handlers[0].wait_with(message, ms)
    else:
        _access.info("%s", message, extra={"ms": ms})


def configure(log_format: str, level: str) -> None:
    """Send every log line to standard error in ``log_format`` (``text`` or ``json``)."""
    handler = _Lines(sys.stderr)
    handler.setFormatter(JsonFormatter() if log_format == "json" else TextFormatter())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    # No line of ours says thread, process or place in the code; finding them out would cost more than the rest.
    logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False
    logging._srcfile = None  # the documented way to leave the place out
    root.setLevel(level)
