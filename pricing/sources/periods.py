"""The ten-day periods (旬) in which the statistics bureau counts."""

import re
from calendar import monthrange
from datetime import date

_TITLE = re.compile(r"(20\d{2})年(\d{1,2})月([上中下])旬", re.ASCII)
_LABEL = re.compile(r"(20\d{2})-(\d{2})([上中下])旬", re.ASCII)


def last_day(year: int, month: int, third: str) -> date:
    """The last day of a third of a month; raises ValueError for a month that is none."""
    if third == "下":
        return date(year, month, monthrange(year, month)[1] if 1 <= month <= 12 else 0)
    return date(year, month, {"上": 10, "中": 20}[third])


def find_period(text: str) -> date | None:
    """The last day of the period named like 2026年8月中旬 or 2026-08中旬 in a text, or None."""
    match = _TITLE.search(text) or _LABEL.search(text)
    if match is None:
        return None
    try:
        return last_day(int(match[1]), int(match[2]), match[3])
    except ValueError:
        return None


def third_of(day: date) -> str:
    """Which third of its month a day lies in: 上, 中 or 下."""
    return "上" if day.day <= 10 else "中" if day.day <= 20 else "下"


def next_period(day: date) -> date:
    """The last day of the period after the one that holds this day."""
    if day.day <= 10:
        return last_day(day.year, day.month, "中")
    if day.day <= 20:
        return last_day(day.year, day.month, "下")
    return date(day.year + day.month // 12, day.month % 12 + 1, 10)
