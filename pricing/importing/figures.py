"""The cells of a price sheet: prices, changes and days as people write them, and what is none."""

import re
from dataclasses import dataclass
from datetime import date, time

from pricing.importing.columns import unit_of
from pricing.sources.base import DropReason
from pricing.sources.figures import fold, rescaled, scaled

_NOT_QUOTED = re.compile(
    r"[-—–/*\\.]*|暂无(?:报价|价格|货)?|无(?:报价|价格?|货|市)|不报价?|未报价?|停(?:产|报|售|盘)|暂停(?:报价|销售)?|封盘|缺货|断货|"
    r"(?:电|面|另|协)议|议价|一单一议|待定|询价|电询|电联|n/?a|#n/a|无资源|检修"
)
_RANGE = re.compile(r"(\d[\d,.]*)\s*(?:-|~|至|到|–|—|/)\s*(\d[\d,.]*)")
_MONEY_SIGN = re.compile(r"^(?:¥|rmb|cny|人民币)")
_TAIL = re.compile(r"([\d,.]*\d)([^\d,.].*)")
_PLAIN = {"元": None, "圆": None}
_FLAT = frozenset({"-", "--", "—", "——", "–", "0", "±0", "平", "持平", "平稳", "稳", "不变", "→", "=", "无涨跌"})
_UP = re.compile(r"^(?:\+|↑|▲|△|涨|上涨|上调|升|上升|高)")
_DOWN = re.compile(r"^(?:-|−|—|–|↓|▼|▽|跌|下跌|下调|降|下降|低)")
_DAY = re.compile(r"(20\d{2})\s*(?:年|-|/|\.)\s*(\d{1,2})\s*(?:月|-|/|\.)\s*(\d{1,2})(?!\d)")
_COMPACT_DAY = re.compile(r"(?<!\d)(20\d{2})(\d{2})(\d{2})(?!\d)")
_TIME = re.compile(r"(?<![\d:])([01]?\d|2[0-3]):([0-5]\d)(?::[0-5]\d)?(?![\d:])")
MOST_YUAN_CHANGE = 5_000


@dataclass(frozen=True, slots=True)
class Price:
    """A price as printed; `unit` where the cell itself names one."""

    mantissa: int
    scale: int
    unit: str | None = None


def read_price(text: str) -> Price | DropReason:
    """The price in a cell, or why there is none: empty, not quoted, a range, or no figure at all.

    A figure with a sign is a change that slid into the column and no price.
    """
    plain = fold(text).casefold()
    if not plain:
        return DropReason.NO_VALUE
    if _NOT_QUOTED.fullmatch(plain):
        return DropReason.NOT_QUOTED
    plain = _MONEY_SIGN.sub("", plain)
    unit = None
    tail = _TAIL.fullmatch(plain)
    if tail is not None and not _RANGE.search(plain):
        unit = unit_of(tail[2])
        if unit is None and tail[2] not in _PLAIN:
            return DropReason.NOT_A_PRICE
        plain = tail[1]
    figure = scaled(plain, 0) if plain[:1].isdigit() else None
    if figure is not None:
        return Price(*figure, unit) if figure[0] > 0 else DropReason.OUT_OF_RANGE
    return DropReason.PRICE_RANGE if _RANGE.search(plain) else DropReason.NOT_A_PRICE


def read_change(text: str, scale: int) -> int | None:
    """The change in a cell as a mantissa at the price's scale; 持平 and a dash are 0, what is no figure None."""
    plain = fold(text).casefold()
    if plain in _FLAT:
        return 0
    sign = 1
    if _DOWN.match(plain):
        sign, plain = -1, _DOWN.sub("", plain)
    elif _UP.match(plain):
        plain = _UP.sub("", plain)
    plain = re.sub(r"元?(?:/吨|/t)?$", "", plain)
    figure = scaled(plain, 0) if plain[:1].isdigit() else None
    if figure is None or figure[0] > MOST_YUAN_CHANGE * 10 ** figure[1] or figure[1] > scale:
        return None
    return sign * rescaled(*figure, scale)


def find_day(text: str) -> date | None:
    """The day that a text names with its year; a day without a year is none, for nothing may be guessed."""
    plain = fold_line(text)
    match = _DAY.search(plain) or _COMPACT_DAY.search(plain)
    if match is None:
        return None
    try:
        return date(int(match[1]), int(match[2]), int(match[3]))
    except ValueError:
        return None


def find_time(text: str) -> time | None:
    """The time of day that a text names."""
    match = _TIME.search(fold_line(text))
    return time(int(match[1]), int(match[2])) if match else None


def fold_line(text: str) -> str:
    """The half-width form, its single blanks kept."""
    import unicodedata

    return " ".join(unicodedata.normalize("NFKC", text).split())
