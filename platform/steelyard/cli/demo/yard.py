"""Chapter three: the billet arrives, pipe made of its heat is stored, moved, counted, cut and sold where it lies."""

from datetime import UTC, datetime
from typing import Any

from steelyard.cli.demo import works
from steelyard.cli.demo.stage import Stage
from steelyard.core.units import parse_size, piece_mass_g

KEEPER = "demo-keeper"
BILLET_LENGTH_MM = 6_000
BILLETS_A_BUNDLE = 5
PIPE_LENGTH_MM = 12_000
PIPES_A_BUNDLE = 7
PIPE_BUNDLES = 12


def play(stage: Stage, bought: dict[str, Any]) -> dict[str, Any]:
    """Run the chapter for the smallest delivery of φ180 billet; return its documents."""
    line = bought["campaign"]["lines"][0]["id"]
    delivery = min((one for one in bought["deliveries"] if one["line_id"] == line), key=lambda one: one["mass_g"])
    yard = _build(stage)
    billets = _receive_billet(stage, yard, delivery)
    pipes = _receive_pipe(stage, yard, delivery)
    _put_away(stage, yard)
    count = _count(stage, yard)
    worked = works.play(stage, KEEPER, yard["warehouse"]["id"], _tag(stage, "G0011"), delivery["member_org_id"])
    return {"delivery": delivery, "yard": yard, "billets": billets, "pipes": pipes, "count": count, "works": worked}


def heat_of(stage: Stage) -> str:
    """Return the heat number of this run."""
    return f"H{stage.notebook.run[:6].upper()}-{stage.notebook.attempt}"


def _build(stage: Stage) -> dict[str, Any]:
    """Make the warehouse, its places and the two products, where they are not there yet."""
    known = {one["code"]: one for one in stage.items(KEEPER, "/warehouses")}
    code = "DEMO"
    warehouse = known.get(code) or stage.do("yard.warehouse", KEEPER, "/warehouses", {"code": code, "name": "一号仓"})
    path = f"/warehouses/{warehouse['id']}/places"
    places = {one["code"] for one in stage.items(KEEPER, path)}
    for place, name in (("A1", "坯料区"), ("B1", "钢管区 1"), ("B2", "钢管区 2")):
        if place not in places:
            stage.do(f"yard.place.{place}", KEEPER, path, {"code": place, "name": name})
    return {
        "warehouse": warehouse,
        "billet": _product(stage, "billet", "YB/T 4149", "φ180"),
        "pipe": _product(stage, "pipe", "GB/T 8163", "219*6"),
    }


def _product(stage: Stage, kind: str, standard: str, size: str) -> dict[str, Any]:
    wanted = parse_size(size)
    for one in stage.items(KEEPER, "/products", kind=kind, grade="20#"):
        if one["od_mm_x100"] == wanted.od_mm_x100 and one.get("wall_mm_x100") == wanted.wall_mm_x100:
            return dict(one)
    body = {"kind": kind, "standard": standard, "grade": "20#", "size": size}
    return dict(stage.do(f"yard.product.{kind}", KEEPER, "/products", body))


def _receive_billet(stage: Stage, yard: dict[str, Any], delivery: dict[str, Any]) -> Any:
    each = BILLETS_A_BUNDLE * piece_mass_g(parse_size("φ180"), BILLET_LENGTH_MM)
    bundles = [
        {
            "tag": _tag(stage, f"P{number:04d}"),
            "product_id": yard["billet"]["id"],
            "heat_number": heat_of(stage),
            "mill_name": delivery["mill_name"],
            "certificate_number": f"ZB-{heat_of(stage)}",
            "pieces": BILLETS_A_BUNDLE,
            "piece_length_mm": BILLET_LENGTH_MM,
            "weighed_mass_g": _weighed(each, number),
            "place": "A1",
        }
        for number in range(1, round(delivery["mass_g"] / each) + 1)
    ]
    return _receive(stage, "yard.billet", yard, delivery["member_org_id"], bundles, delivery["number"])


def _receive_pipe(stage: Stage, yard: dict[str, Any], delivery: dict[str, Any]) -> Any:
    each = PIPES_A_BUNDLE * piece_mass_g(parse_size("219*6"), PIPE_LENGTH_MM)
    bundles = [
        {
            "tag": _tag(stage, f"G{number:04d}"),
            "product_id": yard["pipe"]["id"],
            "heat_number": heat_of(stage),
            "mill_name": delivery["mill_name"],
            "certificate_number": f"ZB-{heat_of(stage)}",
            "pieces": PIPES_A_BUNDLE,
            "piece_length_mm": PIPE_LENGTH_MM,
            "weighed_mass_g": _weighed(each, number),
            "place": "B1",
        }
        for number in range(1, PIPE_BUNDLES + 1)
    ]
    return _receive(stage, "yard.pipe", yard, delivery["member_org_id"], bundles, f"GC-{heat_of(stage)}")


def _receive(stage: Stage, step: str, yard: dict[str, Any], owner: int, bundles: list[Any], advice: str) -> Any:
    body = {
        "warehouse_id": yard["warehouse"]["id"],
        "owner_org_id": owner,
        "source": "announced",
        "advice_number": advice,
        "plate": "鲁P00001",
        "bundles": bundles,
    }
    return stage.do(step, KEEPER, "/receipts", body)


def _put_away(stage: Stage, yard: dict[str, Any]) -> None:
    """Move two bundles to another place by scanning."""
    moves = [
        {"kind": "move", "tag": _tag(stage, f"G{number:04d}"), "place": "B2"} | _scan(stage, f"move-{number}")
        for number in (11, 12)
    ]
    body = {"warehouse_id": yard["warehouse"]["id"], "operations": moves}
    stage.do("yard.move", KEEPER, "/warehouse/operations", body)


def _count(stage: Stage, yard: dict[str, Any]) -> Any:
    """Let the counter count B2 blind, missing one bundle; another person approves the variance."""
    opened = stage.do("yard.count", KEEPER, "/stocktakes", {"warehouse_id": yard["warehouse"]["id"], "place": "B2"})
    path = f"/stocktakes/{opened['id']}"
    seen = [{"tag": _tag(stage, "G0011"), "place": "B2", "pieces": PIPES_A_BUNDLE} | _scan(stage, "count-11")]
    stage.do("yard.counts", "demo-counter", f"{path}/counts", {"counts": seen})
    stage.do("yard.close", "demo-counter", f"{path}/close")
    posted = stage.do("yard.approve", KEEPER, f"{path}/approve")
    return {**posted, "differing": stage.items(KEEPER, f"{path}/lines", differing="true")}


def _scan(stage: Stage, name: str) -> dict[str, str]:
    operation = f"demo-{stage.notebook.run}-{stage.notebook.attempt}-{name}"
    return {"client_op_id": operation, "event_at": datetime.now(UTC).isoformat()}


def _tag(stage: Stage, tag: str) -> str:
    return f"{tag}-{stage.notebook.run[:4].upper()}{stage.notebook.attempt}"


def loaded_tags(stage: Stage) -> list[str]:
    """Return the tags of the bundles that leave: ten, so that the lorry is not overloaded."""
    return [_tag(stage, f"G{number:04d}") for number in range(1, 11)]


def _weighed(mass_g: int, number: int) -> int:
    """Return a scale's reading near the theoretical mass: within ±2‰, in steps of 1 kg."""
    off = (number * 7 % 5 - 2) * mass_g // 1000
    return (mass_g + off) // 1000 * 1000
