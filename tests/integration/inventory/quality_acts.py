"""Holding, reporting and deciding, each in a transaction of its own, as the tests of quality do it."""

from typing import Any

from sqlalchemy import select

from inventory.models import Bundle, StockBalance
from inventory.operations import (
    disposing,
    holding,
    issuing,
    reporting,
)
from inventory.operations.disposing import Proposal
from inventory.operations.holding import Ban
from inventory.operations.reporting import Finding
from inventory.quality.kinds import DispositionKind, Severity
from inventory.quality.models import Defect, Disposition, QualityHold
from steelyard.core.actors import Actor

from .conftest import Yard


def heat_of(yard: Yard, tag: str) -> int:
    with yard.db.read() as session:
        return session.scalars(select(Bundle.heat_id).where(Bundle.tag == tag)).one()


def states(yard: Yard) -> dict[str, str]:
    """The state in which each bundle lies in the yard; those that left are absent."""
    query = select(Bundle.tag, StockBalance.state).join(StockBalance, StockBalance.bundle_id == Bundle.id)
    with yard.db.read() as session:
        return dict(session.execute(query.where(StockBalance.is_real, StockBalance.pieces > 0)).all())


def hold(yard: Yard, actor: Actor, **ban: Any) -> QualityHold:
    with yard.db.write() as session:
        return holding.place(session, actor, Ban("crack found", **ban))


def lift(yard: Yard, actor: Actor, placed: QualityHold) -> QualityHold:
    with yard.db.write() as session:
        return holding.lift(session, actor, placed.id, "second test passed")


def report(yard: Yard, actor: Actor, tag: str, pieces: int | None = None) -> Defect:
    with yard.db.write() as session:
        finding = Finding("crack", Severity.MAJOR, tag=tag, pieces=pieces)
        return reporting.report(session, actor, yard.warehouse.id, finding)


def propose(yard: Yard, actor: Actor, defect: Defect, kind: str, **more: Any) -> Disposition:
    with yard.db.write() as session:
        return disposing.propose(session, actor, defect.id, Proposal(DispositionKind(kind), "as seen", **more))


def decide(yard: Yard, actor: Actor, found: Disposition, *, approved: bool = True) -> Disposition:
    with yard.db.write() as session:
        return disposing.decide(session, actor, found.id, approved=approved)


def loading(yard: Yard, *tags: str) -> issuing.Loading:
    return issuing.Loading(yard.owner.org_id, "YD-1", "鲁P1", tags)
