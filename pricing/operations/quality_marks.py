"""The mark in `price_current` by which held figures are left out where prices are used."""

import json
from collections.abc import Iterable, Mapping

from sqlalchemy import text
from sqlalchemy.orm import Session

from pricing.merging import Key

_PICK = {
    "postgresql": """SELECT (e->>0)::bigint, (e->>1)::date, e->>2
                     FROM jsonb_array_elements(CAST(:keys AS jsonb)) AS e""",
    "sqlite": """SELECT json_extract(value, '$[0]'), json_extract(value, '$[1]'), json_extract(value, '$[2]')
                 FROM json_each(:keys)""",
}


def mark(session: Session, held: Mapping[Key, bool]) -> None:
    """Set or take away the mark of each key, in at most two statements."""
    for wanted in (True, False):
        keys = [key for key, is_held in held.items() if is_held is wanted]
        if keys:
            _set(session, keys, wanted=wanted)


def _set(session: Session, keys: Iterable[Key], *, wanted: bool) -> None:
    told = json.dumps([(series_id, day.isoformat(), edition) for series_id, day, edition in keys])
    pick = _PICK[session.get_bind().dialect.name]
    word, other = ("TRUE", "FALSE") if wanted else ("FALSE", "TRUE")
    session.execute(
        text(
            f"UPDATE price_current SET held = {word} "  # noqa: S608  # of constants of this module
            f"WHERE held = {other} AND (series_id, day, edition) IN ({pick})"
        ),
        {"keys": told},
    )
