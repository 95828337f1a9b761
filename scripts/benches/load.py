"""A load of requests over kept connections: raw sockets, so that the client costs little beside the server."""

import re
import selectors
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack
from itertools import repeat

from benches.harness import BenchError

LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)\r\n", re.IGNORECASE)


class Connection:
    """One kept connection with at most one request under way, the next of ``requests``."""

    def __init__(self, port: int, requests: Iterator[bytes]) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=10)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._requests = requests
        self._received = b""

    def send(self) -> None:
        """Ask the next question."""
        self.socket.sendall(next(self._requests))

    def receive(self) -> bool:
        """Take what came; true when the answer is whole. Raises :class:`BenchError` unless its status is 200."""
        chunk = self.socket.recv(65_536)
        if not chunk:
            raise BenchError("the server closed a kept connection")
        self._received += chunk
        head, separator, body = self._received.partition(b"\r\n\r\n")
        if not separator:
            return False
        length = LENGTH.search(head + b"\r\n")
        if not head.startswith(b"HTTP/1.1 200") or length is None:
            raise BenchError(f"unexpected answer: {(head + body)[-600:].decode(errors='replace')}")
        if len(body) < int(length[1]):
            return False
        self._received = b""
        return True


def rate(port: int, path: str, *, seconds: float, connections: int = 8) -> float:
    """Return the answers per second to ``GET path`` over ``seconds`` on so many kept connections."""
    request = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: application/json\r\n\r\n".encode()
    return rate_of(port, repeat(request), seconds=seconds, connections=connections)


def post(path: str, body: bytes, headers: str = "") -> bytes:
    """Return the bytes of one POST of JSON; ``headers`` are whole lines."""
    head = f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n{headers}"
    return f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body


def rate_of(port: int, requests: Iterator[bytes], *, seconds: float, connections: int = 8) -> float:
    """Return the answers per second over ``seconds``, each connection asking the next of ``requests``."""
    with selectors.DefaultSelector() as selector, ExitStack() as stack:
        for connection in [Connection(port, requests) for _ in range(connections)]:
            stack.enter_context(connection.socket)
            selector.register(connection.socket, selectors.EVENT_READ, connection)
            connection.send()
        answers = 0
        began = time.perf_counter()
        while (now := time.perf_counter()) - began < seconds:
            for key, _ in selector.select(timeout=1):
                if key.data.receive():
                    answers += 1
                    key.data.send()
    return answers / (now - began)
