"""Where the tests keep what need not outlive them: in memory where there is room, else in the temporary folder.

A database of a test is made, synchronised to its medium at every commit, and thrown away; on a disk that others use
too this is most of what a test takes (cloning a database: 28 ms in memory, 450 ms on a busy disk).
"""

import os
import shutil
import tempfile
from functools import cache
from pathlib import Path

ENOUGH_BYTES = 2 << 30
MEMORY = Path("/dev/shm")  # what is made in it gets a random name and belongs to its maker alone


@cache
def volatile_folder() -> Path:
    """Return the folder in which to make folders."""
    if os.access(MEMORY, os.W_OK | os.X_OK) and shutil.disk_usage(MEMORY).free >= ENOUGH_BYTES:
        return MEMORY
    return Path(tempfile.gettempdir())
