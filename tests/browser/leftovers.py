"""What people leave behind beyond the demonstration, so that every page has something to show."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from io import BytesIO
from typing import Any

from flask import Flask
from PIL import Image
from sqlalchemy import select

from inventory.operations import billing
from pricing.fetching import running
from pricing.fetching.client import Client, Manners
from pricing.fetching.plans import Request
from pricing.models import PriceSeries
from pricing.operations import imports
from pricing.queries.imports import document_of
from pricing.sources import shfe
from steelyard.accounts.models import Organisation
from steelyard.core import clock
from steelyard.core.actors import Actor, OrgKind
from steelyard.core.clock import SHANGHAI, utc_now
from steelyard.core.database import Database
from tests.support.clients import ApiClient
from tests.support.ports import free_port
from tests.support.price_sheets import PASTED
from tests.support.world import World

CERTIFICATE = {
    "number": "ZB-1",
    "mill_name": "示例钢厂甲",
    "heat_number": "H1",
    "issued_on": "2026-08-31",
    "grade": "20",
    "standard": "GB/T 699",
    "values": [{"symbol": "C", "value": "0.20"}, {"symbol": "P", "value": "0.040"}, {"symbol": "Rm", "value": "455"}],
}
MASTER_SHEET = "编码,名称,上级\nIMP,新区,\nIMP-01,新架,IMP\nIMP 02,空格,IMP\n"
CONTRACT = {"title": "热卷月均价", "formula": "月均(continuous.recorded:hc0:settle, 2023-12) + 60"}


def leave(world: World, app: Flask, people: dict[OrgKind, Actor]) -> None:
    """Leave a draft and an import of prices, a contract with its quote, an index, a failed fetch, a certificate.

    In the yard a bundle was split and is to change hands; what is left of it is defective, held and claimed for;
    a delivery order is half done.
    """
    operator = people[OrgKind.OPERATOR]
    _confirm(world.db, operator, bring_sheet(world.db, operator))
    bring_sheet(world.db, operator)
    _fail_to_fetch(world.db)
    maker = ApiClient(app, world.token(people[OrgKind.PIPE_MAKER]))
    contract = _made(maker, "/price-contracts", CONTRACT)
    _made(maker, f"/price-contracts/{contract}/quotes", {})
    keeper = ApiClient(app, world.token(people[OrgKind.WAREHOUSE]))
    _made(keeper, "/certificates", CERTIFICATE)
    _work_on_a_bundle(keeper, app, world, people)
    _receive_lorries(keeper, people[OrgKind.TRADER].org_id)
    report_a_defect(keeper, "PART-2")
    _order_a_delivery(keeper, app, world)
    yard = keeper.get("/stock").get_json()["items"][0]["warehouse_id"]
    _made(keeper, "/master-imports", {"kind": "places", "warehouse_id": yard, "text": MASTER_SHEET})
    _count_an_unknown_tag(keeper, yard)
    _issue_a_statement(keeper, world.db, people[OrgKind.WAREHOUSE], yard)
    _made(ApiClient(app, world.token(operator)), "/price-indexes/city", _city(world.db))


def bring_sheet(db: Database, operator: Actor) -> int:
    """Leave a pasted price sheet as a draft, so that its trial can be shown; return the draft's id."""
    brought = imports.look_at(PASTED.encode(), "示例管坯群.txt")
    with db.write() as session:
        draft = imports.start(session, operator, brought)
        assert not isinstance(brought.found, Exception)
        told = {"provider": "示例管坯群", "permission": "示例"}
        imports.change(session, operator, draft, brought.found, told)
        return draft.id


def _confirm(db: Database, operator: Actor, draft_id: int) -> None:
    from pricing.queries.imports import one

    with db.write() as session:
        draft = one(session, operator, draft_id, locked=True)
        imports.confirm(session, operator, draft, document_of(draft).sha256)


def _fail_to_fetch(db: Database) -> None:
    """Ask a publisher who is not there."""
    moment = datetime(2026, 9, 7, 8, 0, tzinfo=UTC)
    client = Client(db, "x", Manners(attempts=1, allow_private=True), lambda: moment)
    plan = running.plan_of(shfe.SOURCE)
    home = f"127.0.0.1:{free_port()}"
    source = replace(shfe.SOURCE, fetch=replace(plan, hosts=frozenset({home})))
    wanted = [Request(f"http://{home}/kx20260907.dat", date(2026, 9, 7))]
    running.run(db, source, running.Network(client, "k" * 32, lambda: moment), wanted)


def _work_on_a_bundle(keeper: ApiClient, app: Flask, world: World, people: dict[OrgKind, Actor]) -> None:
    """Split a bundle; its owner orders that a part of it be another's."""
    bundle = next(one for one in keeper.get("/stock").get_json()["items"] if one["pieces"] > 1)
    yard = {"warehouse_id": bundle["warehouse_id"]}
    parts = [{"pieces": 1, "tag": "PART-1"}, {"pieces": bundle["pieces"] - 1, "tag": "PART-2"}]
    _made(keeper, "/warehouse/splits", {**yard, "tag": bundle["tag"], "parts": parts})
    with world.db.read() as session:
        owner = session.get_one(Organisation, bundle["owner_org_id"])
    giver = ApiClient(app, world.token(world.actor(owner.kind, org=owner)))
    taker = next(one for one in (people[OrgKind.TRADER], people[OrgKind.PIPE_MAKER]) if one.org_id != owner.id)
    order = {**yard, "to_owner_org_id": taker.org_id, "order_number": "GH-1", "tags": ["PART-1"]}
    _made(giver, "/warehouse/title-transfers", order)


def _order_a_delivery(keeper: ApiClient, app: Flask, world: World) -> None:
    """Leave an order of which a part has left, a part is picked, a part is to be split off, and a part is missing."""
    stock = keeper.get("/stock", state="available", held="false").get_json()["items"]
    first = next(one for one in stock if one["pieces"] > 3)
    yard = {"warehouse_id": first["warehouse_id"]}
    tags = ("LOT-1", "LOT-2", "LOT-3")
    parts = [{"pieces": pieces, "tag": tag} for pieces, tag in zip((1, 2, first["pieces"] - 3), tags, strict=True)]
    _made(keeper, "/warehouse/splits", {**yard, "tag": first["tag"], "parts": parts})
    with world.db.read() as session:
        owner = session.get_one(Organisation, first["owner_org_id"])
    rest = {"size": first["size"], "grade": first["grade"], "pieces": 90_000, "whole_bundles": False}
    until = (datetime.now(UTC) + timedelta(days=30)).isoformat()
    lines = [{"tag": tags[0]}, {"tag": tags[1]}, rest]
    gate = {"plate": "鲁P12345", "pass_code": "604817"}
    order = {**yard, **gate, "order_number": "TH-1", "valid_until": until, "lines": lines}
    made = _made(ApiClient(app, world.token(world.actor(owner.kind, org=owner))), "/warehouse/delivery-orders", order)
    path = f"/warehouse/delivery-orders/{made}"
    number = keeper.post(f"{path}/allocate").get_json()["number"]
    for tag in tags[:2]:
        scan = {"client_op_id": f"left-{tag}", "kind": "pick", "tag": tag, "delivery_number": number}
        operation = {**scan, "event_at": datetime.now(UTC).isoformat()}
        answer = keeper.post("/warehouse/operations", {**yard, "operations": [operation]}).get_json()["answers"][0]
        assert answer["code"] == "picked", answer
        if tag == tags[0]:
            _made(keeper, f"{path}/gate-passes", gate)


def _receive_lorries(keeper: ApiClient, owner_id: int) -> None:
    """Announce goods; one lorry is being received, another stopped because it brought what was not announced."""
    known = keeper.get("/stock").get_json()["items"][0]
    goods = {"product_id": known["product_id"], "heat_number": "H1", "mill_name": "示例钢厂甲", "pieces": 3}
    length = {"piece_length_mm": known["piece_length_mm"]}
    yard = {"warehouse_id": known["warehouse_id"]}
    lines = [{"tag": f"LEFT-{number}", **goods, **length} for number in range(3)]
    _made(keeper, "/warehouse/advices", {"number": "FH-1", "owner_org_id": owner_id, "lines": lines, **yard})
    for tags in (["LEFT-0", "LEFT-9"], ["LEFT-1"]):
        opened = keeper.post("/warehouse/open-receipts", {"advice_number": "FH-1", **yard}).get_json()
        scan = {"kind": "receive", "receipt_number": opened["number"], "event_at": opened["event_at"]}
        scan |= {"place": known["place"], "extra": True, **goods, **length}
        scans = [{**scan, "client_op_id": f"left-{tag}", "tag": tag} for tag in tags]
        answer = keeper.post("/warehouse/operations", {"operations": scans, **yard})
        assert [one["outcome"] for one in answer.get_json()["answers"]] == ["done"] * len(tags), answer.text
        ticket = {"ticket_number": f"BD-{tags[0]}", "plate": "鲁P1", "gross_g": 16_600_000, "tare_g": 16_000_000}
        path = f"/receipts/{opened['id']}"
        assert keeper.post(f"{path}/weighings", ticket).status_code == 200
        for direction in ("in", "out"):
            weight = {"ticket_number": f"BD-{direction}-{tags[0]}", "plate": "鲁P1", "direction": direction}
            _made(keeper, "/weighbridge-tickets", {**yard, **weight, "mass_g": 16_100_000})
        if len(tags) > 1:
            assert keeper.post(f"{path}/post", {"as_part": True}).get_json()["status"] == "stopped"


def report_a_defect(keeper: ApiClient, tag: str) -> None:
    """Report a bundle with a photo, hold it, propose what is done with it, claim from the mill."""
    bundle = next(one for one in keeper.get("/stock", tag=tag).get_json()["items"] if one["tag"] == tag)
    report = {"warehouse_id": bundle["warehouse_id"], "tag": tag, "kind": "crack", "severity": "major", "pieces": 1}
    defect = _made(keeper, "/defects", report)
    picture = BytesIO()
    Image.new("RGB", (320, 240), "grey").save(picture, "JPEG")
    photo = {"data": picture.getvalue(), "headers": {"Content-Type": "image/jpeg"}}
    assert keeper.call("POST", f"/defects/{defect}/photos", **photo).status_code == 201
    _made(keeper, "/quality-holds", {"bundle_id": bundle["bundle_id"], "defect_id": defect, "reason": "裂纹"})
    _made(keeper, f"/defects/{defect}/dispositions", {"kind": "release", "remark": "复检"})
    _made(keeper, f"/defects/{defect}/claims", {"demand": "退货", "amount_fen": 100_000})


def _count_an_unknown_tag(keeper: ApiClient, yard: int) -> None:
    place = keeper.get("/stock").get_json()["items"][0]["place"]
    taken = _made(keeper, "/stocktakes", {"warehouse_id": yard, "place": place})
    seen = {"client_op_id": "left-1", "tag": "没有吊牌-1", "place": place, "event_at": datetime.now(UTC).isoformat()}
    keeper.post(f"/stocktakes/{taken}/counts", {"counts": [seen]})
    keeper.post(f"/stocktakes/{taken}/close")


def _issue_a_statement(keeper: ApiClient, db: Database, actor: Actor, yard: int) -> None:
    """This month's statement of an owner, issued when it was over, and corrected after the tariff was set anew."""
    owner = keeper.get("/stock").get_json()["items"][0]["owner_org_id"]
    terms = {"valid_from": "2026-01-01", "free_days": 0, "minimum_fen": 0, "out_fen_per_t": 800, "in_fen_per_t": 800}
    _made(keeper, f"/warehouses/{yard}/tariffs", {**terms, "storage_fen_per_t_day": 50})
    month = f"{utc_now().astimezone(SHANGHAI):%Y-%m}"
    with clock.shifted(seconds=32 * 86_400), db.write() as session:
        first = billing.issue(session, actor, yard, owner, month)
    _made(keeper, f"/warehouses/{yard}/tariffs", {**terms, "storage_fen_per_t_day": 60, "in_fen_per_t": 900})
    with clock.shifted(seconds=32 * 86_400), db.write() as session:
        billing.correct(session, actor, first.id, "费率更正")


def _made(client: ApiClient, path: str, body: dict[str, Any]) -> int:
    answer = client.post(path, body)
    assert answer.status_code == 201, answer.text
    made: int = answer.get_json()["id"]
    return made


def _city(db: Database) -> dict[str, Any]:
    query = select(PriceSeries.id).where(PriceSeries.unit == "CNY/t", PriceSeries.family == "nbs.ten_day").limit(4)
    with db.read() as session:
        ids = session.scalars(query).all()
    members = [{"series_id": one, "contributor": f"{place}", "weight": 1} for place, one in enumerate(ids)]
    return {"code": "example.city", "name": "示例指数", "base_day": "2026-08-20", "members": members}
