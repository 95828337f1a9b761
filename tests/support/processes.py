"""Several processes at once, begun from one that has imported the program already."""

import multiprocessing
from multiprocessing.pool import Pool

_STATION = multiprocessing.get_context("forkserver")
_STATION.set_forkserver_preload(["steelyard.app", "inventory.api", "inventory.pages", "tests.support.world"])


def pool(count: int) -> Pool:
    """Return so many processes with connections and memory of their own; importing all anew takes each a second."""
    return _STATION.Pool(count)
