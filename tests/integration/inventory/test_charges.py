"""Storage and handling from the moves: statements by owner and month, their files, who reads and sets what."""

import csv
import io
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from inventory import searching
from inventory.charges import reading
from inventory.charges.arithmetic import ChargeKind
from inventory.charges.reading import Month, Statement
from inventory.models import StockMove
from inventory.operations import moving, tariffs
from steelyard.core.actors import Actor
from steelyard.core.clock import SHANGHAI
from steelyard.core.database import db_now

from .conftest import Yard
from .test_inquiry import MASS_G, sell
from .test_processing import split

ApiAs = Callable[..., Any]
TERMS: dict[str, Any] = {
    "valid_from": "2026-01-01", "storage_fen_per_t_day": 50, "free_days": 2, "in_fen_per_t": 800, "out_fen_per_t": 900,
    "minimum_fen": 0,
}  # fmt: skip


def noon(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 12, tzinfo=SHANGHAI).astimezone(UTC)


def ago(days: int) -> date:
    return datetime.now(SHANGHAI).date() - timedelta(days=days)


def set_tariff(yard: Yard, **change: Any) -> None:
    with yard.db.write() as session:
        terms = {**TERMS, **change}
        dates = {name: date.fromisoformat(terms[name]) for name in ("valid_from", "valid_to") if name in terms}
        tariffs.set_tariff(session, yard.manager, yard.warehouse.id, **{**terms, **dates})


def statements(yard: Yard, actor: Actor, first: date, last: date) -> dict[int, Statement]:
    with yard.db.read() as session:
        found = reading.statements(session, actor, yard.warehouse.id, Month(first, last))
    return {one.owner.id: one for one in found}


def amounts(statement: Statement) -> dict[ChargeKind, tuple[int | None, int]]:
    return {line.kind: (line.quantity, line.amount_fen) for line in statement.lines}


def test_a_statement_is_worked_out_from_the_moves(yard: Yard) -> None:
    set_tariff(yard)
    yard.receive("T1", "T2", event_at=noon(ago(20)))
    yard.receive("T3", event_at=noon(ago(5)))
    split(yard, "T2", 4, 6, tags=("T2-1", "T2-2"))
    sell(yard, "T3")
    yard.issue("T1")
    own = statements(yard, yard.keeper, ago(9), ago(1))[yard.owner.org_id]
    # Until yesterday all three lay there: T1 and T2 for nine days, T3 for five of which two were free.
    assert amounts(own) == {ChargeKind.STORAGE: (21 * MASS_G, 724), ChargeKind.IN: (MASS_G, 551)}
    today = statements(yard, yard.keeper, ago(9), ago(0))
    assert amounts(today[yard.owner.org_id])[ChargeKind.OUT] == (MASS_G, 620)
    assert amounts(today[yard.owner.org_id])[ChargeKind.STORAGE] == (22 * MASS_G, 758)
    assert amounts(today[yard.other_owner.org_id]) == {ChargeKind.STORAGE: (MASS_G, 34)}
    for one in today.values():
        for kind, sums in (("gram_days", ChargeKind.STORAGE), ("in_g", ChargeKind.IN), ("out_g", ChargeKind.OUT)):
            assert sum(getattr(part, kind) for part in one.details) == (amounts(one).get(sums, (0, 0))[0])


def test_a_receipt_that_was_reversed_never_came(yard: Yard) -> None:
    set_tariff(yard)
    yard.receive("T1", event_at=noon(ago(9)))
    with yard.db.write() as session:
        moving.reverse(session, yard.keeper, session.query(StockMove).one().id, "typed wrong")
    assert statements(yard, yard.keeper, ago(9), ago(0)) == {}


def test_a_new_version_counts_from_its_first_day_and_old_ones_stay(yard: Yard) -> None:
    set_tariff(yard)
    set_tariff(yard, valid_from=ago(3).isoformat(), storage_fen_per_t_day=70, minimum_fen=100_000)
    yard.receive("T1", event_at=noon(ago(30)))
    own = statements(yard, yard.keeper, ago(5), ago(0))[yard.owner.org_id]
    assert [(line.kind, line.quantity, line.rate_fen) for line in own.lines] == [
        (ChargeKind.STORAGE, 2 * MASS_G, 50), (ChargeKind.STORAGE, 4 * MASS_G, 70), (ChargeKind.MINIMUM, None, 100_000),
    ]  # fmt: skip
    assert own.total_fen == 100_000
    with pytest.raises(Exception, match="append-only"), yard.db.write() as session:
        session.execute(text("UPDATE storage_tariff SET minimum_fen = 1"))


def test_the_owner_reads_his_own_statement_and_its_files_nobody_else(yard: Yard, api_as: ApiAs) -> None:
    yard.receive("T1", event_at=noon(ago(3)))
    yard.receive("X1", owner=yard.other_owner)
    path = f"/warehouses/{yard.warehouse.id}"
    manager, owner = api_as(yard.manager), api_as(yard.owner)
    assert manager.post(f"{path}/tariffs", {**TERMS, "valid_to": "2025-01-01"}).json["code"] == "tariff_unsound"
    assert manager.post(f"{path}/tariffs", TERMS).status_code == 201
    for stranger in (api_as(yard.keeper), owner):
        assert stranger.post(f"{path}/tariffs", TERMS).status_code == 403
    month = ago(0).isoformat()[:7]
    assert len(manager.get(f"{path}/charges").json["items"]) == 2
    (mine,) = owner.get(f"{path}/charges", month=month).json["items"]
    own = f"{path}/charges/{yard.owner.org_id}"
    told = owner.get(own, month=month).json
    assert told["total_fen"] == mine["total_fen"] == sum(line["amount_fen"] for line in told["lines"])
    rows = list(csv.DictReader(io.StringIO(owner.get(f"{own}.csv").data.decode("utf-8-sig"))))
    assert rows[-1]["What"] == "Total"
    assert rows[-1]["Amount, yuan"] == f"{told['total_fen'] / 100:.2f}"
    bundles = list(csv.DictReader(io.StringIO(owner.get(f"{own}/bundles.csv").data.decode("utf-8-sig"))))
    assert [row["Tag"] for row in bundles] == ["T1"]
    assert owner.get(f"{path}/charges/{yard.other_owner.org_id}").status_code == 404
    assert api_as("trader", "admin").get(f"{path}/charges").json["items"] == []
    assert api_as("trader", "admin").get(own).status_code == 404
    assert owner.get(own, month="2199-01").json["code"] == "invalid"
    assert owner.get(own, month="2099-12").json["code"] == "month_not_begun"
    assert [item["free_days"] for item in owner.get(f"{path}/tariffs").json["items"]] == [2]


@pytest.mark.parametrize("dialect", ["postgresql"])
def test_a_past_moment_is_found_by_the_index_of_recording(yard: Yard) -> None:
    """The moves since then are looked up; the rest of the ledger is not read."""
    yard.receive("T1")
    with yard.db.read() as session:
        query = searching.stood(session, yard.world.actor("operator", "auditor"), db_now(session))
        compiled = query.compile(session.get_bind(), compile_kwargs={"literal_binds": True})
        for way in ("seqscan", "indexscan", "indexonlyscan", "nestloop"):  # so small a table is read whole else
            session.execute(text(f"SET LOCAL enable_{way} = off"))
        plan = "\n".join(session.scalars(text("EXPLAIN " + str(compiled).replace(":", "\\:"))))
    assert plan.count("Bitmap Index Scan on ix_stock_move_recorded") == 2, plan


@pytest.mark.parametrize("dialect", ["sqlite"])
def test_pages_of_charges_and_the_map_lead_on(yard: Yard, browse_as: ApiAs) -> None:
    yard.receive("T1")
    manager = browse_as(yard.manager)
    form = {
        "warehouse_id": yard.warehouse.id, "valid_from": "2026-01-01", "storage_fen_per_t_day": "0.50",
        "free_days": "0", "in_fen_per_t": "8", "out_fen_per_t": "8", "minimum_fen": "0",
    }  # fmt: skip
    assert "The tariff was set" in manager.submit("/warehouse/charges", "/warehouse/charges", **form).text
    page = manager.get(f"/warehouse/charges/{yard.warehouse.id}/{yard.owner.org_id}").text
    assert "0.689166 t·day × " in page
    assert "has not begun yet" in manager.get("/warehouse/charges?month=2099-12").text
    drawn = manager.get("/warehouse/map").text
    assert f"/stock?warehouse_id={yard.warehouse.id}&amp;place=A-01" in drawn
    assert drawn.count("<rect") == 5
    assert manager.get("/warehouse/map?place=A").text.count("<rect") == 3
    assert manager.get("/warehouse/map?place=none").status_code == 404
