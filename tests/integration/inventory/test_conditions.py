"""The condition of delivery: what is the same but for it is another product, and the furnace changes it."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import select

from inventory import queries
from inventory.making import Line, Loss, Order, Output
from inventory.models import Bundle, Product
from inventory.operations import processing
from inventory.states import LossKind, ProcessKind

from .conftest import Yard

PIPE = {"kind": "pipe", "standard": "GB/T 8163", "grade": "20", "size": "108×4.5×6000", "length_kind": "fixed"}


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
