"""Bringing balances back to what the moves say. The moves are the truth and are never touched."""

from sqlalchemy import delete, func, insert, select, text, update
from sqlalchemy.orm import Session

from inventory.models import Place, StockBalance
from inventory.operations.verification import Fault, Report, verify
from steelyard.core import audit


def repair(session: Session) -> tuple[Report, Report]:
    """Set every balance that differs to the sum of its moves; return what was found before and after.

    Nobody writes meanwhile. What the moves themselves say wrongly, such as less than nothing at a real place,
    cannot be set right so: that fault stays in the second report.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("LOCK TABLE stock_move, stock_balance IN SHARE ROW EXCLUSIVE MODE"))
    before = verify(session)
    wrong = [fault for fault in before.faults if fault.kind == "balance_differs"]
    places = {one.place_id for one in wrong if one.place_id is not None}
    real = set(session.scalars(select(Place.id).where(Place.id.in_(places), Place.is_real.is_(True))))
    # What is to become less comes first, so that at no moment a bundle lies at two places.
    for fault in sorted(wrong, key=lambda one: one.moved.pieces):
        if fault.place_id in real and min(fault.moved) < 0:
            continue
        _set(session, fault, is_real=fault.place_id in real)
    if wrong:
        cells = [f"{one.bundle_id}@{one.place_id}: {tuple(one.kept)} -> {tuple(one.moved)}" for one in wrong[:100]]
        audit.record(session, None, "inventory.balances_repaired", "ledger", {"count": len(wrong), "cells": cells})
    return before, verify(session)


def _set(session: Session, fault: Fault, *, is_real: bool) -> None:
    key = {
        "bundle_id": fault.bundle_id, "place_id": fault.place_id, "owner_id": fault.owner_id, "state": fault.state
    }  # fmt: skip
    there = session.scalar(select(func.count()).select_from(StockBalance).filter_by(**key))
    if not any(fault.moved):
        session.execute(delete(StockBalance).filter_by(**key))
    elif there:
        session.execute(update(StockBalance).filter_by(**key).values(**fault.moved._asdict()))
    else:
        session.execute(insert(StockBalance).values(**key, is_real=is_real, **fault.moved._asdict()))
