"""One server and one Chromium for all browser tests; each test has a profile of its own."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, sync_playwright

from steelyard.core.actors import Actor, OrgKind
from steelyard.core.database import Database
from steelyard.core.settings import Settings
from tests.browser.chromium import Witness, launched
from tests.browser.leftovers import leave
from tests.browser.live import Site, served
from tests.browser.story import leads
from tests.support import applications
from tests.support.story import replay
from tests.support.world import World

PEOPLE = {
    OrgKind.OPERATOR: ("聊城钢管产业平台", "王平台"),
    OrgKind.PIPE_MAKER: ("鲁西无缝钢管有限公司", "李采购"),
    OrgKind.TRADER: ("东昌管业贸易行", "赵经理"),
    OrgKind.MILL: ("齐鲁特钢股份", "孙销售"),
    OrgKind.CARRIER: ("运河物流车队", "周调度"),
    OrgKind.WAREHOUSE: ("江北管材市场一号库", "吴仓管"),
    OrgKind.FINANCIER: ("聊城产业金融", "郑经理"),
}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Every test of this folder drives Chromium."""
    here = Path(__file__).parent
    for item in items:
        if item.path.is_relative_to(here):
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="package")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The application, served to the loopback, after the demonstration was played on it."""
    folder = tmp_path_factory.mktemp("site")
    db = Database(replay(folder))
    try:
        world = World(db)
        leave(world, applications.on(Settings(folder, str(db.url), "k" * 32), db), leads(db))
        with served(world, folder) as site:
            yield site
    finally:
        db.close()


@pytest.fixture(scope="package")
def players(site: Site) -> dict[OrgKind, Actor]:
    """The demonstration's chief person of each kind: what the business left behind is theirs."""
    return leads(site.world.db)


@pytest.fixture(scope="package")
def people(site: Site) -> dict[OrgKind, Actor]:
    """An administrator of one more organisation of each kind, which has done nothing yet."""
    return {
        kind: site.world.actor(kind, org=site.world.org(kind, org), name=name) for kind, (org, name) in PEOPLE.items()
    }


@pytest.fixture(scope="package")
def driver() -> Iterator[Playwright]:
    """What starts browsers."""
    with sync_playwright() as driver:
        yield driver


@pytest.fixture(scope="package")
def browser(driver: Playwright) -> Iterator[Browser]:
    """A Chromium without a window."""
    with launched(driver) as browser:
        yield browser


@pytest.fixture
def witness(site: Site) -> Iterator[Witness]:
    """Sees what no page may do; the test fails at its end when something was done."""
    witness = Witness(site.host)
    yield witness
    assert witness.strangers == []
    assert witness.errors == []


Open = Callable[..., Page]


@pytest.fixture
def open_as(site: Site, browser: Browser, witness: Witness) -> Iterator[Open]:
    """Maker of pages: ``open_as(actor, "/account", locale="en", viewport=PHONE)``; ``None`` is a stranger."""
    contexts: list[BrowserContext] = []

    def open_page(actor: Actor | None, path: str = "/", **options: object) -> Page:
        contexts.append(site.context(browser, witness, actor, **options))
        page = contexts[-1].new_page()
        page.goto(path)
        return page

    yield open_page
    for context in contexts:
        context.close()
