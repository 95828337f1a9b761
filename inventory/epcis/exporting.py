"""The history of a bundle, a heat or an order as one EPCIS document."""

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import BigInteger, Select, select
from sqlalchemy.orm import Session, aliased

from inventory import documents, lineage, tracing, visibility
from inventory.epcis import mapping, reading
from inventory.epcis.identifiers import Names
from inventory.epcis.mapping import Event, Move
from inventory.epcis.transforming import goods_of, transformations
from inventory.labels import bundle_uri
from inventory.models import Bundle, Heat, Place, Product, StockMove, Warehouse
from inventory.states import Document, PlaceKind, State
from inventory.steps import kind_of
from steelyard.core.actors import Actor
from steelyard.core.database import db_now
from steelyard.core.errors import NotFound, Refused
from steelyard.core.i18n import N_
from steelyard.core.rowset import rowset

MOST_MOVES = 50_000


class HistoryTooLong(Refused):
    """A heat with more moves than one document holds."""

    code = "history_too_long"
    message = N_("This history has more than %(most)s moves. Take it bundle by bundle.")


def of_bundle(session: Session, actor: Actor, names: Names, bundle_id: int) -> Event:
    """Return the history of a bundle, and of those of which it was made; raises ``NotFound``."""
    seen = select(Bundle.id).where(Bundle.id == bundle_id, visibility.bundles(actor))
    if session.scalars(seen).one_or_none() is None:
        raise NotFound
    found = lineage.among(session, Bundle.id, lineage.backward(lineage.of_bundle(bundle_id)))
    made_of = select(Bundle.id).where(found, visibility.bundles(actor))
    return _document(session, names, made_of)


def of_heat(session: Session, actor: Actor, names: Names, heat_id: int) -> Event:
    """Return the history of all bundles of a heat that the actor sees; raises ``NotFound``."""
    return _document(session, names, lineage.bundles_of(heat_id).where(visibility.bundles(actor)))


def of_receipt(session: Session, actor: Actor, names: Names, receipt_id: int) -> Event:
    """Return the history of the bundles that a receipt brought; raises ``NotFound``."""
    return _of_order(session, actor, names, documents.receipt(session, actor, receipt_id)["number"])


def of_issue(session: Session, actor: Actor, names: Names, issue_id: int) -> Event:
    """Return the history of the bundles that an issue took; raises ``NotFound``."""
    return _of_order(session, actor, names, documents.issue(session, actor, issue_id)["number"])


def partners_on(session: Session, names: Names, bundles: Collection[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return what partners reported of bundles that the caller sees, by our names or by what the labels say."""
    uris: set[str] = set()
    for bundle in bundles:
        uris |= {
            names.bundle(bundle["warehouse_code"], bundle["tag"]),
            bundle_uri(bundle["warehouse_code"], bundle["tag"]),
        }
    return reading.about(session, uris)


def _of_order(session: Session, actor: Actor, names: Names, number: str) -> Event:
    moved = select(StockMove.bundle_id).where(StockMove.document_number == number)
    return _document(session, names, select(Bundle.id).where(Bundle.id.in_(moved), visibility.bundles(actor)))


def _document(session: Session, names: Names, wanted: Select[Any]) -> Event:
    ids = list(session.scalars(wanted.order_by(Bundle.id)))
    if not ids:
        raise NotFound
    return mapping.document(names, events_of(session, names, ids), db_now(session))


def events_of(session: Session, names: Names, bundle_ids: Collection[int]) -> list[Event]:
    """Return the events of the moves of bundles in their order; raises ``HistoryTooLong``."""
    rows = _moves(session, bundle_ids)
    if len(rows) > MOST_MOVES:
        raise HistoryTooLong(most=MOST_MOVES)
    papers = tracing.papers_of(
        session, {row.StockMove.document_number for row in rows if row.StockMove.document_number}
    )
    worked = {row.StockMove.document_number for row in rows if row.StockMove.document_kind == Document.PROCESS}
    transformed = transformations(session, worked)
    made: dict[int, Move] = {}
    events: list[Event] = []
    for row in rows:
        move = row.StockMove
        if move.document_kind == Document.PROCESS:
            events += transformed.events_of(names, move)
            continue
        undone = made.get(move.reverses_id) if move.reverses_id is not None else None
        if undone is not None:
            events += mapping.events_of_move(names, undone, undone_at=move.recorded_at)
            continue
        made[move.id] = _facts(row, papers.get(move.document_number or "", {}))
        events += mapping.events_of_move(names, made[move.id])
    return events


def _moves(session: Session, bundle_ids: Collection[int]) -> Sequence[Any]:
    wanted = rowset(session, "wanted", {"id": BigInteger()}, [{"id": id_} for id_ in sorted(set(bundle_ids))])
    source, target = aliased(Place), aliased(Place)
    return session.execute(
        select(
            StockMove, Bundle, Heat, Product, Warehouse.code, Warehouse.org_id,
            source.code.label("source"), source.kind.label("source_kind"),
            target.code.label("target"), target.kind.label("target_kind"),
        )
        .join(wanted, wanted.c.id == StockMove.bundle_id)
        .join(Bundle, Bundle.id == StockMove.bundle_id)
        .join(Heat, Heat.id == Bundle.heat_id)
        .join(Product, Product.id == Bundle.product_id)
        .join(Warehouse, Warehouse.id == StockMove.warehouse_id)
        .join(source, source.id == StockMove.from_place_id)
        .join(target, target.id == StockMove.to_place_id)
        .order_by(StockMove.id)
        .limit(MOST_MOVES + 1)
    ).all()  # fmt: skip


def _facts(row: Any, papers: dict[str, Any]) -> Move:
    move = row.StockMove
    source, target = PlaceKind(row.source_kind), PlaceKind(row.target_kind)
    goods = goods_of(row.code, row.Bundle, row.Heat, row.Product)
    return Move(
        step=kind_of(source, target, reverses=False), goods=goods, mass_g=move.mass_g,
        event_at=move.event_at, recorded_at=move.recorded_at, keeper_id=row.org_id,
        from_owner_id=move.from_owner_id, to_owner_id=move.to_owner_id,
        from_state=State(move.from_state), to_state=State(move.to_state),
        from_place=row.source if source is PlaceKind.REAL else None,
        to_place=row.target if target is PlaceKind.REAL else None,
        document_number=move.document_number, advice_number=papers.get("advice_number"),
        waybill_number=papers.get("waybill_number"), plate=papers.get("plate"),
        has_left=PlaceKind.CUSTOMER in (source, target),
    )  # fmt: skip
