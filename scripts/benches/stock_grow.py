"""Moving and asking in a yard with 10 thousand, 1 million and 10 million moves behind it.

What lies in the yard is the same each time, 10,000 bundles that have just come; the rest is history: bundles that came,
were moved about, and left with their tenth move. Each size has a server and a database of its own, and all are measured
in turn.
"""

# ruff: noqa: S608  # the names and figures that are put into statements are the bench's own
import itertools
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from benches.bulk import check_none_refused
from benches.harness import Bench, BenchError, Outcome, alternate, ratio_of
from benches.load import rate_of
from benches.prices import number
from benches.scan_one import PATH, moves
from benches.servers import ours
from benches.yards import LENGTH_MM, MASS_G, PIECES, SERVER, Yard, environment, yard

LEAST = 0.80
ON_HAND, EACH, COHORT, HEAT = 10_000, 10, 1_000, 100
"""Bundles in the yard; moves of one that left; bundles that come and go together; bundles of one heat."""
TAGS_FROM = 10_000_000
"""Tags are of one length, so that none begins another."""
SIZES = (10_000, 1_000_000, 10_000_000)
ROUNDS, SECONDS, CONNECTIONS = 5, 2.0, 16
SIDES = ("search", "on_hand", "scan")
"""What is asked for comes first: scans bring bundles to other places."""
AMOUNTS = f"{PIECES}, {LENGTH_MM}, {MASS_G}"
SERVER_OF_MANY = {"max_wal_size": "2GB", "shared_buffers": "512MB"}
"""Three databases at once: less of the memory for each."""


@dataclass(frozen=True, slots=True)
class Grown:
    """A yard with a history: ``gone`` bundles have left, those that came after them lie there still."""

    yard: Yard
    port: int
    gone: int


def fill(yard: Yard, total: int) -> int:
    """Write a history of so many moves on the server; return how many bundles have left.

    The tables are emptied in the transaction that fills them, so that PostgreSQL need not log what it writes, and the
    references are not checked: the statements here are made so that they hold.
    """
    gone = (total - ON_HAND) // EACH
    made = f"(SELECT n, n + 1 AS id FROM generate_series(0, {gone + ON_HAND - 1}) n) made"
    with yard.database.engine.begin() as connection:
        run = connection.exec_driver_sql
        run("SET LOCAL session_replication_role = replica")
        run("TRUNCATE stock_move, stock_balance, bundle, heat CASCADE")
        run(
            "INSERT INTO heat (id, heat_number, mill_name) SELECT h + 1, 'H' || h, 'bench' "
            f"FROM generate_series(0, {(gone + ON_HAND) // HEAT}) h"
        )
        run(
            "INSERT INTO bundle (id, warehouse_id, tag, voided, product_id, heat_id, owner_id, pieces, "
            f"piece_length_mm, theoretical_mass_g) SELECT id, {yard.warehouse_id}, 'T' || {TAGS_FROM} + n, 0, "
            f"(SELECT min(id) FROM product), n / {HEAT} + 1, {yard.owner_id}, {PIECES}, 6000, {MASS_G} FROM {made}"
        )
        _fill_moves(run, yard, gone)
        _fill_balances(run, yard, gone, made)
        for table in ("bundle", "heat"):
            run(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT max(id) FROM {table}))")
    with yard.database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("VACUUM ANALYZE")
    return gone


def _fill_moves(run: Callable[[str], Any], yard: Yard, gone: int) -> None:
    """The moves in the order of their recording: cohort after cohort comes, is moved about, and leaves."""
    first, second = yard.place_ids
    past = gone * EACH
    mill, customer = (f"(SELECT id FROM place WHERE kind = '{kind}')" for kind in ("mill", "customer"))
    step = f"""
        (SELECT k, CASE WHEN k < {past} THEN k / {COHORT * EACH} * {COHORT} + mod(k, {COHORT}) ELSE k - {past - gone}
         END AS n, CASE WHEN k < {past} THEN mod(k / {COHORT}, {EACH}) ELSE 0 END AS m
         FROM generate_series(0::bigint, {past + ON_HAND - 1}) k) step"""
    moment = f"now() - (1 - k / {past + ON_HAND}.0) * interval '1000 days'"
    run(
        "INSERT INTO stock_move (epoch, txid, warehouse_id, bundle_id, pieces, length_mm, mass_g, from_place_id, "
        "from_owner_id, from_state, to_place_id, to_owner_id, to_state, document_kind, event_at, recorded_at, "
        f"actor_id) SELECT 1, 1, {yard.warehouse_id}, n + 1, {AMOUNTS}, "
        f"CASE WHEN m = 0 THEN {mill} WHEN mod(m, 2) = 1 THEN {first} ELSE {second} END, {yard.owner_id}, 'available', "
        f"CASE WHEN m = {EACH - 1} THEN {customer} WHEN mod(m, 2) = 0 THEN {first} ELSE {second} END, {yard.owner_id}, "
        f"'available', 'scan', {moment}, {moment}, {yard.actor_id} FROM {step}"
    )


def _fill_balances(run: Callable[[str], Any], yard: Yard, gone: int, made: str) -> None:
    """The cells: what came from the mill, what left, what lies there, and nothing where a bundle once lay."""
    first, second = yard.place_ids
    mill, customer = (f"(SELECT id FROM place WHERE kind = '{kind}')" for kind in ("mill", "customer"))
    nothing = "0, 0, 0"
    for at, real, amounts, which in (
        (mill, "false", f"-{PIECES}, -{LENGTH_MM}, -{MASS_G}", "true"),
        (customer, "false", AMOUNTS, f"n < {gone}"),
        (first, "true", nothing, f"n < {gone}"),
        (second, "true", nothing, f"n < {gone}"),
        (first, "true", AMOUNTS, f"n >= {gone}"),
    ):
        run(
            "INSERT INTO stock_balance (bundle_id, place_id, owner_id, state, is_real, pieces, length_mm, mass_g) "
            f"SELECT id, {at}, {yard.owner_id}, 'available', {real}, {amounts} FROM {made} WHERE {which}"
        )


QUESTIONS = {
    "tag": "/stock?tag=T{tag}",
    "gone": "/bundles?tag=T{old}",
    "place": "/stock?place=A-01&limit=50&after={bundle}",
    "heat": "/stock?heat_number=H{heat}&limit=50",
    "size": "/stock?size=108*4.5&limit=50",
    "bundle": "/bundles/{bundle}",
    "trace": "/bundles/{bundle}/trace",
    "moves": "/moves?bundle_id={bundle}",
}
"""What people ask for again and again; ``gone`` asks for a bundle that may have left."""


def searches(grown: Grown) -> Iterator[bytes]:
    """All questions in turn, each time about another bundle."""
    for count in itertools.count():
        place = grown.gone + (count * 7919) % ON_HAND
        named = {
            "tag": TAGS_FROM + place,
            "old": TAGS_FROM + (count * 7919) % (grown.gone + ON_HAND),
            "bundle": place + 1,
            "heat": place // HEAT,
        }
        for path in QUESTIONS.values():
            yield _get(grown.yard, path.format(**named))


def on_hand(grown: Grown) -> Iterator[bytes]:
    """The figures of all that lies there."""
    return itertools.repeat(_get(grown.yard, "/stock/figures"))


def _get(yard: Yard, path: str) -> bytes:
    return f"GET /api/v1{path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {yard.token}\r\n\r\n".encode()


def run() -> Outcome:
    """Fill a yard of each size, then measure each side at all of them in turn."""
    sizes = sorted({min(size, max(number("LARGEST", SIZES[-1]), SIZES[0])) for size in SIZES})
    rounds = number("ROUNDS", ROUNDS)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="steelyard-bench-")))
        grown = {size: _grown(stack, folder, size) for size in sizes}
        asked = {
            size: {
                "scan": moves(one.yard, PATH, TAGS_FROM + one.gone, ON_HAND),
                "search": searches(one),
                "on_hand": on_hand(one),
            }
            for size, one in grown.items()
        }
        found = {side: _measured(grown, {size: asked[size][side] for size in sizes}, rounds) for side in SIDES}
        for one in grown.values():
            check_none_refused(one.yard)
    ratios = {side: ratio_of(rates[str(sizes[-1])], rates[str(sizes[0])]) for side, rates in found.items()}
    figures: dict[str, Any] = {"moves": sizes}
    for side, rates in found.items():
        figures[f"{side}_per_s"] = {size: round(median(one), 1) for size, one in rates.items()}
        figures[f"{side}_ratio"] = round(ratios[side], 3)
    return Outcome(figures, min(ratios.values()), min(ratios.values()) >= LEAST)


def _grown(stack: ExitStack, folder: Path, size: int) -> Grown:
    SERVER.update(SERVER_OF_MANY)
    own = stack.enter_context(yard(1))
    gone = fill(own, size)
    (folder / str(size)).mkdir()
    return Grown(own, stack.enter_context(ours(environment(own, folder / str(size)), "/api/v1/ping")), gone)


def _measured(grown: dict[int, Grown], asked: dict[int, Iterator[bytes]], rounds: int) -> dict[str, list[float]]:
    """The answers per second by size; a first round warms up."""

    def measure(size: int) -> float:
        rate = rate_of(grown[size].port, asked[size], seconds=SECONDS, connections=CONNECTIONS)
        if not rate:
            raise BenchError(f"nothing was answered within {SECONDS} s: the machine is busy with something else")
        return rate

    found = alternate(rounds + 1, **{str(size): (lambda size=size: measure(size)) for size in grown})
    return {size: rates[1:] for size, rates in found.items()}


BENCH = Bench(
    "Moving and asking with 10 thousand, 1 million and 10 million moves in the ledger, PostgreSQL, the same stock.",
    f"the rate at the most moves at least {LEAST:.0%} of that at the fewest",
    run,
)
