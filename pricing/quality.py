"""What can be wrong with a published figure: findings with a code, the figures that show it, and a sentence; pure.

A finding is a reason to ask, not a verdict. Those of `HOLDING` keep a figure back until people have decided.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from pricing.calendars import Calendar
from pricing.quality_limits import DISAGREEMENT_BP
from pricing.sources.figures import rescaled
from steelyard.core.i18n import N_


class Code(StrEnum):
    """What a figure or a series is suspected of."""

    LIMIT_MOVE = "limit_move"
    OUTLIER = "outlier"
    ABSURD = "absurd"
    IMPLAUSIBLE = "implausible"
    THIN_CONTRACT = "thin_contract"
    ROLL = "roll"
    IMPOSSIBLE_BAR = "impossible_bar"
    DISAGREEMENT = "disagreement"


HOLDING = frozenset(Code) - {Code.ROLL}
"""A roll of the contract explains a move; it is noted and keeps nothing back."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One reason to ask. `evidence` holds whole numbers (figures with their scale, basis points) and days."""

    code: Code
    evidence: Mapping[str, Any]

    def document(self) -> dict[str, Any]:
        """The finding as it is stored."""
        return {"code": str(self.code), "evidence": dict(self.evidence)}


SENTENCES: Mapping[Code, str] = {
    Code.LIMIT_MOVE: N_("Moved %(change)s against %(before)s of %(day)s; the limit is %(limit)s."),
    Code.OUTLIER: N_(
        "Moved %(change)s against %(before)s of %(day)s, where %(spread)s is the usual spread of its moves."
    ),
    Code.ABSURD: N_("More than three times, or less than a third of, %(before)s of %(day)s."),
    Code.IMPLAUSIBLE: N_("No price of a tonne: such a series begins between %(least)s and %(most)s."),
    Code.THIN_CONTRACT: N_(
        "Moved %(change)s as open interest fell from %(lots_before)s to %(lots)s: another contract's row."
    ),
    Code.ROLL: N_("Moved %(change)s as open interest rose from %(lots_before)s to %(lots)s: the contract changed."),
    Code.IMPOSSIBLE_BAR: N_(
        "The day contradicts itself: %(higher)s %(higher_value)s is below %(lower)s %(lower_value)s."
    ),
    Code.DISAGREEMENT: N_("%(publisher)s gives %(other)s for the same day; the difference is %(change)s."),
}
"""The sentences with the places for their figures; `pricing.quality_words` puts them in."""

BAR_FIELDS = ("open", "high", "low", "close", "settle")
_ORDER = tuple(("high", field) for field in ("low", "open", "close", "settle")) + tuple(
    (field, "low") for field in ("open", "close", "settle")
)
"""Of each pair the first may not lie below the second. A settlement is the day's average by volume."""


@dataclass(frozen=True, slots=True)
class Figure:
    """A value as `mantissa` / 10**`scale`."""

    mantissa: int
    scale: int


def bar_findings(bar: Mapping[str, Figure]) -> dict[str, Finding]:
    """What is impossible in one instrument's day, by field; a field that is not there contradicts nothing."""
    found: dict[str, Finding] = {}
    for higher, lower in _ORDER:
        if higher not in bar or lower not in bar or _compared(bar[higher], bar[lower]) >= 0:
            continue
        evidence = {
            "higher": higher, "higher_mantissa": bar[higher].mantissa, "higher_scale": bar[higher].scale,
            "lower": lower, "lower_mantissa": bar[lower].mantissa, "lower_scale": bar[lower].scale,
        }  # fmt: skip
        for field in (higher, lower):
            found.setdefault(field, Finding(Code.IMPOSSIBLE_BAR, evidence))
    return found


def bad_bars(bars: Mapping[str, Any]) -> Any:
    """A mask over whole columns of bars, given as arrays of integers at one scale; 0 means that there is none."""
    import numpy as np

    bad = np.zeros(len(next(iter(bars.values()))), dtype=bool)
    for higher, lower in _ORDER:
        if higher in bars and lower in bars:
            bad |= (bars[higher] > 0) & (bars[lower] > 0) & (bars[higher] < bars[lower])
    return bad


def disagreement(own: Figure, other: Figure, family: str) -> Finding | None:
    """What another source says of the same price on the same day, where it is too far away."""
    scale = max(own.scale, other.scale)
    mine, theirs = (rescaled(one.mantissa, one.scale, scale) for one in (own, other))
    if theirs <= 0 or abs(mine - theirs) * 10_000 <= DISAGREEMENT_BP * theirs:
        return None
    change = (mine - theirs) * 10_000 // theirs
    evidence = {"family": family, "mantissa": other.mantissa, "scale": other.scale, "change_bp": change}
    return Finding(Code.DISAGREEMENT, evidence)


def _compared(one: Figure, other: Figure) -> int:
    scale = max(one.scale, other.scale)
    return rescaled(one.mantissa, one.scale, scale) - rescaled(other.mantissa, other.scale, scale)


class Standing(StrEnum):
    """What holds for a figure that was or is under suspicion (隔离状态)."""

    OPEN = "open"
    RELEASED = "released"
    REJECTED = "rejected"
    CLEARED = "cleared"


HELD = frozenset({Standing.OPEN, Standing.REJECTED})
"""In these a figure is kept from the board, from formulas, indexes and alerts."""


def standing(findings: Sequence[Finding], decision: Standing | None) -> Standing:
    """What holds for a value: what people decided of this very value, else whether anything speaks against it.

    A rejection stands also when nothing speaks against the value any more; a release stands whatever does.
    """
    if decision is Standing.REJECTED:
        return Standing.REJECTED
    if not any(finding.code in HOLDING for finding in findings):
        return Standing.CLEARED
    return decision or Standing.OPEN


def trailing_run(values: Sequence[tuple[int, int]]) -> int:
    """How many of the last figures (mantissa, scale) in a row are equal."""
    count = 0
    for mantissa, scale in reversed(values):
        if _compared(Figure(mantissa, scale), Figure(*values[-1])):
            break
        count += 1
    return count


def gaps(days: Sequence[date], calendar: Calendar) -> list[date]:
    """The sessions between the first and the last of the days that have no figure; `days` need no order."""
    if not days or calendar.name == "none":
        return []
    there = set(days)
    return [day for day in calendar.sessions(min(there), max(there)) if day not in there]
