"""Chapter two: four pipe makers pool their demand for billet and buy from three mills in one sealed tender."""

import secrets
import time
from datetime import datetime, timedelta
from typing import Any

from steelyard.cli.demo.stage import Stage, StepFailed
from steelyard.core.clock import utc_now

TONNE = 1_000_000
WINDOWS_S = (3, 8, 25)
"""How long pledges and bids are taken: longer at each attempt, for a machine that is slow."""
TOO_SLOW = frozenset(
    {
        "bidding_not_open",
        "campaign_closed",
        "campaign_not_open",
        "deadline_passed",
        "deadlines_out_of_order",
        "nothing_to_award",
        "too_few_bids",
        "wrong_state",
    }
)
"""What a step is refused with when a deadline passed before it."""
LOT_G = 35 * TONNE
PLEDGES = (
    # who, line, tonnes, ceiling in yuan a tonne
    ("demo-maker-1", 0, 420, 3_460),
    ("demo-maker-2", 0, 280, 3_450),
    ("demo-maker-3", 0, 350, 3_470),
    ("demo-maker-4", 0, 175, 3_455),
    ("demo-maker-1", 1, 140, 3_620),
    ("demo-maker-3", 1, 175, 3_640),
)
BIDS = (
    # who, capacity in tonnes, (yuan a tonne, tonnes) for each line
    ("demo-mill-1", 735, ((3_388, 700), (3_575, 140))),
    ("demo-mill-2", 665, ((3_402, 490), (3_560, 245))),
    ("demo-mill-3", 350, ((3_520, 350), (3_590, 210))),
)


def play(stage: Stage) -> dict[str, Any]:
    """Run the chapter; return its campaign, award, allocations and deliveries."""
    for seconds in WINDOWS_S:
        try:
            return _campaign(stage, seconds)
        except StepFailed as failure:
            if failure.code not in TOO_SLOW:
                raise
            stage.notebook.forget("buying")
    return _campaign(stage, 4 * WINDOWS_S[-1])


def _campaign(stage: Stage, seconds: int) -> dict[str, Any]:
    made = stage.do("buying.campaign", "demo-operator", "/campaigns", _body(seconds))
    path = f"/campaigns/{made['id']}"
    for officer in ("demo-operator", "demo-officer"):
        stage.do(f"buying.officer.{officer}", officer, f"{path}/officers", {"passphrase": _passphrase(stage, officer)})
    opened = stage.do("buying.open", "demo-operator", f"{path}/open")
    lines = [line["id"] for line in opened["lines"]]
    for who, line, tonnes, ceiling in PLEDGES:
        pledge = {"line_id": lines[line], "mass_g": tonnes * TONNE, "ceiling_fen_per_t": ceiling * 100}
        stage.do(f"buying.pledge.{who}.{line}", who, f"{path}/pledges", pledge)
    _wait_for(made["pledge_deadline"])
    for who, capacity, offers in BIDS:
        stage.do(f"buying.bid.{who}", who, f"{path}/bids", _bid(lines, capacity, offers))
    _wait_for(made["bid_deadline"])
    return _open_and_award(stage, path)


def _open_and_award(stage: Stage, path: str) -> dict[str, Any]:
    for officer in ("demo-operator", "demo-officer"):
        approval = {"passphrase": _passphrase(stage, officer)}
        stage.do(f"buying.approval.{officer}", officer, f"{path}/opening-approvals", approval)
    stage.do("buying.open-bids", "demo-operator", f"{path}/open-bids")
    stage.do("buying.award", "demo-operator", f"{path}/award", {})
    stage.do("buying.confirm", "demo-officer", f"{path}/award/confirm")
    return {
        "campaign": stage.see("demo-operator", path),
        "bids": stage.items("demo-operator", f"{path}/bids"),
        "award": stage.see("demo-operator", f"{path}/award"),
        "allocations": stage.items("demo-operator", f"{path}/allocations"),
        "deliveries": stage.items("demo-operator", "/deliveries", campaign_id=path.rpartition("/")[2]),
    }


def _wait_for(deadline: str) -> None:
    """Sleep until ``deadline`` has passed; every command checks the time itself."""
    left = (datetime.fromisoformat(deadline) - utc_now()).total_seconds()
    if left > 0:
        time.sleep(left + 0.05)


def _passphrase(stage: Stage, officer: str) -> str:
    """Return the officer's passphrase, made up at the first run."""
    return stage.notebook.passwords.setdefault(f"{officer} opening", secrets.token_urlsafe(16))


def _body(seconds: int) -> dict[str, Any]:
    now = utc_now()
    line = {"kind": "round_billet", "standard": "YB/T 4149", "lot_g": LOT_G}
    window = {"delivery_from": _day(now, 5), "delivery_to": _day(now, 20)}
    return {
        "title": "圆管坯联合集采（演示）",
        "pledge_deadline": (now + timedelta(seconds=seconds)).isoformat(),
        "bid_deadline": (now + timedelta(seconds=2 * seconds)).isoformat(),
        "lines": [
            {**line, **window, "grade": "20#", "size": "φ180"},
            {**line, **window, "grade": "45#", "size": "φ150"},
        ],
    }


def _day(now: datetime, days: int) -> str:
    return (now + timedelta(days=days)).date().isoformat()


def _bid(lines: list[int], capacity: int, offers: tuple[tuple[int, int], ...]) -> dict[str, Any]:
    return {
        "capacity_g": capacity * TONNE,
        "nonce": secrets.token_hex(32),
        "lines": [
            {"line_id": line, "price_fen_per_t": price * 100, "capacity_g": tonnes * TONNE}
            for line, (price, tonnes) in zip(lines, offers, strict=True)
        ],
    }
