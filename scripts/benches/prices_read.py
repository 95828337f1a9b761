"""Ten years of one series, and the latest figure of 200, over HTTP against the bare statements, at two sizes."""

# ruff: noqa: S608  # the names and figures that are put into statements are the bench's own
import http.client
import os
import random
import secrets
import tempfile
import time
from collections.abc import Callable
from statistics import quantiles
from typing import Any

from benches import prices, servers
from benches.harness import Bench, BenchError, Outcome

FACTOR, FLOOR_MS = 4, 10
ROUNDS = 200
ASKED = 200
_VALUES = (
    "SELECT day, edition, mantissa, scale, status, held FROM price_current WHERE series_id = %s ORDER BY day, edition"
)
_LATEST = """
SELECT c.series_id, c.day, c.edition, c.mantissa, c.scale, c.status FROM unnest(%s::bigint[]) AS s (id)
CROSS JOIN LATERAL (SELECT * FROM price_current c WHERE c.series_id = s.id AND NOT c.held AND c.status <> 'withdrawn'
  ORDER BY c.day DESC, c.edition DESC LIMIT 1) c
"""


def fill(database: Any, first: int, series: int, days: int) -> None:
    """Write what is believed of the series from `first` on, on the server, with the index made behind the rows."""
    from datetime import timedelta

    from steelyard.core import partitions

    with database.engine.begin() as connection:
        run = connection.exec_driver_sql
        years = range(prices.FIRST_DAY.year, (prices.FIRST_DAY + timedelta(days=days)).year + 1)
        partitions.ensure(connection, ["price_observation", "price_current"], years)
        run("ALTER TABLE price_current DROP CONSTRAINT pk_price_current")
        run(
            "INSERT INTO price_series (code, family, kind, name, commodity, category, market, value_field, frequency, "
            "unit, tax_included, position) SELECT 'history:bench-' || lpad(n::text, 5, '0'), 'history', 'spot', "
            "'bench ' || n, 'billet', 'steel', 'Tangshan', 'average', 'daily', 'CNY/t', true, n "
            f"FROM generate_series({first}, {series - 1}) n"
        )
        run(
            "INSERT INTO price_current (series_id, day, edition, mantissa, scale, status, revision, held, "
            "observation_id, document_id) SELECT s.id, d.day, 'release', 30000 + mod(s.id * 7 + d.n, 997), 1, 'final', "
            "1, false, 1, 1 FROM ("
            f"SELECT n, date '{prices.FIRST_DAY}' + n AS day FROM generate_series(0, {days - 1}) n) d "
            f"CROSS JOIN price_series s WHERE s.position >= {first}"
        )
        run(
            "ALTER TABLE price_current ADD CONSTRAINT pk_price_current PRIMARY KEY (series_id, day, edition) "
            "INCLUDE (mantissa, scale, status, held)"
        )
    prices.vacuum(database)


def p95(ask: Callable[[], None]) -> float:
    """The milliseconds below which 95 of 100 answers lie."""
    took = []
    for place in range(ROUNDS + 20):
        began = time.perf_counter()
        ask()
        if place >= 20:
            took.append(1000 * (time.perf_counter() - began))
    return quantiles(took, n=20)[-1]


def measure(database: Any, port: int, token: str) -> dict[str, float]:
    """The p95 of both questions, bare and over HTTP, in milliseconds; other series are asked for each time."""
    import psycopg

    chance = random.Random(7)
    with database.engine.connect() as connection:
        ids = list(connection.exec_driver_sql("SELECT id FROM price_series").scalars())
    bare = psycopg.connect(database.url.set(drivername="postgresql").render_as_string(hide_password=False))
    web = http.client.HTTPConnection("127.0.0.1", port)
    headers = {"Authorization": f"Bearer {token}"}

    def get(path: str) -> None:
        web.request("GET", f"/api/v1{path}", headers=headers)
        answer = web.getresponse()
        body = answer.read()
        if answer.status != 200:
            raise BenchError(f"{path}: {answer.status} {body[:200]!r}")

    def latest_ids() -> list[int]:
        return chance.sample(ids, ASKED)

    found = {
        "values_sql_p95_ms": p95(lambda: bare.execute(_VALUES, [chance.choice(ids)]).fetchall() and None),
        "values_http_p95_ms": p95(lambda: get(f"/price-series/{chance.choice(ids)}/values")),
        "latest_sql_p95_ms": p95(lambda: bare.execute(_LATEST, [latest_ids()]).fetchall() and None),
        "latest_http_p95_ms": p95(lambda: get(f"/price-latest?ids={','.join(map(str, latest_ids()))}")),
    }
    bare.close()
    web.close()
    return {name: round(value, 2) for name, value in found.items()}


def run() -> Outcome:
    """Measure with a million rows, then with all of them; the worst of the four ratios counts."""
    days, series = prices.number("DAYS", 2430), prices.number("SERIES", 10_000)
    few = max(ASKED, min(series, 1_000_000 // days))
    figures: dict[str, Any] = {}
    worst = 0.0
    with prices.server() as database, tempfile.TemporaryDirectory(prefix="steelyard-bench-") as folder:
        from tests.support.world import World

        url = database.url.set(drivername="postgresql").render_as_string(hide_password=False)
        kept = {name: value for name, value in os.environ.items() if not name.startswith("STEELYARD_")}
        environment = kept | {
            "STEELYARD_DATA_DIR": folder, "STEELYARD_DATABASE_URL": url, "STEELYARD_REQUESTS_PER_MINUTE": "1000000",
            "STEELYARD_SECRET_KEY": secrets.token_urlsafe(32),
        }  # fmt: skip
        world = World(database)
        token = world.token(world.actor("trader"))
        first = 0
        for count in dict.fromkeys((few, series)):
            fill(database, first, count, days)
            first = count
            with servers.ours(environment, "/api/v1/ping") as port:
                found = measure(database, port, token)
            rows = count * days
            figures |= {f"{name}_at_{rows}": value for name, value in found.items()}
            for question in ("values", "latest"):
                allowed = FACTOR * found[f"{question}_sql_p95_ms"] + FLOOR_MS
                worst = max(worst, found[f"{question}_http_p95_ms"] / allowed)
    return Outcome(figures, worst, worst < 1)


BENCH = Bench(
    summary="Ten years of one series and the latest figure of 200 series over HTTP, with 24 million rows stored.",
    goal=f"p95 below {FACTOR} times that of the bare statement + {FLOOR_MS} ms (the ratio is to this sum)",
    run=run,
)
