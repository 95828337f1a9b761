"""What the benches of the yard share: a PostgreSQL of their own, a yard full of bundles, and the two servers."""

# ruff: noqa: S608  # the names and figures that are put into statements are the bench's own
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benches.harness import BenchError

sys.path.append(str(Path(__file__).resolve().parents[2]))

SERVER = {"shared_buffers": "1GB", "max_wal_size": "8GB", "autovacuum": "off", "maintenance_work_mem": "512MB"}
"""Set for both sides: no vacuum begins in the middle of a measurement."""
PLACES = ("A-01", "B-01")
PIECES, LENGTH_MM, MASS_G = 10, 60_000, 1_000_000


@dataclass(frozen=True, slots=True)
class Yard:
    """A warehouse full of bundles on a database of its own; ``place_ids`` are those of ``PLACES``."""

    database: Any
    url: str
    warehouse_id: int
    place_ids: tuple[int, int]
    owner_id: int
    actor_id: int
    org_id: int
    token: str


@contextmanager
def yard(bundles: int, moves_each: int = 1) -> Iterator[Yard]:
    """A yard with so many bundles at ``A-01``, each with so many moves behind it, on a PostgreSQL of its own."""
    from steelyard.cli.migrating import bring_up
    from steelyard.core.database import Database
    from tests.support import postgres

    postgres.SPEED.update(SERVER)
    try:
        own = postgres.start(owner_pid=os.getpid())
    except postgres.NoServerError as error:
        raise BenchError(str(error)) from error
    database = Database(own.url("postgres"))
    try:
        bring_up(database)
        found = _set_up(database, own.url("postgres"))
        _fill(found, bundles, moves_each)
        yield found
    finally:
        database.close()
        own.stop()


def _set_up(database: Any, url: str) -> Yard:
    from inventory.operations import setting_up
    from inventory.states import LengthKind, ProductKind
    from steelyard.core.units import parse_size
    from tests.support.world import World

    world = World(database)
    keeper, owner = world.actor("warehouse", "keeper"), world.actor("trader")
    with database.write() as session:
        warehouse = setting_up.open_warehouse(session, keeper, "LC01", "bench")
        places = [setting_up.add_place(session, keeper, warehouse.id, code, code) for code in PLACES]
        size = parse_size("108*4.5*6000")
        spec = setting_up.ProductSpec(ProductKind.PIPE, "GB/T 8163", "20", size, LengthKind.FIXED, 7850)
        setting_up.add_product(session, keeper, spec)
        ids = (places[0].id, places[1].id)
    token = world.token(keeper)
    return Yard(database, url, warehouse.id, ids, owner.org_id, keeper.user_id, keeper.org_id, token)


def _fill(yard: Yard, bundles: int, moves_each: int) -> None:
    """Write the bundles on the server: each received at the first place and moved there and back."""
    first, second = yard.place_ids
    amounts = f"{PIECES}, {LENGTH_MM}, {MASS_G}"
    move = (
        "INSERT INTO stock_move (epoch, txid, warehouse_id, bundle_id, pieces, length_mm, mass_g, from_place_id, "
        "from_owner_id, from_state, to_place_id, to_owner_id, to_state, document_kind, event_at, recorded_at, actor_id)"
    )
    mill = "(SELECT id FROM place WHERE code = '@MILL')"
    with yard.database.engine.begin() as connection:
        run = connection.exec_driver_sql
        run("INSERT INTO heat (heat_number, mill_name) VALUES ('H1', 'bench')")
        run(
            "INSERT INTO bundle (warehouse_id, tag, voided, product_id, heat_id, owner_id, pieces, piece_length_mm, "
            f"theoretical_mass_g) SELECT {yard.warehouse_id}, 'T' || n, 0, (SELECT id FROM product), "
            f"(SELECT id FROM heat), {yard.owner_id}, {PIECES}, 6000, {MASS_G} FROM generate_series(0, {bundles - 1}) n"
        )
        run(
            f"{move} SELECT 1, 1, {yard.warehouse_id}, b.id, {amounts}, "
            f"CASE m WHEN 0 THEN {mill} ELSE (CASE mod(m, 2) WHEN 1 THEN {first} ELSE {second} END) END, "
            f"{yard.owner_id}, 'available', "
            f"CASE mod(m, 2) WHEN 0 THEN {first} ELSE {second} END, {yard.owner_id}, 'available', 'scan', "
            f"now(), now(), {yard.actor_id} FROM generate_series(0, {moves_each - 1}) m, bundle b"
        )
        at = first if moves_each % 2 else second
        run(
            "INSERT INTO stock_balance (bundle_id, place_id, owner_id, state, is_real, pieces, length_mm, mass_g) "
            f"SELECT id, {at}, {yard.owner_id}, 'available', true, {amounts} FROM bundle UNION ALL "
            f"SELECT id, {mill}, {yard.owner_id}, 'available', false, -{PIECES}, -{LENGTH_MM}, -{MASS_G} FROM bundle"
        )
        _answered_before(run, yard)
    with yard.database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("VACUUM ANALYZE")


def _answered_before(run: Callable[[str], Any], yard: Yard) -> None:
    """Let scans have been answered and told: what is planned while a table is empty reads all of it later."""
    run(
        "INSERT INTO scan_answer (warehouse_id, client_op_id, fingerprint, answer, recorded_at, actor_id) "
        f"SELECT {yard.warehouse_id}, 'before-' || id, '', '{{}}', now(), {yard.actor_id} FROM bundle"
    )
    run(
        "INSERT INTO idempotency_key (user_id, org_id, key, request_hash, created_at) "
        f"SELECT {yard.actor_id}, {yard.org_id}, 'before-' || id, '', now() FROM bundle"
    )
    run(
        "WITH told AS (INSERT INTO outbox_event (epoch, txid, type, subject, occurred_at, data) "
        "SELECT 1, 1, 'inventory.bundle_received', 'bench', now(), '{}' FROM bundle RETURNING id) "
        f"INSERT INTO outbox_audience (org_id, event_id) SELECT {yard.org_id}, id FROM told"
    )


def environment(yard: Yard, folder: Path) -> dict[str, str]:
    """The environment of our server on the yard's database."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("STEELYARD_")}
    ours = {
        "DATA_DIR": str(folder),
        "DATABASE_URL": yard.url,
        "REQUESTS_PER_MINUTE": "1000000",
        "SECRET_KEY": "bench" * 8,
    }
    return kept | {f"STEELYARD_{name}": value for name, value in ours.items()}
