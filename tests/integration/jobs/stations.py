"""Workers and clocks as processes of their own, which a test may kill; run by path, it is such a process.

What the jobs of a station do stands in files of a folder: a test sees there that a job has begun, and lets it go
on by making the file `release`.
"""

import logging
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Self

from sqlalchemy import text
from sqlalchemy.orm import Session

from steelyard.core.database import Database
from steelyard.core.jobs import ClockJob, Job
from steelyard.jobs import worker as worker_module
from steelyard.jobs.clock import Clock
from steelyard.jobs.queue import create_tables
from steelyard.jobs.worker import Worker

PATIENCE_S = 60.0
TICK = timedelta(seconds=0.3)


def wait_until(condition: Callable[[], object], what: str, seconds: float = PATIENCE_S) -> None:
    """Return as soon as ``condition`` holds; fail with ``what`` when it never does."""
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until, f"waited {seconds} s for {what}"
        time.sleep(0.02)


def prepare(db: Database) -> None:
    """Make the queue's tables, and one in which the jobs leave their effect."""
    create_tables(db)
    with db.write() as session:
        session.execute(text("CREATE TABLE effect (name varchar(80) NOT NULL)"))


def effects(db: Database, name: str) -> int:
    """Count the effects called ``name``."""
    with db.read() as session:
        return int(session.scalar(text("SELECT count(*) FROM effect WHERE name = :name"), {"name": name}) or 0)


class Station:
    """A process with a worker (``worker``, or ``doomed``: it dies right after an effect) or a ``clock``."""

    def __init__(self, role: str, db: Database, folder: Path) -> None:
        self.log = folder / f"{role}-{time.monotonic_ns()}.log"
        url = db.url.render_as_string(hide_password=False)
        with self.log.open("wb") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-W", "error", "-m", "tests.integration.jobs.stations", role, url, str(folder)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
            )
        assert self._process.stdout is not None
        assert self._process.stdout.readline() == b"ready\n", self.log.read_text()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._process.poll() is None:
            self.kill()
        for pipe in (self._process.stdin, self._process.stdout):
            assert pipe is not None
            pipe.close()

    def kill(self) -> None:
        """End it as `kill -9` does."""
        self._process.kill()
        self._process.wait()

    def died(self) -> bool:
        """Whether it was killed."""
        return self._process.poll() == -signal.SIGKILL

    def stop(self) -> None:
        """End it in peace; fail when it did not end well."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        assert self._process.wait(PATIENCE_S) == 0, self.log.read_text()


@contextmanager
def _worker(db: Database, folder: Path) -> Iterator[None]:
    worker = Worker(db, station_jobs(folder), ())
    worker.start()
    yield
    worker.stop()


@contextmanager
def _clock(db: Database, folder: Path) -> Iterator[None]:
    clock = Clock(db, station_jobs(folder))
    clock.start()
    yield
    clock.stop()


def _die_after_the_effect() -> None:
    perform = worker_module.perform

    def perform_and_die(*arguments: object) -> str:
        perform(*arguments)  # type: ignore[arg-type]  # handed on as they come
        os.kill(os.getpid(), signal.SIGKILL)
        raise AssertionError("killed processes do not go on")

    worker_module.perform = perform_and_die


def _leave(session: Session, name: str) -> None:
    session.execute(text("INSERT INTO effect (name) VALUES (:name)"), {"name": name})


def station_jobs(folder: Path) -> tuple[Job, ...]:
    """Return the jobs that every station knows."""

    def held(session: Session, name: str) -> None:
        _leave(session, name)
        (folder / f"begun-{name}-{os.getpid()}").touch()
        wait_until((folder / "release").exists, "the release")

    def plain(session: Session, name: str) -> None:
        _leave(session, name)

    def tick(session: Session) -> None:
        _leave(session, "tick")

    def hopeless(session: Session) -> None:
        _leave(session, "hopeless")
        if not (folder / "hope").exists():
            raise RuntimeError("there is no hope")

    return (
        Job("held", held),
        Job("plain", plain),
        ClockJob("tick", tick, every=TICK),
        ClockJob("hopeless", hopeless, cron="0 0 29 2 *"),
    )


def main(role: str, url: str, folder: Path) -> None:
    """Be such a process until standard input closes."""
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr)
    db = Database(url)
    if role == "doomed":
        _die_after_the_effect()
    with (_clock if role == "clock" else _worker)(db, folder):
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        sys.stdin.read()
    db.close()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], Path(sys.argv[3]))
