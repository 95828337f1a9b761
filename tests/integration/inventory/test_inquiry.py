"""Inquiry: finding goods, figures that sum up, the stock of a past moment, ages, turnover, files."""

import csv
import io
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import asdict, astuple, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from inventory import errors, figures, queries
from inventory.advice_models import StockAdviceArrival, StockAdviceLine
from inventory.figures import Share
from inventory.models import Place, StockMove
from inventory.operations import advices, encumbrances, holding, moving, owning, stocktakes
from inventory.operations.advices import Announced, Announcement
from inventory.states import EncumbranceKind
from steelyard.core.actors import Actor
from steelyard.core.clock import business_date
from steelyard.core.database import db_now

from .conftest import Yard
from .test_processing import split
from .test_stocktakes import approve, close

ApiAs = Callable[..., Any]
MASS_G = 689_166
"""Ten pieces of 108 × 4.5, six metres each, by theory."""


def ago(days: int) -> datetime:
    return datetime.now(UTC) - timedelta(days=days)


def tags(yard: Yard, actor: Actor | None = None, **wanted: Any) -> list[str]:
    with yard.db.read() as session:
        rows, _ = queries.stock(session, actor or yard.keeper, {"limit": 200, **wanted})
    return [row["tag"] for row in rows]


def hold(yard: Yard, tag: str) -> None:
    with yard.db.write() as session:
        encumbrances.place(session, yard.keeper, yard.bundle_ids([tag])[0], EncumbranceKind.PLEDGE, "ZY-1")


def sell(yard: Yard, tag: str) -> None:
    with yard.db.write() as session:
        order = owning.request(session, yard.owner, yard.warehouse.id, yard.other_owner.org_id, f"GH-{tag}", [tag])
        owning.confirm(session, yard.keeper, order.id)


def test_goods_are_found_by_place_and_below_owner_age_state_and_hold(yard: Yard) -> None:
    yard.receive("OLD", event_at=ago(40), certificate_number="ZB-9")
    yard.receive("NEW", place="A-02")
    yard.receive("THEIRS", owner=yard.other_owner, place="B-01", event_at=ago(10))
    hold(yard, "NEW")
    split(yard, "OLD", 4, 6, tags=("OLD-1", "OLD-2"))
    assert tags(yard, place="A") == ["NEW", "OLD-1", "OLD-2"]
    assert tags(yard, place="A-01") == ["OLD-1", "OLD-2"]
    assert tags(yard, place="Z") == []
    assert tags(yard, min_age_days=40) == tags(yard, certificate_number="ZB-9") == ["OLD-1", "OLD-2"]
    assert tags(yard, min_age_days=1, max_age_days=39) == ["THEIRS"]
    assert tags(yard, max_age_days=0) == tags(yard, held=True) == ["NEW"]
    name = queries_owner(yard, yard.other_owner)
    assert tags(yard, owner=name[:-1].lower()) == ["THEIRS"]
    assert tags(yard, owner="%") == []
    with yard.db.read() as session:
        rows, _ = queries.stock(session, yard.keeper, {"limit": 200, "place": "A-01"})
    assert {row["age_days"] for row in rows} == {40}


def queries_owner(yard: Yard, actor: Actor) -> str:
    with yard.db.read() as session:
        return next(row.name for row in queries.owners(session, 200) if row.id == actor.org_id)


def test_the_parts_of_the_figures_sum_to_what_is_on_hand(yard: Yard) -> None:
    yard.receive("FREE", "HELD", "BAD", "SOLD", "GONE")
    yard.receive("THEIRS", owner=yard.other_owner)
    hold(yard, "HELD")
    sell(yard, "SOLD")
    yard.issue("GONE")
    with yard.db.write() as session:
        holding.place(session, yard.manager, holding.Ban("裂纹", bundle_id=yard.bundle_ids(["BAD"])[0]))
    with yard.db.read() as session:
        (product,), after = figures.of_products(session, yard.keeper, {"limit": 50})
        (own,), _ = figures.of_products(session, yard.owner, {"limit": 50})
        totals = queries.totals(session, yard.keeper, {})
    assert after is None
    shares = {share: astuple(product[share]) for share in ("on_hand", *Share)}
    assert shares == {
        "on_hand": (5, 50, 5 * MASS_G), "available": (3, 30, 3 * MASS_G), "held": (2, 20, 2 * MASS_G),
        "reserved": (0, 0, 0), "in_processing": (0, 0, 0), "arriving": (0, 0, 0),
    }  # fmt: skip
    assert totals == asdict(product["on_hand"])
    assert sum(owner["on_hand"].mass_g for owner in product["owners"]) == totals["mass_g"]
    assert [(one["owner_org_id"], one["on_hand"].bundles) for one in own["owners"]] == [(yard.owner.org_id, 3)]


def rebuilt(yard: Yard, actor: Actor, moment: datetime) -> dict[tuple[int, int, int, str], int]:
    """Masses by bundle, place, owner and state, summed from the first move to ``moment``; what the actor sees."""
    cells: Counter[tuple[int, int, int, str]] = Counter()
    with yard.db.read() as session:
        real = {place.id for place in session.query(Place).where(Place.is_real)}
        for move in session.query(StockMove).where(StockMove.recorded_at <= moment):
            cells[move.bundle_id, move.to_place_id, move.to_owner_id, move.to_state] += move.mass_g
            cells[move.bundle_id, move.from_place_id, move.from_owner_id, move.from_state] -= move.mass_g
    seen = {yard.owner.org_id, yard.other_owner.org_id} if actor is yard.keeper else {actor.org_id}
    return {key: mass for key, mass in cells.items() if mass and key[1] in real and key[2] in seen}


def life(yard: Yard) -> Iterator[datetime]:
    """A yard at work; the moment after each step."""

    def now() -> datetime:
        time.sleep(0.003)  # SQLite's clock has milliseconds
        with yard.db.read() as session:
            return db_now(session)

    def undo() -> None:
        with yard.db.write() as session:
            moves = session.query(StockMove).order_by(StockMove.id.desc())
            moving.reverse(session, yard.keeper, moves[0].id, "typed wrong")

    def count() -> None:
        with yard.db.write() as session:
            take = stocktakes.open_stocktake(session, yard.keeper, yard.warehouse.id, "A-02")
        close(yard, take)
        approve(yard, take)

    yield now()
    steps: list[Callable[[], object]] = [
        lambda: yard.receive("T1", "T2", "T3"),
        lambda: yard.scan(yard.operation("move", "T1", place="B-01")),
        lambda: split(yard, "T2", 3, 7, tags=("T2-1", "T2-2")),
        lambda: yard.receive("X1", owner=yard.other_owner),
        undo,
        lambda: sell(yard, "T3"),
        lambda: yard.issue("T1"),
        lambda: yard.scan(yard.operation("move", "T2-1", place="A-02")),
        count,
    ]
    for step in steps:
        time.sleep(0.003)  # SQLite keeps moments to the millisecond
        step()
        time.sleep(0.003)
        yield now()


def test_the_stock_of_any_past_moment_is_what_a_rebuild_gives(yard: Yard) -> None:
    moments = list(life(yard))
    held: list[list[str]] = []
    for actor in (yard.keeper, yard.owner, yard.other_owner):
        for moment in moments:
            with yard.db.read() as session:
                rows, _ = queries.stock(session, actor, {"limit": 200, "as_of": moment})
                places = {place.code: place.id for place in session.query(Place)}
            told = {
                (row["bundle_id"], places[row["place"]], row["owner_org_id"], row["state"]): row["mass_g"]
                for row in rows
            }  # fmt: skip
            assert told == rebuilt(yard, actor, moment)
            held.append(sorted(row["tag"] for row in rows))
    assert held[1] == ["T1", "T2", "T3"]
    assert held[len(moments) - 1] == ["T2-2", "T3"]
    with yard.db.read() as session:
        (then,), _ = figures.of_products(session, yard.keeper, {"limit": 9, "as_of": moments[1], "place": "A"})
    assert astuple(then["on_hand"]) == (3, 30, 3 * MASS_G)


def test_a_hold_counts_at_the_moment_asked_for(yard: Yard) -> None:
    yard.receive("T1")
    before = next(life(yard))
    time.sleep(0.003)
    hold(yard, "T1")
    assert (tags(yard, held=True), tags(yard, held=True, as_of=before)) == (["T1"], [])


def test_ages_class_what_lies_by_the_day_it_came(yard: Yard) -> None:
    for days in (0, 30, 31, 90, 364):
        yard.receive(f"D{days}", event_at=ago(days))
    yard.receive("X1", owner=yard.other_owner, event_at=ago(61))
    split(yard, "D90", 5, 5)
    with yard.db.read() as session:
        rows, after = figures.ages(session, yard.keeper, {"limit": 50})
        first, then = figures.ages(session, yard.keeper, {"limit": 1})
        young, _ = figures.ages(session, yard.keeper, {"limit": 9, "max_age_days": 30})
    mine = next(row for row in rows if row["owner_org_id"] == yard.owner.org_id)
    assert [one["bundles"] for one in mine["classes"]] == [2, 1, 2, 0, 1, 0]
    assert [(one["from_days"], one["to_days"]) for one in mine["classes"]][::5] == [(0, 30), (366, None)]
    assert sum(one["mass_g"] for one in mine["classes"]) == mine["on_hand"].mass_g == 5 * MASS_G
    assert (after, then) == (None, first[0]["owner_org_id"])
    assert [row["on_hand"].bundles for row in young] == [2]


def test_turnover_balances_and_averages_the_ends_of_days(yard: Yard) -> None:
    list(life(yard))
    with yard.db.read() as session:
        today = business_date(db_now(session))
        period = {"from_day": today - timedelta(days=1), "to_day": today, "limit": 50}
        (row,), _ = figures.turnover(session, yard.keeper, period)
        (mine,), _ = figures.turnover(session, yard.owner, period)
        with pytest.raises(errors.PeriodUnsound):
            figures.turnover(session, yard.keeper, {**period, "from_day": date.max})
    assert row["opening_g"] + row["in_g"] - row["out_g"] + row["other_g"] == row["closing_g"]
    assert (row["in_g"], row["out_g"], row["opening_g"]) == (3 * MASS_G, MASS_G, 0)
    assert row["average_g"] == row["closing_g"] // 2
    assert mine["other_g"] < row["other_g"] < 0  # the owner sold one bundle to another, the count lost a part


def test_stock_and_moves_are_files_whose_formulas_are_texts(yard: Yard, api_as: ApiAs) -> None:
    yard.receive("=1+1", "T2")
    yard.receive("X1", owner=yard.other_owner)
    keeper, owner = api_as(yard.keeper), api_as(yard.owner)

    def rows(api: Any, path: str, **query: Any) -> list[dict[str, str]]:
        answer = api.get(path, **query)
        assert answer.status_code == 200, answer.text
        return list(csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig"))))

    assert [row["Tag"] for row in rows(keeper, "/stock.csv")] == ["'=1+1", "T2", "X1"]
    assert [row["Mass, t"] for row in rows(owner, "/stock.csv")] == ["0.689166"] * 2
    assert [row["Tag"] for row in rows(keeper, "/stock.csv", owner_org_id=yard.other_owner.org_id)] == ["X1"]
    moved = rows(owner, "/moves.csv")
    assert [(row["Place before"], row["Place after"]) for row in moved] == [("Mill", "A-01")] * 2
    assert rows(owner, "/moves.csv", to_day="2020-01-01") == []
    (figure,) = rows(owner, "/stock/figures.csv")
    assert (figure["On hand"], figure["Bundles"]) == ("1.378332", "2")
    assert keeper.get("/stock.xlsx", size="wide").json["code"] == "size_unreadable"
    assert keeper.get("/stock.xlsx").data.startswith(b"PK")


def test_an_answer_over_http_names_figures_ages_and_turnover(yard: Yard, api_as: ApiAs) -> None:
    yard.receive("T1")
    keeper = api_as(yard.keeper)
    (product,) = keeper.get("/stock/figures").json["items"]
    assert product["owners"][0]["available"] == {"bundles": 1, "pieces": 10, "mass_g": MASS_G}
    assert keeper.get("/stock/ages").json["items"][0]["classes"][0]["bundles"] == 1
    answer = keeper.get("/stock/turnover", from_day="2026-01-01", to_day="2025-01-01")
    assert (answer.status_code, answer.json["code"]) == (409, "period_unsound")
    past = keeper.get("/stock", as_of="2020-01-01T00:00:00+08:00").json
    assert past == {"items": [], "next": None}


def test_pages_of_inquiry_are_drawn_and_say_what_cannot_be_read(yard: Yard, browse_as: ApiAs) -> None:
    if yard.db.dialect != "sqlite":
        return
    yard.receive("T1", event_at=ago(3))
    browser = browse_as(yard.keeper)
    page = browser.get("/stock?held=no&min_age_days=2&place=A").text
    assert ">T1<" in page
    assert "held=false" in page
    assert "cannot be read here" in browser.get("/stock?min_age_days=old").text
    assert "cannot be read here" in browser.get("/stock/figures?as_of=yesterday").text
    assert "0.689 t" in browser.get("/stock/figures").text
    assert "0.689 t" in browser.get("/stock/turnover").text
    assert "No bundle is in stock" in browser.get("/stock/figures?as_of=2020-01-01T00:00").text
    assert "must end after it begins" in browser.get("/stock/turnover?from_day=2026-01-02&to_day=2026-01-01").text


def test_what_is_announced_is_in_transit_until_it_has_come(yard: Yard, api_as: ApiAs) -> None:
    alike = Announced(bundles=4, product_id=yard.product.id, heat_number="H1", pieces=10, mass_g=2_800_001)
    with yard.db.write() as session:
        wanted = Announcement("DH-9", yard.owner.org_id, [alike, Announced(goods="20# φ110", mass_g=5_000_000)])
        advices.announce(session, yard.keeper, replace(wanted, warehouse_id=yard.warehouse.id))
        advices.announce(session, yard.owner, replace(wanted, number="DH-8"))
    with yard.db.write() as session:
        line = session.query(StockAdviceLine).order_by(StockAdviceLine.id).first()
        assert line is not None
    yard.receive("T1")
    with yard.db.write() as session:
        session.add(StockAdviceArrival(bundle_id=yard.bundle_ids(["T1"])[0], advice_line_id=line.id))
    owner, keeper = api_as(yard.owner), api_as(yard.keeper)
    first, rest = keeper.get("/stock/in-transit").json["items"]
    assert (first["advice_number"], first["bundles"], first["pieces"], first["mass_g"]) == ("DH-9", 3, 30, 2_100_000)
    assert (rest["bundles"], rest["goods"], rest["mass_g"]) == (None, "20# φ110", 5_000_000)
    assert len(owner.get("/stock/in-transit").json["items"]) == 4
    assert len(owner.get("/stock/in-transit", product_id=yard.product.id).json["items"]) == 2
    assert api_as(yard.other_owner).get("/stock/in-transit").json["items"] == []
