"""What comes back from a publisher, as the rest of the program sees it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from pricing.fetching.bodies import Trouble


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: the bytes as far as they arrived, and what was in the way, if anything."""

    url: str
    asked_at: datetime
    fetched_at: datetime
    status: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    content: bytes = b""
    trouble: Trouble | None = None
    detail: str = ""
    attempts: int = 1
