"""Printing labels (打印吊牌): each bundle gets its number once, each print is kept as it was and counted."""

from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from inventory import errors, gs1, label_errors, labelling, queries
from inventory.label_models import BundleSscc, Gs1Prefix, LabelPrint, LabelPrintLine
from inventory.models import Bundle, StockBalance
from inventory.operations import announcing
from inventory.operations.scope import own_warehouse
from inventory.queries import Record
from inventory.states import LabelLayout, LabelSymbol
from steelyard.core import audit
from steelyard.core.actors import Actor
from steelyard.core.database import db_now
from steelyard.core.errors import NotFound


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which labels, and how. ``reason`` is needed where one of them was printed before."""

    bundle_ids: Sequence[int]
    layout: LabelLayout = LabelLayout.SINGLE
    symbol: LabelSymbol = LabelSymbol.QR
    reason: str | None = None


def add_prefix(session: Session, actor: Actor, prefix: str) -> Gs1Prefix:
    """Number bundles with this company prefix from now on; raises ``PrefixImpossible`` and ``CodeTaken``."""
    if not gs1.is_prefix(prefix):
        raise label_errors.PrefixImpossible(prefix=prefix)
    if session.scalar(select(Gs1Prefix.id).where(Gs1Prefix.prefix == prefix)) is not None:
        raise errors.CodeTaken(code=prefix)
    found = Gs1Prefix(
        org_id=actor.org_id, prefix=prefix, used=0, added_at=db_now(session), added_by=actor.user_id
    )  # fmt: skip
    session.add(found)
    session.flush()
    audit.record(session, actor, "inventory.gs1_prefix_added", f"gs1_prefix:{prefix}")
    return found


def print_labels(session: Session, actor: Actor, warehouse_id: int, wanted: Wanted) -> LabelPrint:
    """Keep what is printed; the files are made of it.

    Raises ``NotFound`` for a yard or bundle that is not the actor's, ``ReprintNeedsReason`` and ``PrefixUsedUp``.
    """
    warehouse = own_warehouse(session, actor, warehouse_id)
    ids = list(dict.fromkeys(wanted.bundle_ids))
    bundles = _bundles(session, actor, warehouse_id, ids)
    copies = _copies(session, ids)
    again = [bundles[id_]["tag"] for id_ in ids if copies.get(id_)]
    if again and wanted.reason is None:
        raise label_errors.ReprintNeedsReason(tag=again[0], count=len(again))
    numbers = _numbered(session, actor, ids)
    printed = LabelPrint(
        warehouse_id=warehouse_id, layout=wanted.layout, symbol=wanted.symbol, reason=wanted.reason,
        printed_at=db_now(session), printed_by=actor.user_id,
    )  # fmt: skip
    session.add(printed)
    session.flush()
    session.execute(insert(LabelPrintLine), [
        {
            "print_id": printed.id, "position": position, "bundle_id": id_, "copy": copies.get(id_, 0) + 1,
            "label": asdict(labelling.label_of(bundles[id_], numbers.get(id_), copies.get(id_, 0) + 1)),
        }
        for position, id_ in enumerate(ids)
    ])  # fmt: skip
    tags = [bundles[id_]["tag"] for id_ in ids]
    told = {"print_id": printed.id, "tags": tags, "again": again, "reason": wanted.reason}
    audit.record(session, actor, "inventory.labels_printed", f"warehouse:{warehouse.code}", told)
    announcing.announce(session, "labels_printed", f"label_print:{printed.id}", warehouse, [], told)
    return printed


def _bundles(session: Session, actor: Actor, warehouse_id: int, ids: Sequence[int]) -> dict[int, Record]:
    """The bundles, locked in the order of their ids, so that two who print at once count one after the other."""
    lock = select(Bundle.id).where(Bundle.id.in_(ids), Bundle.warehouse_id == warehouse_id, Bundle.voided == 0)
    session.execute(lock.order_by(Bundle.id).with_for_update(key_share=True)).all()
    rows = queries.bundle_rows(actor).where(Bundle.id.in_(ids), Bundle.warehouse_id == warehouse_id, Bundle.voided == 0)
    found: dict[int, Record] = {}
    for row in session.execute(rows.order_by(StockBalance.is_real.desc(), StockBalance.place_id)):
        found.setdefault(row.bundle_id, queries.record(row))
    if not ids or len(found) != len(ids):
        raise NotFound
    return found


def _copies(session: Session, ids: Collection[int]) -> dict[int, int]:
    query = select(LabelPrintLine.bundle_id, func.max(LabelPrintLine.copy)).where(LabelPrintLine.bundle_id.in_(ids))
    return dict(session.execute(query.group_by(LabelPrintLine.bundle_id)).all())


def _numbered(session: Session, actor: Actor, ids: Sequence[int]) -> dict[int, str]:
    """The SSCC of each bundle, given now where it has none; nothing where the yard has no company prefix."""
    newest = labelling.prefixes(actor).order_by(Gs1Prefix.id.desc()).limit(1).with_for_update()
    prefix: Gs1Prefix | None = session.scalars(newest.execution_options(populate_existing=True)).one_or_none()
    known = labelling.numbers(session, ids)
    if prefix is None:
        return known
    missing = [id_ for id_ in ids if id_ not in known]
    if prefix.used + len(missing) > gs1.capacity(prefix.prefix):
        raise label_errors.PrefixUsedUp(prefix=prefix.prefix)
    rows: list[dict[str, Any]] = [
        {"sscc": gs1.sscc(prefix.prefix, prefix.used + place), "bundle_id": id_, "prefix_id": prefix.id}
        for place, id_ in enumerate(missing)
    ]
    if rows:
        session.execute(insert(BundleSscc), rows)
        prefix.used += len(rows)
    return {**known, **{row["bundle_id"]: row["sscc"] for row in rows}}
