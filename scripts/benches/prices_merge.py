"""Merging a day's new figures against COPY of the rows that the merge writes, into tables with the same keys."""

# ruff: noqa: S608  # the names and figures that are put into statements are the bench's own
import time
from datetime import timedelta
from statistics import median
from typing import Any

from benches import prices
from benches.harness import Bench, Outcome, ratio_of

LEAST = 0.70
ROUNDS = 9


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
        statements.create_series(session, "history", tally.traits)
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
        appended = merging.merge(session, columns, new_document=True)
    return time.perf_counter() - began, appended


def written(database: Any, day: Any) -> tuple[bytes, bytes]:
    """What a merge has just written of a day, as texts for COPY."""
    with database.engine.connect() as connection:
        return tuple(  # type: ignore[return-value]  # two tables, two texts
            prices.as_text(connection.exec_driver_sql(f"SELECT * FROM {table} WHERE day = '{day}'"))
            for table in ("price_observation", "price_current")
        )


def copied(database: Any, texts: tuple[bytes, ...]) -> list[float]:
    """The seconds of COPY of each of the tables' rows, ready as text, in one transaction."""
    took = []
    with database.engine.begin() as connection:
        cursor = connection.connection.driver_connection.cursor()
        for table, content in zip(("price_observation", "price_current"), texts, strict=True):
            began = time.perf_counter()
            with cursor.copy(f"COPY mirror.{table} FROM STDIN") as stream:
                stream.write(content)
            took.append(time.perf_counter() - began)
    return took


def run() -> Outcome:
    """Merge a new day, COPY the same rows into the mirror, merge the day again unchanged; the median of the rounds."""
    series, before = prices.number("SERIES", 10_000), prices.number("DAYS", 100)
    merged, again, both, first = [], [], [], []
    with prices.server() as database:
        prices.fill(database, series, before)
        prices.mirror(database, prices.FIRST_DAY, before + ROUNDS + 2)
        days = prices.days_from(prices.FIRST_DAY + timedelta(days=before))
        for place, day in zip(range(ROUNDS + 2), days, strict=False):
            rows = prices.rows(day, series)
            seconds, appended = merge(database, rows, 2 * place)
            repeated, unchanged = merge(database, rows, 2 * place + 1)
            assert (appended, unchanged) == (series, 0)
            copies = copied(database, written(database, day))
            if place > 1:  # the first two rounds warm up
                merged.append(seconds)
                again.append(repeated)
                both.append(sum(copies))
                first.append(copies[0])
    ratio = ratio_of(both, merged)
    sides = {"merge": merged, "unchanged": again, "copy": both, "copy_of_observations_alone": first}
    rate = {name: round(series / median(found)) for name, found in sides.items()}
    figures: dict[str, Any] = {"rows": series, "stored_before": series * before}
    figures |= {f"{name}_rows_per_s": value for name, value in rate.items()}
    figures["ratio_to_observations_alone"] = round(ratio_of(first, merged), 3)
    return Outcome(figures, ratio, ratio >= LEAST and rate["unchanged"] > rate["merge"])


BENCH = Bench(
    summary="Merging 10,000 new observations into 10,000 series against COPY of all the rows that the merge writes.",
    goal=f"at least {LEAST:.0%} of COPY into tables with the same keys and indexes; unchanged ones are merged faster",
    run=run,
)
