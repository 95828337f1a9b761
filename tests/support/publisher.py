"""A publisher on this machine: answers as recorded, and misbehaves as real ones do."""

import gzip
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

CHALLENGE = b"<html><head><script>$_ts=window['$_ts'];</script></head><body></body></html>"
"""What a site says whose protection takes us for a robot: recorded answers begin so."""


@dataclass(frozen=True)
class Reply:
    """One answer. `pause` seconds pass before each of its `pieces`; `announce` overrides the length told."""

    body: bytes = b""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    pause: float = 0.0
    pieces: int = 1
    announce: int | None = None
    endless: bool = False


def challenge() -> Reply:
    """A page of a site's protection."""
    return Reply(CHALLENGE, 412, {"Content-Type": "text/html"})


def cut_off(body: bytes) -> Reply:
    """Half of a body whose whole length was announced."""
    return Reply(body[: len(body) // 2], announce=len(body))


def bomb(size: int) -> Reply:
    """Zeros, packed a thousandfold."""
    return Reply(gzip.compress(bytes(size)), headers={"Content-Encoding": "gzip"})


@dataclass(frozen=True)
class Question:
    """What was asked."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes


class Publisher:
    """Serves what it was told: the replies to a path one after another, the last one for ever."""

    def __init__(self) -> None:
        self.asked: list[Question] = []
        self._replies: dict[str, list[Reply]] = {}
        self._conditional: set[str] = set()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()

    @property
    def host(self) -> str:
        """The host as a plan declares it."""
        return f"127.0.0.1:{self._server.server_address[1]}"

    @property
    def home(self) -> str:
        """The address that every path follows."""
        return f"http://{self.host}"

    def says(self, path: str, *replies: Reply) -> None:
        """Answer these to a path from now on."""
        self._replies[path] = list(replies)

    def knows_etags(self, path: str) -> None:
        """Say 304 to whoever brings back the ETag that was given."""
        self._conditional.add(path)

    def count(self, path: str) -> int:
        """How often a path was asked for."""
        return sum(question.path == path for question in self.asked)

    def close(self) -> None:
        """Stop serving."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def reply_to(self, question: Question) -> Reply:
        """The next reply to a question."""
        replies = self._replies.get(question.path)
        if not replies:
            return Reply(b"not found", 404)
        reply = replies.pop(0) if len(replies) > 1 else replies[0]
        etag = reply.headers.get("ETag")
        known = etag is not None and question.headers.get("if-none-match") == etag
        return Reply(status=304, headers=reply.headers) if known and question.path in self._conditional else reply

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        publisher = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                self._answer(b"")

            def do_POST(self) -> None:
                self._answer(self.rfile.read(int(self.headers.get("Content-Length", "0"))))

            def _answer(self, body: bytes) -> None:
                headers = {name.lower(): value for name, value in self.headers.items()}
                question = Question(self.command, self.path, headers, body)
                publisher.asked.append(question)
                with suppress(OSError):
                    _send(self, publisher.reply_to(question))

            def log_message(self, *_arguments: object) -> None:
                """Say nothing."""

        return Handler


def _send(handler: BaseHTTPRequestHandler, reply: Reply) -> None:
    handler.send_response(reply.status)
    for name, value in reply.headers.items():
        handler.send_header(name, value)
    if not reply.endless:
        handler.send_header("Content-Length", str(len(reply.body) if reply.announce is None else reply.announce))
    handler.send_header("Connection", "close")
    handler.end_headers()
    handler.close_connection = True
    size = max(1, -(-len(reply.body) // reply.pieces))
    while True:
        for start in range(0, len(reply.body), size):
            time.sleep(reply.pause)
            handler.wfile.write(reply.body[start : start + size])
            handler.wfile.flush()
        if not reply.endless:
            return


@contextmanager
def publishing() -> Iterator[Publisher]:
    """A publisher for as long as a test lasts."""
    publisher = Publisher()
    try:
        yield publisher
    finally:
        publisher.close()
