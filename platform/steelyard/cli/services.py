"""Worker and clock as parts that are started and stopped together."""

import signal
from contextlib import ExitStack

from steelyard.cli.migrating import require_up
from steelyard.cli.waiting import Waking
from steelyard.core.database import Database
from steelyard.core.settings import Settings


class JobServices:
    """A worker, a clock, or both, on one database."""

    def __init__(self, settings: Settings, *, worker: bool = True, clock: bool = True) -> None:
        self._settings = settings
        self._with_worker = worker
        self._with_clock = clock
        self._ending = ExitStack()

    def start(self) -> None:
        """Start what is wanted; what had started is stopped again when something fails."""
        from steelyard.app import jobs, subscribers
        from steelyard.core.jobs import plug_in
        from steelyard.jobs.clock import Clock
        from steelyard.jobs.queue import DurableQueue
        from steelyard.jobs.worker import Worker

        with ExitStack() as starting:
            db = Database(self._settings.database_url)
            starting.callback(db.close)
            require_up(db)
            queue = DurableQueue(db)
            starting.callback(queue.close)
            plug_in(queue)
            if self._with_worker:
                worker = Worker(db, jobs(), subscribers())
                worker.start()
                starting.callback(worker.stop)
            if self._with_clock:
                clock = Clock(db, jobs())
                clock.start()
                starting.callback(clock.stop)
            self._ending = starting.pop_all()

    def stop(self) -> None:
        """Stop the clock, then the worker; harmless when nothing runs."""
        self._ending.close()

    def run_until_signal(self) -> None:
        """Start, wait for Ctrl-C or a request to end, and stop."""
        ended = Waking()
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: ended.set())
        self.start()
        try:
            ended.wait()
        finally:
            self.stop()
