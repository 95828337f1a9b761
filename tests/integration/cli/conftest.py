"""Installations whose commands a test runs, in this process or in one of its own."""

import logging
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Self
from urllib.request import urlopen

import pytest
from click.testing import CliRunner, Result

from steelyard.cli import main
from tests.support.databases import Databases
from tests.support.ports import free_port

STEELYARD = str(Path(sys.executable).with_name("steelyard"))
PATIENCE_S = 60.0
SECRET = "only the tests know this secret key"


class Installation:
    """A data folder and a database, and the commands on them."""

    def __init__(self, data_dir: Path, database_url: str) -> None:
        self.data_dir = data_dir
        self.environment = {
            "STEELYARD_DATA_DIR": str(data_dir),
            "STEELYARD_DATABASE_URL": database_url,
            "STEELYARD_SECRET_KEY": SECRET,
            "STEELYARD_LOG_LEVEL": "WARNING",
            "STEELYARD_REQUESTS_PER_MINUTE": "1000000",
        }

    def run(self, *arguments: str, typed: str | None = None) -> Result:
        """Run a command in this process."""
        return CliRunner().invoke(main, list(arguments), env=self.environment, input=typed)

    def did(self, *arguments: str, typed: str | None = None) -> str:
        """Run a command that must succeed; return what it printed."""
        done = self.run(*arguments, typed=typed)
        assert done.exit_code == 0, done.output
        return done.output

    def serve(self, *arguments: str) -> "Served":
        """Start ``steelyard serve`` in a process of its own."""
        return Served(self, "serve", arguments)

    def web(self, *arguments: str) -> "Served":
        """Start ``steelyard web`` in a process of its own."""
        return Served(self, "web", arguments)

    def token(self, kind: str, org: str, login: str) -> str:
        """Create a person and return a token that may do all that he may."""
        self.did("user", "create", login, "--org-kind", kind, "--org-name", org, "--role", "admin")
        return self.did("token", "create", login, "--scope", "*").splitlines()[0]


class Served:
    """A running ``steelyard serve`` or ``steelyard web``."""

    def __init__(self, installation: Installation, command: str, arguments: tuple[str, ...]) -> None:
        self.port = free_port()
        self.log = installation.data_dir / f"{command}-{self.port}.log"
        kept = {name: value for name, value in os.environ.items() if not name.startswith("STEELYARD_")}
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [STEELYARD, command, "--port", str(self.port), *arguments],
                env=kept | installation.environment,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.kill()

    def wait_until_it_answers(self) -> None:
        """Return at the first answer."""
        until = time.monotonic() + PATIENCE_S
        while True:
            try:
                with urlopen(f"http://127.0.0.1:{self.port}/readyz") as answer:
                    assert answer.status == 200
                    return
            except OSError:
                assert self.process.poll() is None, self.log.read_text()
                assert time.monotonic() < until, self.log.read_text()
                time.sleep(0.02)

    def children(self) -> list[int]:
        """Return the ids of its processes."""
        listed = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text()
        return [int(one) for one in listed.split()]

    def kill(self) -> None:
        """End the process that was started, and only it, as `kill -9` does."""
        self.process.kill()
        self.process.wait()

    def interrupt(self) -> int:
        """Press Ctrl-C: the whole process group gets the signal. Return how it exited."""
        os.killpg(self.process.pid, signal.SIGINT)
        return self.process.wait(PATIENCE_S)


@pytest.fixture(autouse=True)
def _logs_as_they_were() -> Iterator[None]:
    """Put back the handlers that a command replaced by its own."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)


@pytest.fixture
def installation_on(tmp_path: Path) -> Callable[[str], Installation]:
    """Maker of an installation on a given database."""

    def make(url: str) -> Installation:
        folder = tmp_path / f"data-{re.sub('[^a-z0-9]', '', url)[-8:]}"
        folder.mkdir(exist_ok=True)
        return Installation(folder, url)

    return make


@pytest.fixture
def installation(databases: Databases, dialect: str, installation_on: Callable[[str], Installation]) -> Installation:
    """A migrated installation, once on each database."""
    return installation_on(databases.url(dialect))
