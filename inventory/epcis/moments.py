"""Moments and offsets as EPCIS writes them. Imports neither flask nor sqlalchemy."""

import re
from datetime import UTC, datetime, timedelta, timezone

_MOMENT = re.compile(
    r"(\d{4}-\d\d-\d\d)[Tt](\d\d:\d\d):(\d\d)(?:\.(\d{1,12}))?(?:([Zz])|([+-])(\d\d):([0-5]\d))", re.ASCII
)
_OFFSET = re.compile(r"[+-](?:(?:0\d|1[0-3]):[0-5]\d|14:00)", re.ASCII)


def moment(text: str) -> datetime | None:
    """Return the aware moment that ``text`` names, to the microsecond; ``None`` where it names none.

    A leap second counts as the second after it.
    """
    match = _MOMENT.fullmatch(text)
    if match is None:
        return None
    day, clock, second, fraction, zulu, sign, hours, minutes = match.groups()
    leap = second == "60"
    try:
        offset = (
            timedelta(0) if zulu else timedelta(hours=int(hours), minutes=int(minutes)) * (-1 if sign == "-" else 1)
        )
        base = datetime.fromisoformat(f"{day}T{clock}:{'59' if leap else second}")
        found = base.replace(microsecond=int((fraction or "0")[:6].ljust(6, "0")), tzinfo=timezone(offset))
        found.astimezone(UTC)
        return found + timedelta(seconds=1) if leap else found
    except (ValueError, OverflowError):
        return None


def is_offset(text: str) -> bool:
    """Whether ``text`` is an offset of a time zone, ``+08:00``."""
    return _OFFSET.fullmatch(text) is not None


def written(at: datetime, zone: timezone) -> str:
    """Return a moment in ``zone`` to the millisecond, ``2026-09-01T12:00:00.000+08:00``; what is finer is cut off."""
    local = at.astimezone(zone)
    return local.replace(microsecond=local.microsecond // 1000 * 1000).isoformat(timespec="milliseconds")
