"""Reading quantities as people write them: digits, separators and units of Chinese and English habit.

Integer arithmetic on the digits as written; a value that does not fit the unit exactly is refused.
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field

from steelyard.core.errors import Invalid
from steelyard.core.i18n import N_

LONGEST_TEXT = 64
"""Characters of the longest text that is looked at; nobody writes a quantity longer than that."""

NUMBER = r"(?:[1-9][0-9]{0,2}(?:,[0-9]{3})+|[0-9]+)(?:\.[0-9]+)?"
"""A decimal number, thousands separators allowed; `1,5`, `.5` and `5.` are ambiguous and do not match."""

_WHOLE_NUMBER = re.compile(NUMBER)
_LEAD_NUMBER_TAIL = re.compile(r"([^0-9.,]*)([0-9.,]+)([^0-9]*)")
_MINUS = re.compile(r"^\W*[-\u2212\u2013负]")
_FULL_WIDTH_DIGITS = frozenset("０１２３４５６７８９")


class UnitError(Invalid):
    """A text that is no quantity of the kind asked for."""

    code = "bad_quantity"
    message = N_("“%(text)s” cannot be read as a quantity.")


class Unreadable(UnitError):
    """Text in which no number with a known unit stands, or which can be read in two ways."""

    message = N_("“%(text)s” cannot be read; write for example %(example)s.")


class Negative(UnitError):
    """A quantity below zero, where only a count of something real is asked for."""

    message = N_("“%(text)s” is negative; only zero or more is possible here.")


class TooPrecise(UnitError):
    """A quantity with a fraction of the smallest unit that is kept."""

    message = N_("“%(text)s” is more precise than the smallest unit that is kept, %(smallest)s.")


class OutOfRange(UnitError):
    """A quantity that no business of this kind can mean."""

    message = N_("“%(text)s” lies outside the possible range, %(low)s to %(high)s.")


@dataclass(frozen=True, slots=True)
class Measure:
    """How one kind of quantity is written.

    `tails` maps each unit that may follow the number (without blanks, case folded; "" for none) to its size
    in the smallest unit; `leads` are the signs that may stand before it. `most` is in the smallest unit.
    """

    example: str
    smallest: str
    tails: Mapping[str, int]
    most: int
    most_text: str
    leads: frozenset[str] = field(default=frozenset({""}))


def shown(text: object) -> str:
    """The text as an error may quote it: one line, bounded, without control characters."""
    flat = "".join(ch if ch.isprintable() else " " for ch in str(text)[: LONGEST_TEXT + 1])
    return flat if len(flat) <= LONGEST_TEXT else flat[: LONGEST_TEXT - 1] + "…"


def normalised(text: str, example: str) -> str:
    """Compatibility form (full-width digits and signs made plain), trimmed, case folded; raises `Unreadable`.

    Superscript, circled and other fancy digits are refused: to the eye `6²` is not 62.
    """
    if not text.strip() or len(text) > LONGEST_TEXT:
        raise Unreadable(text=shown(text), example=example)
    for character in text:
        if character.isascii() or character in _FULL_WIDTH_DIGITS:
            continue
        if any(ch.isdigit() for ch in unicodedata.normalize("NFKC", character)):
            raise Unreadable(text=shown(text), example=example)
    return unicodedata.normalize("NFKC", text).strip().casefold()


def scaled(number: str, factor: int) -> int | None:
    """`number` (matching `NUMBER`) times `factor` as an integer, or None where a fraction would be left."""
    whole, _, fraction = number.replace(",", "").partition(".")
    value, rest = divmod(int(whole + fraction) * factor, 10 ** len(fraction))
    return None if rest else value


def read(text: str, measure: Measure) -> int:
    """The quantity in the measure's smallest unit; raises a `UnitError` that says what is wrong."""
    plain = normalised(text, measure.example)
    parts = _LEAD_NUMBER_TAIL.fullmatch(plain)
    if parts is not None and _MINUS.match(parts[1]):
        raise Negative(text=shown(text))
    if parts is None or not _WHOLE_NUMBER.fullmatch(parts[2]):
        raise Unreadable(text=shown(text), example=measure.example)
    lead, tail = parts[1].strip(), "".join(parts[3].split())
    if lead not in measure.leads or tail not in measure.tails:
        raise Unreadable(text=shown(text), example=measure.example)
    value = scaled(parts[2], measure.tails[tail])
    if value is None:
        raise TooPrecise(text=shown(text), smallest=measure.smallest)
    if value > measure.most:
        raise OutOfRange(text=shown(text), low="0", high=measure.most_text)
    return value


def grouped(value: int, decimals: int, *, least_decimals: int | None = None) -> str:
    """`value` × 10^-decimals with thousands separators; trailing zeros are kept down to `least_decimals`."""
    sign, digits = ("-", -value) if value < 0 else ("", value)
    whole, fraction = divmod(digits, 10**decimals)
    tail = f"{fraction:0{decimals}d}" if decimals else ""
    keep = decimals if least_decimals is None else least_decimals
    while len(tail) > keep and tail.endswith("0"):
        tail = tail[:-1]
    return f"{sign}{whole:,}.{tail}" if tail else f"{sign}{whole:,}"


def half_up(numerator: int, denominator: int) -> int:
    """Numerator / denominator (positive) to the nearest integer, halves away from zero."""
    rounded = (2 * abs(numerator) + denominator) // (2 * denominator)
    return -rounded if numerator < 0 else rounded
