"""The names and times of the clock's runs, without a database."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any, cast

import pytest

from steelyard.core.clock import SHANGHAI
from steelyard.core.jobs import ClockJob
from steelyard.jobs.clock import make_scheduler, order_id
from steelyard.jobs.queue import DurableQueue

NOON = datetime(2026, 11, 23, 4, tzinfo=UTC)


class Listed:
    """A queue that only writes down what is ordered."""

    def __init__(self) -> None:
        self.runs: list[str] = []

    def enqueue_run(self, job: str, order_id: str) -> bool:
        self.runs.append(order_id)
        return True


def _nothing(session: object) -> None:
    """Do nothing."""


def test_a_run_has_one_name_everywhere() -> None:
    """The same moment in two time zones is the same run; two moments of one job are two."""
    assert (
        order_id("a.b", NOON) == order_id("a.b", NOON.astimezone(SHANGHAI)) == "clock:a.b:2026-11-23T04:00:00.000+00:00"
    )
    assert order_id("a.b", NOON) != order_id("a.b", NOON + timedelta(milliseconds=500))


@pytest.mark.parametrize(
    "timing",
    [
        pytest.param({}, id="neither interval nor cron line"),
        pytest.param({"every": timedelta(seconds=1), "cron": "* * * * *"}, id="both"),
        pytest.param({"every": timedelta(milliseconds=1)}, id="a thousand times a second"),
        pytest.param({"every": timedelta(0)}, id="without a pause"),
    ],
)
def test_a_job_needs_one_sensible_timing(timing: dict[str, Any]) -> None:
    """Anything else is refused where the job is declared."""
    with pytest.raises(ValueError, match="job x"):
        ClockJob("x", _nothing, **timing)


@pytest.mark.parametrize(
    ("job", "step", "offset"),
    [
        pytest.param(ClockJob("i", _nothing, every=timedelta(seconds=7)), 7, 0, id="interval"),
        pytest.param(ClockJob("c", _nothing, cron="30 9 * * *"), 86_400, 5_400, id="cron line in Shanghai's time"),
    ],
)
def test_clocks_started_at_different_moments_count_alike(job: ClockJob, step: int, offset: int) -> None:
    """Run times lie on one grid, whenever a clock was started; so the names of runs agree."""
    scheduler = make_scheduler([job], cast(DurableQueue, Listed()))
    scheduler.start(paused=True)
    try:
        times = []
        moment = scheduler.get_job(job.name).next_run_time
        for _ in range(3):
            times.append(moment)
            moment = scheduler.get_job(job.name).trigger.get_next_fire_time(moment, moment)
    finally:
        scheduler.shutdown()
    epoch = datetime(2020, 1, 1, tzinfo=UTC)
    assert [(time - epoch).total_seconds() % step for time in times] == [offset] * 3
    assert times[1] - times[0] == timedelta(seconds=step)


def test_a_missed_cron_run_is_made_good_once() -> None:
    """A clock that starts after the hour orders the run of that hour, and only the last of several."""
    queue = Listed()
    scheduler = make_scheduler([ClockJob("hourly", _nothing, cron="0 * * * *")], cast(DurableQueue, queue))
    scheduler.start()
    try:
        until = datetime.now(UTC) + timedelta(seconds=10)
        while not queue.runs and datetime.now(UTC) < until:
            pass
    finally:
        scheduler.shutdown()
    hour = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
    assert queue.runs == [order_id("hourly", hour)]


def test_the_ordering_executor_orders_every_run_time() -> None:
    """What APScheduler submits is ordered, run by run; nothing is executed."""
    queue = Listed()
    scheduler = make_scheduler([], cast(DurableQueue, queue))
    scheduler.start(paused=True)
    executor = scheduler._lookup_executor("default")
    executor.submit_job(SimpleNamespace(id="x"), [NOON, NOON + timedelta(seconds=1)])
    scheduler.shutdown()
    assert queue.runs == [order_id("x", NOON), order_id("x", NOON + timedelta(seconds=1))]
