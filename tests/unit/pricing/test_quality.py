"""What is found of figures: moves, levels, contracts, bars, other sources, repeats; and what holds of them."""

import csv
import time
from collections import Counter
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pricing import quality_limits as limits
from pricing.calendars import calendar
from pricing.quality import (
    Code,
    Figure,
    Finding,
    Standing,
    bad_bars,
    bar_findings,
    disagreement,
    gaps,
    standing,
    trailing_run,
)
from pricing.quality_tracks import BACK, REMEMBERED, Tracks, findings, screen

CALM = [4000 + step % 3 * 4 for step in range(24)]
"""A price that moves by a tenth of a percent."""


def tracks(*parts: list[int], lots: list[int] | None = None, limit: int = 600, floor: int = 300) -> Tracks:
    """The parts as tracks of whole series, one behind the other."""
    value = np.array([figure for part in parts for figure in part], dtype=np.int64)
    first = np.array([not place for part in parts for place in range(len(part))], dtype=bool)
    count = len(value)
    return Tracks(
        value=value,
        first=first,
        born=first,
        least=np.full(count, 10),
        most=np.full(count, 1_000_000),
        limit_bp=np.full(count, limit),
        floor_bp=np.full(count, floor),
        lots=np.array(lots or [0] * count, dtype=np.int64),
    )


def found(*parts: list[int], **more: object) -> dict[int, Code]:
    """The codes by place."""
    given = tracks(*parts, **more)  # type: ignore[arg-type]  # passed on as given
    days = [date(2026, 1, 1) + timedelta(days=place) for place in range(len(given.value))]
    return {place: one.code for place, one in findings(given, screen(given), days, [0] * len(days)).items()}


CASES = {
    "within the limit": ([4000, 4240, 4000], {}),
    "beyond it": ([4000, 4241, 4250], {1: Code.LIMIT_MOVE}),
    "down": ([4000, 3759], {1: Code.LIMIT_MOVE}),
    "a spike is held, its end is not": ([4000, 4400, 4010, 4000], {1: Code.LIMIT_MOVE}),
    "two ways there and one back": ([4000, 4400, 4000, 4400], {1: Code.LIMIT_MOVE, 3: Code.LIMIT_MOVE}),
    "three jumps": ([4000, 4400, 4900, 5500], dict.fromkeys((1, 2, 3), Code.LIMIT_MOVE)),
    "an outlier of a calm price": ([*CALM, 4170], {24: Code.OUTLIER}),
    "small moves are none": ([*CALM, 4110], {}),
    "too little known for an outlier": ([*CALM[:20], 4170], {}),
    "a unit was mistaken": ([4000, 4, 4, 4000], {1: Code.ABSURD, 2: Code.ABSURD}),
    "a mistaken unit is held for ten figures": ([4000, *([400] * 13)], dict.fromkeys(range(1, 11), Code.ABSURD)),
    "back to an absurd level": (
        [4000, 400, 4000, 400, 4000],
        dict.fromkeys((1, 3), Code.ABSURD),
    ),
    "after wrong figures the right ones are not held": (
        [4000, 400, 401, 402, 4010, 4020],
        dict.fromkeys((1, 2, 3), Code.ABSURD),
    ),
    "zero": ([4000, 0, 4000], {1: Code.ABSURD}),
    "no price of a tonne at all": ([4, 4, 4], dict.fromkeys(range(3), Code.IMPLAUSIBLE)),
    "nothing": ([], {}),
    "one figure": ([4000], {}),
}


@pytest.mark.parametrize(("values", "codes"), CASES.values(), ids=CASES)
def test_one_track(values: list[int], codes: dict[int, Code]):
    assert found(values) == codes


def test_tracks_do_not_look_into_each_other():
    assert found([4000, 4010], [400, 401], [4000, 4400]) == {5: Code.LIMIT_MOVE}


LOTS = {
    "the contract changed": ([3900, 3550], [22_560, 3_466_974], {1: Code.ROLL}),
    "the row of another contract": ([2246, 2030, 2241], [2_929_690, 1_556, 3_053_352], {1: Code.THIN_CONTRACT}),
    "the market moved": ([3900, 3550], [1_500_000, 1_700_000], {1: Code.LIMIT_MOVE}),
    "nobody knows": ([3900, 3550], [0, 1_700_000], {1: Code.LIMIT_MOVE}),
    "a roll excuses no absurd level": ([3900, 390], [22_560, 3_466_974], {1: Code.ABSURD}),
}


@pytest.mark.parametrize(("values", "lots", "codes"), LOTS.values(), ids=LOTS)
def test_open_interest_tells_a_roll_from_a_move(values: list[int], lots: list[int], codes: dict[int, Code]):
    assert found(values, lots=lots) == codes


@settings(max_examples=60)
@given(
    before=st.lists(st.sampled_from((900, 1000, 1030, 1070, 4000, 4100, 4300)), max_size=30),
    seen=st.lists(st.sampled_from((900, 1000, 1030, 1070, 4000, 4100, 4300)), min_size=70, max_size=80),
)
def test_a_figure_is_judged_by_what_lies_near_it(before: list[int], seen: list[int]):
    """What is more than `BACK` + `REMEMBERED` figures back does not bear on it: so a stretch can be judged alone."""
    whole, alone = found(before + seen), found(seen)
    far = BACK + REMEMBERED
    assert {place - len(before): code for place, code in whole.items() if place >= len(before) + far} == {
        place: code for place, code in alone.items() if place >= far
    }


RECORDED = {
    ("RB", "close"): ({"limit_move": 21, "thin_contract": 2, "roll": 3}, 5),
    ("RB", "settle"): ({"limit_move": 6, "thin_contract": 3, "roll": 3, "outlier": 1}, 5),
    ("HC", "close"): ({"limit_move": 12, "thin_contract": 1, "roll": 1, "outlier": 2}, 3),
    ("HC", "settle"): ({"limit_move": 4, "thin_contract": 1, "roll": 1, "outlier": 2}, 3),
}


@pytest.mark.parametrize(("symbol", "field"), RECORDED, ids=lambda name: name)
def test_ten_years_of_recorded_futures(symbol: str, field: str, shared_data: Path):
    """What is held of them, and that no one figure costs more than 4 µs."""
    with (shared_data / "prices" / "continuous" / f"{symbol}.csv").open(encoding="utf-8-sig") as file:
        rows = [row for row in csv.DictReader(file) if float(row[field]) > 0]
    given = tracks([int(float(row[field])) for row in rows], lots=[int(row["hold"]) for row in rows])
    days = [date.fromisoformat(row["date"]) for row in rows]
    begun = time.process_time()
    codes = findings(given, screen(given), days, [0] * len(rows))
    assert (time.process_time() - begun) / len(rows) < 4e-6
    assert Counter(one.code for one in codes.values()) == RECORDED[symbol, field][0]


def test_recorded_rolls_and_wrong_contracts_are_those(shared_data: Path):
    with (shared_data / "prices" / "continuous" / "RB.csv").open(encoding="utf-8-sig") as file:
        rows = list(csv.DictReader(file))
    codes = found([int(float(row["close"])) for row in rows], lots=[int(row["hold"]) for row in rows])
    told = {rows[place]["date"]: code for place, code in codes.items() if code is not Code.LIMIT_MOVE}
    assert told == {
        "2015-06-23": Code.THIN_CONTRACT,
        "2016-04-05": Code.THIN_CONTRACT,
        "2017-10-10": Code.ROLL,
        "2019-08-26": Code.ROLL,
        "2021-11-26": Code.ROLL,
    }


BARS = {
    "sound": ({"open": 10, "high": 12, "low": 9, "close": 11, "settle": 10}, {}),
    "one price all day": ({"open": 10, "high": 10, "low": 10, "close": 10}, {}),
    "high below low": ({"high": 9, "low": 12}, {"high", "low"}),
    "close above high": ({"open": 10, "high": 12, "low": 9, "close": 13}, {"high", "close"}),
    "settle below low": ({"high": 12, "low": 9, "settle": 8}, {"settle", "low"}),
    "a field is not there": ({"close": 11}, {}),
}


@pytest.mark.parametrize(("bar", "fields"), BARS.values(), ids=BARS)
def test_bars_that_cannot_be(bar: dict[str, int], fields: set[str]):
    one_by_one = bar_findings({name: Figure(value, 0) for name, value in bar.items()})
    assert set(one_by_one) == set(fields)
    columns = {name: np.array([value, 0]) for name, value in bar.items()}
    assert bad_bars(columns).tolist() == [bool(fields), False]


def test_a_bar_compares_figures_of_different_scales():
    assert bar_findings({"high": Figure(4000, 0), "low": Figure(39_999, 1)}) == {}
    assert set(bar_findings({"high": Figure(4000, 0), "low": Figure(40_001, 1)})) == {"high", "low"}


def test_another_source_may_round_but_not_differ():
    assert disagreement(Figure(4000, 0), Figure(40_400, 1), "other") is None
    told = disagreement(Figure(4000, 0), Figure(40_500, 1), "other")
    assert told is not None
    assert told.evidence["change_bp"] == -124


SUSPECT = [Finding(Code.LIMIT_MOVE, {})]
STANDINGS = {
    "nothing found": ([], None, Standing.CLEARED),
    "found": (SUSPECT, None, Standing.OPEN),
    "only a roll": ([Finding(Code.ROLL, {})], None, Standing.CLEARED),
    "released": (SUSPECT, Standing.RELEASED, Standing.RELEASED),
    "rejected": (SUSPECT, Standing.REJECTED, Standing.REJECTED),
    "a rejection stays": ([], Standing.REJECTED, Standing.REJECTED),
    "a release is not needed any more": ([], Standing.RELEASED, Standing.CLEARED),
}


@pytest.mark.parametrize(("reasons", "decision", "expected"), STANDINGS.values(), ids=STANDINGS)
def test_what_holds(reasons: list[Finding], decision: Standing | None, expected: Standing):
    assert standing(reasons, decision) is expected


def test_equal_figures_at_the_end_are_counted():
    assert trailing_run([]) == 0
    assert trailing_run([(39, 0), (40, 0), (400, 1), (40, 0)]) == 3


def test_sessions_without_a_figure():
    days = [date(2026, 9, 30), date(2026, 10, 8), date(2026, 10, 12)]
    assert gaps(days, calendar("shfe")) == [date(2026, 10, 9)]
    assert gaps(days, calendar("none")) == []


LIMITS = {
    "rebar": ("futures", "daily", "rb", 600),
    "by its name": ("futures", "daily", "焦炭", 800),
    "stainless": ("futures", "daily", "ss", 700),
    "another": ("futures", "daily", "zz", 800),
    "a ten-day release": ("spot", "ten_day", "螺纹钢", 1000),
    "a month": ("index", "monthly", "steel", 5000),
    "anything": ("deal", "irregular", "pipe", 2000),
}


@pytest.mark.parametrize(("kind", "frequency", "commodity", "basis_points"), LIMITS.values(), ids=LIMITS)
def test_limits(kind: str, frequency: str, commodity: str, basis_points: int):
    found = limits.limit(kind, frequency, commodity)
    assert found.basis_points == basis_points
    assert found.source
