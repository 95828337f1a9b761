"""One move of a bundle per request: ours through all middleware against Flask and psycopg by hand."""

import itertools
import json
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

from benches.harness import Bench, BenchError, Outcome, alternate, ratio_of
from benches.load import post, rate_of
from benches.servers import THREADS, free_port, on_one_core, ours, running
from benches.yards import PLACES, Yard, environment, yard

GOAL = 0.60
BUNDLES = 40_000
"""Of each side: more than it moves, for what a round breaks off may never have been moved."""
CONNECTIONS = 16
ROUNDS = 9
SECONDS = 2.0
PATH = "/api/v1/warehouse/operations"


def moves(yard: Yard, path: str, first: int, bundles: int) -> Iterator[bytes]:
    """Requests that move one bundle after the other to the second place, then all of them back, and so on."""
    moment = datetime.now(UTC).isoformat()
    for number in itertools.count():
        operation = {
            "client_op_id": f"bench-{first}-{number}",
            "kind": "move",
            "tag": f"T{first + number % bundles}",
            "place": PLACES[1 - number // bundles % 2],
            "event_at": moment,
        }
        body = json.dumps({"warehouse_id": yard.warehouse_id, "operations": [operation]}).encode()
        headers = f"Authorization: Bearer {yard.token}\r\nIdempotency-Key: bench-key-{first}-{number:016}\r\n"
        yield post(path, body, headers)


@contextmanager
def bare(yard: Yard) -> Iterator[int]:
    """Serve the reference with as many hands as ours."""
    port = free_port()
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port)]
    command += ["--workers", "1", "--blocking-threads", THREADS, "--http", "1", "--no-ws", "benches.bare_scan_app:app"]
    known = {
        "BARE_DATABASE": yard.url.replace("+psycopg", ""),
        "BARE_WAREHOUSE": str(yard.warehouse_id),
        "BARE_ORG": str(yard.org_id),
        "BARE_ACTOR": str(yard.actor_id),
    }
    with ExitStack() as stack:
        with on_one_core():
            stack.enter_context(running(command, dict(os.environ) | known, port, "/ready"))
        yield port


def _run() -> Outcome:
    with (
        tempfile.TemporaryDirectory(prefix="steelyard-bench-") as folder,
        yard(2 * BUNDLES) as stocked,
        bare(stocked) as bare_port,
        ours(environment(stocked, Path(folder)), "/api/v1/ping") as our_port,
    ):
        # Each side has half of the bundles to itself: none stands where the other has brought it.
        theirs, own = moves(stocked, "/move", 0, BUNDLES), moves(stocked, PATH, BUNDLES, BUNDLES)
        found = alternate(
            ROUNDS,
            bare=lambda: rate_of(bare_port, theirs, seconds=SECONDS, connections=CONNECTIONS),
            ours=lambda: rate_of(our_port, own, seconds=SECONDS, connections=CONNECTIONS),
        )
        _check(stocked)
    ratio = ratio_of(found["ours"], found["bare"])
    figures = {f"{side}_moves_per_s": round(median(rates)) for side, rates in found.items()}
    rounds = {side: [round(one) for one in rates] for side, rates in found.items()}
    return Outcome(figures | {"rounds": rounds}, ratio, ratio >= GOAL)


def _check(yard: Yard) -> None:
    """A refused move is quick: no answer of ours may have been one."""
    with yard.database.engine.connect() as connection:
        refused = connection.exec_driver_sql("SELECT count(*) FROM scan_answer WHERE answer LIKE '%%refused%%'")
        if count := refused.scalar_one():
            raise BenchError(f"{count} moves were refused, so that the rates mean nothing")


BENCH = Bench(
    "One move per request on 16 connections, PostgreSQL, against Flask and psycopg by hand with the same inserts.",
    f"ratio of the rates at least {GOAL}",
    _run,
)
