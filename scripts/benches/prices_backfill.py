"""A history of a million figures through the whole pipeline, against COPY of the rows that it writes."""

# ruff: noqa: S608  # the names and figures that are put into statements are the bench's own
import json
import subprocess
import sys
import time
from datetime import timedelta
from typing import Any

from benches import prices
from benches.harness import Bench, BenchError, Outcome

LEAST = 0.35
MOST_MB = 400
_TABLES = ("price_observation", "price_current")


def history(series: int, days: int) -> bytes:
    """A history file of so many series and days, the figures moving a little from day to day."""
    from dataclasses import asdict

    head = {"steelyard": "price history", "version": 1}
    lines = [json.dumps(head)]
    for place in range(series):
        told = {name: value for name, value in asdict(prices.traits(place)).items() if value is not None}
        del told["code"], told["position"]
        lines.append(json.dumps({"series": f"bench-{place:05}"} | told))
        for day in range(days):
            value = 3000 + place + (day * 7 + place) % 41
            lines.append(f"{place},{(prices.FIRST_DAY + timedelta(days=day)).isoformat()},release,{value}.5")
    return "\n".join(lines).encode()


def ingest(url: str, path: str) -> None:
    """Take a file in, in a process of its own, and print the seconds, the rows and the peak of its memory."""
    import resource
    from pathlib import Path

    from pricing.operations.ingestion import ingest as take_in
    from steelyard.core.database import Database

    database = Database(url)
    content = Path(path).read_bytes()
    began = time.perf_counter()
    with database.write() as session:
        report = take_in(
            session, None, source="history", url="https://example.org/", fetched_at=prices.FETCHED, content=content
        )
    seconds = time.perf_counter() - began
    database.close()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"seconds": seconds, "appended": report.appended, "peak_mb": round(peak)}))


def _in_a_process(url: str, content: bytes) -> dict[str, Any]:
    from tempfile import NamedTemporaryFile

    with NamedTemporaryFile() as file:
        file.write(content)
        file.flush()
        code = "import sys; from benches.prices_backfill import ingest; ingest(sys.argv[1], sys.argv[2])"
        done = subprocess.run(
            [sys.executable, "-c", code, url, file.name], capture_output=True, text=True, check=False,
            cwd=str(prices.SCRIPTS),
        )  # fmt: skip
    if done.returncode:
        raise BenchError(f"the ingestion failed: {done.stderr[-1500:]}")
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def run() -> Outcome:
    """Take the history in, then COPY what was written into tables with the same keys and indexes."""
    series, days = prices.number("SERIES", 400), prices.number("DAYS", 2500)
    with prices.server() as database:
        prices.mirror(database, prices.FIRST_DAY, days)
        found = _in_a_process(database.url.render_as_string(hide_password=False), history(series, days))
        if found["appended"] != series * days:
            raise BenchError(f"{found['appended']} of {series * days} figures were appended")
        took = {table: _copied(database, table) for table in _TABLES}
    rate, copied = found["appended"] / found["seconds"], found["appended"] / sum(took.values())
    figures = {
        "rows": found["appended"],
        "pipeline_rows_per_s": round(rate),
        "copy_rows_per_s": round(copied),
        "copy_of_observations_alone_rows_per_s": round(found["appended"] / took["price_observation"]),
        "ratio_to_observations_alone": round(rate * took["price_observation"] / found["appended"], 3),
        "peak_mb": found["peak_mb"],
    }
    return Outcome(figures, rate / copied, rate / copied >= LEAST and found["peak_mb"] < MOST_MB)


def _copied(database: Any, table: str) -> float:
    """The seconds of COPY of a table's rows, ready as text, into its mirror."""
    with database.engine.begin() as connection:
        cursor = connection.connection.driver_connection.cursor()
        with cursor.copy(f"COPY (SELECT * FROM {table}) TO STDOUT") as stream:
            content = b"".join(bytes(block) for block in stream)
    began = time.perf_counter()
    prices.copy(database, f"mirror.{table}", content)
    return time.perf_counter() - began


BENCH = Bench(
    summary="A history of 1,000,000 figures from bytes to published against COPY of all the rows that it writes.",
    goal=f"at least {LEAST:.0%} of COPY into tables with the same keys and indexes, with less than {MOST_MB} MB",
    run=run,
)
