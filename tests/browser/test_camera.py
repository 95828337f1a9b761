import io
from collections.abc import Iterator
from pathlib import Path

import pypdfium2
import pytest
from PIL import Image
from playwright.sync_api import Page, Playwright, expect

from steelyard.core.actors import Actor, OrgKind
from tests.browser.chromium import PHONE, Witness, launched
from tests.browser.conftest import Open
from tests.browser.live import Site

FRAME = (640, 480)
FRAMES = 10


@pytest.fixture
def stock_page(
    driver: Playwright, site: Site, players: dict[OrgKind, Actor], witness: Witness, tmp_path: Path
) -> Iterator[Page]:
    """The keeper's list of stock in a Chromium whose camera looks at ``cam.mjpeg``."""
    film = tmp_path / "cam.mjpeg"
    film.write_bytes(_film(Image.new("RGB", FRAME, "white")))
    camera = ("--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream")
    with launched(driver, *camera, f"--use-file-for-fake-video-capture={film}") as browser:
        keeper = players[OrgKind.WAREHOUSE]
        context = site.context(browser, witness, keeper, locale="en", viewport=PHONE, permissions=["camera"])
        page = context.new_page()
        page.goto("/stock")
        yield page
        context.close()


def test_the_camera_reads_a_printed_label(stock_page: Page, tmp_path: Path) -> None:
    """A label as it is printed, held before the camera, moves its bundle without a key being touched."""
    link = stock_page.locator("tbody a[href^='/stock/bundles/']").first
    tag, path = link.inner_text(), link.get_attribute("href") or ""
    answer = stock_page.request.get(f"/api/v1{path.removeprefix('/stock')}/label")
    assert answer.status == 200
    (tmp_path / "cam.mjpeg").write_bytes(_film(_picture(answer.body())))
    stock_page.goto("/warehouse/scan")
    place = stock_page.locator("[name=place] option").last.get_attribute("value") or ""
    stock_page.locator("[name=place]").select_option(place)
    stock_page.get_by_role("button", name="Camera").click()
    newest = stock_page.locator("[data-answers] li").first
    expect(newest).to_contain_text(tag)
    expect(newest).to_have_class("ok")
    stock_page.get_by_role("button", name="Camera").click()
    expect(stock_page.locator("video")).to_be_hidden()


def test_without_a_camera_the_tag_is_typed(open_as: Open, players: dict[OrgKind, Actor]) -> None:
    """Where no camera may be used the page says so, and the field for typing stays."""
    page = open_as(players[OrgKind.WAREHOUSE], "/warehouse/scan", locale="en")
    page.get_by_role("button", name="Camera").click()
    expect(page.get_by_role("alert")).to_contain_text("type the tag")
    expect(page.locator("[name=tag]")).to_be_editable()


def _picture(label: bytes) -> Image.Image:
    """A label of one page as a camera sees it: a picture of 640 × 480 with the label in its middle."""
    document = pypdfium2.PdfDocument(io.BytesIO(label))
    try:
        page = document[0].render(scale=FRAME[0] * 0.9 / document[0].get_width()).to_pil().convert("RGB")
    finally:
        document.close()
    page.thumbnail((FRAME[0] - 20, FRAME[1] - 20))
    frame = Image.new("RGB", FRAME, "grey")
    frame.paste(page, ((FRAME[0] - page.width) // 2, (FRAME[1] - page.height) // 2))
    return frame


def _film(picture: Image.Image) -> bytes:
    """Motion JPEG, as Chromium's fake camera plays it: one JPEG after another."""
    frame = io.BytesIO()
    picture.save(frame, "JPEG", quality=90)
    return frame.getvalue() * FRAMES
