"""The threads that live as long as the process outlive whatever one of their rounds meets."""

import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy.exc import TimeoutError as PoolTimeout

from steelyard.core.database import Database
from steelyard.core.outbox import Subscriber
from steelyard.jobs import clock as clock_module
from steelyard.jobs import pump as pump_module
from steelyard.jobs import worker as worker_module
from steelyard.jobs.clock import Clock
from steelyard.jobs.pump import Pump
from steelyard.jobs.worker import Worker

PATIENCE_S = 30.0
TROUBLES = [
    pytest.param(PoolTimeout("the pool is exhausted"), id="no-connection-left"),
    pytest.param(OSError(28, "No space left on device"), id="disk-full"),
    pytest.param(ValueError("something unforeseen"), id="unforeseen"),
]


def failing_once(error: Exception, rounds: list[int]) -> Callable[..., int]:
    """Return what raises ``error`` in its first round and notes every round."""

    def work(*_: object) -> int:
        rounds.append(1)
        if len(rounds) == 1:
            raise error
        return 0

    return work


def second_round(rounds: list[int]) -> bool:
    """Wait for the second round; whether it came."""
    until = time.monotonic() + PATIENCE_S
    while len(rounds) < 2 and time.monotonic() < until:
        time.sleep(0.01)
    return len(rounds) >= 2


@pytest.fixture
def nowhere(tmp_path: Path) -> Database:
    """A database in which nothing stands; the rounds are replaced before they look into it."""
    return Database(f"sqlite:///{tmp_path / 'nowhere.db'}")


@pytest.fixture
def no_thread_dies(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """What ended a thread."""
    ends: list[object] = []
    monkeypatch.setattr(threading, "excepthook", ends.append)
    return ends


@pytest.mark.parametrize("error", TROUBLES)
def test_the_pump_goes_on(
    nowhere: Database, monkeypatch: pytest.MonkeyPatch, no_thread_dies: list[object], error: Exception
) -> None:
    rounds: list[int] = []
    monkeypatch.setattr(pump_module, "deliver", failing_once(error, rounds))
    pump = Pump(nowhere, [Subscriber("x", frozenset(), lambda *_: None)], poll_seconds=0.01)
    pump.start()
    went_on = second_round(rounds)
    pump.stop()
    assert went_on
    assert not no_thread_dies


@pytest.mark.parametrize("error", TROUBLES)
def test_the_clock_goes_on(
    nowhere: Database, monkeypatch: pytest.MonkeyPatch, no_thread_dies: list[object], error: Exception
) -> None:
    rounds: list[int] = []
    monkeypatch.setattr(clock_module, "CANDIDATE_SECONDS", 0.01)
    monkeypatch.setattr(Clock, "_tend", failing_once(error, rounds))
    clock = Clock(nowhere, ())
    clock.start()
    went_on = second_round(rounds)
    clock.stop()
    assert went_on
    assert not no_thread_dies


@pytest.mark.parametrize("error", TROUBLES)
def test_the_worker_goes_on_to_look_after_its_lock(
    nowhere: Database, monkeypatch: pytest.MonkeyPatch, no_thread_dies: list[object], error: Exception
) -> None:
    rounds: list[int] = []
    monkeypatch.setattr(worker_module, "WATCH_SECONDS", 0.01)
    worker = Worker(nowhere, (), ())
    monkeypatch.setattr(worker._lock, "held", failing_once(error, rounds))
    worker._watcher.start()
    went_on = second_round(rounds)
    worker._stop.set()
    worker._watcher.join()
    assert went_on
    assert not no_thread_dies


def test_a_clock_whose_start_fails_does_not_believe_that_it_leads(
    nowhere: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Unwilling:
        def start(self) -> None:
            raise RuntimeError("cannot start a thread")

    monkeypatch.setattr(clock_module, "make_scheduler", lambda *_: Unwilling())
    clock = Clock(nowhere, ())
    with pytest.raises(RuntimeError):
        clock._tend()
    assert not clock.leads
    clock._lock.release()
