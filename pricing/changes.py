"""How far a price moved; exact, in integers."""

from dataclasses import dataclass
from enum import StrEnum

from pricing.sources.figures import rescaled


class Basis(StrEnum):
    """Where a change comes from: printed by the publisher, or the difference of two values."""

    PUBLISHED = "published"
    DIFFERENCE = "difference"


@dataclass(frozen=True, slots=True)
class Figure:
    """A value as `mantissa` / 10**`scale`."""

    mantissa: int
    scale: int


@dataclass(frozen=True, slots=True)
class Change:
    """A change and its share of the earlier price in basis points (hundredths of a percent, half away from zero)."""

    mantissa: int
    scale: int
    basis_points: int | None
    basis: Basis


def change(value: Figure, published: int | None, previous: Figure | None) -> Change | None:
    """The publisher's own change (at the value's scale) where there is one, else the difference to the former value."""
    if published is not None:
        before = value.mantissa - published
        return Change(published, value.scale, _basis_points(published, before), Basis.PUBLISHED)
    if previous is None:
        return None
    scale = max(value.scale, previous.scale)
    before = rescaled(previous.mantissa, previous.scale, scale)
    moved = rescaled(value.mantissa, value.scale, scale) - before
    return Change(moved, scale, _basis_points(moved, before), Basis.DIFFERENCE)


def _basis_points(moved: int, before: int) -> int | None:
    if before <= 0:
        return None
    share = (abs(moved) * 20_000 + before) // (2 * before)
    return -share if moved < 0 else share


def decimal_text(mantissa: int, scale: int, *, grouped: bool = False, signed: bool = False) -> str:
    """The figure in digits: 40105 at scale 1 is 4010.5, `grouped` 4,010.5, `signed` +4010.5."""
    whole, rest = divmod(abs(mantissa), 10**scale)
    sign = "−" if grouped and mantissa < 0 else "-" if mantissa < 0 else "+" if signed and mantissa > 0 else ""
    digits = f"{whole:,}" if grouped else str(whole)
    return f"{sign}{digits}.{rest:0{scale}d}" if scale else f"{sign}{digits}"
