"""Which price counts for goods that are described by their traits."""

from dataclasses import dataclass
from datetime import date

import pytest

from pricing.market import Quote, _chosen, _Offer

DAY = date(2026, 9, 1)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Goods that are asked for."""

    kind: str = "pipe"
    grade: str = "20"
    od_mm_x100: int = 10_800
    wall_mm_x100: int | None = 450
    product_id: int = 1


def offer(
    fen: int, commodity: str = "无缝钢管", grade: str | None = "20#", size: tuple[int, int] | None = None
) -> _Offer:
    return _Offer(commodity, grade, size, Quote(fen, f"series {fen}", DAY))


OFFERS = [
    offer(401_000, size=(21_900, 600)), offer(430_000, size=(10_800, 450)), offer(420_000, size=(10_800, 450)),
    offer(520_000, "锅炉管", "20G"), offer(380_000, "圆管坯"), offer(999_000, "螺纹钢"), offer(777_000, grade=None),
]  # fmt: skip
CHOSEN = {
    "the very size, of two the lower": (Wanted(), 420_000),
    "another size of the grade: the one in the middle": (Wanted(od_mm_x100=15_900, wall_mm_x100=600), 420_000),
    "written otherwise": (Wanted(grade="20号钢", od_mm_x100=21_900, wall_mm_x100=600), 401_000),
    "boiler pipe": (Wanted(grade="20G"), 520_000),
    "billet": (Wanted(kind="billet", wall_mm_x100=None), 380_000),
    "a grade that nobody quotes": (Wanted(grade="45"), None),
    "goods that nobody knows": (Wanted(kind="rail"), None),
}


@pytest.mark.parametrize(("wanted", "fen"), CHOSEN.values(), ids=CHOSEN)
def test_the_price_of_the_same_goods_counts(wanted: Wanted, fen: int | None) -> None:
    quote = _chosen(OFFERS, wanted)
    assert (None if quote is None else quote.fen_per_t) == fen
