"""The units of the house: mass in grams, length in millimetres, money in fen, price in fen per tonne.

Texts are read and written here and nowhere else, and here stands the one rounding of money. All are integers;
a text more precise than the unit is refused, never rounded.
"""

from operator import index

from steelyard.core.sizes import (
    STEEL_DENSITY_KG_PER_M3,
    Size,
    format_size,
    parse_size,
    piece_mass_g,
    round_mass_g,
    tube_mass_g,
)
from steelyard.core.unit_text import Measure, UnitError, Unreadable, grouped, half_up, normalised, read, shown

__all__ = [
    "LENGTH_MOST_MM",
    "MASS_MOST_G",
    "MONEY_MOST_FEN",
    "PRICE_MOST_FEN_PER_T",
    "STEEL_DENSITY_KG_PER_M3",
    "Size",
    "UnitError",
    "amount_fen",
    "format_length",
    "format_mass",
    "format_money",
    "format_price",
    "format_size",
    "parse_length_mm",
    "parse_mass_g",
    "parse_money_fen",
    "parse_price_fen_per_t",
    "parse_size",
    "piece_mass_g",
    "round_mass_g",
    "tube_mass_g",
]

GRAMS_PER_TONNE = 1_000_000
MASS_MOST_G = 10**12
"""A million tonnes: more than all pipe makers of the region use in a quarter."""
LENGTH_MOST_MM = 10**6
"""A kilometre: more than any strip in a coil; `6000m` typed for 6000 mm is refused."""
MONEY_MOST_FEN = 10**15
"""Ten million million yuan; exact in a JSON number."""
PRICE_MOST_FEN_PER_T = 10**8
"""A million yuan a tonne: beyond any steel or alloy that is sold here by weight."""
BARE_LENGTH_LEAST_MM = 100
"""Below this a length without a unit is ambiguous: `6` may be 6 mm or 6 m."""

_MASS_UNITS = {
    **dict.fromkeys(("t", "mt", "tonne", "tonnes", "吨", "公吨"), GRAMS_PER_TONNE),
    **dict.fromkeys(("kg", "kgs", "公斤", "千克"), 1_000),
    **dict.fromkeys(("g", "克"), 1),
}
_YUAN = {**dict.fromkeys(("", "元", "圆", "元整", "圆整", "yuan", "cny", "rmb"), 100)}
_TEN_THOUSANDS = {
    **dict.fromkeys(("万", "万元", "万圆", "万元整"), 100 * 10_000),
    **dict.fromkeys(("亿", "亿元", "亿圆", "亿元整"), 100 * 100_000_000),
}
_PER_TONNE = ("/t", "/吨", "每吨", "/tonne", "pertonne", "pert")
_PER_KILOGRAM = ("/kg", "/公斤", "/千克", "每公斤", "每千克", "perkg")
_PRICE_UNITS = {
    **_YUAN,
    **{yuan + per: fen for yuan, fen in _YUAN.items() for per in _PER_TONNE},
    **{yuan + per: fen for yuan, fen in _TEN_THOUSANDS.items() for per in _PER_TONNE},
    **{yuan + per: fen * 1_000 for yuan, fen in _YUAN.items() for per in _PER_KILOGRAM},
}
_LENGTH_UNITS = {"mm": 1, "毫米": 1, "cm": 10, "厘米": 10, "m": 1_000, "米": 1_000}
_MONEY_SIGNS = frozenset({"", "¥", "人民币", "rmb", "cny", "rmb¥", "cny¥", "人民币¥"})

_MASS = Measure("3.512 t, 3512 kg, 3.512 吨", "1 g", _MASS_UNITS, MASS_MOST_G, "1,000,000 t")
_MONEY = Measure(
    "1,234.50 元, 1.2 万元",
    "0.01 元",
    _YUAN | _TEN_THOUSANDS,
    MONEY_MOST_FEN,
    "10,000,000,000,000 元",
    _MONEY_SIGNS,
)
_PRICE = Measure(
    "4,048.80 元/吨, 4048.8", "0.01 元/t", _PRICE_UNITS, PRICE_MOST_FEN_PER_T, "1,000,000 元/t", _MONEY_SIGNS
)
_LENGTH = Measure("6000, 6000 mm, 6 m, 6.5 米", "1 mm", _LENGTH_UNITS, LENGTH_MOST_MM, "1,000 m")
_BARE_LENGTH = Measure(_LENGTH.example, "1 mm", {"": 1}, LENGTH_MOST_MM, "1,000 m")


def parse_mass_g(text: str, *, assume: str = "") -> int:
    """Grams from `3.512吨`, `3.512 t`, `3,512公斤`, `3512kg`, `500 g`; raises `UnitError`.

    A number alone is ambiguous and refused, unless `assume` names the unit shown beside the field.
    """
    units = {**_MASS_UNITS, "": _MASS_UNITS[assume]} if assume else _MASS_UNITS
    return read(text, Measure(_MASS.example, _MASS.smallest, units, _MASS.most, _MASS.most_text))


def parse_price_fen_per_t(text: str) -> int:
    """Fen per tonne from `4,048.80元/吨`, `4048.8`, `¥4,048.80/t`, `4.05元/kg`; raises `UnitError`."""
    return read(text, _PRICE)


def parse_money_fen(text: str) -> int:
    """Fen from `1,234.50元`, `¥1,234.5`, `1.2万元`, `3亿`, `1234.5`; raises `UnitError`."""
    return read(text, _MONEY)


def parse_length_mm(text: str) -> int:
    """Millimetres from `6000`, `6000mm`, `6m`, `6米`, `6.5 米`; raises `UnitError`.

    Without a unit it is millimetres, and refused below `BARE_LENGTH_LEAST_MM`.
    """
    is_bare = normalised(text, _LENGTH.example)[-1].isdigit()
    length_mm = read(text, _BARE_LENGTH if is_bare else _LENGTH)
    if is_bare and length_mm < BARE_LENGTH_LEAST_MM:
        raise Unreadable(text=shown(text), example=_LENGTH.example)
    return length_mm


def format_mass(mass_g: int, locale: str = "zh", *, exact: bool = False) -> str:
    """`3.512 吨` or `3.512 t`: three decimals, rounded half up for the eye; `exact` shows the grams."""
    unit = "吨" if _is_chinese(locale) else "t"
    if exact:
        return f"{grouped(mass_g, 6, least_decimals=3)} {unit}"
    return f"{grouped(half_up(mass_g, 1_000), 3)} {unit}"


def format_price(price_fen_per_t: int, locale: str = "zh") -> str:
    """`4,048.80 元/吨` or `¥4,048.80/t`."""
    number = grouped(abs(price_fen_per_t), 2)
    sign = "-" if price_fen_per_t < 0 else ""
    return f"{sign}{number} 元/吨" if _is_chinese(locale) else f"{sign}¥{number}/t"


def format_money(amount: int, locale: str = "zh") -> str:
    """`1,234.50 元` or `¥1,234.50` for an amount in fen."""
    number = grouped(abs(amount), 2)
    sign = "-" if amount < 0 else ""
    return f"{sign}{number} 元" if _is_chinese(locale) else f"{sign}¥{number}"


def format_length(length_mm: int, locale: str = "zh") -> str:
    """`6 米`, `6.5 m`; below a metre `350 毫米`, `350 mm`. Nothing is rounded."""
    if abs(length_mm) < 1_000:
        return f"{length_mm} {'毫米' if _is_chinese(locale) else 'mm'}"
    return f"{grouped(length_mm, 3, least_decimals=0)} {'米' if _is_chinese(locale) else 'm'}"


def amount_fen(price_fen_per_t: int, mass_g: int) -> int:
    """Price × mass in fen, rounded half up to the fen: the one rounding of money, done once at the line.

    A negative factor (a correction) gives exactly the negative of the positive amount, so that it cancels it.
    """
    return half_up(index(price_fen_per_t) * index(mass_g), GRAMS_PER_TONNE)


def _is_chinese(locale: str) -> bool:
    return locale.lower().startswith("zh")
