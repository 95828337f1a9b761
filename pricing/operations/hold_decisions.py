"""Four eyes on a held figure: one person of the operator proposes, another confirms or declines.

A decision is one of the value that was looked at. It holds whatever is found later, and again when a revision goes
and comes back. Each takes the lock of the figure's statistic first, then the hold's row.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from pricing.models import PriceSeries
from pricing.operations.audience import operators
from pricing.operations.quality_marks import mark
from pricing.operations.statements import lock_family, table_of
from pricing.quality import HELD, Standing
from pricing.quality_errors import AlreadyProposed, HoldChanged, NothingProposed, NothingToDecide, SameEyes
from pricing.quality_models import PriceHold, PriceHoldEvent
from steelyard.core import audit, outbox
from steelyard.core.actors import Actor
from steelyard.core.database import db_now
from steelyard.core.errors import NotFound


def propose(session: Session, actor: Actor, hold_id: int, *, verdict: Standing, reason: str, version: int) -> PriceHold:
    """Propose to release or to reject a figure.

    Raises `NotFound`, `HoldChanged`, `NothingToDecide`, `AlreadyProposed`.
    """
    hold = _locked(session, hold_id, version)
    if hold.proposed_verdict is not None:
        raise AlreadyProposed
    if hold.state in (Standing.CLEARED, verdict):
        raise NothingToDecide
    hold.proposed_verdict, hold.proposed_reason = str(verdict), reason
    hold.proposed_by, hold.proposed_at = actor.user_id, db_now(session)
    _record(session, actor, hold, "proposed", {"verdict": str(verdict), "reason": reason})
    return hold


def decline(session: Session, actor: Actor, hold_id: int, *, version: int) -> PriceHold:
    """Take a proposal back or send it back; the figure stays as it was.

    Raises `NotFound`, `HoldChanged`, `NothingProposed`.
    """
    hold = _locked(session, hold_id, version)
    if hold.proposed_verdict is None:
        raise NothingProposed
    _record(session, actor, hold, "declined", {"verdict": hold.proposed_verdict, "reason": hold.proposed_reason})
    _forget(hold)
    return hold


def confirm(session: Session, actor: Actor, hold_id: int, *, version: int) -> PriceHold:
    """Confirm what another person proposed; from now on the figure is used, or for ever left out.

    Raises `NotFound`, `HoldChanged`, `NothingProposed`, `SameEyes`.
    """
    hold = _locked(session, hold_id, version)
    if hold.proposed_verdict is None:
        raise NothingProposed
    if hold.proposed_by == actor.user_id:
        raise SameEyes
    verdict, known_from = Standing(hold.proposed_verdict), db_now(session)
    _append(session, actor, hold, verdict, known_from)
    detail = {"verdict": str(verdict), "reason": hold.proposed_reason, "proposed_by": hold.proposed_by}
    _record(session, actor, hold, str(verdict), detail)
    hold.state, hold.changed_at = str(verdict), known_from
    _forget(hold)
    mark(session, {(hold.series_id, hold.day, hold.edition): verdict in HELD})
    outbox.publish(
        session,
        f"pricing.hold_{verdict}",
        subject=f"price_hold:{hold.id}",
        data={
            "hold_id": hold.id,
            "series_id": hold.series_id,
            "day": hold.day.isoformat(),
            "edition": hold.edition,
            "mantissa": hold.mantissa,
            "scale": hold.scale,
        },
        audience=operators(session),
    )
    return hold


def _locked(session: Session, hold_id: int, version: int) -> PriceHold:
    """The hold, while nobody writes figures of its statistic."""
    query = select(PriceSeries.family).join(PriceHold, PriceHold.series_id == PriceSeries.id)
    family = session.scalar(query.where(PriceHold.id == hold_id))
    if family is None:
        raise NotFound
    lock_family(session, family)
    hold = session.scalars(select(PriceHold).where(PriceHold.id == hold_id).with_for_update()).one()
    session.refresh(hold)
    if hold.version != version:
        raise HoldChanged
    return hold


def _append(session: Session, actor: Actor, hold: PriceHold, verdict: Standing, known_from: datetime) -> None:
    row = {
        "series_id": hold.series_id,
        "day": hold.day,
        "edition": hold.edition,
        "mantissa": hold.mantissa,
        "scale": hold.scale,
        "state": str(verdict),
        "findings": hold.findings,
        "known_from": known_from,
        "proposed_by": hold.proposed_by,
        "confirmed_by": actor.user_id,
        "reason": hold.proposed_reason,
    }
    session.execute(insert(table_of(PriceHoldEvent)).values(row))


def _forget(hold: PriceHold) -> None:
    hold.proposed_verdict = hold.proposed_reason = hold.proposed_by = hold.proposed_at = None


def _record(session: Session, actor: Actor, hold: PriceHold, what: str, detail: dict[str, Any]) -> None:
    figure = {"series_id": hold.series_id, "day": hold.day.isoformat(), "mantissa": hold.mantissa, "scale": hold.scale}
    audit.record(session, actor, f"pricing.hold_{what}", f"price_hold:{hold.id}", detail | figure)
