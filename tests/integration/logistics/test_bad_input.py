"""What is refused, by which code, and that nothing changed."""

from typing import Any

from .market import NOBODY, Market, demand_body, hours, supply_body

REFUSED_DEMANDS: dict[str, tuple[dict[str, Any], int, str]] = {
    "reversed window": ({"pickup_from": hours(5), "pickup_until": hours(4)}, 409, "window_reversed"),
    "year one": ({"pickup_from": "0001-01-01T00:00:00Z"}, 409, "window_out_of_reach"),
    "year 9999": ({"delivery_until": "9999-12-31T23:59:59Z"}, 409, "window_out_of_reach"),
    "unknown place": ({"origin": "999999"}, 409, "place_unknown"),
    "unknown warehouse": ({"loading_warehouse_org_id": NOBODY}, 409, "warehouse_unknown"),
    "unknown receiver": ({"receiver_org_id": NOBODY}, 409, "receiver_unknown"),
    "negative mass": ({"mass_g": -28_000_000}, 422, "invalid"),
    "huge mass": ({"mass_g": 10**18}, 422, "invalid"),
    "unknown field": ({"state": "booked"}, 422, "invalid"),
    "control character": ({"order_reference": "a\x00b"}, 422, "invalid"),
}
REFUSED_SUPPLIES: dict[str, tuple[dict[str, Any], int, str]] = {
    "no plate": ({"plate": "hello world"}, 409, "plate_unreadable"),
    "long bed posted as a semi": ({"bed_length_mm": 17_500}, 409, "bed_not_of_class"),
    "free in eight thousand years": ({"free_from": "9999-12-31T23:59:59Z"}, 409, "window_out_of_reach"),
    "negative ask": ({"ask_fen_per_km": -1}, 422, "invalid"),
    "huge fixed fee": ({"fixed_fen": 10**12}, 422, "invalid"),
}


def test_refused_postings_leave_the_board_empty(market: Market) -> None:
    """Each mistake has its own answer and changes nothing."""
    for name, (changes, status, code) in REFUSED_DEMANDS.items():
        answer = market.shipper.post("/freight/demands", demand_body(**changes))
        assert (answer.status_code, answer.json["code"]) == (status, code), name
    for name, (changes, status, code) in REFUSED_SUPPLIES.items():
        answer = market.carrier.post("/freight/supplies", supply_body(**changes))
        assert (answer.status_code, answer.json["code"]) == (status, code), name
    assert market.operator.get("/freight/demands").json["items"] == []
    assert market.operator.get("/freight/supplies").json["items"] == []


def test_organisation_of_the_wrong_kind_is_neither_warehouse_nor_receiver(market: Market) -> None:
    """A carrier loads no yard and receives no goods."""
    carrier = market.people["carrier"].org_id
    for field, code in (("loading_warehouse_org_id", "warehouse_unknown"), ("receiver_org_id", "receiver_unknown")):
        answer = market.shipper.post("/freight/demands", demand_body(**{field: carrier}))
        assert (answer.status_code, answer.json["code"]) == (409, code)


def test_lorry_is_on_the_board_once(market: Market) -> None:
    """The same plate, however typed, is refused while the first posting is active, and welcome afterwards."""
    first = market.supply(plate="鲁P12345")
    answer = market.carrier.post("/freight/supplies", supply_body("鲁p·12345"))
    assert (answer.status_code, answer.json["code"]) == (409, "lorry_already_posted")
    other = market.supply(plate="鲁P54321")
    renamed = market.carrier.patch(f"/freight/supplies/{other['id']}", {"plate": "鲁P12345"}, etag='"1"')
    assert (renamed.status_code, renamed.json["code"]) == (409, "lorry_already_posted")
    market.made("carrier", f"/freight/supplies/{first['id']}/withdraw", {})
    market.supply(plate="鲁P12345")


def test_open_posting_is_changed_with_the_version_that_was_read(market: Market) -> None:
    """The right version changes it; a stale one, none at all, or terms that do not hold together change nothing."""
    demand = market.demand()
    path = f"/freight/demands/{demand['id']}"
    etag = market.shipper.get(path).headers["ETag"]
    assert market.shipper.patch(path, {"ceiling_fen": 600_000}).status_code == 428
    changed = market.shipper.patch(path, {"ceiling_fen": 600_000, "needs": ["tarpaulin", "tarpaulin"]}, etag=etag)
    assert (changed.json["ceiling_fen"], changed.json["needs"]) == (600_000, ["tarpaulin"])
    assert market.shipper.patch(path, {"ceiling_fen": 1}, etag=etag).status_code == 412
    fresh = changed.headers["ETag"]
    reversed_ = market.shipper.patch(path, {"pickup_until": hours(-2)}, etag=fresh)
    assert (reversed_.status_code, reversed_.json["code"]) == (409, "window_reversed")
    assert market.shipper.get(path).json["ceiling_fen"] == 600_000


def test_supply_is_changed_while_open(market: Market) -> None:
    """A carrier moves its lorry and asks less."""
    supply = market.supply()
    path = f"/freight/supplies/{supply['id']}"
    changed = market.carrier.patch(path, {"position": "371500", "ask_fen_per_km": 600}, etag='"1"')
    assert (changed.status_code, changed.json["position"], changed.json["ask_fen_per_km"]) == (200, "371500", 600)


def test_foreign_and_withdrawn_postings_are_out_of_reach(market: Market) -> None:
    """Another firm's posting is not found, a withdrawn one is frozen for ever."""
    demand = market.demand()
    path = f"/freight/demands/{demand['id']}"
    assert market.trader.post(f"{path}/withdraw").status_code == 404
    assert market.trader.patch(path, {"ceiling_fen": 1}, etag='"1"').status_code == 404
    market.made("shipper", f"{path}/withdraw", {})
    again = market.shipper.post(f"{path}/withdraw")
    assert (again.status_code, again.json["code"]) == (409, "posting_frozen")


def test_each_kind_posts_its_own(market: Market) -> None:
    """Carriers post no goods, shippers no lorries, and only the operator holds rounds."""
    assert market.carrier.post("/freight/demands", demand_body()).status_code == 403
    assert market.shipper.post("/freight/supplies", supply_body()).status_code == 403
    assert market.shipper.post("/freight/rounds", {}).status_code == 403
    assert market.operator.post("/freight/rounds", {"offer_minutes": 0}).status_code == 422


def test_viewer_reads_and_does_not_post(market: Market) -> None:
    """A role without business in freight sees the board and cannot change it."""
    viewer = market.api_as("trader", "viewer")
    assert viewer.get("/freight/demands").status_code == 200
    assert viewer.post("/freight/demands", demand_body()).status_code == 403
