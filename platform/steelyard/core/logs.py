"""Structured logs: one line an event, with the request's id; text for people, JSON for machines."""

import json
import logging
import re
import sys
from datetime import UTC, datetime

from steelyard.core.context import request_id

_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


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


def configure(log_format: str, level: str) -> None:
    """Send every log line to standard error in ``log_format`` (``text`` or ``json``)."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonFormatter() if log_format == "json" else TextFormatter())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    # No line of ours says thread, process or place in the code; finding them out would cost more than the rest.
    logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False
    logging._srcfile = None  # the documented way to leave the place out
    root.setLevel(level)
