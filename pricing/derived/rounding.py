"""Where exact fractions become figures; the only rounding of derived prices, half up and away from zero."""

from fractions import Fraction


def half_up(value: Fraction) -> int:
    """The nearest integer; a half goes away from zero, so that a correction cancels what it corrects."""
    size = (2 * abs(value.numerator) + value.denominator) // (2 * value.denominator)
    return -size if value < 0 else size


def to_steps(value: Fraction, step: int) -> int:
    """The nearest multiple of ``step``, of the same unit as ``value``."""
    return half_up(value / step) * step


def shown(value: Fraction, decimals: int = 8) -> str:
    """A fraction for the eye: exact where it ends within ``decimals``, else cut off and followed by ``…``."""
    scaled = abs(value) * 10**decimals
    whole, rest = divmod(scaled.numerator // scaled.denominator, 10**decimals)
    digits = f"{rest:0{decimals}d}"
    sign = "-" if value < 0 else ""
    if scaled.denominator == 1:
        digits = digits.rstrip("0")
        return f"{sign}{whole}.{digits}" if digits else f"{sign}{whole}"
    return f"{sign}{whole}.{digits}…"
