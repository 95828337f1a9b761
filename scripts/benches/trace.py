"""The forward trace of a heat over HTTP against the bare recursive statement on the same data."""

# ruff: noqa: S608  # the names and figures that are put into statements are the bench's own
import http.client
import random
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median, quantiles

from benches import servers, yards
from benches.harness import Bench, BenchError, Outcome, alternate

HEATS, DESCENDANTS, CHILDREN = 500, 2_000, 3
"""A million edges: each heat is one bundle that was split into three, these into three, and so on."""
BLOCK = DESCENDANTS + 1
ROUNDS, ASKED = 5, 40
FACTOR = 4
_BARE = """
WITH RECURSIVE found (id) AS (
  SELECT id FROM bundle WHERE heat_id = %s AND voided = 0
  UNION SELECT e.child_id FROM bundle_edge e JOIN found f ON f.id = e.parent_id
)
SELECT b.id, e.parent_id, e.process_id, e.mass_g, b.tag, b.heat_id, b.piece_length_mm, p.kind, p.code, s.pieces,
  s.mass_g
FROM bundle b
JOIN stock_balance s ON s.bundle_id = b.id AND s.pieces > 0
JOIN place p ON p.id = s.place_id
LEFT JOIN bundle_edge e ON e.child_id = b.id
WHERE b.id = ANY (ARRAY(SELECT id FROM found))
"""
"""As whoever knows PostgreSQL writes it: joined with the recursion itself, whole tables are read, for seconds."""


def fill(yard: yards.Yard) -> None:
    """Write the genealogies on the server: parents stand at the place of processing, the last generation in the yard.

    ``made`` numbers the bundles; ``at`` is the place of one in its genealogy, 0 the bundle that was received.
    """
    last_parent = (DESCENDANTS - 1) // CHILDREN
    made = f"(SELECT n, mod(n, {BLOCK}) AS at, 1000000 + n AS id FROM generate_series(0, {HEATS * BLOCK - 1}) n) made"
    ground, owner = yard.warehouse_id, yard.owner_id
    processing = f"(SELECT id FROM place WHERE warehouse_id = {ground} AND kind = 'processing')"
    with yard.database.engine.begin() as connection:
        run = connection.exec_driver_sql
        # Millions of foreign keys hold by the way they are made: looking each up takes most of the time.
        run("SET LOCAL session_replication_role = replica")
        run(
            "INSERT INTO heat (id, heat_number, mill_name) SELECT 1000 + n, 'bench-' || n, 'mill' "
            f"FROM generate_series(0, {HEATS - 1}) n"
        )
        run(
            "INSERT INTO bundle (id, warehouse_id, tag, voided, product_id, heat_id, owner_id, pieces, "
            f"piece_length_mm, theoretical_mass_g) SELECT id, {ground}, 'G' || n, 0, (SELECT min(id) FROM product), "
            f"1000 + n / {BLOCK}, {owner}, 10, 6000, 1000000 FROM {made}"
        )
        run(
            "INSERT INTO stock_balance (bundle_id, place_id, owner_id, state, is_real, pieces, length_mm, mass_g) "
            f"SELECT id, CASE WHEN at <= {last_parent} THEN {processing} ELSE {yard.place_ids[0]} END, {owner}, "
            f"CASE WHEN at <= {last_parent} THEN 'in_processing' ELSE 'available' END, at > {last_parent}, 10, 60000, "
            f"1000000 FROM {made}"
        )
        run(
            "INSERT INTO stock_process (id, number, warehouse_id, owner_id, kind, parameters, event_at, recorded_at, "
            f"posted_by) SELECT id, 'CF-B-' || n, {ground}, {owner}, 'split', '{{}}', now(), now(), {yard.actor_id} "
            f"FROM {made} WHERE at <= {last_parent}"
        )
        run(
            "INSERT INTO bundle_edge (epoch, txid, warehouse_id, process_id, line, parent_id, child_id, pieces, "
            f"length_mm, mass_g) SELECT 1, 0, {ground}, parent, 1, parent, id, 3, 20000, 333333 FROM "
            f"(SELECT id, id - at + (at - 1) / {CHILDREN} AS parent FROM {made} WHERE at > 0) born"
        )
    with yard.database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("VACUUM ANALYZE")


def p95(ask: Callable[[], int]) -> float:
    """The milliseconds below which 95 of 100 answers lie; each must hold the whole of a heat."""
    took = []
    for _ in range(ASKED):
        began = time.perf_counter()
        found = ask()
        took.append(1000 * (time.perf_counter() - began))
        if found != BLOCK:
            raise BenchError(f"{found} bundles were found instead of {BLOCK}")
    return quantiles(took, n=20)[-1]


def measure(yard: yards.Yard, port: int) -> dict[str, list[float]]:
    """The p95 of the bare statement and of the API in turn, another heat for each question."""
    import psycopg

    chance = random.Random(7)
    bare = psycopg.connect(yard.database.url.set(drivername="postgresql").render_as_string(hide_password=False))
    bare.execute("SET jit = off")  # on our side, too
    web = http.client.HTTPConnection("127.0.0.1", port)
    headers = {"Authorization": f"Bearer {yard.token}"}

    def any_heat() -> int:
        return 1000 + chance.randrange(HEATS)

    def ask_api() -> int:
        web.request("GET", f"/api/v1/warehouse/heats/{any_heat()}/genealogy", headers=headers)
        answer = web.getresponse()
        body = answer.read()
        if answer.status != 200:
            raise BenchError(f"{answer.status} {body[:200]!r}")
        return body.count(b'"bundle_id":')

    def ask_bare() -> int:
        return len(bare.execute(_BARE, [any_heat()]).fetchall())

    for ask in (ask_api, ask_bare):
        for _ in range(10):
            ask()
    found = alternate(ROUNDS, bare=lambda: p95(ask_bare), ours=lambda: p95(ask_api))
    bare.close()
    web.close()
    return found


def run() -> Outcome:
    """Fill a yard with the genealogies of 500 heats, then ask for one of them again and again."""
    with yards.yard(1) as yard, tempfile.TemporaryDirectory(prefix="steelyard-bench-") as folder:
        fill(yard)
        with servers.ours(yards.environment(yard, Path(folder)), "/api/v1/ping") as port:
            found = measure(yard, port)
    ratio = median(found["ours"]) / median(found["bare"])
    figures = {
        "edges": HEATS * DESCENDANTS,
        "descendants": DESCENDANTS,
        "bare_p95_ms": [round(value, 1) for value in found["bare"]],
        "ours_p95_ms": [round(value, 1) for value in found["ours"]],
    }
    return Outcome(figures, ratio, ratio < FACTOR)


BENCH = Bench(
    summary="The whole genealogy of a heat with 2,000 descendants over HTTP, among a million edges.",
    goal=f"p95 below {FACTOR} times that of the bare recursive statement with the same columns",
    run=run,
)
