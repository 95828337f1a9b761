"""Issuing the statement of a month (仓储费结算单): what it asks for is frozen, a mistake set right by another one."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from inventory.charges import reading
from inventory.charges.arithmetic import Detail, Line
from inventory.charges.errors import MonthNotOver, StatementCorrected, StatementIssued, StatementUnchanged
from inventory.charges.issued import of_id
from inventory.charges.models import StorageStatement
from inventory.charges.reading import Month, Named, Statement
from inventory.operations import announcing
from inventory.operations.scope import own_warehouse
from steelyard.core import audit
from steelyard.core.actors import Actor
from steelyard.core.clock import business_date
from steelyard.core.database import db_now
from steelyard.core.numbering import next_number


def issue(session: Session, actor: Actor, warehouse_id: int, owner_id: int, month_text: str) -> StorageStatement:
    """Issue what an owner is asked for in a month that is over.

    Raises ``NotFound``, ``MonthNotBegun``, ``MonthNotOver`` and ``StatementIssued`` where that was done before.
    """
    own_warehouse(session, actor, warehouse_id)
    month = reading.month_of(session, month_text)
    if not reading.is_over(session, month):
        raise MonthNotOver(month=month.text)
    worked_out = reading.statement(session, actor, warehouse_id, owner_id, month)
    number = _number(session)
    before = session.scalar(
        select(StorageStatement.number)
        .where(StorageStatement.warehouse_id == warehouse_id, StorageStatement.owner_id == owner_id)
        .where(StorageStatement.month == month.first, StorageStatement.corrects_id.is_(None))
    )
    if before is not None:
        raise StatementIssued(number=before, month=month.text)
    return _kept(session, actor, number, worked_out)


def correct(session: Session, actor: Actor, statement_id: int, reason: str) -> StorageStatement:
    """Issue anew what was asked for wrongly, by the moves and tariffs as they are known now; the old one stays.

    Raises ``NotFound``, ``StatementCorrected`` for one that was corrected before, and ``StatementUnchanged`` where
    nothing differs.
    """
    old = of_id(session, actor, statement_id)
    own_warehouse(session, actor, old.warehouse_id)
    number = _number(session)
    later = session.scalar(select(StorageStatement.number).where(StorageStatement.corrects_id == old.id))
    if later is not None:
        raise StatementCorrected(number=old.number, later=later)
    month = Month(old.month, old.last_day)
    worked_out = reading.statement_or_nothing(session, actor, old.warehouse_id, old.owner_id, month)
    lines, details = _frozen(session, worked_out)
    if (lines, details) == (old.lines, old.details):
        raise StatementUnchanged(number=old.number)
    return _kept(session, actor, number, worked_out, old, reason)


def _number(session: Session) -> str:
    """The next number; who took it is alone with the statements of the day until he commits."""
    return next_number(session, "JS", business_date(db_now(session)))


def _kept(
    session: Session, actor: Actor, number: str, worked_out: Statement,
    old: StorageStatement | None = None, reason: str | None = None,
) -> StorageStatement:  # fmt: skip
    lines, details = _frozen(session, worked_out)
    found = StorageStatement(
        number=number, warehouse_id=worked_out.warehouse.id, owner_id=worked_out.owner.id,
        owner_name=worked_out.owner.name, month=worked_out.month.first, last_day=worked_out.month.last,
        total_fen=worked_out.total_fen, lines=lines, details=details, corrects_id=old.id if old else None,
        reason=reason, issued_at=db_now(session), issued_by=actor.user_id,
    )  # fmt: skip
    session.add(found)
    session.flush()
    told = {
        "statement_id": found.id, "number": number, "owner_org_id": found.owner_id, "month": worked_out.month.text,
        "total_fen": found.total_fen, "corrects_number": old.number if old else None,
    }  # fmt: skip
    audit.record(session, actor, "inventory.statement_issued", f"statement:{number}", told)
    announcing.announce(
        session, "statement_issued", f"statement:{number}", worked_out.warehouse, [found.owner_id], told
    )
    return found


def _frozen(session: Session, worked_out: Statement) -> tuple[list[dict[str, Any]], list[list[Any]]]:
    """The lines and what each bundle brings to them, as they are kept."""
    names = reading.named(session, worked_out.details)
    return [_line(line) for line in worked_out.lines], _details(worked_out.details, names)


def _line(line: Line) -> dict[str, Any]:
    return {
        "kind": line.kind.value, "first": line.first.isoformat(), "last": line.last.isoformat(),
        "quantity": line.quantity, "rate_fen": line.rate_fen, "amount_fen": line.amount_fen,
        "tariff_id": line.tariff_id,
    }  # fmt: skip


def _details(details: Sequence[Detail], names: dict[int, Named]) -> list[list[Any]]:
    return [
        [
            *names[one.bundle_id], one.arrived.isoformat() if one.arrived else None, one.span.first.isoformat(),
            one.span.last.isoformat(), one.days, one.gram_days, one.in_g, one.out_g,
            one.span.tariff.id if one.span.tariff else None,
        ]
        for one in details
    ]  # fmt: skip
