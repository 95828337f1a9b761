"""Waiting in the main thread for a signal that may have gone to another one."""

import threading

WAKES_SECONDS = 0.5


class Waking(threading.Event):
    """An event whose waiters wake now and then.

    The system may give a signal to any thread, but its handler runs in the main thread, and only once that runs: asleep
    in a plain wait it would sleep on, and Ctrl-C would be lost.
    """

    def wait(self, timeout: float | None = None) -> bool:
        """Return once the event is set, or false after ``timeout`` seconds."""
        if timeout is not None:
            return super().wait(timeout)
        while not super().wait(WAKES_SECONDS):
            pass
        return True
