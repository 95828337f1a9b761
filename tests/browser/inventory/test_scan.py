"""The scan page in Chromium on a phone: typed tags, a handheld's Enter, refusals, and a server that is away."""

from datetime import UTC, datetime
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect
from sqlalchemy import func, select

from inventory.labels import bundle_uri
from inventory.models import Product, StockMove, Warehouse
from inventory.operations import issuing, receiving, setting_up
from inventory.operations.receiving import Arrival, Delivery
from inventory.states import ProductKind, ReceiptSource
from steelyard.core.actors import Actor, OrgKind
from tests.browser.chromium import PHONE
from tests.browser.conftest import Open
from tests.browser.live import Site

CODE = "SCAN1"


@pytest.fixture(scope="module")
def warehouse(site: Site, people: dict[OrgKind, Actor]) -> Warehouse:
    """A yard with four bundles."""
    keeper = people[OrgKind.WAREHOUSE]
    with site.world.db.write() as session:
        warehouse = setting_up.open_warehouse(session, keeper, CODE, "扫描库")
        for code, zone in (("A", None), ("A-01", "A"), ("B-01", None)):
            setting_up.add_place(session, keeper, warehouse.id, code, code, parent=zone)
        spec = setting_up.spec_of("89*8", kind=ProductKind.PIPE, standard="GB/T 8163", grade="45")
        known = session.scalars(select(Product).where(Product.key == spec.key)).first()
        product = known or setting_up.add_product(session, keeper, spec)
        arrivals = [Arrival(f"S{n}", product.id, "H-S", "Mill One", 5, 6000, "A-01") for n in range(4)]
        owner = people[OrgKind.TRADER].org_id
        delivery = Delivery(owner, ReceiptSource.BLIND, arrivals, event_at=datetime.now(UTC))
        receiving.receive(session, keeper, warehouse.id, delivery)
    return warehouse


@pytest.fixture
def page(open_as: Open, people: dict[OrgKind, Actor], warehouse: Warehouse) -> Page:
    """The scan page of the keeper, set to move bundles to B-01."""
    page = open_as(people[OrgKind.WAREHOUSE], "/warehouse/scan", locale="en", viewport=PHONE)
    page.locator("[name=place]").select_option("B-01")
    return page


def send(page: Page, text: str) -> Any:
    """Type a tag and press Enter, as a handheld does; the newest answer."""
    page.locator("[name=tag]").fill(text)
    page.locator("[name=tag]").press("Enter")
    return page.locator("[data-answers] li").first


def moves(site: Site) -> int:
    with site.world.db.read() as session:
        return session.scalar(select(func.count()).select_from(StockMove)) or 0


def test_a_scan_is_answered_at_once_and_the_next_may_follow(page: Page) -> None:
    send(page, bundle_uri(CODE, "S0"))
    send(page, "S0")  # within a second, so without waiting for the answer to the first
    expect(page.locator("[data-trouble]")).to_contain_text("twice")
    expect(page.locator("[data-answers] li").first).to_have_class("ok")
    expect(page.locator("[data-answers] li").first).to_contain_text("S0")
    expect(send(page, "NOBODY")).to_have_class("bad")
    expect(page.locator("[name=tag]")).to_be_focused()
    expect(page.locator("[name=tag]")).to_have_value("")


def test_only_the_fields_of_the_chosen_kind_are_shown(page: Page) -> None:
    page.get_by_label("Count", exact=True).check()
    expect(page.locator("[name=stocktake_number]")).to_be_visible()
    expect(page.locator("[name=issue_number]")).to_be_hidden()
    page.locator("[name=kind][value=issue]").check()
    expect(page.locator("[name=place]")).to_be_hidden()
    expect(page.locator("[name=issue_number]")).to_be_visible()


def test_numbers_are_taken_as_they_were_typed_or_not_at_all(page: Page) -> None:
    page.get_by_label("Count", exact=True).check()
    pieces = page.locator("[name=pieces]")
    for typed in ("-1", "7.5", "1000000000000", "ten"):
        pieces.fill(typed)
        answer = send(page, "S0")
        expect(answer).to_have_class("bad")
        expect(answer).to_contain_text(f"“{typed}” under “Pieces, if counted” is no number from 1 to 10000")
        expect(pieces).to_have_attribute("aria-invalid", "true")
    page.locator("[name=kind][value=receive]").check()
    pieces.fill("７")
    page.locator("[name=stated]").evaluate("field => field.value = '3,512.5'")
    with page.expect_request("**/warehouse/operations") as sent:
        send(page, "NEW1")
    (told,) = sent.value.post_data_json["operations"]
    assert (told["pieces"], told["mass_g"]) == (7, 3_512_500)
    expect(page.locator("[name=stated]")).to_have_value("")  # a mass is that of one bundle
    expect(pieces).to_have_value("７")


def test_the_chosen_section_outlives_a_reload(page: Page) -> None:
    page.locator(".scan-yard summary").click()
    section = page.locator("[name=section]")
    section.select_option("A")
    page.reload()
    expect(section).to_have_value("A")


def test_a_scan_without_a_lorry_is_told_in_words_and_sent_again_with_one(
    page: Page, site: Site, people: dict[OrgKind, Actor], warehouse: Warehouse
) -> None:
    page.locator("[name=kind][value=issue]").check()
    refused = send(page, "S3")
    expect(refused).to_have_class("bad")
    expect(refused).to_contain_text("needs the field “Issue goods”")
    with site.world.db.write() as session:
        loading = issuing.Loading(people[OrgKind.TRADER].org_id, "YD-S", "鲁P12345")
        number = issuing.open_issue(session, people[OrgKind.WAREHOUSE], warehouse.id, loading).number
    page.reload()
    expect(page.locator("[name=kind]:checked")).to_have_value("issue")
    expect(page.locator("[name=issue_number]")).to_have_value(number)  # the device's list has come
    page.get_by_role("button", name="Scan again").click()
    expect(page.locator("[data-answers] li").first).to_contain_text("Bundle S3 was loaded.")


def test_what_another_tab_sends_is_told_where_it_was_scanned(page: Page) -> None:
    other = page.context.new_page()
    other.goto(page.url)
    page.route("**/warehouse/operations", lambda route: route.fulfill(status=502, body="{}"))
    lost = send(page, "NOBODY-2")
    expect(lost).to_have_class("waiting")
    other.locator("[data-sync]").click()
    expect(lost).to_have_class("bad")
    expect(page.locator("[data-queue]")).to_have_attribute("data-waiting", "0")
    other.close()


def test_a_scan_whose_answer_was_lost_acts_once(page: Page, site: Site) -> None:
    before, swallowed = moves(site), []

    def swallow(route: Route) -> None:
        if swallowed:
            route.continue_()
            return
        swallowed.append(route.fetch())
        route.fulfill(status=502, body="{}")

    page.route("**/warehouse/operations", swallow)
    first = send(page, "S1")
    expect(first).to_have_class("waiting")
    expect(send(page, "S2")).to_have_class("ok")
    expect(page.locator("[data-answers] li").nth(1)).to_have_class("ok")
    assert moves(site) == before + 2
