"""Random names for requests, devices and the like."""

import os


def random_id() -> str:
    """Return 16 random bytes as 32 hexadecimal digits."""
    return os.urandom(16).hex()
