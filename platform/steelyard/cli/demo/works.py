"""What becomes of pipe in the yard: one bundle is split, one half is cut to length, the other changes its owner."""

from typing import Any

from steelyard.cli.demo import cast
from steelyard.cli.demo.stage import Stage

CUT_MM, KERF_MM = 5_997, 6
"""Two pieces out of one of 12 m, with the kerf of one cut between them."""


def play(stage: Stage, keeper: str, warehouse_id: int, tag: str, owner_id: int) -> dict[str, Any]:
    """Run the steps for a bundle of seven pipes of 12 m that lies in the yard; return the documents."""
    ground = {"warehouse_id": warehouse_id}
    halves = [f"{tag}-A", f"{tag}-B"]
    parts = [{"pieces": 4, "tag": halves[0]}, {"pieces": 3, "tag": halves[1]}]
    split = stage.do("works.split", keeper, "/warehouse/splits", ground | {"tag": tag, "parts": parts})
    line = {
        "tags": halves[:1],
        "outputs": [{"pieces": 8, "tag": f"{tag}-C", "piece_length_mm": CUT_MM}],
        "losses": [{"kind": "kerf", "length_mm": 4 * KERF_MM}],
    }
    cut = stage.do("works.cut", keeper, "/warehouse/work", ground | {"kind": "cut", "lines": [line]})
    owner = next(part.login for part in cast.PARTS if stage.notebook.org_ids[part.org] == owner_id)
    trader = next(part.org for part in cast.PARTS if part.login == "demo-trader")
    order = {
        "to_owner_org_id": stage.notebook.org_ids[trader],
        "order_number": f"ZL-{stage.notebook.run[:6].upper()}-{stage.notebook.attempt}",
        "tags": halves[1:],
    }
    title = stage.do("works.title", owner, "/warehouse/title-transfers", ground | order)
    stage.do("works.confirm", keeper, f"/warehouse/title-transfers/{title['id']}/confirm")
    return {"split": split, "cut": cut, "title": title}
