"""The pages of those who follow prices, without scripts."""

from collections.abc import Callable

import pytest
from sqlalchemy import select, update

from pricing.alert_models import InboxMessage, PriceAlert, PriceChannel
from pricing.models import PriceSeries
from pricing.operations.ingestion import ingest
from steelyard.core.database import Database
from tests.support.clients import Browser
from tests.support.price_documents import FETCHED, NBS_PAGE, SHFE_FILE, shipped
from tests.support.world import World

pytestmark = pytest.mark.either_database

Browse = Callable[..., Browser]
HOOK = "https://open.feishu.cn/open-apis/bot/v2/hook/0123456789abcdef"


@pytest.fixture
def rebar(db: Database) -> int:
    with db.write() as session:
        for source, file in (("nbs.ten_day", NBS_PAGE), ("shfe.daily", SHFE_FILE)):
            address = f"https://example.org/{source}"
            ingest(session, None, source=source, url=address, fetched_at=FETCHED, content=shipped(file))
        return session.scalars(select(PriceSeries.id).where(PriceSeries.code == "shfe.daily:rb2610:settle")).one()


def test_an_alert_is_set_paused_resumed_and_ended(db: Database, rebar: int, browse_as: Browse) -> None:
    browser = browse_as("trader")
    page, typed = f"/prices/{rebar}", {"measure": "level", "direction": "above", "threshold": "3,100.5"}
    assert "The alert is set." in browser.submit(page, f"/prices/{rebar}/alerts", **typed).text
    for action, word in (("pause", "Paused"), ("resume", "Ready"), ("end", "You have no alerts yet.")):
        assert word in browser.submit("/prices/alerts", f"/prices/alerts/1/{action}").text
    with db.read() as session:
        alert = session.get_one(PriceAlert, 1)
        assert (alert.threshold_mantissa, alert.threshold_scale, alert.ended) == (31005, 1, True)
    for wrong, sentence in (({"threshold": "viel"}, "must be a figure"), ({"direction": "either"}, "do not fit")):
        assert sentence in browser.submit(page, f"/prices/{rebar}/alerts", **typed | wrong).text


def test_every_page_tells_how_many_messages_are_unread(db: Database, browse_as: Browse, world: World) -> None:
    reader = world.actor("trader", "buyer", locale="en")
    browser, other = browse_as(reader), browse_as("trader")
    badge = '<span class="badge info">{}<span class="visually-hidden"> unread</span></span>'
    assert "unread" not in browser.get("/").text
    for count, shown in ((2, "2"), (100, "99+")):
        with db.write() as session:
            told = {"user_id": reader.user_id, "org_id": reader.org_id, "kind": "digest", "created_at": FETCHED}
            content = {"day": "2026-09-08", "moves": [], "alerts": []}
            session.add_all(InboxMessage(**told, content=content) for _ in range(count))
        for page in ("/", "/prices", "/account"):
            assert badge.format(shown) in browser.get(page).text
    assert "unread" not in other.get("/prices").text
    browser.submit("/prices/inbox", "/prices/inbox/read", up_to="102")
    assert "unread" not in browser.get("/prices").text


def test_channels_are_set_up_by_the_admin_and_chosen_by_each(db: Database, browse_as: Browse, world: World) -> None:
    boss = world.actor("pipe_maker", locale="en")
    admin, buyer = browse_as(boss), browse_as(world.actor("pipe_maker", "buyer", org=boss, locale="en"))
    assert "No channel is set up yet." in buyer.get("/prices/channels").text
    assert "Set up a channel" not in buyer.get("/prices/channels").text
    made = admin.submit("/prices/channels", "/prices/channels", kind="feishu", name="采购群", address=HOOK)
    assert "采购群" in made.text
    assert "0123456789abcdef" not in made.text
    assert "was ordered" in admin.submit("/prices/channels", "/prices/channels/1/test").text
    assert "Waiting to be sent" in admin.get("/prices/channels").text
    assert "Saved." in buyer.submit("/prices/channels", "/prices/channels/1/follow", digest="true").text
    refused = admin.submit("/prices/channels", "/prices/channels", kind="wecom", name="x", address=HOOK).text
    assert "This is no address of that kind." in refused
    assert HOOK not in refused
    assert "was removed" in admin.submit("/prices/channels", "/prices/channels/1/remove").text
    with db.read() as session:
        assert session.scalars(select(PriceChannel.sealed)).all() == [b""]


def test_the_board_forgives_an_address_that_was_edited(rebar: int, browse_as: Browse) -> None:
    """Filters that cannot be are left out; what is not found is said."""
    browser = browse_as("trader")
    assert browser.get("/prices?kind=gold&after=x&watched=maybe&q=rb2610").text.count("螺纹钢 rb2610</a>") == 1
    assert "No price is found by these words" in browser.get("/prices?q=219*66").text
    assert "My watch list" in browser.submit("/prices?q=rb2610", f"/prices/{rebar}/watch").text


def test_a_comparison_says_why_it_cannot_be_drawn(db: Database, rebar: int, browse_as: Browse) -> None:
    browser = browse_as("trader")
    assert "What to compare" in browser.get("/prices/compare").text
    assert browser.get("/prices/compare?series=999999").status_code == 404
    assert "Choose at most 12 series." in browser.get("/prices/compare?series=" + ",".join("1" * 20)[:160] + "x").text
    assert "3,100" in browser.get(f"/prices/compare?series=1&series={rebar}").text
    with db.write() as session:
        session.execute(update(PriceSeries).where(PriceSeries.id == rebar).values(unit="CNY/kg"))
    refused = browser.get(f"/prices/compare?series=1,{rebar}&scale=absolute").text
    assert "The series are in different units" in refused
    assert "Show them indexed to 100" in refused


def test_a_chart_follows_the_address(rebar: int, browse_as: Browse) -> None:
    browser = browse_as("trader")
    for overlay in ("averages", "seasons", "basis", "nonsense"):
        page = browser.get(f"/prices/{rebar}?overlay={overlay}&other=1")
        asked = page.text.split('data-src="')[1].split('"')[0]
        assert (f"overlay={overlay}" in asked) is (overlay != "nonsense")
