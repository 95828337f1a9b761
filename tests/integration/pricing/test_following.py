"""Watch lists, alerts, the inbox, channels and digests, from the arrival of a price to the message that left."""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, func, select, update
from sqlalchemy.orm import Session

from pricing.alert_jobs import JOBS
from pricing.alert_models import AlertFiring, InboxMessage, PriceAlert, PriceChannel
from pricing.alert_subscribers import SUBSCRIBERS
from pricing.models import PriceCurrent, PriceSeries
from pricing.notifying import delivery
from pricing.operations import digests, firing, hold_decisions, sending
from pricing.operations.ingestion import ingest
from pricing.quality import Standing
from pricing.quality_models import PriceHold
from pricing.reference import load_fixtures
from steelyard.core import clock, jobs
from steelyard.core.actors import Actor, OrgKind
from steelyard.core.database import Database
from steelyard.jobs.effects import perform
from steelyard.jobs.pump import deliver
from tests.support.clients import ApiClient
from tests.support.price_documents import FETCHED, shfe_file
from tests.support.receivers import Robots, post_office, robots
from tests.support.world import World

Api = Callable[..., ApiClient]
HOOK = "https://oapi.dingtalk.com/robot/send?access_token=0123456789abcdef"
FRIDAY, MONDAY, TUESDAY = date(2026, 9, 4), date(2026, 9, 7), date(2026, 9, 8)


@pytest.fixture
def hooks(monkeypatch: pytest.MonkeyPatch) -> Iterator[Robots]:
    with robots() as here:
        monkeypatch.setattr(delivery, "OPEN_HOSTS", dict.fromkeys(delivery.OPEN_HOSTS, here.address))
        yield here


def load(db: Database, settlement: int, day: date, minutes: int = 0) -> None:
    """Take a daily file in and let the alerts hear of it."""
    moment = FETCHED + timedelta(minutes=minutes)
    with db.write() as session:
        content = shfe_file({"rb2610": settlement}, day)
        ingest(session, None, source="shfe.daily", url="https://example.org/", fetched_at=moment, content=content)
    deliver(db, SUBSCRIBERS[0])


def series_id(db: Database, code: str = "shfe.daily:rb2610:settle") -> int:
    with db.read() as session:
        return session.scalars(select(PriceSeries.id).where(PriceSeries.code == code)).one()


def wanted(series: int, measure: str = "level", direction: str = "above", threshold: int = 3150, **more: Any) -> dict:
    return {
        "series_id": series, "measure": measure, "direction": direction,
        "threshold_mantissa": threshold, "threshold_scale": 0, **more,
    }  # fmt: skip


def texts(client: ApiClient) -> list[str]:
    return [one["text"] for one in client.get("/price-messages").json["items"]]


def test_an_alert_rings_once_for_what_is_news(db: Database, api_as: Api, world: World) -> None:
    """The next figure rings; the same file again, a backfilled day, a held figure and a stranger hear nothing."""
    load(db, 3100, MONDAY)
    client, colleague = api_as(buyer := world.actor("pipe_maker")), api_as(world.actor("pipe_maker", org=buyer))
    series = series_id(db)
    assert client.post("/price-alerts", wanted(series)).json["armed"]
    assert client.post("/price-alerts", wanted(series, shared=True, threshold=3160)).status_code == 201
    load(db, 3180, FRIDAY, 1)
    assert texts(client) == []
    load(db, 3160, TUESDAY, 2)
    expected = [f"螺纹钢 rb2610 stands at 3,160 yuan/t, at or above {threshold}." for threshold in ("3,150", "3,160")]
    assert texts(client) == expected
    assert texts(colleague) == expected[1:]
    load(db, 3160, TUESDAY, 3)
    load(db, 3170, TUESDAY, 4)
    assert texts(client) == expected
    firings = client.get("/price-alerts/1/firings").json["items"]
    assert [(one["day"], one["text"]) for one in firings] == [("2026-09-08", expected[0])]
    load(db, 3100, date(2026, 9, 9), 5)
    load(db, 3165, date(2026, 9, 10), 6)
    assert len(texts(client)) == 4
    assert texts(api_as("pipe_maker")) == []


def test_an_event_that_comes_again_writes_nothing(db: Database, api_as: Api) -> None:
    """Handling one document twice leaves one firing: the revision is its key."""
    load(db, 3100, MONDAY)
    api_as("trader").post("/price-alerts", wanted(series_id(db), "change", "either", 10))
    load(db, 3160, TUESDAY, 2)
    with db.write() as session:
        session.execute(update(PriceAlert).values(armed=True, fired_day=None))
        assert firing.figures_arrived(session, 2) == 0
        assert session.scalar(select(func.count()).select_from(AlertFiring)) == 1
        assert session.scalar(select(func.count()).select_from(InboxMessage)) == 1


def test_a_held_figure_neither_rings_nor_shows_as_the_latest(db: Database, api_as: Api) -> None:
    load(db, 3100, MONDAY)
    client, series = api_as("trader"), series_id(db)
    client.post("/price-alerts", wanted(series))
    with db.write() as session:
        content = shfe_file({"rb2610": 3160}, TUESDAY)
        ingest(session, None, source="shfe.daily", url="https://e.org/", fetched_at=FETCHED, content=content)
        held = update(PriceCurrent).where(PriceCurrent.series_id == series, PriceCurrent.day == TUESDAY)
        session.execute(held.values(held=True))
    deliver(db, SUBSCRIBERS[0])
    assert texts(client) == []
    entry = client.get("/price-board", q="rb2610").json["entries"][0]
    assert (entry["day"], entry["held_day"]) == ("2026-09-07", "2026-09-08")


def test_a_figure_rings_when_its_hold_is_released(db: Database, api_as: Api, world: World) -> None:
    load(db, 3100, MONDAY)
    client, series = api_as("trader"), series_id(db)
    client.post("/price-alerts", wanted(series))
    load(db, 3500, TUESDAY)
    deliver(db, SUBSCRIBERS[0])
    assert texts(client) == []
    first = world.actor(OrgKind.OPERATOR, "buyer")
    second = world.actor(OrgKind.OPERATOR, "buyer", org=first.org_id)
    with db.write() as session:
        hold = session.scalars(select(PriceHold)).one()
        hold_decisions.propose(
            session, first, hold.id, verdict=Standing.RELEASED, reason="notice", version=hold.version
        )
        session.flush()
        hold_decisions.confirm(session, second, hold.id, version=hold.version)
    for _ in range(2):
        deliver(db, SUBSCRIBERS[1])
        assert len(texts(client)) == 1


def test_a_figure_rings_when_what_came_later_explains_it(db: Database, api_as: Api) -> None:
    """The session between was missing: beside it the move is an ordinary one."""
    load(db, 3100, FRIDAY)
    client, series = api_as("trader"), series_id(db)
    client.post("/price-alerts", wanted(series))
    load(db, 3400, TUESDAY)
    deliver(db, SUBSCRIBERS[0])
    assert texts(client) == []
    load(db, 3250, MONDAY)
    for _ in range(2):
        for subscriber in SUBSCRIBERS:
            deliver(db, subscriber)
        assert len(texts(client)) == 1


def test_measures_read_the_right_figures(db: Database, api_as: Api) -> None:
    """A change in percent, a basis of two contracts, and staleness by the clock."""
    load(db, 3100, MONDAY)
    client, series = api_as("trader"), series_id(db)
    other = series_id(db, "shfe.daily:hc2610:settle")
    client.post("/price-alerts", wanted(series, "change_percent", "above", 5))
    client.post("/price-alerts", wanted(series, "basis", "above", 100, other_id=other))
    client.post("/price-alerts", wanted(series, "stale", "above", 0))
    load(db, 3210, TUESDAY, 2)
    assert texts(client) == [
        "螺纹钢 rb2610 moved by +7.00% against the price before; the alert is set to 5%.",
        "螺纹钢 rb2610 less 热轧卷板 hc2610 is +200 yuan/t, at or above 100.",
    ]
    there = datetime(2026, 9, 14, 12, tzinfo=UTC) - datetime.now(UTC)
    with clock.shifted(seconds=there.total_seconds()), db.write() as session:
        assert [firing.gone_stale(session) for _ in range(2)] == [1, 0]
    assert texts(client)[-1] == "螺纹钢 rb2610 is out of date: its last price is of 2026-09-08."


def test_an_alert_that_cannot_be_is_refused(db: Database, api_as: Api) -> None:
    load(db, 3100, MONDAY)
    client, series = api_as("pipe_maker", "buyer"), series_id(db)
    for change, code in (
        ({"direction": "either"}, "price_alert_unfit"), ({"other_id": series}, "price_alert_unfit"),
        ({"series_id": 999}, "not_found"), ({"shared": True}, "price_alert_shared_by_admin"),
    ):  # fmt: skip
        assert client.post("/price-alerts", wanted(series) | change).json["code"] == code
    elsewhere = {"kind": "dingtalk", "name": "x", "address": "https://127.0.0.1/robot/send?access_token=0123456789"}
    assert api_as("trader").post("/price-channels", elsewhere).json["code"] == "price_channel_address_unfit"


def test_an_alert_is_its_owners_to_change(db: Database, api_as: Api) -> None:
    load(db, 3100, MONDAY)
    owner, stranger = api_as("trader"), api_as("trader")
    alert = owner.post("/price-alerts", wanted(series_id(db), threshold=3000)).json
    assert not alert["armed"]
    assert owner.post(f"/price-alerts/{alert['id']}/pause").json["paused"]
    load(db, 2990, TUESDAY, 1)
    assert owner.post(f"/price-alerts/{alert['id']}/resume").json["armed"]
    path = f"/price-alerts/{alert['id']}"
    etag = owner.get(path).headers["ETag"]
    assert [stranger.get(path).status_code, stranger.delete(path, etag=etag).status_code] == [404, 404]
    assert owner.delete(path, etag=etag).status_code == 204
    assert owner.get("/price-alerts").json["items"] == []


@pytest.fixture
def outside(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[[str], None]:
    """What a worker finds in its environment: the installation's secret and its mail server."""

    def put(smtp_url: str) -> None:
        found = {"DATA_DIR": str(tmp_path), "SECRET_KEY": "only the tests know this secret key"}
        for name, value in (found | {"SMTP_URL": smtp_url, "MAIL_FROM": "y@example.com"}).items():
            monkeypatch.setenv(f"STEELYARD_{name}", value)

    return put


def _work(db: Database, orders: "Orders") -> None:
    """Order what is due and perform the orders, as the clock and a worker do."""
    with db.write() as session:
        sending.dispatch(session)
    known = {job.name: job for job in JOBS}
    for order, params in orders.kept.items():
        perform(db, known, order.partition(":")[0], order, params)


def test_messages_leave_through_channels_and_are_on_record(
    db: Database, api_as: Api, outside: Callable[[str], None], orders: "Orders", hooks: Robots, world: World
) -> None:
    """A robot that refuses is tried again; the address is sealed, and nobody is shown it."""
    load(db, 3100, MONDAY)
    client = api_as(buyer := world.actor("pipe_maker"))
    made = client.post(
        "/price-channels", {"kind": "dingtalk", "name": "采购群", "address": HOOK, "secret": "SEC12345678"}
    )
    assert made.status_code == 201
    assert "0123456789abcdef" not in made.text + client.get("/price-channels").text
    with db.read() as session:
        assert b"0123456789abcdef" not in session.scalars(select(PriceChannel.sealed)).one()
    mail = {"kind": "email", "name": "采购邮箱", "address": "caigou@example.com"}
    assert client.post("/price-channels", mail).status_code == 201
    refused = api_as(world.actor("pipe_maker", "buyer", org=buyer)).post("/price-channels", mail)
    assert refused.status_code == 403
    client.post("/price-alerts", wanted(series_id(db)))
    load(db, 3160, TUESDAY, 1)
    hooks.answers.append((200, '{"errcode": 310000, "errmsg": "sign not match"}'))
    jobs.plug_in(orders)  # the application has plugged in its own
    with post_office() as office:
        outside(office.url)
        _work(db, orders)
        first = client.get("/price-channels/1/messages").json["items"]
        assert [(one["status"], one["attempts"], one["error"]) for one in first] == [
            ("queued", 1, "310000 sign not match")
        ]
        _work(db, orders)
        assert len(hooks.received) == 1
        with clock.shifted(minutes=2):
            _work(db, orders)
    assert [one["status"] for one in client.get("/price-channels/1/messages").json["items"]] == ["sent"]
    assert len(hooks.received) == 2
    assert "3,160" in hooks.received[1][1]["text"]["content"]
    assert [recipients for recipients, _ in office.received] == [["caigou@example.com"]]
    channel = client.get("/price-channels/1")
    assert client.delete("/price-channels/1", etag=channel.headers["ETag"]).status_code == 204
    with db.read() as session:
        assert session.scalars(select(PriceChannel.sealed).where(PriceChannel.id == 1)).one() == b""


class Orders:
    """A queue that keeps what is ordered, by its key."""

    def __init__(self) -> None:
        self.kept: dict[str, dict[str, Any]] = {}

    def enqueue(self, session: Session, job: str, *, key: str, params: dict[str, Any]) -> None:
        self.kept.setdefault(f"{job}:{key}", params)


@pytest.fixture
def orders() -> Iterator[Orders]:
    queue = Orders()
    jobs.plug_in(queue)
    yield queue
    jobs.plug_in(None)


def _follower(db: Database, world: World) -> Actor:
    actor = world.actor("trader", locale="en")
    from pricing.operations.following import watch

    with db.write() as session:
        watch(session, actor, series_id(db))
    return actor


def test_the_digest_comes_once_a_day_and_not_without_news(db: Database, world: World, orders: Orders) -> None:
    """Two leaders order it, one digest is made; the next day has nothing new and none."""
    load(db, 3100, MONDAY)
    actor = _follower(db, world)
    for _ in range(2):
        with db.write() as session:
            digests.order_all(session)
    (params,) = orders.kept.values()
    for expected in (True, False):
        with db.write() as session:
            assert digests.make(session, **params) is expected
    with db.read() as session:
        (message,) = session.scalars(select(InboxMessage))
        assert (message.user_id, message.kind) == (actor.user_id, "digest")
        assert [one["value"] for one in message.content["moves"]] == ["3,100"]
        assert message.content["stale"] == []
    with clock.shifted(days=1), db.write() as session:
        digests.order_all(session)
        assert len(orders.kept) == 2
        later = list(orders.kept.values())[1]
        assert not digests.make(session, **later)


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        (datetime(2026, 9, 8, 9, 30, tzinfo=UTC), "2026-09-08"),
        (datetime(2026, 9, 8, 9, 29, tzinfo=UTC), "2026-09-07"),
        (datetime(2026, 9, 8, 16, 30, tzinfo=UTC), "2026-09-08"),
    ],
)  # fmt: skip
def test_a_digest_made_late_is_still_that_of_its_day(moment: datetime, day: str) -> None:
    assert digests.day_of(moment).isoformat() == day


def test_messages_that_are_due_are_ordered_once_an_attempt(db: Database, api_as: Api, orders: Orders) -> None:
    client = api_as("trader")
    jobs.plug_in(orders)  # the application has plugged in its own
    client.post("/price-channels", {"kind": "dingtalk", "name": "群", "address": HOOK})
    assert client.post("/price-channels/1/test").status_code == 200
    for _ in range(2):
        with db.write() as session:
            sending.dispatch(session)
    assert list(orders.kept.items()) == [("pricing.send:1:0", {"sending_id": 1})]


def test_the_board_counts_its_statements_and_pages(db: Database, api_as: Api) -> None:
    """What one follows comes first; a page of 5 costs as many statements as one of 98."""
    with db.write() as session:
        load_fixtures(session, None)
    client = api_as("pipe_maker")
    pipe = series_id(db, "nbs.ten_day:无缝钢管(219*6,20#):t")
    assert [one["series"]["id"] for one in client.get("/price-board", q="φ219×6 20＃").json["entries"]] == [pipe]
    assert client.post(f"/price-series/{pipe}/watch").json == {"series_id": pipe, "watched": True}
    assert client.post(f"/price-series/{pipe}/watch").status_code == 200
    seen: list[str] = []
    event.listen(db.engine, "before_cursor_execute", lambda *given: seen.append(given[2]))
    counts = []
    for limit in (5, 90):
        seen.clear()
        page = client.get("/price-board", limit=limit).json
        counts.append(len([one for one in seen if "price_" in one]))
    assert counts[0] == counts[1] <= 6
    assert page["entries"][0]["series"]["id"] == pipe
    assert [one["watched"] for one in page["entries"][:2]] == [True, False]
    rest = client.get("/price-board", limit=90, after=page["next"]).json
    ids = [one["series"]["id"] for one in page["entries"] + rest["entries"]]
    assert len(ids) == len(set(ids)) == page["total"]
    assert client.get("/price-board", after=99999).status_code == 404
    assert client.post(f"/price-series/{pipe}/unwatch").json["watched"] is False


def test_a_comparison_refuses_to_mix_units_and_is_saved(db: Database, api_as: Api) -> None:
    with db.write() as session:
        load_fixtures(session, None)
    client = api_as("pipe_maker")
    pipe = series_id(db, "nbs.ten_day:无缝钢管(219*6,20#):t")
    rebar = series_id(db)
    both = client.get("/price-comparison", series=f"{pipe},{rebar}", scale="indexed").json
    assert both["base_day"] == "2026-09-07"
    assert both["series"][0]["points"][-1] == ["2026-08-31", "100.00"]
    absolute = client.get("/price-comparison", series=f"{pipe},{rebar}").json
    assert (absolute["scale"], absolute["unit"]) == ("absolute", "CNY/t")
    with client.get("/price-comparison.csv", series=f"{pipe},{rebar}") as saved:
        assert saved.text.splitlines()[1].startswith("2026-09-07,,3100")
    with db.write() as session:
        session.execute(update(PriceSeries).where(PriceSeries.id == rebar).values(unit="CNY/kg"))
    refused = client.get("/price-comparison", series=f"{pipe},{rebar}", scale="absolute")
    assert (refused.status_code, refused.json["code"]) == (409, "price_units_differ")
