"""The scan page without a network: nothing scanned is lost, and everything is recorded once."""

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Page, Playwright, Route, expect

from steelyard.core.database import Database
from tests.browser.inventory.offline import SCAN, Phone, Yard, until
from tests.browser.inventory.other_files import newer_files
from tests.support.databases import Databases
from tests.support.world import World

PATIENCE_MS = 30_000
FILES = "caches.keys().then(all => all.filter(one => one !== 'steelyard-scan-page'))"
SCOPES = "navigator.serviceWorker.getRegistrations().then(all => all.map(one => one.scope))"


@pytest.fixture(scope="module")
def yard(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Yard]:
    """A yard whose server runs."""
    databases = Databases()
    db: Database = databases.open("sqlite")
    yard = Yard(World(db), tmp_path_factory.mktemp("yard"), "OFF1")
    yard.receive(*(f"K{n:02}" for n in range(40)))
    yard.serve()
    yield yard
    yard.kill()
    databases.close()


@pytest.fixture
def phone(driver: Playwright, yard: Yard, tmp_path: Path) -> Iterator[Phone]:
    """A phone that nobody has used yet, and a server that answers it."""
    if not yard.serves():
        yard.serve()
    phone = Phone(driver, yard, tmp_path / "profile")
    yield phone
    phone.close()


def ready(page: Page) -> Page:
    """Wait until the page is installed on the phone; set it to move bundles to B-01."""
    expect(page.locator("[data-island=scan]")).to_have_attribute("data-ready", "1", timeout=PATIENCE_MS)
    page.locator("[name=place]").select_option("B-01")
    return page


def scan(page: Page, tag: str) -> Any:
    page.locator("[name=tag]").fill(tag)
    page.locator("[name=tag]").press("Enter")
    item = page.locator("[data-answers] li").filter(has_text=tag).first
    expect(item).to_be_visible()
    return item


def photo() -> bytes:
    """A picture as large as a telephone's camera makes it; noise does not shrink."""
    buffer = BytesIO()
    Image.effect_noise((2600, 1700), 64).save(buffer, "PNG")
    assert len(buffer.getvalue()) > 3_000_000
    return buffer.getvalue()


def waiting(page: Page, count: int) -> None:
    expect(page.locator("[data-queue]")).to_have_attribute("data-waiting", str(count), timeout=PATIENCE_MS)


def test_scans_outlive_reloads_and_kills_without_a_network(phone: Phone, yard: Yard) -> None:
    """Offline: scan, reload, kill -9 the browser, open it again; online again every scan is recorded once."""
    page = ready(phone.open(yard.keeper))
    expect(page.locator("[data-kit]")).to_contain_text("40 bundles")
    assert page.evaluate(SCOPES) == [f"{yard.address}{SCAN}"]
    assert phone.context is not None
    phone.context.set_offline(True)
    expect(scan(page, "K00")).to_contain_text("89×8")
    page.reload()
    waiting(page, 1)
    expect(page.locator("[data-answers] li")).to_contain_text("K00")
    page.locator("[name=place]").select_option("B-01")
    for tag in ("K01", "NOBODY", "K02"):
        scan(page, tag)
    waiting(page, 4)
    phone.kill()
    assert yard.moves("K00", "K01", "K02") == {"K00": 0, "K01": 0, "K02": 0}
    page = phone.open(yard.keeper, to=None)
    phone.context.set_offline(True)
    page.goto(SCAN)
    waiting(page, 4)
    phone.context.set_offline(False)
    waiting(page, 0)
    refused = page.locator("[data-answers] li.bad")
    expect(refused).to_have_count(1)
    expect(refused).to_contain_text("No bundle of this yard bears the tag NOBODY.")
    assert yard.moves("K00", "K01", "K02") == {"K00": 1, "K01": 1, "K02": 1}
    refused.get_by_role("button", name="Discard").click()
    page.get_by_role("button", name="Scanned by mistake").click()
    expect(refused).to_have_count(0)
    page.reload()
    expect(page.locator("[data-queue]")).to_have_text("All sent")
    expect(page.locator("[data-answers] li")).to_have_count(0)


def test_a_note_that_the_server_refuses_stays_with_a_choice(phone: Phone, yard: Yard) -> None:
    """A scan that was given up is shown again where the server does not note it, over a reload, until it is settled."""
    page = ready(phone.open(yard.keeper))

    def elsewhere(route: Route) -> None:
        body = str(route.request.post_data).replace(f'"warehouse_id":{yard.warehouse.id}', '"warehouse_id":999999')
        route.continue_(post_data=body)

    page.route("**/given-up", elsewhere)
    for tag in ("LOST-1", "LOST-2"):
        scan(page, tag).get_by_role("button", name="Discard").click()
        page.get_by_role("button", name="Scanned by mistake").click()
    notes = page.locator("[data-answers] li.bad")
    expect(notes).to_have_count(2)
    expect(notes.first).to_contain_text("Given up (Scanned by mistake), but the server did not note it: There is no")
    page.unroute("**/given-up")
    page.reload()
    expect(notes).to_have_count(2)
    notes.filter(has_text="LOST-1").get_by_role("button", name="Send the note again").click()
    expect(notes).to_have_count(1)
    notes.get_by_role("button", name="Remove it from this device").click()
    expect(notes).to_have_count(0)
    waiting(page, 0)
    assert [(one["tag"], one["reason"]) for one in yard.given_up()] == [("LOST-1", "Scanned by mistake")]
    report_what_was_retired(page, yard)


def report_what_was_retired(page: Page, yard: Yard) -> None:
    """A defect is scanned without a network, its reason retired meanwhile: another is chosen, none by chance."""
    page.locator("[name=kind][value=defect]").check()
    page.locator("[name=defect_kind]").select_option("rust")
    page.context.set_offline(True)
    scan(page, "K33")
    yard.retire("defect", "rust")
    page.context.set_offline(False)
    waiting(page, 0)
    refused = page.locator("[data-answers] li.bad").filter(has_text="K33")
    expect(refused).to_contain_text("The reason rust is no longer used in this yard.")
    expect(page.locator("[name=defect_kind]")).to_have_value("")
    expect(scan(page, "K34")).to_contain_text("NOT kept: choose what is wrong with the bundle")
    page.locator("[name=defect_kind]").select_option("dent")
    refused.get_by_role("button", name="Scan again").click()
    expect(page.locator("[data-answers] li.ok")).to_contain_text("of 5 pieces of bundle K33 was written")


def test_scans_survive_a_killed_server_and_an_update_of_the_page(phone: Phone, yard: Yard, tmp_path: Path) -> None:
    """The server dies after it has recorded the batch and before it answers; a newer version takes its place.

    The page of the newer version sends the same request again, and is the one that works without a network then.
    """
    page = ready(phone.open(yard.keeper))
    keys: list[str] = []

    def die(route: Route) -> None:
        keys.append(route.request.headers["idempotency-key"])
        if len(keys) == 1:
            route.fetch(timeout=2 * PATIENCE_MS)
            yard.kill()
            route.abort()
        else:
            route.continue_()

    page.route("**/warehouse/operations", die)
    assert phone.context is not None
    phone.context.set_offline(True)
    for tag in ("K10", "K11", "K12"):
        scan(page, tag)
    phone.context.set_offline(False)
    until(lambda: bool(page.evaluate("true")) and not yard.serves())  # asking the page lets `die` have its turn
    expect(page.locator("[data-last]")).to_contain_text("No answer from the server", timeout=2 * PATIENCE_MS)
    waiting(page, 3)
    (old,) = page.evaluate(FILES)
    yard.serve(newer_files(tmp_path / "static"))
    page.reload()
    waiting(page, 0)
    assert len(keys) >= 2
    assert len(set(keys)) == 1
    expect(page.locator("html")).to_have_attribute("data-newer", "1")
    expect(page.locator("[data-fresh]")).to_be_visible(timeout=PATIENCE_MS)
    until(lambda: len(page.evaluate(FILES)) == 1 and page.evaluate(FILES) != [old])
    phone.context.set_offline(True)
    page.reload()
    expect(page.locator("html")).to_have_attribute("data-newer", "1")
    page.locator("[name=place]").select_option("B-01")
    scan(page, "K13")
    waiting(page, 1)
    phone.context.set_offline(False)
    waiting(page, 0)
    assert yard.moves("K10", "K11", "K12", "K13") == {"K10": 1, "K11": 1, "K12": 1, "K13": 1}


def test_scans_are_never_sent_under_another_name(phone: Phone, yard: Yard) -> None:
    """A session that ended, and then a colleague on the same phone: the scans wait for who made them."""
    page = ready(phone.open(yard.keeper))
    assert phone.context is not None
    phone.context.clear_cookies()
    scan(page, "K20")
    expect(page.locator("[data-signed-out]")).to_be_visible()
    waiting(page, 1)
    phone.sign_in(yard.colleague)
    page.locator("[data-sync]").click()
    expect(page.locator("[data-other]")).to_contain_text("孙仓管 is signed in now, but these scans were made by 钱仓管")
    page.goto(SCAN)
    expect(page.locator("[data-other]")).to_contain_text("1 scans of 钱仓管 wait on this device")
    expect(page.locator("[data-last]")).to_contain_text("Last sent")
    assert yard.moves("K20") == {"K20": 0}
    phone.sign_in(yard.keeper)
    page.goto(SCAN)
    waiting(page, 0)
    expect(page.locator("[data-last]")).to_contain_text("Last sent")
    assert yard.moves("K20") == {"K20": 1}


def test_a_handheld_needs_no_field(phone: Phone, yard: Yard) -> None:
    """Quick keys ended by Enter are a scan wherever the cursor stands, and nothing else; twice at once is once."""
    page = ready(phone.open(yard.keeper))
    page.locator("[name=place]").focus()
    page.keyboard.type("K30\n")
    item = page.locator("[data-answers] li").first
    expect(item).to_have_class("ok")
    expect(page.locator("[name=place]")).to_have_value("B-01")
    page.locator("[data-mute]").focus()
    page.keyboard.type("K31\n")
    page.keyboard.type("K31\n")
    expect(page.locator("[data-trouble]")).to_contain_text("twice")
    expect(page.locator("[data-answers] li")).to_have_count(2)
    expect(page.locator("[data-answers] li").first).to_have_class("ok")
    expect(page.locator("[data-mute]")).to_have_attribute("aria-pressed", "false")
    page.keyboard.type("]d200069012345000000017\n")
    expect(page.locator("[data-answers] li").first).to_contain_text("The check digit of 069012345000000017 is wrong.")
    page.keyboard.type("炉号:H-OFF;捆号:K32\n")
    expect(page.locator("[data-answers] li").first).to_have_class("ok")
    assert yard.moves("K30", "K31", "K32") == {"K30": 1, "K31": 1, "K32": 1}


def test_a_full_disk_is_said_at_once_and_confirms_nothing(phone: Phone, yard: Yard) -> None:
    """With no room left the scan is refused on the spot, and goes through once there is room again."""
    page = phone.open(yard.keeper, to=None)
    assert phone.context is not None
    devtools = phone.context.new_cdp_session(page)
    devtools.send("Storage.overrideQuotaForOrigin", {"origin": yard.address, "quotaSize": 1})
    page.goto(SCAN)
    page.locator("[name=place]").select_option("B-01")
    item = scan(page, "K35")
    expect(item).to_have_class("bad")
    expect(item).to_contain_text("NOT kept: this device has no room left")
    assert yard.moves("K35") == {"K35": 0}
    devtools.send("Storage.overrideQuotaForOrigin", {"origin": yard.address})
    expect(scan(page, "K35")).to_be_visible()
    expect(page.locator("[data-answers] li").first).to_have_class("ok")
    assert yard.moves("K35") == {"K35": 1}


def test_a_wrong_clock_and_a_stale_token_are_put_right(phone: Phone, yard: Yard) -> None:
    """A phone two days ahead with the token of an old session still records, at the server's time."""
    page = phone.open(yard.keeper, to=None)
    page.clock.install()
    page.clock.fast_forward("47:59:59")
    page.goto(SCAN)
    ready(page)
    expect(page.locator("[data-trouble]")).to_contain_text("minutes wrong")
    phone.sign_in(yard.keeper)
    expect(scan(page, "K38")).to_have_class("ok")
    assert yard.moves("K38") == {"K38": 1}


def test_a_lorry_of_forty_bundles_is_received_with_the_network_off_half_the_time(phone: Phone, yard: Yard) -> None:
    """Announced bundles are scanned on the phone, on and off the network and over a reload, and put away as told."""
    tags = [f"R{number:02}" for number in range(40)]
    number = yard.announce(*tags)
    page = ready(phone.open(yard.keeper))
    assert phone.context is not None
    page.get_by_label("Receive goods").check()
    page.locator("[name=place]").select_option("A-01")
    expect(page.locator("[name=receipt_number]")).to_have_value(number)
    for text in ("质保书:ZB-OFF", "cert: ZB-40"):  # the code of a paper stands for the bundles that follow
        page.locator("[name=tag]").fill(text)
        page.locator("[name=tag]").press("Enter")
        expect(page.locator("[name=certificate_number]")).to_have_value(text.split(":")[1].strip())
    for start in range(0, 40, 10):
        phone.context.set_offline(start % 20 == 0)
        if start == 20:
            page.reload()
            expect(page.locator("[name=kind]:checked")).to_have_value("receive")
        for tag in tags[start : start + 10]:
            scan(page, tag)
        if start == 10:
            first = page.locator("[data-answers] li[data-tag=R00]")
            expect(first).to_contain_text("Certificate ZB-40 is not on file yet", timeout=PATIENCE_MS)
    waiting(page, 0)
    expect(page.locator("[data-answers] li").first).to_contain_text("was received")
    assert yard.received(number) == dict.fromkeys(tags, "expected")
    page.get_by_label("Put away").check()
    phone.context.set_offline(True)
    item = scan(page, "R07")
    expect(item).to_contain_text("Put it at B-01.")
    phone.context.set_offline(False)
    waiting(page, 0)
    assert yard.moves("R07", "R08") == {"R07": 1, "R08": 0}
    page.locator("[name=kind][value=defect]").check()
    phone.context.set_offline(True)
    page.locator("[name=photo]").set_input_files({"name": "bent.png", "mimeType": "image/png", "buffer": photo()})
    page.locator("[name=defective]").fill("2")
    scan(page, "K36")
    page.locator("[name=defective]").fill("9")
    scan(page, "K37")
    page.reload()
    waiting(page, 2)
    phone.context.set_offline(False)
    waiting(page, 0)
    expect(page.locator("[data-answers] li.ok")).to_contain_text("of 2 pieces of bundle K36 was written")
    expect(page.locator("[data-answers] li.bad")).to_contain_text("Bundle K37 has 5 pieces")
    assert yard.defects() == [("K36", 2, 2048)]
