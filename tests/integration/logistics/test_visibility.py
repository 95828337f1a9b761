"""Who sees what of the market."""

from .market import Market

PRIVATE_DEMAND = ("ceiling_fen", "order_reference", "loading_warehouse_org_id", "receiver_org_id", "org_name")
PRIVATE_SUPPLY = ("plate", "payload_g", "tare_g", "ask_fen_per_km", "fixed_fen", "org_name")


def test_demand_is_seen_in_summary_by_the_market(market: Market) -> None:
    """Others see what a lorry must carry, and neither who asks nor what it may cost."""
    demand = market.demand(order_reference="HT-88", loading_warehouse_org_id=market.people["yard"].org_id)
    path = f"/freight/demands/{demand['id']}"
    for who in ("carrier", "trader"):
        seen = market.clients[who].get(path).json
        assert seen["mass_g"] == 28_000_000
        assert {seen[name] for name in PRIVATE_DEMAND} == {None}
    for who in ("shipper", "operator"):
        assert market.clients[who].get(path).json["ceiling_fen"] == 520_000
    assert market.yard.get(path).status_code == 403


def test_supply_is_seen_in_summary_by_the_market(market: Market) -> None:
    """Others see the lorry's size and place, and neither whose it is nor what it asks."""
    supply = market.supply(tare_g=16_000_000)
    path = f"/freight/supplies/{supply['id']}"
    for who in ("rival", "shipper"):
        seen = market.clients[who].get(path).json
        assert seen["usable_payload_g"] == 32_000_000
        assert {seen[name] for name in PRIVATE_SUPPLY} == {None}
    assert market.operator.get(path).json["ask_fen_per_km"] == 650


def test_withdrawn_and_booked_postings_leave_the_board(market: Market) -> None:
    """What is no longer open is its owner's own affair."""
    demand = market.demand()
    market.made("shipper", f"/freight/demands/{demand['id']}/withdraw", {})
    load = market.journey()
    for path in (f"/freight/demands/{demand['id']}", f"/freight/supplies/{load['supply_id']}"):
        assert market.trader.get(path).status_code == 404
        assert market.operator.get(path).status_code == 200
    assert market.trader.get("/freight/demands").json["items"] == []
    assert len(market.shipper.get("/freight/demands", mine="true").json["items"]) == 2


def test_board_is_paged_and_filtered(market: Market) -> None:
    """Pages follow each other by cursor; filters narrow."""
    for _ in range(3):
        market.demand()
    market.demand("trader", origin="371523")
    first = market.carrier.get("/freight/demands", limit=2).json
    rest = market.carrier.get("/freight/demands", limit=2, after=first["next"]).json
    assert (len(first["items"]), len(rest["items"]), rest["next"]) == (2, 2, None)
    assert len(market.carrier.get("/freight/demands", origin="371523").json["items"]) == 1
    assert len(market.trader.get("/freight/demands", mine="false", state="open").json["items"]) == 3


def test_load_is_seen_by_its_sides_the_operator_and_the_yard(market: Market) -> None:
    """Each side sees the price and its own limit; the yard sees no money; nobody else sees anything."""
    load = market.offer(loading_warehouse_org_id=market.people["yard"].org_id)
    path = f"/freight/loads/{load['id']}"
    shipper, carrier = market.shipper.get(path).json, market.carrier.get(path).json
    assert (shipper["ceiling_fen"], shipper["cost_fen"], shipper["side"]) == (520_000, None, "shipper")
    assert (carrier["ceiling_fen"], carrier["cost_fen"], carrier["side"]) == (None, 326_335, "carrier")
    yard = market.yard.get(path).json
    assert {yard[name] for name in ("shipper_pays_fen", "carrier_receives_fen", "cost_fen", "ceiling_fen")} == {None}
    assert yard["plate"] == "鲁P12345"
    for who in ("rival", "trader"):
        assert market.clients[who].get(path).status_code == 404
        assert market.loads(who) == []


def test_waybill_is_seen_by_whom_it_names(market: Market) -> None:
    """Shipper, carrier, yard, receiver and operator; nobody else."""
    load = market.journey(
        loading_warehouse_org_id=market.people["yard"].org_id, receiver_org_id=market.people["trader"].org_id
    )
    path = f"/waybills/{load['waybill_id']}"
    for who in ("shipper", "carrier", "yard", "trader", "operator"):
        assert market.clients[who].get(path).status_code == 200
    assert market.rival.get(path).status_code == 404
    assert market.rival.get("/waybills").json["items"] == []


def test_round_tells_each_reader_about_his_own_postings(market: Market) -> None:
    """Figures are for all, the surplus for the operator, the reason for the owner of the posting."""
    mine = market.demand(mass_g=60_000_000)
    market.demand("trader", ceiling_fen=1_000)
    market.supply()
    held = market.round()
    assert {item["reason"] for item in held["left_over"]} == {"no_fit", "price"}
    seen = market.shipper.get(f"/freight/rounds/{held['id']}").json
    assert seen["surplus_fen"] is None
    assert seen["left_over"] == [
        {"demand_id": mine["id"], "supply_id": None, "number": mine["number"], "reason": "no_fit"}
    ]


def test_places_are_listed_with_integers(market: Market) -> None:
    """Every place has a code, two names and its position in micro-degrees."""
    places = {place["adcode"]: place for place in market.carrier.get("/freight/places").json["places"]}
    assert places["371523"] == {
        "adcode": "371523",
        "name_zh": "茌平",
        "name_en": "Chiping",
        "lon_udeg": 116_255_270,
        "lat_udeg": 36_580_688,
    }


def test_kinds_that_have_no_part_in_freight_are_kept_out(market: Market) -> None:
    """A mill and a financier see neither board nor papers."""
    for kind in ("mill", "financier"):
        client = market.api_as(kind)
        for path in ("/freight/demands", "/freight/supplies", "/freight/rounds", "/freight/loads", "/waybills"):
            assert client.get(path).status_code == 403
