"""An installation with one yard, its server and a phone's browser; both can be killed and started again."""

import os
import signal
import subprocess
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from playwright.sync_api import BrowserContext, Page, Playwright
from sqlalchemy import func, select

from inventory.masters.models import Reason
from inventory.models import Bundle, Product, Receipt, ReceiptLine, StockBalance, StockMove
from inventory.operations import advices, reasons, receipts, receiving, setting_up
from inventory.operations.advices import Announced, Announcement
from inventory.operations.receiving import Arrival, Delivery
from inventory.operations.verification import verify
from inventory.quality.models import Defect, DefectPhoto
from inventory.states import ProductKind, ReceiptSource
from steelyard.accounts.authentication import SESSION_COOKIE
from steelyard.api.locales import COOKIE as LOCALE_COOKIE
from steelyard.core.actors import Actor
from steelyard.core.audit import AuditEntry
from tests.browser.chromium import PHONE, QUIET, find
from tests.browser.live import PATIENCE, free_port, start
from tests.support.tree import ROOT
from tests.support.world import World

SCAN = "/warehouse/scan"
PLACES = ("A-01", "B-01")


class Yard:
    """The server of a yard with bundles ``K00`` … at A-01."""

    def __init__(self, world: World, folder: Path, code: str) -> None:
        self.world, self.folder, self.port = world, folder, free_port()
        self.org = world.org("warehouse")
        self.keeper = world.actor("warehouse", "keeper", org=self.org, name="钱仓管", locale="en")
        self.colleague = world.actor("warehouse", "keeper", org=self.org, name="孙仓管", locale="en")
        self.owner = world.actor("trader", "seller")
        with world.db.write() as session:
            self.warehouse = setting_up.open_warehouse(session, self.keeper, code, "断网库")
            for place in PLACES:
                setting_up.add_place(session, self.keeper, self.warehouse.id, place, place)
            spec = setting_up.spec_of("89*8", kind=ProductKind.PIPE, standard="GB/T 8163", grade="45")
            known = session.scalars(select(Product).where(Product.key == spec.key)).first()
            self.product = known or setting_up.add_product(session, self.keeper, spec)
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def receive(self, *tags: str) -> None:
        arrivals = [Arrival(tag, self.product.id, "H-OFF", "Mill One", 5, 6000, "A-01") for tag in tags]
        delivery = Delivery(self.owner.org_id, ReceiptSource.BLIND, arrivals, event_at=datetime.now(UTC))
        with self.world.db.write() as session:
            receiving.receive(session, self.keeper, self.warehouse.id, delivery)

    def announce(self, *tags: str) -> str:
        """Announce bundles and open a receipt for their lorry; return its number."""
        with self.world.db.write() as session:
            lines = [Announced(tag, product_id=self.product.id, heat_number="H-OFF", mill_name="Mill One", pieces=5,
                               piece_length_mm=6000) for tag in tags]  # fmt: skip
            wanted = Announcement("FH-OFF", self.owner.org_id, lines, self.warehouse.id)
            advices.announce(session, self.keeper, wanted)
            return receipts.open_receipt(session, self.keeper, self.warehouse.id, advice_number="FH-OFF").number

    def received(self, number: str) -> dict[str, str]:
        """The states of the bundles of a receipt by their tags."""
        query = (
            select(Bundle.tag, StockBalance.state)
            .join(ReceiptLine, ReceiptLine.bundle_id == Bundle.id)
            .join(Receipt, Receipt.id == ReceiptLine.receipt_id)
            .join(StockBalance, StockBalance.bundle_id == Bundle.id)
            .where(Receipt.number == number, StockBalance.is_real, StockBalance.pieces > 0)
        )
        with self.world.db.read() as session:
            return dict(session.execute(query).all())

    def serve(self, static: Path | None = None) -> None:
        """Start the server, with other files for browsers where ``static`` holds them."""
        self.kill()
        if static is None:
            self.process = start(self.world, self.folder, self.port)
        else:
            more = {"PYTHONPATH": str(ROOT), "OTHER_STATIC": str(static)}
            factory = "tests.browser.inventory.other_files:create_app"
            self.process = start(self.world, self.folder, self.port, factory, **more)

    def defects(self) -> list[tuple[str, int | None, int]]:
        """What was reported: the tag, how many pieces, and the longest side of its photos."""
        query = (
            select(Bundle.tag, Defect.pieces, func.max(DefectPhoto.width))
            .join(Defect, Defect.bundle_id == Bundle.id)
            .join(DefectPhoto, DefectPhoto.defect_id == Defect.id)
            .where(Defect.warehouse_id == self.warehouse.id)
            .group_by(Bundle.tag, Defect.pieces)
        )
        with self.world.db.read() as session:
            return [(tag, pieces, width) for tag, pieces, width in session.execute(query)]

    def given_up(self) -> list[dict[str, str]]:
        """What the audit trail holds of scans that were given up under a tag beginning with LOST."""
        query = select(AuditEntry.detail).where(AuditEntry.action == "inventory.scans_given_up")
        with self.world.db.read() as session:
            told = [one for detail in session.scalars(query) for one in detail["scans"]]
        return [one for one in told if one["tag"].startswith("LOST")]

    def retire(self, use: str, code: str) -> None:
        """Let the yard use a reason no more."""
        with self.world.db.write() as session:
            id_ = session.scalars(select(Reason.id).filter_by(warehouse_id=self.warehouse.id, use=use, code=code)).one()
            reason = reasons.own_reason(session, self.keeper, self.warehouse.id, id_)
            reasons.change(session, self.keeper, reason, is_retired=True)

    def serves(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def kill(self) -> None:
        """End the server without a word, its workers too."""
        if self.process is not None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait(timeout=PATIENCE)
            self.process = None

    def moves(self, *tags: str) -> dict[str, int]:
        """How many moves each bundle has made beside its arrival; fails unless the books are sound."""
        query = (
            select(Bundle.tag, func.count() - 1)
            .join(StockMove, StockMove.bundle_id == Bundle.id)
            .where(Bundle.warehouse_id == self.warehouse.id, Bundle.tag.in_(tags))
            .group_by(Bundle.tag)
        )
        with self.world.db.read() as session:
            report = verify(session)
            assert report.holds, [str(fault) for fault in report.faults]
            return dict(session.execute(query).all())

    def cookies(self, actor: Actor, locale: str = "en") -> list[dict[str, str]]:
        values = {LOCALE_COOKIE: locale, SESSION_COOKIE: self.world.browser_session(actor)}
        return [{"name": name, "value": value, "url": self.address} for name, value in values.items()]


class Phone:
    """A browser with a profile that outlives its process."""

    def __init__(self, driver: Playwright, yard: Yard, profile: Path) -> None:
        self.driver, self.yard, self.profile = driver, yard, profile
        self.context: BrowserContext | None = None

    def open(self, actor: Actor | None = None, *, to: str | None = SCAN) -> Page:
        """Start the browser; ``actor`` signs in anew, else the profile's cookies hold."""
        switches = [*QUIET, *(["--no-sandbox"] if os.geteuid() == 0 else [])]
        self.context = self.driver.chromium.launch_persistent_context(
            self.profile, executable_path=find(), headless=True, args=switches, base_url=self.yard.address,
            viewport=PHONE, locale="en-GB",
        )  # fmt: skip
        self.context.set_default_timeout(10_000)
        if actor is not None:
            self.sign_in(actor)
        page = self.context.new_page()
        if to is not None:
            page.goto(to)
        return page

    def sign_in(self, actor: Actor) -> None:
        assert self.context is not None
        self.context.clear_cookies()
        cookies: Any = self.yard.cookies(actor)
        # A session's cookie dies with the browser unless it has a term, as the real one has.
        self.context.add_cookies([{**cookie, "expires": time.time() + 3600} for cookie in cookies])

    def kill(self) -> None:
        """SIGKILL for every process of this browser, and of no other."""
        for pid in _of(self.profile):
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
        until(lambda: not _of(self.profile))
        (self.profile / "SingletonLock").unlink(missing_ok=True)
        self.context = None

    def close(self) -> None:
        if self.context is not None:
            self.context.close()
            self.context = None


def _of(profile: Path) -> list[int]:
    """The processes that were started with this profile."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            line = (folder / "cmdline").read_bytes()
        except OSError:
            continue
        if f"--user-data-dir={profile}".encode() in line:
            found.append(int(folder.name))
    return found


def until(holds: Callable[[], bool], patience: float = PATIENCE) -> None:
    """Wait for ``holds``; fail when it does not come."""
    deadline = time.monotonic() + patience
    while not holds():
        assert time.monotonic() < deadline, "it did not come"
        time.sleep(0.05)
