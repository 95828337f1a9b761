"""Web servers of a bench's own, on free ports of this machine, ended with the bench."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO

from benches.harness import BenchError

PATIENCE_S = 30
THREADS = "2"
STEELYARD = str(Path(sys.executable).with_name("steelyard"))


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def installation(folder: Path) -> dict[str, str]:
    """Return the environment of a migrated installation in ``folder``."""
    from steelyard.cli.migrating import bring_up
    from steelyard.core.database import Database

    database = Database(f"sqlite:///{folder / 'steelyard.db'}")
    bring_up(database)
    database.close()
    kept = {name: value for name, value in os.environ.items() if not name.startswith("STEELYARD_")}
    return kept | {"STEELYARD_DATA_DIR": str(folder), "STEELYARD_REQUESTS_PER_MINUTE": "1000000"}


@contextmanager
def running(command: list[str], environment: dict[str, str], port: int, path: str) -> Iterator[None]:
    """Run a server until the block ends; enters once ``path`` is answered with 200."""
    with TemporaryFile() as log:
        server = subprocess.Popen(command, env=environment, cwd=Path(__file__).parent.parent, stdout=log, stderr=log)
        try:
            wait_for_answer(server, port, path, log)
            yield
        finally:
            server.terminate()
            server.wait(timeout=PATIENCE_S)


@contextmanager
def on_one_core() -> Iterator[None]:
    """Hold the processes that are started meanwhile to one core, as the web processes of ours are."""
    cores = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(cores)})
    try:
        yield
    finally:
        os.sched_setaffinity(0, cores)


@contextmanager
def bare(target: str, path: str) -> Iterator[int]:
    """Serve ``module:name`` by granian alone, with as many hands as :func:`ours`; yield the port."""
    port = free_port()
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port)]
    command += ["--workers", "1", "--blocking-threads", THREADS, "--http", "1", "--no-ws", target]
    with running(command, dict(os.environ), port, path):
        yield port


@contextmanager
def ours(environment: dict[str, str], path: str) -> Iterator[int]:
    """Serve the program as it is served for use, with one web process so that the load has a core to itself."""
    port = free_port()
    command = [STEELYARD, "web", "--port", str(port), "--workers", "1", "--threads", THREADS]
    with running(command, environment, port, path):
        yield port


def wait_for_answer(server: subprocess.Popen[bytes], port: int, path: str, log: IO[bytes]) -> None:
    """Return at the first answer with status 200; ask every few milliseconds."""
    until = time.monotonic() + PATIENCE_S
    while time.monotonic() < until:
        if server.poll() is not None:
            log.seek(0)
            raise BenchError(f"the server ended before its first answer: {log.read().decode(errors='replace')[-2000:]}")
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
