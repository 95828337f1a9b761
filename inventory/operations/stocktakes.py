"""Stocktakes (盘点): opened for a part of the yard, counted blind, closed with a variance, approved by another person.

Counts come in as scans (:mod:`inventory.operations.scans`). A tag that nobody knows and a bundle that the books have
already issued are kept as lines to be looked into; they are never posted by themselves.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, cast

from sqlalchemy import BigInteger, ColumnElement, Integer, String, Table, delete, func, select, update
from sqlalchemy.orm import Session

from inventory import cycle_reading, errors
from inventory.counting import NOWHERE, VarianceLine, by_tag, differ
from inventory.models import (
    Place,
    Product,
    Stocktake,
    StocktakeCount,
    StocktakeLine,
    StocktakePlace,
)
from inventory.operations import reasons, yard
from inventory.operations.processing import insert_rows
from inventory.operations.scope import own_document, own_warehouse
from inventory.operations.variances import judge, last_counts, moves_since
from inventory.reasons import ReasonUse
from inventory.states import STOCKTAKE_STEPS, StocktakeStatus
from inventory.stocktake_errors import NothingToCount, ScopeUnknown
from steelyard.accounts.models import Organisation
from steelyard.core import audit
from steelyard.core.actors import Actor
from steelyard.core.batch import Batch, Write
from steelyard.core.clock import business_date
from steelyard.core.database import db_now
from steelyard.core.numbering import next_number
from steelyard.core.prepared import given, packed
from steelyard.core.rowset import RowTypes, rowset


@dataclass(frozen=True, slots=True)
class Scope:
    """What is counted: ``place`` and all below it or the whole yard, perhaps only an owner's or a product's goods.

    With ``cycle`` the places are those that the plan of cycle counts has due, at most :data:`MOST_DUE` of them. Up to
    ``tolerance_pieces`` more or fewer in a bundle are let pass.
    """

    place: str | None = None
    owner_org_id: int | None = None
    product_id: int | None = None
    cycle: bool = False
    tolerance_pieces: int = 0


MOST_DUE = 50


def open_stocktake(
    session: Session, actor: Actor, warehouse_id: int, place: str | None = None, scope: Scope | None = None
) -> Stocktake:
    """Open a stocktake of a scope, by default of ``place`` and all below it, or of the whole yard.

    Raises ``NotFound``, ``PlaceUnknown``, ``ScopeUnknown`` and ``NothingToCount``.
    """
    own_warehouse(session, actor, warehouse_id)
    scope = scope or Scope(place)
    root = None
    if scope.place is not None:
        root = yard.real_places(session, warehouse_id, [scope.place]).get(scope.place)
        if root is None:
            raise errors.PlaceUnknown(place=scope.place)
    _check_scope(session, scope)
    covered = _covered(session, warehouse_id, root)
    now = db_now(session)
    if scope.cycle:
        due = cycle_reading.due(session, warehouse_id, business_date(now))
        covered = [one.held.place_id for one in due if one.held.place_id in set(covered)][:MOST_DUE]
        if not covered:
            raise NothingToCount
    document = Stocktake(
        number=next_number(session, "PD", business_date(now)), warehouse_id=warehouse_id, place_id=root,
        owner_id=scope.owner_org_id, product_id=scope.product_id, is_cycle=scope.cycle,
        tolerance_pieces=scope.tolerance_pieces, status=StocktakeStatus.OPEN, opened_at=now, opened_by=actor.user_id,
    )  # fmt: skip
    session.add(document)
    session.flush()
    rows = [{"stocktake_id": document.id, "place_id": id_} for id_ in covered]
    insert_rows(session, StocktakePlace, {"stocktake_id": BigInteger(), "place_id": BigInteger()}, rows)
    audit.record(session, actor, "inventory.stocktake_opened", f"stocktake:{document.number}")
    return document


def _check_scope(session: Session, scope: Scope) -> None:
    pairs = ((Organisation, scope.owner_org_id), (Product, scope.product_id))
    if any(id_ is not None and session.get(table, id_) is None for table, id_ in pairs):
        raise ScopeUnknown


def _covered(session: Session, warehouse_id: int, root: int | None) -> Sequence[int]:
    """The real places of the yard, or those at and below ``root``."""
    real = select(Place.id).where(Place.warehouse_id == warehouse_id, Place.is_real.is_(True))
    if root is None:
        return session.scalars(real).all()
    tree = select(Place.id).where(Place.id == root).cte("tree", recursive=True)
    tree = tree.union(select(Place.id).join(tree, Place.parent_id == tree.c.id))
    return session.scalars(select(tree.c.id)).all()


def step(document: Stocktake, to: StocktakeStatus) -> None:
    """Bring a stocktake to its next state; raises ``StocktakeStep`` where that does not follow."""
    if to not in STOCKTAKE_STEPS[StocktakeStatus(document.status)]:
        raise errors.StocktakeStep(number=document.number)
    document.status = to


def close(session: Session, actor: Actor, stocktake_id: int) -> Stocktake:
    """End the counting and write the variance; raises ``NotFound`` and ``StocktakeStep``."""
    document, _ = own_document(session, actor, Stocktake, stocktake_id)
    step(document, StocktakeStatus.CLOSED)
    document.closed_at, document.closed_by = db_now(session), actor.user_id
    _write_lines(session, document, judge(session, document))
    audit.record(session, actor, "inventory.stocktake_closed", f"stocktake:{document.number}")
    return document


def judge_anew(session: Session, actor: Actor, stocktake_id: int) -> Stocktake:
    """Judge again what counts that came in after the close touch, by tag; the other lines stay as they are.

    Raises ``NotFound`` and ``StocktakeStep`` for one that is not closed.
    """
    document, _ = own_document(session, actor, Stocktake, stocktake_id)
    if document.status != StocktakeStatus.CLOSED:
        raise errors.StocktakeStep(number=document.number)
    late = _late(document)
    touched = {*session.scalars(select(StocktakeCount.tag).where(late))}
    ids = {*session.scalars(select(StocktakeCount.bundle_id).where(late, StocktakeCount.bundle_id.is_not(None)))}
    lines = [line for line in judge(session, document) if line.tag in touched or line.bundle_id in ids]
    tags = rowset(session, "touched", {"tag": String()}, [{"tag": tag} for tag in sorted(touched)])
    known = rowset(session, "known", {"id": BigInteger()}, [{"id": id_} for id_ in sorted(ids)])
    of_it = (StocktakeLine.tag.in_(select(tags.c.tag))) | (StocktakeLine.bundle_id.in_(select(known.c.id)))
    session.execute(delete(StocktakeLine).where(StocktakeLine.stocktake_id == document.id, of_it))
    _write_lines(session, document, lines)
    audit.record(session, actor, "inventory.stocktake_judged_anew", f"stocktake:{document.number}")
    return document


def _late(document: Stocktake) -> ColumnElement[bool]:
    """The condition on counts that the variance of a closed stocktake does not know yet.

    By the id, not by the moment: who writes a count keeps the stocktake from being closed until he has committed.
    """
    return (StocktakeCount.stocktake_id == document.id) & (StocktakeCount.id > (document.judged_count_id or 0))


def late_counts(session: Session, document: Stocktake) -> int:
    """How many counts came in after the variance was judged."""
    if document.status != StocktakeStatus.CLOSED:
        return 0
    return session.scalar(select(func.count()).select_from(StocktakeCount).where(_late(document))) or 0


def to_recount(session: Session, document: Stocktake) -> list[str]:
    """The tags that several people counted differently and that wait to be counted once more, by tag."""
    counts = last_counts(session, document)
    several = [own for own in by_tag(counts) if len(own) > 1]
    moves = moves_since(session, document, {own[0].bundle_id for own in several if own[0].bundle_id is not None})
    return sorted(
        own[0].tag
        for own in several
        if own[0].bundle_id is not None and differ(own, moves.get(own[0].bundle_id, ()), document.tolerance_pieces)
    )


def reopen(session: Session, actor: Actor, stocktake_id: int) -> Stocktake:
    """Count again, as the next round; the variance is thrown away, the counts stay.

    Raises ``NotFound`` and ``StocktakeStep``.
    """
    document, _ = own_document(session, actor, Stocktake, stocktake_id)
    step(document, StocktakeStatus.OPEN)
    document.closed_at = document.closed_by = document.judged_count_id = None
    document.round += 1
    session.execute(delete(StocktakeLine).where(StocktakeLine.stocktake_id == document.id))
    session.flush()
    audit.record(session, actor, "inventory.stocktake_reopened", f"stocktake:{document.number}")
    return document


def explain(session: Session, actor: Actor, stocktake_id: int, found_out: Sequence[Mapping[str, Any]]) -> Stocktake:
    """Keep what people found out about lines: ``tag``, ``reason`` and perhaps a ``remark`` each.

    Raises ``NotFound``, ``StocktakeStep`` while it is counted or after it was cancelled, ``BundleUnknown`` for a
    tag that has no line, ``ReasonUnknown`` and ``ReasonRetired``.
    """
    document, _ = own_document(session, actor, Stocktake, stocktake_id)
    if document.status not in (StocktakeStatus.CLOSED, StocktakeStatus.POSTED):
        raise errors.StocktakeStep(number=document.number)
    reasons.check(session, document.warehouse_id, ReasonUse.VARIANCE, [one["reason"] for one in found_out])
    told = {one["tag"]: one for one in found_out}
    types: RowTypes = {"tag": String(), "reason": String(), "remark": String()}
    rows = [{"remark": None, **one} for one in told.values()]
    given = rowset(session, "given", types, rows)
    of_it = StocktakeLine.stocktake_id == document.id
    found = {*session.scalars(select(StocktakeLine.tag).join(given, given.c.tag == StocktakeLine.tag).where(of_it))}
    if missing := sorted(told.keys() - found):
        raise errors.BundleUnknown(tag=missing[0])
    for name in ("reason", "remark"):
        value = select(given.c[name]).where(given.c.tag == StocktakeLine.tag).scalar_subquery()
        session.execute(
            update(StocktakeLine).where(of_it, StocktakeLine.tag.in_(select(given.c.tag))).values({name: value})
        )
    session.expire_all()
    audit.record(session, actor, "inventory.stocktake_explained", f"stocktake:{document.number}", {"lines": len(told)})
    return document


def cancel(session: Session, actor: Actor, stocktake_id: int) -> Stocktake:
    """Drop a stocktake; counts and variance stay to be read. Raises ``NotFound`` and ``StocktakeStep``."""
    document, _ = own_document(session, actor, Stocktake, stocktake_id)
    step(document, StocktakeStatus.CANCELLED)
    document.decided_at, document.decided_by = db_now(session), actor.user_id
    session.flush()
    audit.record(session, actor, "inventory.stocktake_cancelled", f"stocktake:{document.number}")
    return document


def counters(session: Session, document: Stocktake) -> set[int]:
    """Who took part in counting: everyone with a count, and who ended it."""
    people = select(StocktakeCount.counted_by).where(StocktakeCount.stocktake_id == document.id).distinct()
    return {*session.scalars(people), *([document.closed_by] if document.closed_by else [])}


_LINE: RowTypes = {
    "stocktake_id": BigInteger(), "tag": String(), "bundle_id": BigInteger(), "finding": String(),
    "booked_place_id": BigInteger(), "booked_pieces": Integer(), "counted_place_id": BigInteger(),
    "counted_pieces": Integer(),
}  # fmt: skip


def _write_lines(session: Session, document: Stocktake, lines: Sequence[VarianceLine]) -> None:
    """Write lines in one statement, and note up to which count they know."""
    batch = Batch(session)
    rows = packed(batch.dialect, "lines", _LINE, [_line(document, line) for line in lines])
    batch.add(_lined(batch.dialect, one=rows.one), rows)
    batch.run()
    last = select(func.max(StocktakeCount.id)).where(StocktakeCount.stocktake_id == document.id)
    document.judged_count_id = session.scalar(last) or 0
    session.flush()


@cache
def _lined(dialect: str, *, one: bool) -> Write:
    rows, table = given(dialect, "lines", _LINE, one=one), cast(Table, StocktakeLine.__table__)
    insert = table.insert().from_select(list(_LINE), select(*(rows.c[name] for name in _LINE)))
    return Write("lined", insert)


def _line(document: Stocktake, line: VarianceLine) -> dict[str, Any]:
    booked = line.booked if line.booked != NOWHERE else None
    return {
        "stocktake_id": document.id, "tag": line.tag, "bundle_id": line.bundle_id, "finding": line.finding.value,
        "booked_place_id": booked.place_id if booked else None, "booked_pieces": booked.pieces if booked else None,
        "counted_place_id": line.counted_place_id, "counted_pieces": line.counted_pieces,
    }  # fmt: skip
