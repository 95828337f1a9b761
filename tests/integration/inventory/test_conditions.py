"""The condition of delivery: what is the same but for it is another product, and the furnace changes it."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from inventory import queries
from inventory.making import Line, Loss, Order, Output
from inventory.models import Bundle, Product
from inventory.operations import processing, setting_up
from inventory.operations.deliveries import OrderedLine
from inventory.states import Condition, LengthKind, LossKind, ProcessKind, ProductKind

from . import orders
from .conftest import Yard

PIPE = {"kind": "pipe", "standard": "GB/T 8163", "grade": "20", "size": "108×4.5×6000", "length_kind": "fixed"}


def normalised(yard: Yard) -> Product:
    """The yard's pipe as the normalising furnace leaves it."""
    with yard.db.write() as session:
        spec = setting_up.spec_of("108*4.5*6000", kind=ProductKind.PIPE, standard="GB/T 8163", grade="20",
                                  length_kind=LengthKind.FIXED, condition=Condition.NORMALISED)  # fmt: skip
        return setting_up.add_product(session, yard.keeper, spec)


def test_a_line_takes_goods_of_the_condition_that_it_asks_for_and_no_others(
    yard: Yard, api_as: Callable[..., Any]
) -> None:
    yard.receive("PLAIN-1", "PLAIN-2")
    plain, yard.product = yard.product, normalised(yard)
    yard.receive("N1", "N2")
    line = OrderedLine(grade="20", pieces=20, condition=Condition.NORMALISED)
    id_ = orders.order(yard, line)
    keeper = api_as(yard.keeper)
    (told,) = keeper.get(f"/warehouse/delivery-orders/{id_}/candidates").json["lines"]
    whys = {one["tag"]: one["why"] for one in told["candidates"]}
    assert whys == {"PLAIN-1": "other_condition", "PLAIN-2": "other_condition", "N1": None, "N2": None}
    assert sorted(orders.allocate(yard, id_)) == ["N1", "N2"]
    shown = keeper.get(f"/warehouse/delivery-orders/{id_}").json
    assert shown["lines"][0]["condition"] == "normalised"
    for reason in (None, "nearer"):
        asked = {"kind": "pick", "tag": "PLAIN-1", "delivery_number": shown["number"], "client_op_id": f"p-{reason}",
                 "event_at": datetime.now(UTC).isoformat(), **({"swap_reason": reason} if reason else {})}  # fmt: skip
        body = {"warehouse_id": yard.warehouse.id, "operations": [asked]}
        (answer,) = keeper.post("/warehouse/operations", body).json["answers"]
        assert answer["code"] == "wrong_condition"
        assert "asks for goods that are normalised; bundle PLAIN-1 is of no stated condition" in answer["detail"]
        assert "pick N1 (A-01) instead" in answer["detail"]
    assert orders.pick(yard, id_, "N1") == "picked"
    either = orders.order(yard, OrderedLine(product_id=plain.id, pieces=10), number="T-2")
    assert orders.allocate(yard, either) == ["PLAIN-1"]


@pytest.mark.parametrize("dialect", ["sqlite"])
def test_an_owner_asks_for_a_condition_on_the_page(yard: Yard, browse_as: Callable[..., Any]) -> None:
    yard.receive("T1")
    browser = browse_as(yard.owner)
    until = (datetime.now(UTC) + timedelta(days=2)).strftime("%Y-%m-%dT%H:%M")
    typed = {"order_number": "T-9", "plate": "P", "pass_code": "604817", "valid_until": until, "grade": "20"}
    path = "/warehouse/delivery-orders"
    page = browser.submit(path, path, **typed, condition="quenched_tempered", pieces="5").text
    assert '<span class="badge">quenched and tempered</span>' in page
    refused = browser.submit(path, path, **{**typed, "order_number": "T-10"}, condition="shiny", pieces="5").text
    assert "shiny" not in refused
    assert "Row 1" in refused


def test_pipe_of_another_condition_is_another_product_and_is_found_by_it(
    yard: Yard, api_as: Callable[..., Any], browse_as: Callable[..., Any]
) -> None:
    api = api_as(yard.manager)
    made = api.post("/products", {**PIPE, "condition": "normalised"})
    assert (made.status_code, made.json["condition"]) == (201, "normalised")
    assert api.post("/products", {**PIPE, "condition": "normalised"}).json["code"] == "product_exists"
    assert api.post("/products", PIPE).json["code"] == "product_exists"
    assert [one["id"] for one in api.get("/products", condition="normalised").json["items"]] == [made.json["id"]]
    yard.receive("PLAIN")
    with yard.db.read() as session:
        yard.product = session.get_one(Product, made.json["id"])
    yard.receive("N1")
    assert [one["tag"] for one in api.get("/stock", condition="normalised").json["items"]] == ["N1"]
    assert api.get(f"/bundles/{yard.bundle_ids(['PLAIN'])[0]}").json["condition"] is None
    figures = api.get("/stock/figures").json["items"]
    assert sorted(str(one["condition"]) for one in figures) == ["None", "normalised"]
    page = browse_as(yard.manager).get("/stock?condition=normalised").text
    assert "GB/T 8163 normalised" in page
    assert "PLAIN" not in page


def heated(yard: Yard, tag: str, new: str, *treatments: str) -> str | None:
    """Heat a bundle; the condition of what comes out."""
    heatings = [{"treatment": one, "temperature_c": 900, "holding_min": 30, "medium": "air"} for one in treatments]
    line = Line([tag], [Output(10, new)], [Loss(LossKind.SCALE, mass_g=100)])
    wanted = Order(ProcessKind.HEAT_TREATMENT, [line], parameters={"heatings": heatings}, furnace_charge="L-1")
    with yard.db.write() as session:
        processing.post(session, yard.keeper, yard.warehouse.id, wanted)
        product = select(Product).join(Bundle, Bundle.product_id == Product.id).where(Bundle.tag == new)
        return session.scalars(product).one().condition


def test_the_furnace_gives_pipe_its_condition(yard: Yard) -> None:
    yard.receive("T1")
    assert heated(yard, "T1", "T2", "normalise") == "normalised"
    assert heated(yard, "T2", "T3", "temper") == "normalised_tempered"
    assert heated(yard, "T3", "T4", "quench") is None
    assert heated(yard, "T4", "T5", "quench", "temper") == "quenched_tempered"
    with yard.db.read() as session:
        (row,), _ = queries.stock(session, yard.keeper, {"limit": 5})
    assert (row["tag"], row["size"], row["condition"]) == ("T5", "108×4.5×6000", "quenched_tempered")
    yard.assert_sound()
