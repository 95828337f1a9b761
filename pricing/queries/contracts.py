"""Contracts and what they cost, bound to the organisation that asks; and the replay of a price."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from pricing.derived_models import PriceContract, PriceQuote
from pricing.formulas import price
from pricing.formulas.answers import Answer, digest
from pricing.formulas.errors import FormulaBadFigure
from pricing.formulas.tree import Month
from steelyard.core.actors import Actor
from steelyard.core.errors import NotFound


@dataclass(frozen=True, slots=True)
class Replay:
    """A price worked out again beside the one that was kept; ``differences`` names the days that read otherwise."""

    quote: PriceQuote
    as_of: datetime
    fen: int
    same: bool
    differences: list[dict[str, Any]]
    answer: dict[str, Any]


def contracts(actor: Actor) -> Select[PriceContract]:
    """The contracts of the caller's organisation."""
    return select(PriceContract).where(PriceContract.org_id == actor.org_id)


def contract(session: Session, actor: Actor, contract_id: int) -> PriceContract:
    """One contract of the caller's organisation; raises `NotFound`."""
    found = session.scalars(contracts(actor).where(PriceContract.id == contract_id)).one_or_none()
    if found is None:
        raise NotFound
    return found


def quotes(actor: Actor, contract_id: int) -> Select[PriceQuote]:
    """What a contract of the caller's organisation cost, each time that it was priced."""
    return select(PriceQuote).where(PriceQuote.org_id == actor.org_id, PriceQuote.contract_id == contract_id)


def quote(session: Session, actor: Actor, quote_id: int) -> PriceQuote:
    """One priced contract of the caller's organisation; raises `NotFound`."""
    query = select(PriceQuote).where(PriceQuote.org_id == actor.org_id, PriceQuote.id == quote_id)
    found = session.scalars(query).one_or_none()
    if found is None:
        raise NotFound
    return found


def month_of(text: str | None) -> Month | None:
    """The month written as ``2023-12``; raises `FormulaBadFigure` for one that is none."""
    if text is None:
        return None
    year, number = int(text[:4]), int(text[5:])
    if not (1990 <= year < 2100 and 1 <= number <= 12):
        raise FormulaBadFigure(position=1, figure=text, rule="1990-01–2099-12")
    return Month(year, number)


def replay(session: Session, kept: PriceQuote, as_of: datetime | None = None) -> Replay:
    """Work a kept price out again from the observations: as of its own moment, or as of another.

    As of its own moment the sessions are those that counted then, so that no later calendar changes it.
    """
    own = as_of is None or as_of == kept.as_of
    again = price(
        session,
        kept.contract.formula,
        as_of=as_of or kept.as_of,
        month=month_of(kept.month),
        sessions=kept.answer["sessions"] if own else None,
    )
    return _compared(kept, again)


def _compared(kept: PriceQuote, again: Answer) -> Replay:
    document = again.document()
    before = {(day["series"], day["day"]): day for day in kept.answer["days"]}
    after = {(day["series"], day["day"]): day for day in document["days"]}
    differences = [
        {"series": key[0], "day": key[1], "before": _read(before.get(key)), "after": _read(after.get(key))}
        for key in sorted({*before, *after})
        if _read(before.get(key)) != _read(after.get(key))
    ]
    same = digest(document) == kept.digest
    return Replay(kept, again.as_of, again.fen, same, differences, document)


def _read(day: dict[str, Any] | None) -> dict[str, Any] | None:
    """What of a day can make a difference to a price."""
    names = ("state", "value", "used", "edition", "revision", "document_id")
    return None if day is None else {name: day[name] for name in names}
