"""Of which melts and by which processes bundles came about, and what became of them."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import BigInteger, exists, select
from sqlalchemy.orm import Session, aliased

from inventory.genealogy_models import BundleEdge, HeatPart, StockProcess
from inventory.models import Bundle, Heat
from steelyard.core.rowset import rowset

IS_MIXED = exists().where(HeatPart.heat_id == Bundle.heat_id)
"""The condition on ``Bundle`` that it is of several heats."""


def heats_of(session: Session, heat_ids: Collection[int]) -> dict[int, list[Heat]]:
    """The melts that each heat consists of, in the order of their ids: itself, unless it is a mixture."""
    ids = sorted(set(heat_ids))
    wanted = rowset(session, "wanted", {"id": BigInteger()}, [{"id": id_} for id_ in ids])
    query = select(HeatPart.heat_id, Heat).join(wanted, wanted.c.id == HeatPart.heat_id)
    found: dict[int, list[Heat]] = {}
    for mixture, part in session.execute(query.join(Heat, Heat.id == HeatPart.part_id).order_by(Heat.id)):
        found.setdefault(mixture, []).append(part)
    rest = [{"id": id_} for id_ in ids if id_ not in found]
    alone = rowset(session, "alone", {"id": BigInteger()}, rest)
    return found | {heat.id: [heat] for heat in session.scalars(select(Heat).join(alone, alone.c.id == Heat.id))}


def made_by(session: Session, bundle_id: int) -> dict[str, Any] | None:
    """The process that made a bundle, or ``None`` where it was received."""
    query = select(StockProcess).join(BundleEdge, BundleEdge.process_id == StockProcess.id)
    return _told(session.scalars(query.where(BundleEdge.child_id == bundle_id).limit(1)).one_or_none())


def worked_on_by(session: Session, bundle_id: int) -> dict[str, Any] | None:
    """The process that a bundle went into and that stands, or ``None``."""
    counter = aliased(StockProcess)
    query = (
        select(StockProcess)
        .join(BundleEdge, BundleEdge.process_id == StockProcess.id)
        .where(BundleEdge.parent_id == bundle_id, ~exists().where(counter.reverses_id == StockProcess.id))
    )
    return _told(session.scalars(query.limit(1)).one_or_none())


def _told(process: StockProcess | None) -> dict[str, Any] | None:
    return None if process is None else {"id": process.id, "number": process.number, "kind": process.kind}
