"""Places: what they take, and what a blocked one does not."""

from collections.abc import Callable

import pytest
from sqlalchemy import select

from inventory import errors
from inventory.models import Place
from inventory.operations import moving
from tests.support.clients import ApiClient, Browser

from .conftest import Yard

ApiAs = Callable[..., ApiClient]


def test_a_blocked_place_takes_nothing_and_gives_what_it_has(yard: Yard, api_as: ApiAs) -> None:
    yard.receive("T1", place="B-01")
    yard.receive("T2")
    keeper = api_as(yard.keeper)
    path = f"/warehouses/{yard.warehouse.id}/places"
    place = next(one for one in keeper.get(path).get_json()["items"] if one["code"] == "B-01")
    assert (place["is_blocked"], place["capacity_g"], place["walking_order"]) == (False, None, None)
    first = keeper.get(f"{path}/{place['id']}")
    wanted = {"is_blocked": True, "capacity_g": 20_000_000, "capacity_mm": 12_000, "walking_order": 7}
    changed = keeper.patch(f"{path}/{place['id']}", wanted, etag=first.headers["ETag"])
    assert changed.get_json() == {**place, **wanted, "version": place["version"] + 1}
    assert keeper.patch(f"{path}/{place['id']}", wanted, etag=first.headers["ETag"]).status_code == 412
    (answer,) = yard.scan(yard.operation("move", "T2", place="B-01"))
    assert answer.code == "place_blocked"
    with pytest.raises(errors.PlaceBlocked):
        yard.receive("T3", place="B-01")
    with yard.db.write() as session, pytest.raises(errors.PlaceBlocked):
        moving.transfer(session, yard.keeper, yard.warehouse.id, ["T2"], "B-01", "order")
    (answer,) = yard.scan(yard.operation("move", "T1", place="A-02"))
    assert answer.code == "moved"
    yard.assert_sound()


def test_another_yards_places_are_not_changed(yard: Yard, api_as: ApiAs) -> None:
    stranger, keeper = api_as("warehouse", "keeper"), api_as(yard.keeper)
    path = f"/warehouses/{yard.warehouse.id}/places"
    place = keeper.get(path).get_json()["items"][0]
    virtual = next(one for one in keeper.get(path, limit=200).get_json()["items"] if one["kind"] == "mill")
    assert stranger.patch(f"{path}/{place['id']}", {"is_blocked": True}, etag='"1"').status_code == 404
    assert keeper.patch(f"{path}/{virtual['id']}", {"is_blocked": True}, etag='"1"').status_code == 404


@pytest.mark.parametrize("dialect", ["sqlite"])
def test_a_keeper_sets_up_places(yard: Yard, browse_as: Callable[..., Browser]) -> None:
    yard.receive("T1")
    browser = browse_as(yard.keeper)
    new = {
        "warehouse_id": yard.warehouse.id, "code": "C-01", "name": "C 架", "parent": "A", "capacity": "12.5",
        "longest_mm": "12 m", "walking_order": "3",
    }  # fmt: skip
    page = browser.submit("/warehouse/places", "/warehouse/places", **new)
    assert "Place C-01 was added." in page.text
    assert "12.500 t" in page.text
    with yard.db.read() as session:
        place_id = session.scalar(select(Place.id).where(Place.code == "A-01"))
    path = f"/warehouse/places/{place_id}"
    page = browser.submit(path, path, name="A 一号", capacity="0.1", is_blocked="true")
    assert "Place A-01 was changed." in page.text
    assert "blocked" in browser.get("/warehouse/places").text
    browser.submit(path, path, name="A 一号", capacity="0.1", is_blocked="")
    assert "overloaded" in browser.get("/warehouse/places").text
