"""Setting the rows of one document aside where one statement can merge them: COPY on PostgreSQL, one prepared
statement on SQLite. Nothing but a batch of rows is ever in memory.

The rows go into tables that only this connection sees and that empty themselves at the end of the transaction.
"""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from itertools import islice
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from pricing.sources.base import Drop, DropReason, ParsedRow, Status
from pricing.sources.figures import MAX_MANTISSA
from pricing.sources.traits import SeriesTraits, is_edition

BLOCK = 500
"""Rows that go to the server in one piece."""
FIRST_DAY = date(1900, 1, 1)
YEARS_AHEAD = 10
"""No figure is of a day before `FIRST_DAY` or of a year further ahead than this."""
ANALYZED_FROM = 50_000
"""From so many rows on PostgreSQL is told to look at what was staged before it plans the merge."""

# Compiling the merge takes longer (80 ms) than running it for ten thousand rows; sorting them to join takes longer
# than hashing, which the planner cannot know of tables that it has not seen yet.
_COLUMNS = "ref, line, day, edition, mantissa, scale, change_mantissa, status, published_at"
_POSTGRESQL = """
CREATE TEMPORARY TABLE IF NOT EXISTS price_staged (
  ref integer NOT NULL, line integer NOT NULL, day date NOT NULL, edition varchar(24) NOT NULL,
  mantissa bigint NOT NULL, scale smallint NOT NULL, change_mantissa bigint, status varchar(24) NOT NULL,
  published_at timestamptz) ON COMMIT DELETE ROWS;
CREATE TEMPORARY TABLE IF NOT EXISTS price_staged_series (
  ref integer NOT NULL, code varchar(160) NOT NULL) ON COMMIT DELETE ROWS;
SET LOCAL jit = off;
SET LOCAL enable_mergejoin = off
"""
_EMPTY = "TRUNCATE price_staged, price_staged_series"
_SQLITE = (
    f"CREATE TEMPORARY TABLE IF NOT EXISTS price_staged ({_COLUMNS})",
    "CREATE TEMPORARY TABLE IF NOT EXISTS price_staged_series (ref, code)",
    "DELETE FROM price_staged",
    "DELETE FROM price_staged_series",
)

_ESCAPES = str.maketrans({"\\": r"\\", "\t": r"\t", "\n": r"\n", "\r": r"\r"})
"""What a code may hold that COPY's text form gives a meaning; editions and statuses hold nothing of it."""


@dataclass(slots=True)
class Tally:
    """What was seen of a document's rows while they were set aside; kept and dropped add up to the rows."""

    last_year: int
    kept: int = 0
    dropped: list[Drop] = field(default_factory=list)
    traits: dict[str, SeriesTraits] = field(default_factory=dict)
    days: dict[date, str] = field(default_factory=dict)

    @property
    def rows(self) -> int:
        """How many rows were seen."""
        return self.kept + len(self.dropped)

    @property
    def first_day(self) -> date:
        """The earliest day of a row that was kept."""
        return min(self.days)

    @property
    def last_day(self) -> date:
        """The latest day of a row that was kept."""
        return max(self.days)

    @property
    def years(self) -> set[int]:
        """The years of the rows that were kept."""
        return {day.year for day in self.days}

    def staged(self, rows: Iterable[ParsedRow | Drop], nothing: str | None) -> Iterator[Any]:
        """The rows that hold a figure their series may have, as columns; `nothing` stands for NULL.

        Where it is a text, each row comes as a line of COPY: ten thousand tuples would call the garbage collector.
        """
        refs: dict[str, int] = {}
        least: list[int] = []
        moments: dict[datetime | None, str | None] = {None: nothing}
        days, drop, known, withdrawn = self.days, self.dropped.append, refs.get, Status.WITHDRAWN
        kept = 0
        for item in rows:
            if type(item) is not ParsedRow:
                assert isinstance(item, Drop)
                drop(item)
                continue
            traits, mantissa, scale, change = item.traits, item.mantissa, item.scale, item.change_mantissa
            ref = known(traits.code)
            if ref is None:
                ref = self._refer(refs, least, traits)
            if item.status is withdrawn:
                mantissa = scale = 0
                change = None
            elif not least[ref] <= mantissa < MAX_MANTISSA or not 0 <= scale <= 6:
                drop(Drop(item.row, DropReason.OUT_OF_RANGE, traits.name[:80]))
                continue
            day = days.get(item.day) or self._day(item.day)
            if day is None:
                drop(Drop(item.row, DropReason.OUT_OF_RANGE, traits.name[:80]))
                continue
            published = item.published_at
            if published is not None and published not in moments:
                moments[published] = _moment(published, "" if nothing is None else "+00")
            kept += 1
            row, edition, status, moment = item.row, item.edition, item.status, moments[published]
            if nothing is None:
                yield ref, row, day, edition, mantissa, scale, change, status, moment
            else:
                changed = nothing if change is None else change
                yield f"{ref}\t{row}\t{day}\t{edition}\t{mantissa}\t{scale}\t{changed}\t{status}\t{moment}\n"
        self.kept += kept

    def _refer(self, refs: dict[str, int], least: list[int], traits: SeriesTraits) -> int:
        """Number a series that is met for the first time, and note the least mantissa that it allows."""
        self.traits[traits.code] = traits
        allowed = traits.least
        least.append(1 - MAX_MANTISSA if allowed is None else allowed)
        return refs.setdefault(traits.code, len(refs))

    def _day(self, day: date) -> str | None:
        if not (day >= FIRST_DAY and day.year <= self.last_year):
            return None
        return self.days.setdefault(day, day.isoformat())


def _moment(moment: datetime, zone: str) -> str:
    """A moment in UTC as the database reads it; SQLite's have no offset."""
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S.%f}{zone}"


def stage(session: Session, rows: Iterable[ParsedRow | Drop], tally: Tally) -> None:
    """Set the rows aside and count them into `tally`."""
    session.flush()
    connection = session.connection()
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(_POSTGRESQL)
        if session.info.setdefault(_EMPTY, False):  # at a transaction's first document they are empty
            connection.exec_driver_sql(_EMPTY)
        session.info[_EMPTY] = True
        cursor = connection.connection.driver_connection.cursor()  # type: ignore[union-attr]  # an open connection has one
        _copy(cursor, "price_staged", tally.staged(rows, r"\N"))
        codes = enumerate(_escaped(tally.traits))
        _copy(cursor, "price_staged_series", (f"{ref}\t{code}\n" for ref, code in codes))
        if tally.kept >= ANALYZED_FROM:
            connection.exec_driver_sql("ANALYZE price_staged, price_staged_series")
        return
    for statement in _SQLITE:
        connection.execute(text(statement))
    cursor = connection.connection.driver_connection.cursor()  # type: ignore[union-attr]  # as above
    cursor.executemany("INSERT INTO price_staged VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", tally.staged(rows, None))
    cursor.executemany("INSERT INTO price_staged_series VALUES (?, ?)", enumerate(tally.traits))


def _escaped(codes: Collection[str]) -> Iterable[str]:
    """The codes as COPY's text form wants them; most documents have none that needs an escape."""
    together = "".join(codes)
    return map(_escape, codes) if any(chr(mark) in together for mark in _ESCAPES) else codes


def _escape(code: str) -> str:
    return code.translate(_ESCAPES)


def _copy(cursor: Any, table: str, lines: Iterable[str]) -> None:
    """Write lines of COPY's text form."""
    walk = iter(lines)
    with cursor.copy(f"COPY {table} FROM STDIN") as copy:
        while block := "".join(islice(walk, BLOCK)):
            copy.write(block)


def check_editions(rows: Iterable[ParsedRow]) -> None:
    """Raise AssertionError where a parser names an edition that is none: a fault of ours, not the publisher's."""
    if strange := {row.edition for row in rows if not is_edition(row.edition)}:
        raise AssertionError(f"no edition: {sorted(strange)}")
