"""Chapter four: pipe finds a lorry, the yard loads it, and the heat is traced to the waybill."""

from datetime import timedelta
from typing import Any

from steelyard.cli.demo import cast, yard
from steelyard.cli.demo.stage import Stage, StepFailed
from steelyard.core.clock import utc_now

HOURS = 3_600


def play(stage: Stage, stored: dict[str, Any]) -> dict[str, Any]:
    """Run the chapter; return the round, the waybills and the trace. An offer that expired is made again."""
    try:
        return _carry(stage, stored)
    except StepFailed as failure:
        if failure.code not in {"offer_expired", "not_matched"}:
            raise
        stage.notebook.forget("freight")
        return _carry(stage, stored)


def _carry(stage: Stage, stored: dict[str, Any]) -> dict[str, Any]:
    shipper = _login_of(stored["delivery"]["member_name"])
    places = {one["name_zh"]: one["adcode"] for one in stage.see("demo-operator", "/freight/places")["places"]}
    mass = sum(line["weighed_mass_g"] for line in stored["pipes"]["lines"][:10])
    _post(stage, places, shipper, mass)
    held = stage.do("freight.round", "demo-operator", "/freight/rounds", {"offer_minutes": 60})
    loads = _loads_of(stage, held["id"])
    for load in loads:
        for side in (_login_of(load["shipper_name"]), _login_of(load["carrier_name"])):
            stage.do(f"freight.accept.{load['id']}.{side}", side, f"/freight/loads/{load['id']}/accept")
    waybill = stage.see(shipper, f"/freight/loads/{loads[0]['id']}")
    issue = _issue(stage, stored, waybill)
    path = f"/waybills/{waybill['waybill_id']}"
    loaded = stage.until(shipper, path, lambda seen: seen["state"] != "issued")
    stage.do("freight.deliver", shipper, f"{path}/deliver", {"received_mass_g": loaded["loaded_mass_g"]})
    heat = stage.items(yard.KEEPER, "/heats", heat_number=yard.heat_of(stage))[0]
    return {
        "round": held,
        "loads": loads,
        "issue": issue,
        "waybill": stage.see(shipper, path),
        "trace": stage.see(yard.KEEPER, f"/heats/{heat['id']}/trace"),
    }


def _loads_of(stage: Stage, round_id: int) -> list[Any]:
    """Return the round's loads between players, that of the pipe in the yard first."""
    answers = stage.notebook.answers
    mine = [answers[f"freight.demand.{number}"]["id"] for number in range(3)]
    players = {part.org for part in cast.PARTS}
    found = [
        one
        for one in stage.items("demo-operator", "/freight/loads")
        if one["round_id"] == round_id and one["demand_id"] in mine and one["carrier_name"] in players
    ]
    found.sort(key=lambda one: mine.index(one["demand_id"]))
    if not found or found[0]["demand_id"] != mine[0]:
        raise StepFailed("freight.round", 200, {"code": "not_matched", "detail": "the pipe in the yard found no lorry"})
    return found


def _login_of(org_name: str) -> str:
    return next(part.login for part in cast.PARTS if part.org == org_name)


def _after(hours: float) -> str:
    return (utc_now() + timedelta(seconds=hours * HOURS)).isoformat()


def _post(stage: Stage, places: dict[str, str], shipper: str, mass_g: int) -> None:
    """Post three consignments and four lorries."""
    no_yard: dict[str, int] = {}
    yard_org = {"loading_warehouse_org_id": stage.notebook.org_ids[cast.WAREHOUSE]}
    consignments = (
        (shipper, "聊城", "济南", mass_g, 70, 12_000, 3_200_00, yard_org),
        ("demo-trader", "聊城", "郑州", 24_500_000, 52, 11_800, 6_400_00, no_yard),
        ("demo-trader", "济南", "聊城", 9_800_000, 40, 9_000, 1_900_00, no_yard),
    )
    for number, (who, origin, destination, mass, pieces, longest, ceiling, more) in enumerate(consignments):
        body = {
            "origin": places[origin],
            "destination": places[destination],
            "mass_g": mass,
            "pieces": pieces,
            "longest_mm": longest,
            "pickup_from": _after(1),
            "pickup_until": _after(12),
            "delivery_from": _after(2),
            "delivery_until": _after(48),
            "ceiling_fen": ceiling,
        }
        stage.do(f"freight.demand.{number}", who, "/freight/demands", body | more)
    _post_lorries(stage, places)


def _post_lorries(stage: Stage, places: dict[str, str]) -> None:
    lorries = (
        ("demo-carrier-1", "鲁P10001", "semi_13", 13_000, 32, "聊城", 7_20),
        ("demo-carrier-1", "鲁P10002", "rigid_9_6", 9_600, 18, "济南", 6_10),
        ("demo-carrier-2", "鲁P20001", "semi_13", 13_000, 32, "德州", 6_80),
        ("demo-carrier-2", "鲁P20002", "rigid_9_6", 9_600, 18, "聊城", 6_40),
    )
    for number, (who, plate, class_, bed, tonnes, position, ask) in enumerate(lorries):
        body = {
            "plate": plate,
            "lorry_class": class_,
            "bed_length_mm": bed,
            "payload_g": tonnes * 1_000_000,
            "position": places[position],
            "free_from": _after(0.1),
            "free_until": _after(60),
            "ask_fen_per_km": ask,
            "fixed_fen": 300_00,
        }
        stage.do(f"freight.supply.{number}", who, "/freight/supplies", body)


def _issue(stage: Stage, stored: dict[str, Any], load: dict[str, Any]) -> Any:
    body = {
        "warehouse_id": stored["yard"]["warehouse"]["id"],
        "owner_org_id": stored["delivery"]["member_org_id"],
        "waybill_number": load["waybill_number"],
        "plate": load["plate"],
        "tags": yard.loaded_tags(stage),
        "post": True,
    }
    return stage.do("freight.issue", yard.KEEPER, "/issues", body)
