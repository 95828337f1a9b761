"""Stand-ins on this machine for what messages are sent to: the robots' web hooks and a mail server."""

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(slots=True)
class Robots:
    """What the web hooks received, and what they answer: status and JSON text, by turns; at last success."""

    address: str
    received: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    answers: list[tuple[int, str]] = field(default_factory=list)


@contextmanager
def robots() -> Iterator[Robots]:
    """Listen as all three robots until the block ends."""
    here = Robots("")

    class Hook(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            here.received.append((self.path, json.loads(body)))
            status, text = here.answers.pop(0) if here.answers else (200, '{"errcode": 0, "code": 0, "msg": "ok"}')
            self.send_response(status)
            if 300 <= status < 400:
                self.send_header("Location", text)
                text = ""
            self.send_header("Content-Type", "application/json")
            self.end_headers()
            self.wfile.write(text.encode())

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Hook)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    here.address = f"http://127.0.0.1:{server.server_port}"
    try:
        yield here
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@dataclass(slots=True)
class Post:
    """A mail server and what was handed to it."""

    url: str
    received: list[tuple[list[str], EmailMessage]] = field(default_factory=list)


@contextmanager
def post_office() -> Iterator[Post]:
    """A real SMTP server on this machine until the block ends."""
    from aiosmtpd.controller import Controller

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    here = Post(f"smtp://127.0.0.1:{port}?plain")

    class Letters:
        async def handle_DATA(self, server: object, session: object, envelope: Any) -> str:  # noqa: N802  # aiosmtpd calls it so
            message = BytesParser(policy=default).parsebytes(envelope.content)
            assert isinstance(message, EmailMessage)
            here.received.append((envelope.rcpt_tos, message))
            return "250 OK"

    controller = Controller(Letters(), hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield here
    finally:
        controller.stop()
