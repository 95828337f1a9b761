"""When the tests look for garbage: seldom, not while they are collected, and not when all is over.

A worker knows five thousand tests and the whole program: a million objects that stay until its end. Looking through
them again and again took a fifth of its time.
"""

import atexit
import gc
from collections.abc import Iterator
from contextlib import contextmanager

THRESHOLDS = (20_000, 10, 10)
"""How many objects more than before call for a look, where Python's 700 are meant for small programs."""


@contextmanager
def left_alone() -> Iterator[None]:
    """Look for no garbage in the block; what there is after it counts as being there for good."""
    gc.set_threshold(*THRESHOLDS)
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


def end_without() -> None:
    """Let the process end without taking its objects apart one by one (called when the last check was made)."""
    atexit.register(_keep)


def _keep() -> None:
    gc.freeze()
    gc.disable()
