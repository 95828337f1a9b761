"""Pictures of the pages that the documents show, taken from an installation on which the demonstration was played."""

import re
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from steelyard.core.actors import Actor, OrgKind
from steelyard.core.database import Database
from steelyard.core.settings import Settings
from tests.browser.chromium import DESK, PHONE, Witness, launched
from tests.browser.leftovers import leave
from tests.browser.live import Site, served
from tests.browser.story import leads
from tests.support import applications
from tests.support.story import play
from tests.support.world import World

SETTLE_MS = 500
WIDTHS = {"": DESK, "-phone": PHONE}


@dataclass(frozen=True, slots=True)
class Shot:
    """One picture: its name, who looks, where he begins, and the links that he follows from there."""

    name: str
    kind: OrgKind | None
    path: str
    follow: tuple[str, ...] = ()


SHOTS = (
    Shot("sign-in", None, "/sign-in"),
    Shot("home", OrgKind.PIPE_MAKER, "/"),
    *(Shot(f"home-{kind.value.replace('_', '-')}", kind, "/") for kind in OrgKind if kind is not OrgKind.PIPE_MAKER),
    Shot("prices", OrgKind.PIPE_MAKER, "/prices"),
    Shot("price", OrgKind.PIPE_MAKER, "/prices", (r"/prices/\d+",)),
    Shot("price-comparison", OrgKind.PIPE_MAKER, "/prices/compare?series=1,2,5&scale=indexed"),
    Shot("price-inbox", OrgKind.PIPE_MAKER, "/prices/inbox"),
    Shot("price-import", OrgKind.OPERATOR, "/prices/import/1/check"),
    Shot("campaigns", OrgKind.OPERATOR, "/campaigns"),
    Shot("campaign", OrgKind.OPERATOR, "/campaigns", (r"/campaigns/\d+",)),
    Shot("stock", OrgKind.WAREHOUSE, "/stock"),
    Shot("scan", OrgKind.WAREHOUSE, "/warehouse/scan"),
    Shot("yard-map", OrgKind.WAREHOUSE, "/warehouse/map"),
    Shot("advice", OrgKind.WAREHOUSE, "/warehouse/advices", (r"/warehouse/advices/\d+",)),
    Shot("receipt", OrgKind.WAREHOUSE, "/warehouse/receipts", (r"/warehouse/receipts/\d+",)),
    Shot("weighbridge", OrgKind.WAREHOUSE, "/warehouse/weighbridge"),
    Shot("certificate", OrgKind.WAREHOUSE, "/certificates", (r"/certificates/\d+",)),
    Shot("delivery-order", OrgKind.WAREHOUSE, "/warehouse/delivery-orders", (r"/warehouse/delivery-orders/\d+",)),
    Shot("processing", OrgKind.WAREHOUSE, "/warehouse/processing", (r"/warehouse/processing/\d+",)),
    Shot("title-transfer", OrgKind.WAREHOUSE, "/warehouse/title-transfers", (r"/warehouse/title-transfers/\d+",)),
    Shot("defect", OrgKind.WAREHOUSE, "/warehouse/defects", (r"/warehouse/defects/\d+",)),
    Shot("reasons", OrgKind.WAREHOUSE, "/warehouse/reasons"),
    Shot("labels", OrgKind.WAREHOUSE, "/warehouse/labels"),
    Shot("trace", OrgKind.WAREHOUSE, "/stock/heats/1/descent"),
    Shot("charges", OrgKind.WAREHOUSE, "/warehouse/charges"),
    Shot("statement", OrgKind.WAREHOUSE, "/warehouse/charges", (r"/warehouse/statements/\d+",)),
    Shot("stocktake", OrgKind.WAREHOUSE, "/warehouse/stocktakes", (r"/warehouse/stocktakes/\d+",)),
    Shot("freight", OrgKind.OPERATOR, "/freight"),
    Shot("matching", OrgKind.OPERATOR, "/freight", (r"/freight/rounds/\d+",)),
    Shot("waybill", OrgKind.CARRIER, "/waybills", (r"/waybills/\d+",)),
)


def take(browser: Browser, site: Site, people: dict[OrgKind, Actor], folder: Path, locale: str = "zh") -> None:
    """Write every picture in both widths; raises where a page misses a link or asks another host."""
    witness = Witness(site.host)
    for shot in SHOTS:
        actor = people[shot.kind] if shot.kind else None
        for ending, viewport in WIDTHS.items():
            context = site.context(browser, witness, actor, locale=locale, viewport=viewport, device_scale_factor=1)
            page = context.new_page()
            _go(page, shot)
            page.screenshot(path=folder / f"{shot.name}{ending}.png")
            context.close()
    if witness.strangers or witness.errors:
        raise RuntimeError(f"seen on the way: {witness.strangers} {witness.errors}")


def _go(page: Page, shot: Shot) -> None:
    page.goto(shot.path)
    for pattern in shot.follow:
        links = [link.get_attribute("href") or "" for link in page.locator("main a[href]").all()]
        target = next((link for link in links if re.fullmatch(pattern, link)), None)
        if target is None:
            raise RuntimeError(f"{page.url} has no link to {pattern}")
        page.goto(target)
    page.wait_for_timeout(SETTLE_MS)


def main(arguments: list[str]) -> None:
    """Play the demonstration, serve it, and write the pictures into the folder that is named."""
    target = Path(arguments[0]).resolve()
    target.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as name:
        db = Database(play(Path(name)))
        try:
            world = World(db)
            leave(world, applications.on(Settings(Path(name), str(db.url), "k" * 32), db), leads(db))
            with served(world, Path(name)) as site, sync_playwright() as driver, launched(driver) as browser:
                take(browser, site, leads(db), target)
        finally:
            db.close()


if __name__ == "__main__":
    main(sys.argv[1:])
