"""The freight pages, as people fill them in."""

from collections.abc import Callable

import pytest

from tests.support.clients import Browser

from .market import Market
from .test_journey import issue

pytestmark = pytest.mark.either_database

BrowseAs = Callable[..., Browser]


@pytest.fixture
def browse(market: Market, browse_as: BrowseAs) -> Callable[[str], Browser]:
    """A browser of a person of the market by name."""
    return lambda who: browse_as(market.people[who], locale="zh")


GOODS = {
    "origin": "371500",
    "destination": "120000",
    "mass_g": "28吨",
    "pieces": "74",
    "longest_mm": "12米",
    "ceiling_fen": "5200元",
    "needs": ["tarpaulin"],
    "order_reference": "HT-2026-88",
}
LORRY = {
    "plate": "鲁P·12345",
    "lorry_class": "semi_13",
    "bed_length_mm": "13米",
    "payload_g": "32吨",
    "ask_fen_per_km": "6.5元",
    "fixed_fen": "400元",
    "position": "371523",
    "equipment": ["tarpaulin"],
}


def test_freight_by_hand_from_posting_to_confirmation(market: Market, browse: Callable[[str], Browser]) -> None:
    """Everything that the API does is done on pages, with what people type and in their language."""
    shipper, carrier, operator = browse("shipper"), browse("carrier"), browse("operator")
    receiver = market.people["trader"].org_name
    posted = shipper.submit("/freight/demands/new", "/freight/demands/new", **GOODS, receiver_name=receiver)
    assert "已挂牌" in posted.text
    assert "28.000 吨" in posted.text
    assert "篷布" in carrier.submit("/freight/supplies/new", "/freight/supplies/new", **LORRY).text
    board = operator.get("/freight").text
    assert "5,200.00 元" in board
    held = operator.submit("/freight", "/freight/rounds", offer_minutes="60")
    assert "本轮撮合发出 1 份配载要约" in held.text
    assert "36.1\N{NO-BREAK SPACE}公里" in held.text
    [load] = market.loads()
    page = f"/freight/loads/{load['id']}"
    assert "等待对方答复" in carrier.submit(page, f"{page}/accept").text
    assert "运单 YD-" in shipper.submit(page, f"{page}/accept").text
    [waybill] = market.shipper.get("/waybills").json["items"]
    paper = f"/waybills/{waybill['id']}"
    assert waybill["number"] in browse("trader").get("/waybills").text
    done = browse("trader").submit(paper, f"{paper}/deliver", received_mass_g="27.95吨", remark="完好")
    assert "签收完成" in done.text
    assert market.shipper.get(paper).json["received_mass_g"] == 27_950_000


def test_board_hides_what_belongs_to_others(market: Market, browse: Callable[[str], Browser]) -> None:
    """A carrier reads goods without their ceiling, a shipper lorries without plate and ask."""
    market.demand()
    market.supply()
    assert "5,200.00 元" not in browse("carrier").get("/freight").text
    board = browse("trader").get("/freight").text
    assert "鲁P12345" not in board
    assert "6.50 元" not in board


def test_refused_form_says_why_and_keeps_what_was_typed(market: Market, browse: Callable[[str], Browser]) -> None:
    """A reversed window and an unknown receiver are explained; nothing is posted."""
    shipper = browse("shipper")
    typed = GOODS | {"pickup_from": "2026-12-02T10:00", "pickup_until": "2026-12-01T10:00"}
    page = shipper.submit("/freight/demands/new", "/freight/demands/new", **typed)
    assert "时间窗的结束须晚于开始" in page.text
    assert 'value="28吨"' in page.text
    page = shipper.submit("/freight/demands/new", "/freight/demands/new", **GOODS, receiver_name="没有这家公司")
    assert "所填收货方不是" in page.text
    assert market.shipper.get("/freight/demands").json["items"] == []


def test_open_posting_is_changed_and_withdrawn_by_hand(market: Market, browse: Callable[[str], Browser]) -> None:
    """The form of an open posting holds what was posted; a change by somebody else in between is noticed."""
    demand = market.demand(needs=["tarpaulin"], order_reference="HT-1")
    path = f"/freight/demands/{demand['id']}"
    shipper = browse("shipper")
    assert "已修改" in shipper.submit(path, path, ceiling_fen="6000元").text
    changed = market.shipper.get(path).json
    assert (changed["ceiling_fen"], changed["order_reference"]) == (600_000, "HT-1")
    assert "单据已被他人修改" in shipper.submit(path, path, version="1", ceiling_fen="1元").text
    assert market.shipper.get(path).json["ceiling_fen"] == 600_000
    assert "已撤回" in shipper.submit(path, f"{path}/withdraw").text
    assert market.shipper.get(path).json["state"] == "withdrawn"


def test_lorry_is_changed_and_withdrawn_by_hand(market: Market, browse: Callable[[str], Browser]) -> None:
    """A carrier lowers its ask and then takes the lorry off the board."""
    supply = market.supply()
    path = f"/freight/supplies/{supply['id']}"
    carrier = browse("carrier")
    assert "已修改" in carrier.submit(path, path, ask_fen_per_km="6元").text
    assert market.carrier.get(path).json["ask_fen_per_km"] == 600
    assert "已撤回" in carrier.submit(path, f"{path}/withdraw").text


def test_offer_is_declined_by_hand(market: Market, browse: Callable[[str], Browser]) -> None:
    """The reason is shown to the other side."""
    load = market.offer()
    page = f"/freight/loads/{load['id']}"
    assert "已拒绝" in browse("carrier").submit(page, f"{page}/decline", reason="司机请假").text
    assert "司机请假" in browse("shipper").get(page).text


def test_matching_page_says_why_a_posting_stayed(market: Market, browse: Callable[[str], Browser]) -> None:
    """The owner of a posting left over reads the reason, others do not see the posting there."""
    market.demand(ceiling_fen=1_000)
    market.supply()
    held = market.round()
    page = f"/freight/rounds/{held['id']}"
    assert "最高运价低于车方要价" in browse("shipper").get(page).text
    assert "最高运价低于车方要价" not in browse("trader").get(page).text


def test_waybill_page_lists_bundles_and_heats(market: Market, browse: Callable[[str], Browser]) -> None:
    """The yard's people see what they loaded, by bundle, heat and certificate, and no money."""
    load = market.journey(loading_warehouse_org_id=market.people["yard"].org_id)
    issue(market, market.world.db, load["waybill_number"])
    text = browse("yard").get(f"/waybills/{load['waybill_id']}").text
    assert "H2608-11" in text
    assert "27.800 吨" in text
    assert " 元" not in text


def test_home_page_tells_what_waits(market: Market, browse: Callable[[str], Browser]) -> None:
    """Offers wait for both sides, goods for the operator, loaded waybills for the shipper, lorries for the yard."""
    market.demand("trader", mass_g=60_000_000)
    load = market.offer(loading_warehouse_org_id=market.people["yard"].org_id)
    assert "1 份配载要约待您答复" in browse("carrier").get("/").text
    assert "1 票货源待撮合" in browse("operator").get("/").text
    for who in ("shipper", "carrier"):
        market.made(who, f"/freight/loads/{load['id']}/accept", {})
    assert "1 辆车待装货" in browse("yard").get("/").text
    [waybill] = market.shipper.get("/waybills").json["items"]
    issue(market, market.world.db, waybill["number"])
    assert "1 份运单待您签收" in browse("shipper").get("/").text
