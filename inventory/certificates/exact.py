"""Exact figures: a whole mantissa and the number of its decimals. Imports neither flask nor sqlalchemy."""

import re
from dataclasses import dataclass
from decimal import Decimal

LARGEST_SCALE = 12
"""Most decimals of a figure."""

_FIGURE = re.compile(r"(<=|>=|<|>|≤|≥|=)?\s*([+-]?\d{1,9}(?:[.,]\d{1,8})?)", re.ASCII)
_SIGNS = {"≤": "<=", "≥": ">=", None: "=", "": "="}


@dataclass(frozen=True, slots=True)
class Exact:
    """``mantissa`` × 10^−``scale``; 0.20 keeps its last zero, because a laboratory means it."""

    mantissa: int
    scale: int

    @classmethod
    def of(cls, number: Decimal | int | str) -> "Exact":
        """Return an exact figure; raises ``ValueError`` for one that is not finite or has too many digits."""
        decimal = Decimal(number)
        sign, digits, exponent = decimal.as_tuple()
        if not isinstance(exponent, int) or not -LARGEST_SCALE <= exponent <= LARGEST_SCALE:
            raise ValueError(f"{number} is no figure of a certificate")
        mantissa = int("".join(map(str, digits))) * 10 ** max(exponent, 0)
        if mantissa >= 10**18:
            raise ValueError(f"{number} has too many digits")
        return cls(-mantissa if sign else mantissa, max(-exponent, 0))

    @property
    def decimal(self) -> Decimal:
        """The figure as a decimal with its zeros."""
        return Decimal(self.mantissa).scaleb(-self.scale)

    def __str__(self) -> str:
        return f"{self.decimal:f}"


def read(text: str) -> tuple[str, Exact] | None:
    """Return operator and figure of what people type, ``<0.005``, ``≥ 24``, ``0,19``; ``None`` where it is none."""
    match = _FIGURE.fullmatch(text.strip())
    if match is None:
        return None
    return _SIGNS.get(match[1], match[1]), Exact.of(match[2].replace(",", "."))
