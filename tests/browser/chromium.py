"""A real Chromium without a network of its own, and what it saw going wrong."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Playwright, Request, ViewportSize

NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
EXPECTED = ("the server responded with a status of", "Service Worker registration blocked by Playwright")
QUIET = (
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-gpu",
    "--disable-quic",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
    "--no-first-run",
)
PHONE: ViewportSize = {"width": 390, "height": 844}
DESK: ViewportSize = {"width": 1280, "height": 900}


def find() -> Path:
    """Return Chromium's program; without it the tests fail with the command that installs it."""
    for name in NAMES:
        if path := shutil.which(name):
            return Path(path)
    raise RuntimeError("The browser tests need Chromium: apt-get install chromium")


@contextmanager
def launched(driver: Playwright, *more: str) -> Iterator[Browser]:
    """Start Chromium without a window; ``more`` are further switches, such as a fake camera's.

    One driver serves all browsers of a process: a second one beside it is refused.
    """
    switches = [*QUIET, *more, *(["--no-sandbox"] if os.geteuid() == 0 else [])]
    browser = driver.chromium.launch(executable_path=find(), headless=True, args=switches)
    try:
        yield browser
    finally:
        browser.close()


@dataclass  # without slots: playwright keeps its wrappers on the object
class Witness:
    """Collects what must not happen on any page: requests to other hosts, errors in the console, exceptions."""

    host: str
    strangers: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def watch(self, context: BrowserContext) -> None:
        """Listen to every page of ``context``."""
        context.on("request", self._judge)
        context.on("page", self._attend)

    def _judge(self, request: Request) -> None:
        if urlsplit(request.url).netloc not in {self.host, ""}:
            self.strangers.append(request.url)

    def _attend(self, page: Page) -> None:
        page.on("console", self._hear)
        page.on("pageerror", lambda error: self.errors.append(f"{page.url}: {error}"))

    def _hear(self, message: ConsoleMessage) -> None:
        # An error page that a test asked for is reported here too; the test looks at its status itself.
        expected = any(words in message.text for words in EXPECTED)
        if message.type in {"error", "warning"} and not expected:
            self.errors.append(f"{message.location.get('url', '')}: {message.text}")
