"""A stocktake of 20,000 bundles from open to posted, against as many moves in requests of a thousand.

Of the bundles one in a hundred is missing, one lies elsewhere, and one has other pieces than the books say.
"""

import http.client
import json
import tempfile
import time
import uuid
from pathlib import Path
from statistics import median
from typing import Any

from benches import bulk
from benches.harness import Bench, BenchError, Outcome
from benches.prices import number
from benches.servers import ours
from benches.yards import PIECES, Yard, environment, yard

BUNDLES, ROUNDS = 20_000, 3
FACTOR = 2.0
STEPS = ("open", "counts", "close", "approve")


class _Office:
    """Somebody at a desk who asks for one thing after the other."""

    def __init__(self, port: int, token: str) -> None:
        self._web, self._token = http.client.HTTPConnection("127.0.0.1", port, timeout=120), token

    def post(self, path: str, body: dict[str, Any] | None = None) -> Any:
        """The document that a POST answers."""
        headers = {"Authorization": f"Bearer {self._token}", "Idempotency-Key": uuid.uuid4().hex}
        if body is not None:
            headers["Content-Type"] = "application/json"
        self._web.request("POST", f"/api/v1{path}", None if body is None else json.dumps(body), headers)
        answer = self._web.getresponse()
        text = answer.read()
        if answer.status not in (200, 201):
            raise BenchError(f"{path}: {answer.status} {text[-600:]!r}")
        return json.loads(text)

    def close(self) -> None:
        """Hang up."""
        self._web.close()


def prepared(yard: Yard, zones: list[str]) -> str:
    """Make zones of two places each; the token of somebody of the yard who does not count."""
    from inventory.operations import setting_up
    from tests.support.world import World

    world = World(yard.database)
    manager = world.actor("warehouse", "admin", org=yard.org_id)
    with yard.database.write() as session:
        for zone in zones:
            setting_up.add_place(session, manager, yard.warehouse_id, zone, zone)
            for place in (_right(zone), _wrong(zone)):
                setting_up.add_place(session, manager, yard.warehouse_id, place, place, parent=zone)
    return world.token(manager)


def _right(zone: str) -> str:
    return f"{zone}-01"


def _wrong(zone: str) -> str:
    return f"{zone}-02"


def counts(stocktake: str, bundles: list[str], zone: str) -> list[dict[str, Any]]:
    """What is counted: of each hundred bundles one is not there, one is elsewhere, and one has a piece less."""
    return [
        {
            "kind": "count",
            "tag": tag,
            "stocktake_number": stocktake,
            "place": _wrong(zone) if place % 100 == 1 else _right(zone),
            "pieces": PIECES - 1 if place % 100 == 2 else PIECES,
        }
        for place, tag in enumerate(bundles)
        if place % 100
    ]


def stocktake(yard: Yard, port: int, manager: str, bundles: list[str], zone: str) -> dict[str, float]:
    """Count the bundles of a zone and post the variance; the seconds of each step."""
    keeper, office = _Office(port, yard.token), _Office(port, manager)
    took: dict[str, float] = {}

    def timed(step: str, act: Any) -> Any:
        began = time.perf_counter()
        found = act()
        took[step] = time.perf_counter() - began
        return found

    opened = timed("open", lambda: keeper.post("/stocktakes", {"warehouse_id": yard.warehouse_id, "place": zone}))
    asked = bulk.requests(yard, f"count-{zone}", counts(opened["number"], bundles, zone))
    took["counts"] = bulk.seconds(port, asked)
    path = f"/stocktakes/{opened['id']}"
    timed("close", lambda: keeper.post(f"{path}/close"))
    done = timed("approve", lambda: office.post(f"{path}/approve"))
    keeper.close()
    office.close()
    if done["status"] != "posted":
        raise BenchError(f"the stocktake is {done['status']}")
    return took


def run() -> Outcome:
    """Bring bundles to a zone, then count the zone; round after round with other bundles; the first one warms up."""
    each, rounds = number("BUNDLES", BUNDLES), number("ROUNDS", ROUNDS)
    zones = [f"Z{round_}" for round_ in range(rounds + 1)]
    moved, counted = [], []
    with (
        tempfile.TemporaryDirectory(prefix="steelyard-bench-") as folder,
        yard((rounds + 1) * each) as stocked,
        ours(environment(stocked, Path(folder)), "/api/v1/ping") as port,
    ):
        manager = prepared(stocked, zones)
        for round_, zone in enumerate(zones):
            bundles = [f"T{round_ * each + place}" for place in range(each)]
            asked = bulk.requests(stocked, f"move-{zone}", bulk.moves(bundles, _right(zone)))
            moved.append(bulk.seconds(port, asked))
            counted.append(stocktake(stocked, port, manager, bundles, zone))
        bulk.check_none_refused(stocked)
    totals = [sum(one.values()) for one in counted]
    ratio = median(count / move for count, move in zip(totals[1:], moved[1:], strict=True))
    figures: dict[str, Any] = {
        "bundles": each,
        "scan_bulk_s": [round(one, 2) for one in moved[1:]],
        "stocktake_s": [round(one, 2) for one in totals[1:]],
        "of_which_s": {step: round(median(one[step] for one in counted[1:]), 2) for step in STEPS},
    }
    return Outcome(figures, ratio, ratio <= FACTOR)


BENCH = Bench(
    "A stocktake of 20,000 bundles from open to posted, PostgreSQL, against as many moves in requests of 1,000.",
    f"at most {FACTOR:g} times as long",
    run,
)
