"""Of which melts and by which processes bundles came about, and what became of them."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import (
    CTE,
    BigInteger,
    ColumnElement,
    Select,
    exists,
    func,
    literal,
    select,
    union_all,
)
from sqlalchemy.orm import Session, aliased

from inventory import lying
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


def forward(seeds: Select[Any]) -> CTE:
    """The bundles that ``seeds`` select and all that was made of them, as ``found.c.id``.

    What was undone is among them: it is voided, and so is all that was made of it, because a process is undone only
    where nothing stands that came after it. Whoever reads the bundles leaves it out; asking at each step of the
    recursion would have the whole table read, because how many steps there will be is not known before.
    """
    found = seeds.with_only_columns(seeds.selected_columns[0].label("id")).cte("found", recursive=True)
    return found.union(select(BundleEdge.child_id).join(found, found.c.id == BundleEdge.parent_id))


def backward(seeds: Select[Any]) -> CTE:
    """The bundles that ``seeds`` select and all of which they were made, as ``found.c.id``."""
    found = seeds.with_only_columns(seeds.selected_columns[0].label("id")).cte("found", recursive=True)
    return found.union(select(BundleEdge.parent_id).join(found, found.c.id == BundleEdge.child_id))


def among(session: Session, column: Any, found: CTE) -> ColumnElement[bool]:
    """The condition that a column is one of the bundles ``found``, each of which is then looked up by its index.

    PostgreSQL takes a recursion for hundreds of times as large as it is and would join it with whole tables; of an
    array it assumes that it is short.
    """
    return lying.one_by_one(session, column, select(found.c.id))


def of_bundle(bundle_id: int) -> Select[Any]:
    """The seeds of the descent of one bundle."""
    return select(Bundle.id).where(Bundle.id == bundle_id)


def of_heat(heat_id: int) -> Select[Any]:
    """The seeds of the descent of a melt: its own bundles, and those of mixtures that hold it; voided ones left out."""
    return bundles_of(heat_id).where(Bundle.voided == 0)


def bundles_of(heat_id: int) -> Select[Any]:
    """All bundles that hold a melt, voided ones too; a union, because an OR would read every bundle there is."""
    mixtures = select(HeatPart.heat_id.label("id")).where(HeatPart.part_id == heat_id)
    heats = union_all(select(literal(heat_id, BigInteger()).label("id")), mixtures).subquery("heats")
    return select(Bundle.id).join(heats, heats.c.id == Bundle.heat_id)


def ancestry(session: Session, bundle_id: int, most: int) -> list[Any]:
    """The ``most`` nearest ancestors of a bundle, the nearest first: tag, heat, and by what they went on."""
    found = among(session, BundleEdge.child_id, backward(of_bundle(bundle_id)))
    query = (
        select(Bundle.id, Bundle.tag, Heat.heat_number, func.min(StockProcess.kind).label("kind"))
        .join(BundleEdge, BundleEdge.parent_id == Bundle.id)
        .join(StockProcess, StockProcess.id == BundleEdge.process_id)
        .join(Heat, Heat.id == Bundle.heat_id)
        .where(found)
        .group_by(Bundle.id, Bundle.tag, Heat.heat_number)
        .order_by(Bundle.id.desc())
        .limit(most)
    )
    return list(session.execute(query).all())
