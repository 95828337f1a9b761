"""JSON as publishers write it: figures as numbers or as strings, taken as printed and never as a float."""

import json
from decimal import Decimal
from typing import Any

_LEAST_POWER, _GREATEST_POWER = -6, 14
"""The powers of ten between which the first digit of a legible number stands."""


def load(content: bytes | str) -> Any:
    """The value of a JSON text, its fractions as Decimal; None where it is no JSON."""
    try:
        text = content if isinstance(content, str) else content.decode("utf-8-sig")
        return json.loads(text, parse_float=Decimal, parse_constant=_no_constant)
    except (ValueError, RecursionError, ArithmeticError):  # the last: an exponent beyond what a Decimal holds
        return None


def cell(value: Any) -> str:
    """A value as text: strings trimmed, numbers as printed, all else empty."""
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        return ""
    number = Decimal(value)
    if not number:
        return "0"
    # The exponent is looked at, never computed with: arithmetic overflows, and the digits would fill the memory.
    return format(number, "f") if _LEAST_POWER <= number.adjusted() <= _GREATEST_POWER else ""


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON")
