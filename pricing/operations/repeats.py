"""Rows of a staged document that say something of the same day and edition of a series twice."""

from sqlalchemy import text
from sqlalchemy.orm import Session

from pricing.errors import DocumentRefused
from pricing.operations.staging import Tally
from pricing.sources.base import Drop, DropReason, Fault, Source

_REPEATED = text(
    "SELECT ref, max(CASE WHEN mantissa <> least OR scale <> finest OR status <> said THEN 1 ELSE 0 END) FROM ("
    "SELECT ref, day, edition, mantissa, scale, status, count(*) OVER k AS times, min(mantissa) OVER k AS least, "
    "min(scale) OVER k AS finest, min(status) OVER k AS said "
    "FROM price_staged WINDOW k AS (PARTITION BY ref, day, edition)) counted WHERE times > 1 GROUP BY ref ORDER BY ref"
)
_DELETE = (
    "DELETE FROM price_staged WHERE {place} IN (SELECT place FROM (SELECT {place} AS place, row_number() OVER ("
    "PARTITION BY ref, day, edition ORDER BY line) AS number FROM price_staged) numbered WHERE number > 1) "
    "RETURNING ref, line"
)


def drop_repeats(session: Session, source: Source, tally: Tally) -> None:
    """Drop rows that repeat another; raises `DocumentRefused` where two rows contradict each other."""
    repeated = session.execute(_REPEATED).all()
    if not repeated:
        return
    names = [traits.name[:80] for traits in tally.traits.values()]
    for ref, contradicts in repeated:
        if contradicts:
            raise DocumentRefused(source=source.contract.publisher, detail=f"{Fault.CONFLICT}: {names[ref]}")
    place = "ctid" if session.get_bind().dialect.name == "postgresql" else "rowid"
    gone = session.execute(text(_DELETE.format(place=place))).all()
    tally.kept -= len(gone)
    tally.dropped += [Drop(line, DropReason.DUPLICATE, names[ref]) for ref, line in gone]
