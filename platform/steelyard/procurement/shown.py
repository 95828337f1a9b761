"""How moments are written into sentences."""

from datetime import datetime

from steelyard.core.clock import SHANGHAI


def moment(value: datetime) -> str:
    """Return a moment as people of the business read it: local time of Shanghai, to the second."""
    return f"{value.astimezone(SHANGHAI):%Y-%m-%d %H:%M:%S}"
