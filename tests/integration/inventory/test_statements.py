"""Statements as they are issued: no later tariff changes them, and they are corrected by others."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import update
from sqlalchemy.exc import DatabaseError

from inventory.charges.models import StorageStatement
from steelyard.core import clock
from steelyard.core.clock import SHANGHAI

from .conftest import Yard
from .test_charges import set_tariff

ApiAs = Callable[..., Any]
MONTH_S = 32 * 86_400


def this_month() -> str:
    return f"{datetime.now(UTC).astimezone(SHANGHAI):%Y-%m}"


def test_an_issued_month_stays_as_it_is(yard: Yard, api_as: ApiAs) -> None:
    """Issued once, only when it is over; a tariff set for the past changes what is worked out, not what was issued."""
    set_tariff(yard)
    yard.receive("T1", "T2")
    finance = yard.world.actor("warehouse", "finance", org=yard.keeper, locale="en")
    path, body = f"/warehouses/{yard.warehouse.id}/charges/{yard.owner.org_id}", {"month": this_month()}
    assert api_as(finance).post(f"{path}/statements", body).json["code"] == "month_not_over"
    with clock.shifted(seconds=MONTH_S):
        accountant, owner, other = api_as(finance), api_as(yard.owner), api_as(yard.other_owner)
        first = accountant.post(f"{path}/statements", body).json
        assert first["number"].startswith("JS-")
        assert accountant.post(f"{path}/statements", body).json["code"] == "statement_issued"
        one = f"/storage-statements/{first['id']}"
        assert accountant.post(f"{one}/corrections", {"reason": "?"}).json["code"] == "statement_unchanged"
        set_tariff(yard, in_fen_per_t=1600)
        worked_out = owner.get(path, **body).json
        assert worked_out["total_fen"] > first["total_fen"] == owner.get(one).json["total_fen"]
        again = accountant.post(f"{one}/corrections", {"reason": "rate agreed in August"}).json
        assert (again["corrects_id"], again["total_fen"]) == (first["id"], worked_out["total_fen"])
        assert again["difference_fen"] == again["total_fen"] - first["total_fen"]
        assert accountant.post(f"{one}/corrections", {"reason": "?"}).json["code"] == "statement_corrected"
        kept = owner.get(one).json
        assert (kept["later_id"], kept["lines"]) == (again["id"], first["lines"])
        listed = owner.get("/storage-statements", **body).json["items"]
        assert [row["number"] for row in listed] == [first["number"], again["number"]]
        assert (other.get(one).status_code, other.get("/storage-statements").json["items"]) == (404, [])
        rows = owner.get(f"{one}/bundles.csv").data.decode("utf-8-sig").splitlines()
        assert [row.split(",")[0] for row in rows[1:]] == ["T1", "T2"]
        assert owner.get(f"{one}/lines.xlsx").data.startswith(b"PK")
        if yard.db.dialect == "sqlite":
            assert owner.get(f"/storage-statements/{again['id']}/paper").data.startswith(b"%PDF")
    with pytest.raises(DatabaseError), yard.db.write() as session:
        session.execute(update(StorageStatement).values(total_fen=0))


def test_a_statement_is_issued_and_corrected_on_its_pages(yard: Yard, browse_as: Callable[..., Any]) -> None:
    set_tariff(yard)
    yard.receive("T1")
    finance = yard.world.actor("warehouse", "finance", org=yard.keeper, locale="en")
    address = f"/warehouse/charges/{yard.warehouse.id}/{yard.owner.org_id}"
    with clock.shifted(seconds=MONTH_S):
        accountant = browse_as(finance)
        issued = accountant.submit(f"{address}?month={this_month()}", f"{address}/issue")
        assert "no later tariff changes it" in issued.text
        set_tariff(yard, in_fen_per_t=1600)
        assert "would now be" in accountant.get(f"/warehouse/charges?month={this_month()}").text
        first = f"/warehouse/statements/{issued.request.path.rsplit('/', 1)[1]}"
        corrected = accountant.submit(first, f"{first}/correct", reason="rate")
        assert "It stands in the place of" in corrected.text
