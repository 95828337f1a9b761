"""The whole application served by granian on the loopback, on a database of its own."""

import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext

from steelyard.accounts.authentication import SESSION_COOKIE
from steelyard.api.locales import COOKIE as LOCALE_COOKIE
from steelyard.core.actors import Actor
from tests.browser.chromium import DESK, Witness
from tests.support.ports import free_port
from tests.support.world import World

PATIENCE = 90.0


@dataclass(slots=True)
class Site:
    """A running installation, and who is known on it."""

    host: str
    world: World

    @property
    def address(self) -> str:
        """The root of its addresses."""
        return f"http://{self.host}"

    def context(
        self, browser: Browser, witness: Witness, actor: Actor | None, *, locale: str = "zh", **options: object
    ) -> BrowserContext:
        """Return a fresh browser profile, signed in as ``actor``; strangers and errors go to ``witness``."""
        wanted = {
            "viewport": DESK,
            "base_url": self.address,
            "locale": "zh-CN" if locale == "zh" else "en-GB",
            # What a service worker asks for would pass the witness by; the tests of working offline have their own.
            "service_workers": "block",
            **options,
        }
        context = browser.new_context(**wanted)  # type: ignore[arg-type]  # the options of playwright, by name
        context.set_default_timeout(10_000)
        witness.watch(context)
        cookies = self.cookies(actor, locale)
        context.add_cookies([{"name": name, "value": value, "url": self.address} for name, value in cookies.items()])
        return context

    def cookies(self, actor: Actor | None, locale: str = "zh") -> dict[str, str]:
        """Sign ``actor`` in and return what his browser keeps of that."""
        signed_in = {} if actor is None else {SESSION_COOKIE: self.world.browser_session(actor)}
        return {LOCALE_COOKIE: locale, **signed_in}


@contextmanager
def served(world: World, folder: Path, port: int | None = None) -> Iterator[Site]:
    """Serve the application until the block ends, on a free port where none is given."""
    port = port or free_port()
    process = start(world, folder, port)
    try:
        yield Site(f"127.0.0.1:{port}", world)
    finally:
        process.terminate()
        process.wait(timeout=PATIENCE)


def start(
    world: World, folder: Path, port: int, factory: str = "steelyard.app:create_app", **more: str
) -> subprocess.Popen[bytes]:
    """Start a server on ``port`` and wait for its first answer; the caller ends it. ``more`` is its environment."""
    environment = {
        **os.environ,
        "STEELYARD_DATABASE_URL": world.db.url.render_as_string(hide_password=False),
        "STEELYARD_DATA_DIR": str(folder),
        "STEELYARD_SECRET_KEY": "only the browser tests know this key",
        "STEELYARD_REQUESTS_PER_MINUTE": "1000000",
        **more,
    }
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port)]
    options = ["--factory", "--blocking-threads", "4", "--no-log", factory]
    with (folder / "server.log").open("a") as log:
        process = subprocess.Popen(
            [*command, *options], env=environment, cwd=folder, stdout=log, stderr=log, start_new_session=True
        )
    try:
        _await(port, process, folder / "server.log")
    except BaseException:
        process.kill()
        process.wait(timeout=PATIENCE)
        raise
    return process


def _await(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    """Wait for the first answer; a server that died says why in its log."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=2):
                return
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.1)
    raise RuntimeError(f"the server did not start:\n{log.read_text()}")
