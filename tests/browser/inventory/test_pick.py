"""Picking with a phone: the list in walking order, a swap with its reason, and a pick without a network."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, Playwright, expect
from sqlalchemy import select

from inventory.delivery_models import StockAllocation
from inventory.models import Bundle
from inventory.operations import allocating, deliveries
from inventory.operations.deliveries import Ordered, OrderedLine
from tests.browser.inventory.offline import Phone, Yard
from tests.support.databases import Databases
from tests.support.world import World

PATIENCE_MS = 30_000


@pytest.fixture
def yard(tmp_path: Path) -> Iterator[Yard]:
    """A yard with three bundles at A-01, and a server that runs."""
    databases = Databases()
    (folder := tmp_path / "yard").mkdir()
    yard = Yard(World(databases.open("sqlite")), folder, "PICK1")
    yard.receive("G0", "G1", "G2")
    yard.serve()
    yield yard
    yard.kill()
    databases.close()


def to_be_picked(yard: Yard) -> str:
    """Two of the bundles are kept for an order; its number."""
    with yard.world.db.write() as session:
        until = datetime.now(UTC) + timedelta(days=1)
        ordered = Ordered("PICK-1", "鲁P1", "no code is said", until, [OrderedLine(size="89*8", pieces=10)])
        placed = deliveries.place(session, yard.owner, yard.warehouse.id, ordered)
        allocating.allocate(session, yard.keeper, placed.id)
        return placed.number


def picked(yard: Yard) -> set[str]:
    query = select(Bundle.tag).join(StockAllocation, StockAllocation.bundle_id == Bundle.id)
    with yard.world.db.read() as session:
        return set(session.scalars(query.where(StockAllocation.state == "picked")))


def send(page: Page, tag: str) -> Any:
    page.locator("[name=tag]").fill(tag)
    page.locator("[name=tag]").press("Enter")
    return page.locator("[data-answers] li").first


def test_a_list_is_picked_with_a_swap_and_without_a_network(driver: Playwright, yard: Yard, tmp_path: Path) -> None:
    number = to_be_picked(yard)
    phone = Phone(driver, yard, tmp_path / "profile")
    page = phone.open(yard.keeper)
    page.locator("[name=kind][value=pick]").check()
    page.locator("[name=delivery_number]").select_option(number)
    page.locator("[name=pick_place]").select_option("B-01")
    lines = page.locator("[data-picks] li")
    expect(lines).to_have_text(["A-01 · G0", "A-01 · G1"])
    swap = send(page, "G2")
    expect(swap).to_have_class("bad")
    expect(swap).to_contain_text("fits in place of G0")
    swap.get_by_role("button", name="Swap it in").click()
    swap.get_by_role("button", name="Lies nearer or on top").click()
    answer = page.locator("[data-answers] li").first
    expect(answer).to_have_class("ok")
    expect(answer).to_contain_text("in place of G0")
    expect(lines).to_have_text(["A-01 · G1"])
    assert phone.context is not None
    phone.context.set_offline(True)
    expect(send(page, "G1")).to_have_class("waiting")
    expect(lines).to_have_count(0)
    assert picked(yard) == {"G2"}
    phone.context.set_offline(False)
    page.locator("[data-sync]").click()
    expect(page.locator("[data-answers] li").first).to_have_class("ok", timeout=PATIENCE_MS)
    assert picked(yard) == {"G1", "G2"}
    phone.close()
