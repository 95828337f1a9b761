"""How far a price may move before a person has to look at it, each figure with its source.

An exchange sets its limit against the day before's settlement and changes it by notice, contract by contract; the
figures here are the widest that ordinary trading had in the notices named. A spliced series can pass them
without an error where the contract behind it changes: see `pricing.quality_tracks`.
"""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limit:
    """The largest ordinary move in basis points and where it is written."""

    basis_points: int
    source: str


_WIDENED = "合约文本的涨跌停板幅度加3个百分点:《上海期货交易所风险控制管理办法》 on the day after a limit day"

FUTURES: Mapping[str, Limit] = {
    "rb": Limit(600, "上期发〔2024〕273号: RB2410 6 %"),
    "hc": Limit(600, f"±3 %, {_WIDENED}"),
    "wr": Limit(800, f"±5 %, {_WIDENED}"),
    "ss": Limit(700, f"±4 %, {_WIDENED}"),
    "i": Limit(800, "大商发〔2020〕143号: 8 % around a holiday"),
    "j": Limit(800, "大商发〔2017〕158号: 8 % around a holiday"),
    "jm": Limit(800, "大商发〔2017〕158号: 8 % around a holiday"),
}
"""By the exchanges' product codes."""

NAMES: Mapping[str, str] = {
    "螺纹钢": "rb", "热轧卷板": "hc", "线材": "wr", "不锈钢": "ss", "铁矿石": "i", "焦炭": "j", "焦煤": "jm",
}  # fmt: skip

OTHER_FUTURES = Limit(800, "house rule: the widest of the ferrous products")
BY_FREQUENCY: Mapping[str, Limit] = {
    "daily": Limit(500, "house rule: spot follows futures with less than their limit"),
    "ten_day": Limit(1000, "house rule: the recorded releases of 2026 moved at most 3 % in ten days"),
    "monthly": Limit(5000, "house rule: of 4,200 recorded monthly averages, 1960 to 2016, four moved further"),
}
OTHER = Limit(2000, "house rule")

OUTLIER_FLOORS: Mapping[str, int] = {"daily": 300, "ten_day": 500, "monthly": 5000}
"""Moves up to here are no outliers however calm a price was before, in basis points. What is settled by the year
stands still for months and then moves by tens of percent: of monthly averages only the limit asks.
"""
OTHER_FLOOR = 1000
SMALLEST_FLOOR = min(OUTLIER_FLOORS.values())
"""No figure that moved less than this against the one before can be anything but sound as far as its track goes."""

PLAUSIBLE: Mapping[str, tuple[int, int]] = {"CNY/t": (10, 1_000_000)}
"""What a tonne of anything that is traded here can cost; outside of it a unit was mistaken."""

DISAGREEMENT_BP = 100
"""Two sources of one price may differ by their rounding, not by more."""
PRIMARY = frozenset({"shfe.daily", "dce.daily", "nbs.ten_day"})
"""Statistics that are published by whoever makes the price; against them nobody else is right."""

REPEATS: Mapping[tuple[str, str], int] = {("futures", "daily"): 5, ("spot", "daily"): 10, ("spot", "ten_day"): 4}
"""After so many equal figures in a row a source is asked whether it still lives. Recorded closes of rebar and
coil never stood still for more than three sessions in ten years.
"""
OTHER_REPEATS = 12


def limit(kind: str, frequency: str, commodity: str) -> Limit:
    """The largest ordinary move of one series."""
    if kind == "futures" and frequency == "daily":
        return FUTURES.get(NAMES.get(commodity, commodity.lower()), OTHER_FUTURES)
    return BY_FREQUENCY.get(frequency, OTHER)


def floor(frequency: str) -> int:
    """The move below which nothing is an outlier, in basis points."""
    return OUTLIER_FLOORS.get(frequency, OTHER_FLOOR)


def repeats(kind: str, frequency: str) -> int:
    """How many equal figures in a row raise an alarm."""
    return REPEATS.get((kind, frequency), OTHER_REPEATS)
