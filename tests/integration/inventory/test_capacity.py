"""Putting away: no more than a place takes, but on the word of the yard's administrator."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import func, select, update

from inventory import capacity_errors
from inventory.models import Place, StockBalance
from inventory.operations import moving
from inventory.scanning import Answer
from steelyard.core.actors import Actor
from steelyard.core.audit import AuditEntry

from .conftest import Yard
from .test_scans import statements

BUNDLE_G = 689_166
"""Ten pipes of 108×4.5, six metres each."""


def limit(yard: Yard, code: str, **what: Any) -> None:
    with yard.db.write() as session:
        session.execute(update(Place).where(Place.code == code, Place.warehouse_id == yard.warehouse.id).values(**what))


def put(yard: Yard, *tags: str, actor: Actor | None = None, **more: Any) -> list[Answer]:
    return yard.scan(*(yard.operation("put_away", tag, place="B-01", **more) for tag in tags), actor=actor)


def codes(answers: list[Answer]) -> list[str]:
    return [answer.code for answer in answers]


def test_a_place_takes_what_it_has_room_for(yard: Yard) -> None:
    """Two of three in one batch; one that leaves makes room; long pieces and a blocked place are refused."""
    yard.receive("T1", "T2", "T3")
    limit(yard, "B-01", capacity_g=2 * BUNDLE_G + 1, capacity_mm=6000)
    refused = put(yard, "T1", "T2", "T3")
    assert codes(refused) == ["moved", "moved", "place_full"]
    assert refused[2].params == {"tag": "T3", "place": "B-01", "mass_kg": "689.2", "free_kg": "0.0"}
    leaves = yard.operation("put_away", "T1", place="A-02")
    comes = yard.operation("put_away", "T3", place="B-01")
    assert codes(yard.scan(leaves, comes)) == ["moved", "moved"]
    assert codes(put(yard, "T3")) == ["already_there"]
    limit(yard, "B-01", capacity_g=None, capacity_mm=5999)
    assert codes(put(yard, "T1")) == ["piece_too_long"]
    limit(yard, "B-01", is_blocked=True)
    assert codes(put(yard, "T1", over_capacity="so be it", actor=yard.manager)) == ["place_blocked"]
    yard.assert_sound()


def test_the_administrator_overfills_with_a_reason_and_it_is_audited(yard: Yard) -> None:
    yard.receive("T1", "T2")
    limit(yard, "B-01", capacity_g=1)
    assert codes(put(yard, "T1", over_capacity="rack checked")) == ["overfill_forbidden"]
    assert codes(put(yard, "T1", actor=yard.manager)) == ["place_full"]
    assert codes(put(yard, "T1", over_capacity="rack checked", actor=yard.manager)) == ["moved"]
    with yard.db.write() as session, pytest.raises(capacity_errors.PlaceFull):
        moving.transfer(session, yard.manager, yard.warehouse.id, ["T2"], "B-01", "make room")
    with yard.db.write() as session, pytest.raises(capacity_errors.OverfillForbidden):
        moving.transfer(session, yard.keeper, yard.warehouse.id, ["T2"], "B-01", "make room", over_capacity=True)
    with yard.db.write() as session:
        moving.transfer(session, yard.manager, yard.warehouse.id, ["T2"], "B-01", "make room", over_capacity=True)
    query = select(AuditEntry.detail).where(AuditEntry.action == "inventory.place_overfilled").order_by(AuditEntry.id)
    with yard.db.read() as session:
        assert [detail["reason"] for detail in session.scalars(query)] == ["rack checked", "make room"]


def test_of_four_who_put_away_at_once_two_find_room(yard: Yard) -> None:
    tags = [f"P{number}" for number in range(4)]
    yard.receive(*tags)
    limit(yard, "B-01", capacity_g=2 * BUNDLE_G)
    with ThreadPoolExecutor(4) as pool:
        found = sorted(codes(answers)[0] for answers in pool.map(lambda tag: put(yard, tag), tags))
    assert found == ["moved", "moved", "place_full", "place_full"]
    query = select(func.sum(StockBalance.mass_g)).join(Place, Place.id == StockBalance.place_id)
    with yard.db.read() as session:
        assert session.scalar(query.where(Place.code == "B-01", StockBalance.pieces > 0)) == 2 * BUNDLE_G


def test_a_move_asks_for_no_capacity(yard: Yard) -> None:
    """A move says where a bundle lies; only putting away reads what the place takes, by two statements more."""
    yard.receive("T1", "T2")
    limit(yard, "B-01", capacity_g=1)
    counted = {}
    for kind, tag in (("move", "T1"), ("put_away", "T2")):
        operation = yard.operation(kind, tag, place="B-01")
        with statements(yard) as seen:
            yard.scan(operation)
        counted[kind] = [text for text in seen if "capacity" in text]
    assert [len(texts) for texts in counted.values()] == [0, 1]
