"""Requests of a thousand moves over HTTP against COPY of all the rows that they write.

COPY goes into a twin of the database: the same tables with the same keys, indexes, constraints and triggers, and the
same bundles. Both sides have one connection, one transaction for each thousand, and text that is ready before the
clock starts. COPY gets the ids that ours had to find, and the changed balances as new rows.
"""

# ruff: noqa: S608  # the names and figures that are put into statements are the bench's own
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any

from benches import bulk
from benches.harness import Bench, Outcome, ratio_of
from benches.prices import number
from benches.servers import ours
from benches.yards import PLACES, Yard, environment, yard

GOAL = 0.40
ROUNDS, REQUESTS = 7, 5
_EVENTS = "FROM outbox_event WHERE type = 'inventory.bundle_moved' ORDER BY id LIMIT 1 OFFSET {request}"
_MOVED = "SELECT bundle_id FROM stock_move WHERE client_op_id LIKE '{like}'"
_WRITTEN = {
    "stock_move": "SELECT * FROM stock_move WHERE client_op_id LIKE '{like}' ORDER BY id",
    "stock_balance": f"SELECT * FROM stock_balance WHERE is_real AND bundle_id IN ({_MOVED}) ORDER BY bundle_id",
    "scan_answer": "SELECT * FROM scan_answer WHERE client_op_id LIKE '{like}'",
    "outbox_event": f"SELECT * {_EVENTS}",
    "outbox_audience": f"SELECT * FROM outbox_audience WHERE event_id = (SELECT id {_EVENTS})",
    "audit_entry": "SELECT * FROM audit_entry WHERE action = 'inventory.scanned' ORDER BY id LIMIT 1 OFFSET {request}",
    "idempotency_key": "SELECT * FROM idempotency_key WHERE key = '{key}'",
}
"""The rows that one request writes, by table, in the order of the references."""


@contextmanager
def twin(yard: Yard) -> Iterator[Any]:
    """A connection to a copy of the yard's database in which no bundle stands anywhere."""
    import psycopg

    server = yard.database.url.set(drivername="postgresql", database="template1")
    yard.database.close()  # a database with somebody in it cannot be copied
    with psycopg.connect(server.render_as_string(hide_password=False), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE twin TEMPLATE {yard.database.url.database}")
    there = server.set(database="twin").render_as_string(hide_password=False)
    with psycopg.connect(there, autocommit=True) as connection:
        connection.execute("TRUNCATE stock_balance")
        yield connection


def written(yard: Yard, name: str, first: int, request: int) -> dict[str, bytes]:
    """What a request wrote, as texts for COPY; ``request`` is its place among all."""
    found = {}
    with yard.database.engine.connect() as connection:
        cursor: Any = connection.connection.cursor()
        named = {"key": f"{name}-{first:012}", "request": request, "like": f"{name}-%"}
        for table, query in _WRITTEN.items():
            with cursor.copy(f"COPY ({query.format(**named)}) TO STDOUT") as stream:
                found[table] = b"".join(bytes(block) for block in stream)
    return found


def copied(connection: Any, texts: list[dict[str, bytes]]) -> float:
    """The seconds of COPY of what each request wrote, a transaction for each."""
    began = time.perf_counter()
    for request in texts:
        with connection.transaction(), connection.cursor() as cursor:
            for table, content in request.items():
                with cursor.copy(f"COPY {table} FROM STDIN") as stream:
                    stream.write(content)
    return time.perf_counter() - began


def run() -> Outcome:
    """Move fresh bundles, then COPY what that wrote into the twin, round after round; the first round warms up."""
    rounds, each = number("ROUNDS", ROUNDS), number("REQUESTS", REQUESTS)
    took: dict[str, list[float]] = {"ours": [], "copy": []}
    with (
        tempfile.TemporaryDirectory(prefix="steelyard-bench-") as folder,
        yard((rounds + 1) * each * bulk.AT_ONCE) as stocked,
        twin(stocked) as other,
        ours(environment(stocked, Path(folder)), "/api/v1/ping") as port,
    ):
        for round_ in range(rounds + 1):
            names = [f"bulk-{round_ * each + place:04}" for place in range(each)]
            asked = [request for name in names for request in bulk.requests(stocked, name, _moves(name))]
            found = bulk.seconds(port, asked)
            texts = [written(stocked, name, 0, round_ * each + place) for place, name in enumerate(names)]
            if round_:
                took["ours"].append(found)
                took["copy"].append(copied(other, texts))
            else:
                copied(other, texts)
        bulk.check_none_refused(stocked)
    operations = each * bulk.AT_ONCE
    ratio = ratio_of(took["copy"], took["ours"])
    figures = {f"{side}_operations_per_s": round(operations / median(found)) for side, found in took.items()}
    rates = {side: [round(operations / one) for one in found] for side, found in took.items()}
    return Outcome(figures | {"rounds": rates}, ratio, ratio >= GOAL)


def _moves(name: str) -> list[dict[str, Any]]:
    first = int(name.removeprefix("bulk-")) * bulk.AT_ONCE
    return bulk.moves((f"T{first + place}" for place in range(bulk.AT_ONCE)), PLACES[1])


BENCH = Bench(
    "Requests of 1,000 moves, PostgreSQL, against COPY of all rows that they write into a twin of the database.",
    f"at least {GOAL:.0%} of the rate of COPY into tables with the same keys",
    run,
)
