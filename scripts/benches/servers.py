"""Web servers of a bench's own, on free ports of this machine, ended with the bench."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benches.harness import BenchError

PATIENCE_S = 30


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def installation(folder: Path) -> dict[str, str]:
    """Return the environment of a migrated installation in ``folder``."""
    from steelyard.core.database import Database
    from steelyard.migrations import run

    database = Database(f"sqlite:///{folder / 'steelyard.db'}")
    run.upgrade(database)
    database.close()
    kept = {name: value for name, value in os.environ.items() if not name.startswith("STEELYARD_")}
    return kept | {"STEELYARD_DATA_DIR": str(folder), "STEELYARD_REQUESTS_PER_MINUTE": "1000000"}


@contextmanager
def running(command: list[str], environment: dict[str, str], port: int, path: str) -> Iterator[None]:
    """Run a server until the block ends; enters once ``path`` is answered with 200."""
    server = subprocess.Popen(
        command,
        env=environment,
        cwd=Path(__file__).parent.parent,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )
    try:
        wait_for_answer(server, port, path)
        yield
    finally:
        server.terminate()
        server.communicate(timeout=PATIENCE_S)


@contextmanager
def granian(target: str, environment: dict[str, str], path: str, *, factory: bool = False) -> Iterator[int]:
    """Serve ``module:name`` by granian with one worker, so that the load has a core to itself; yield the port."""
    port = free_port()
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port)]
    command += ["--workers", "1", "--blocking-threads", "2", "--no-ws", "--log-level", "error", target]
    with running([*command, *(["--factory"] if factory else [])], environment, port, path):
        yield port


def wait_for_answer(server: subprocess.Popen[bytes], port: int, path: str) -> None:
    """Return at the first answer with status 200; ask every few milliseconds."""
    until = time.monotonic() + PATIENCE_S
    while time.monotonic() < until:
        if server.poll() is not None:
            said = server.stderr.read().decode(errors="replace")[-2000:] if server.stderr else ""
            raise BenchError(f"the server ended before its first answer: {said}")
        try:
            if first_line(port, path).split(b" ")[1:2] == [b"200"]:
                return
        except OSError:
            pass
        time.sleep(0.005)
    raise BenchError(f"no answer from {path} within {PATIENCE_S} s")


def first_line(port: int, path: str) -> bytes:
    """Return the first line of the answer to one request."""
    with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
        connection.sendall(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n".encode())
        return connection.recv(4096).partition(b"\r\n")[0]
