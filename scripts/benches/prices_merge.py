"""Merging a day's new figures against COPY of the rows that the merge writes, into tables with the same keys.

Ours begins with parsed rows; COPY is given text and ids that are ready. Both count from the begin to the commit.
"""

# ruff: noqa: S608  # the names and figures that are put into statements are the bench's own
import time
from datetime import timedelta
from statistics import median
from typing import Any

from benches import prices
from benches.harness import Bench, Outcome, ratio_of

LEAST = 0.70
ROUNDS = 9
_SIDES = ("merge", "unchanged", "copy", "copy_of_observations", "merge_on_known_day", "copy_on_known_day")
"""A day is known once a document of the statistic has spoken of it: then each key is looked up before it is new."""


def merge(database: Any, rows: list[Any], minutes: int) -> tuple[float, int]:
    """Merge a batch as an ingestion does, to the commit; the seconds that took and how many rows were appended."""
    from pricing.operations import merge as merging
    from pricing.operations import staging, statements
    from steelyard.core.database import db_now

    began = time.perf_counter()
    with database.write() as session:
        tally = staging.Tally(2036)
        staging.stage(session, rows, tally)
        statements.lock_family(session, "history")
        known_from = db_now(session)
        merging.make_room(session, tally.years)
        columns = {
            "document_id": merging.next_document_id(session),
            "source": "history",
            "family": "history",
            "url": "https://example.org/",
            "fetched_at": prices.FETCHED + timedelta(minutes=minutes),
            "known_from": known_from,
            "sha256": "0" * 64,
            "rows": tally.rows,
            "kept": tally.kept,
            "dropped": [],
            "first_day": tally.first_day,
            "last_day": tally.last_day,
            "reading": 0,
        }
        appended = merging.merge(session, columns, tally.traits, new_document=True)
    return time.perf_counter() - began, appended


def written(database: Any, day: Any, edition: str) -> tuple[bytes, bytes]:
    """What a merge has just written of a day, as texts for COPY."""
    with database.engine.connect() as connection:
        return tuple(  # type: ignore[return-value]  # two tables, two texts
            prices.as_text(
                connection.exec_driver_sql(f"SELECT * FROM {table} WHERE day = '{day}' AND edition = '{edition}'")
            )
            for table in ("price_observation", "price_current")
        )


def copied(database: Any, texts: tuple[bytes, ...]) -> tuple[float, float]:
    """The seconds of COPY of both tables' rows, ready as text, to the commit, and of the observations' part in it."""
    began = time.perf_counter()
    with database.engine.begin() as connection:
        cursor = connection.connection.driver_connection.cursor()
        for table, content in zip(("price_observation", "price_current"), texts, strict=True):
            with cursor.copy(f"COPY mirror.{table} FROM STDIN") as stream:
                stream.write(content)
            if table == "price_observation":
                observed = time.perf_counter() - began
    return time.perf_counter() - began, observed


def run() -> Outcome:
    """Merge a new day, the day again unchanged, then a second edition of it; COPY the same rows into the mirror."""
    series, before = prices.number("SERIES", 10_000), prices.number("DAYS", 100)
    took: dict[str, list[float]] = {name: [] for name in _SIDES}
    with prices.server() as database:
        prices.fill(database, series, before)
        prices.mirror(database, prices.FIRST_DAY, before + ROUNDS + 2)
        days = prices.days_from(prices.FIRST_DAY + timedelta(days=before))
        for place, day in zip(range(ROUNDS + 2), days, strict=False):
            for name, seconds in _round(database, series, day, 3 * place).items():
                if place > 1:  # the first two rounds warm up
                    took[name].append(seconds)
    rate = {f"{name}_rows_per_s": round(series / median(found)) for name, found in took.items()}
    ratio = ratio_of(took["copy"], took["merge"])
    figures: dict[str, Any] = {"rows": series, "stored_before": series * before} | rate
    figures["ratio_on_known_day"] = round(ratio_of(took["copy_on_known_day"], took["merge_on_known_day"]), 3)
    figures["ratio_to_observations_alone"] = round(ratio_of(took["copy_of_observations"], took["merge"]), 3)
    return Outcome(figures, ratio, ratio >= LEAST and median(took["unchanged"]) < median(took["merge"]))


def _round(database: Any, series: int, day: Any, minutes: int) -> dict[str, float]:
    """The seconds of each side for a day of which nothing is known yet."""
    rows, more = prices.rows(day, series), prices.rows(day, series, "10:51")
    merged, appended = merge(database, rows, minutes)
    unchanged, none = merge(database, rows, minutes + 1)
    copy, observations = copied(database, written(database, day, "release"))
    known, added = merge(database, more, minutes + 2)
    copy_known, _ = copied(database, written(database, day, "10:51"))
    assert (appended, none, added) == (series, 0, series)
    return dict(zip(_SIDES, (merged, unchanged, copy, observations, known, copy_known), strict=True))


BENCH = Bench(
    summary="Merging 10,000 new observations of a day into 10,000 series against COPY of all the rows that it writes.",
    goal=f"at least {LEAST:.0%} of COPY into tables with the same keys and indexes; unchanged ones are merged faster",
    run=run,
)
