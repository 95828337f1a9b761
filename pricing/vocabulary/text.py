"""The form in which spellings of one thing are compared."""

import unicodedata
from enum import StrEnum

LONGEST = 80
"""Characters of the longest text that is looked at."""

_ROUND = "ΦФфø\u00d8∮∅⌀\u03d5\u2300\u0278"
_TIMES = "*\u0425\u0445\u2217\u2715\u2716\u2a2f"
_DASHES = "\u2014\u2013\u2012\u2010\u2212\u2015~\u301c\uff5e"
_INCH = "\u201d\u201c\u3003\u2033"
_SAME = {
    **dict.fromkeys(map(ord, _ROUND), "φ"),
    **dict.fromkeys(map(ord, _DASHES), "-"),
    **dict.fromkeys(map(ord, _INCH), '"'),
    **dict.fromkeys(map(ord, _TIMES), "×"),
}
_FRACTIONS = {"½": "1/2", "¼": "1/4", "¾": "3/4", "⅛": "1/8", "⅜": "3/8", "⅝": "5/8", "⅞": "7/8"}
_FULL_WIDTH_DIGITS = frozenset("０１２３４５６７８９")


class Reason(StrEnum):
    """Why a text has no normal form."""

    EMPTY = "empty"
    TOO_LONG = "too_long"
    UNKNOWN = "unknown"
    AMBIGUOUS = "ambiguous"
    IMPOSSIBLE = "impossible"


def folded(text: str) -> str:
    """The half-width form, trimmed, blanks made single, with one sign each for diameter, times, range and inch.

    The letter x becomes × only between figures, so that X60 stays a grade.
    """
    for fraction, figures in _FRACTIONS.items():  # the compatibility form of 1½ would read 11/2
        text = text.replace(fraction, f" {figures}")
    plain = unicodedata.normalize("NFKC", text.translate(_SAME)).translate(_SAME)
    signs = list(" ".join(plain.split()))
    for place, sign in enumerate(signs):
        if sign in "xX" and _joins_figures(signs, place):
            signs[place] = "×"
    return "".join(signs)


def _joins_figures(signs: list[str], place: int) -> bool:
    """Whether the sign stands behind a figure or its unit and before another figure or C, as in 89x8 or 3mmx1250."""
    before, after = "".join(signs[:place]).rstrip().lower(), "".join(signs[place + 1 :]).lstrip()
    behind = before[-1:].isdigit() or before.endswith(("mm", '"', "寸", "米", "m"))
    return behind and (after[:1].isdigit() or after[:1] in ("φ", "C", "c"))


def refused(text: str) -> Reason | None:
    """Why a text is not even looked at, or None."""
    if not text.strip():
        return Reason.EMPTY
    if len(text) > LONGEST:
        return Reason.TOO_LONG
    return Reason.UNKNOWN if any(map(_is_fancy_digit, text)) else None


def _is_fancy_digit(sign: str) -> bool:
    """Whether the sign reads as a figure only in its compatibility form: 6² is not 62."""
    if sign.isascii() or sign in _FULL_WIDTH_DIGITS or sign in _FRACTIONS:
        return False
    return any(one.isdigit() for one in unicodedata.normalize("NFKC", sign))
