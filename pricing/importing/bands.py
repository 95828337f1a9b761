"""Between which prices a product can lie at all: what lies outside is another unit, another column or a slip.

Limits of the house, in yuan a tonne with tax, wide around the range of 2015 to 2026: rebar cost some 1,600 in
December 2015 and some 6,200 in May 2021. They catch yuan for fen, kilograms for tonnes and slid columns; how a
price moved against yesterday's is judged later, with the rest of the market.
"""

from pricing.sources.figures import fold

Band = tuple[int, int]

_BANDS: tuple[tuple[tuple[str, ...], Band], ...] = (
    (("镍", "钼", "钛", "铜", "锡"), (5_000, 600_000)),
    (("不锈",), (4_000, 120_000)),
    (("铁矿", "矿粉", "块矿", "球团"), (200, 3_000)),
    (("焦炭", "焦煤", "喷吹"), (300, 6_000)),
    (("废钢",), (800, 6_000)),
    (("生铁", "铁水"), (1_000, 8_000)),
    (("硅", "锰", "铬"), (2_000, 200_000)),
    (("管坯", "方坯", "钢坯", "板坯", "圆钢坯", "连铸坯", "轧坯"), (1_200, 12_000)),
    (("合金管", "轴承", "模具", "高压", "锅炉管", "油管", "套管"), (1_800, 80_000)),
    (("无缝", "焊管", "镀锌管", "螺旋管", "直缝", "方管", "矩管", "钢管"), (1_500, 40_000)),
)
ANYTHING: Band = (1_000, 60_000)
"""What nobody named here: steel of some kind."""


def band(product: str) -> Band:
    """The lowest and highest price of a product in yuan a tonne."""
    name = fold(product)
    return next((limits for words, limits in _BANDS if any(word in name for word in words)), ANYTHING)


def plausible(product: str, mantissa: int, scale: int, unit: str) -> bool:
    """Whether a price lies in its product's band."""
    low, high = band(product)
    factor = 1_000 if unit == "CNY/kg" else 1
    unity: int = 10**scale
    return low * unity <= mantissa * factor <= high * unity
