"""Printed figures to integers: a mantissa and a scale, exact, never a float."""

import re
import unicodedata
from decimal import Decimal

_FIGURE = re.compile(r"[+-]?(?:\d{1,3}(?:,\d{3}){1,4}|\d{1,15})(?:\.\d{1,6})?", re.ASCII)
_MINUS = str.maketrans({"−": "-", "–": "-", "—": "-", "\uff0d": "-"})

MAX_MANTISSA = 10**15
"""Far above any price in any unit, and exact in JSON's doubles."""


def squeeze(text: str) -> str:
    """The text without any white space, ideographic and no-break spaces included."""
    return "".join(text.split())


def fold(text: str) -> str:
    """The half-width form without white space, in which spellings of one thing are compared."""
    return squeeze(unicodedata.normalize("NFKC", text))


def scaled(text: str, least_scale: int) -> tuple[int, int] | None:
    """The mantissa and scale of a printed figure, or None where it is none.

    The scale is `least_scale` or, where more decimals differ from zero, as many as those: so 4010.5 and
    4010.50 are one value.
    """
    folded = fold(text).translate(_MINUS)
    if not _FIGURE.fullmatch(folded):
        return None
    value = Decimal(folded.replace(",", ""))
    decimals = -int(value.normalize().as_tuple().exponent) if value else 0
    scale = max(least_scale, decimals)
    mantissa = int(value.scaleb(scale))
    return (mantissa, scale) if abs(mantissa) < MAX_MANTISSA else None


def rescaled(mantissa: int, scale: int, to_scale: int) -> int:
    """The mantissa at a finer scale; raises ValueError where digits would be lost."""
    if to_scale < scale:
        raise ValueError("a coarser scale loses digits")
    return int(mantissa * 10 ** (to_scale - scale))


def paired(price: str, change: str, least_scale: int) -> tuple[int, int, int | None] | None:
    """Price, common scale and change (None where there is no such figure); None where there is no price."""
    first, second = scaled(price, least_scale), scaled(change, least_scale)
    if first is None:
        return None
    if second is None:
        return (*first, None)
    scale = max(first[1], second[1])
    return rescaled(*first, scale), scale, rescaled(*second, scale)
