"""Conditions of delivery: how the trade writes them, and what heat treatment makes of them.

Imports neither flask nor sqlalchemy.
"""

from collections.abc import Iterable

from inventory.states import Condition, Treatment

CONDITIONS: dict[str, Condition] = {
    "热轧": Condition.HOT_ROLLED, "冷拔": Condition.COLD_DRAWN, "退火": Condition.ANNEALED,
    "无氧退火": Condition.BRIGHT_ANNEALED, "光亮退火": Condition.BRIGHT_ANNEALED, "正火": Condition.NORMALISED,
    "正火+回火": Condition.NORMALISED_TEMPERED, "调质": Condition.QUENCHED_TEMPERED,
    "淬火+回火": Condition.QUENCHED_TEMPERED,
    **{text.lower(): one for one in Condition for text in (one.value, one.letters)},
}  # fmt: skip
"""What sheets and codes of mills say, in small letters."""
_QUENCHED = "quenched"
"""No condition in which pipe is delivered: it is tempered yet."""
_LEAVES: dict[Treatment, str] = {
    Treatment.QUENCH: _QUENCHED, Treatment.ANNEAL: Condition.ANNEALED, Treatment.NORMALISE: Condition.NORMALISED,
}  # fmt: skip
_TEMPERED: dict[str | None, str] = {
    _QUENCHED: Condition.QUENCHED_TEMPERED, Condition.NORMALISED: Condition.NORMALISED_TEMPERED,
}  # fmt: skip
"""What tempering makes of a condition; of any other it makes nothing new."""


def after(before: str | None, treatments: Iterable[Treatment]) -> str | None:
    """The condition in which heat treatments leave steel; ``None`` where it has none, as after quenching alone."""
    condition = before
    for treatment in treatments:
        condition = _TEMPERED.get(condition, condition) if treatment is Treatment.TEMPER else _LEAVES[treatment]
    return None if condition == _QUENCHED else condition
