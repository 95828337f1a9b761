"""Formula prices (公式价): a small exact language, its arithmetic, and what makes a price replayable.

:func:`price` is the way in for other slices.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from pricing.formulas.answers import Answer
    from pricing.formulas.tree import Month, Node


def price(
    session: "Session",
    formula: "str | Node",
    *,
    as_of: datetime | None = None,
    month: "Month | None" = None,
    sessions: Sequence[Mapping[str, Any]] | None = None,
) -> "Answer":
    """Price a formula as of a moment (aware; now where none is given); the same moment gives the same fen for ever.

    ``month`` is the delivery month, for formulas that speak of one. ``sessions`` are those of an earlier answer,
    whose days count then whatever calendars say today. Raises what :func:`pricing.formulas.parsing.parse` and
    :func:`pricing.formulas.evaluation.evaluate` raise, `SeriesNotFound`, `SeriesNotPriceable`, `FormulaNeedsMonth`,
    `FormulaTakesNoMonth`, `AsOfInFuture`.
    """
    from pricing.errors import AsOfInFuture
    from pricing.formulas.answers import Answer, pinned
    from pricing.formulas.evaluation import evaluate
    from pricing.formulas.parsing import parse
    from pricing.formulas.sheets import bound, needs
    from pricing.queries.figures import sheets
    from steelyard.core.database import db_now

    node = bound(parse(formula) if isinstance(formula, str) else formula, month)
    now = db_now(session)
    moment = as_of or now
    if moment > now:
        raise AsOfInFuture(as_of=moment.isoformat())
    found = sheets(session, needs(node, moment), None if sessions is None else pinned(sessions))
    return Answer(node, month, moment, evaluate(node, found, moment), found)
