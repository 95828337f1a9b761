"""Master data from sheets: tried row by row, taken in as a whole or not at all, on both databases."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import func, select

from inventory.masters.errors import MasterRowsWrong
from inventory.masters.sheets import MasterKind
from inventory.models import Place, Product
from inventory.operations import master_imports
from steelyard.accounts.models import Organisation
from steelyard.core.actors import Actor

from .conftest import Yard
from .test_scans import statements

ApiAs = Callable[..., Any]


def bring(yard: Yard, text: str, kind: str = "places", actor: Actor | None = None) -> int:
    who = actor or yard.keeper
    with yard.db.write() as session:
        brought = master_imports.look_at(MasterKind(kind), "sheet.csv", text.encode())
        of = yard.warehouse.id if kind == "places" else None
        return master_imports.start(session, who, brought, of).id


def places(yard: Yard) -> int:
    with yard.db.read() as session:
        return session.scalar(select(func.count()).select_from(Place).where(Place.is_real)) or 0


def test_places_are_taken_in_with_those_above_them_in_any_order(yard: Yard, api_as: ApiAs) -> None:
    sheet = bring(yard, "编码,名称,上级,容量\nC-01-1,槽,C-01,5\nC-01,架,C,\nC,C 区,,\nA-09,架,A,12\nA-01,A-01,A,\n")
    keeper = api_as(yard.keeper)
    rows = keeper.get(f"/master-imports/{sheet}/rows").json["items"]
    assert [(row["row"], row["outcome"]) for row in rows] == [
        (2, "new"),
        (3, "new"),
        (4, "new"),
        (5, "new"),
        (6, "known"),
    ]
    assert keeper.post(f"/master-imports/{sheet}/take").json["taken"] == 4
    with yard.db.read() as session:
        above = {place.id: place.code for place in session.query(Place)}
        found = {place.code: (above.get(place.parent_id or 0), place.capacity_g) for place in session.query(Place)}
    assert (found["C-01-1"], found["C-01"], found["C"], found["A-09"]) == (
        ("C-01", 5_000_000), ("C", None), (None, None), ("A", 12_000_000),
    )  # fmt: skip
    assert keeper.post(f"/master-imports/{sheet}/take").json["code"] == "master_import_closed"
    yard.receive("T1", place="C-01-1")


def wrong_of(size: int) -> str:
    """A sheet of places with three wrong rows: in row 12, in the middle, and the last one."""
    lines = [f"R{number},架 {number},A" for number in range(size)]
    lines[10], lines[size // 2], lines[-1] = "R 10,架,A", "RX,架,NOWHERE", "R1,架,A"
    return "编码,名称,上级\n" + "\n".join(lines)


@pytest.mark.parametrize("dialect", ["sqlite"])
def test_three_wrong_rows_refuse_a_hundred_thousand_and_are_named(yard: Yard) -> None:
    before = places(yard)
    brought = master_imports.look_at(MasterKind.PLACES, "sheet.csv", wrong_of(100_000).encode())
    assert isinstance(brought.found, list)
    with yard.db.write() as session:
        sheet = master_imports.start(session, yard.keeper, brought, yard.warehouse.id).id
    with pytest.raises(MasterRowsWrong) as refused, yard.db.write() as session:
        master_imports.take(session, yard.keeper, sheet, brought.found)
    assert (refused.value.params["count"], sorted(refused.value.fields or {}, key=int)) == (
        3,
        ["12", "50002", "100001"],
    )
    assert places(yard) == before


def test_wrong_rows_are_told_over_http_and_nothing_is_taken(yard: Yard, api_as: ApiAs) -> None:
    sheet = bring(yard, wrong_of(40))
    keeper, before = api_as(yard.keeper), places(yard)
    answer = keeper.post(f"/master-imports/{sheet}/take")
    assert (answer.status_code, answer.json["code"]) == (409, "master_rows_wrong")
    assert sorted(answer.json["errors"], key=int) == ["12", "22", "41"]
    assert "NOWHERE" in answer.json["errors"]["22"][0]
    wrong = keeper.get(f"/master-imports/{sheet}/rows", outcome="wrong").json["items"]
    assert [row["row"] for row in wrong] == [12, 22, 41]
    assert (places(yard), keeper.get(f"/master-imports/{sheet}").json["state"]) == (before, "brought")


def test_a_ring_of_places_and_what_is_there_otherwise_are_refused(yard: Yard) -> None:
    sheet = bring(yard, "编码,名称,上级\nX,x,Y\nY,y,X\nA-01,别名,A\nOK,好,A")
    with yard.db.read() as session:
        document = master_imports.one(session, yard.keeper, sheet)
        judged = master_imports.tried(session, document, master_imports.read_again(document))
    assert [(row.row, row.values is not None) for row in judged] == [(2, False), (3, False), (4, False), (5, True)]


def test_products_and_owners_are_taken_in_by_whose_they_are(yard: Yard, api_as: ApiAs) -> None:
    sheet = bring(yard, "品类,标准,牌号,规格\n钢管,GB/T 8163,20,108×4.5×6000\n钢管,GB/T 5310,20G,219*6", "products")
    operator = yard.world.actor("operator", "admin", locale="en")
    text = "名称,类型\n示例钢管一厂,钢管企业\n示例贸易行,贸易商"
    owners = bring(yard, text, "owners", operator)
    keeper, platform = api_as(yard.keeper), api_as(operator)
    assert keeper.post(f"/master-imports/{sheet}/take").json["taken"] == 1
    assert keeper.post(f"/master-imports/{owners}/take").status_code == 404
    assert platform.post(f"/master-imports/{owners}/take").json["taken"] == 2
    refused = keeper.post("/master-imports", {"kind": "owners", "text": text})
    assert (refused.status_code, refused.json["code"]) == (409, "master_not_yours")
    with yard.db.read() as session:
        assert session.scalar(select(Product.grade).where(Product.standard == "GB/T 5310")) == "20G"
        kinds = session.scalars(
            select(Organisation.kind).where(Organisation.name.like("示例%")).order_by(Organisation.id)
        )
        assert list(kinds) == ["pipe_maker", "trader"]


@pytest.mark.parametrize("dialect", ["sqlite"])
def test_ten_times_as_many_rows_need_no_more_statements(yard: Yard) -> None:
    counts = []
    for size in (20, 200):
        sheet = bring(yard, "code,name,parent\n" + "\n".join(f"N{size}-{one},n,A" for one in range(size)))
        with statements(yard) as seen, yard.db.write() as session:
            document = master_imports.one(session, yard.keeper, sheet)
            master_imports.take(session, yard.keeper, sheet, master_imports.read_again(document))
        counts.append(len(seen))
    assert counts[0] == counts[1] < 20


@pytest.mark.parametrize("dialect", ["sqlite"])
def test_a_sheet_goes_its_way_over_the_pages(yard: Yard, browse_as: ApiAs) -> None:
    sheet = bring(yard, "编码,名称,上级\nD-01,架,A\nE 01,架,A")
    browser = browse_as(yard.keeper)
    page = browser.get(f"/warehouse/imports/{sheet}").text
    assert "1 rows are wrong" in page
    assert "“E 01” is no code" in page
    assert "Take it in" not in page
    assert "sheet.csv" in browser.get("/warehouse/imports").text
    put_away = f"/warehouse/imports/{sheet}/put-away"
    assert "nothing of it was taken in" in browser.submit(f"/warehouse/imports/{sheet}", put_away).text
