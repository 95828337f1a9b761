"""Reading advices, and receipts with what is known of them: tickets, stops, what was announced and has not come."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.orm import Session

from inventory import documents, visibility
from inventory.advice_models import ReceiptStop, StockAdvice, StockAdviceLine
from inventory.models import Bundle, Product, Receipt, ReceiptLine, Warehouse
from inventory.operations import weighings
from inventory.operations.awaiting import expected_of
from inventory.operations.receipts import load_of, tolerance
from inventory.queries import Page, Record
from inventory.states import AdviceStatus, ReceiptSource, ReceiptStatus
from steelyard.accounts.models import Organisation
from steelyard.core.actors import Actor, OrgKind
from steelyard.core.errors import NotFound


def advices(actor: Actor, wanted: Mapping[str, Any]) -> Select[StockAdvice]:
    """Advices of one's own goods or for one's own yard, narrowed by warehouse, number and status."""
    query = select(StockAdvice)
    if actor.org_kind is OrgKind.WAREHOUSE:
        query = query.where(_for_yards_of(actor))
    elif not actor.is_operator:
        query = query.where(StockAdvice.owner_id == actor.org_id)
    for name in ("warehouse_id", "number", "status"):
        if wanted.get(name) is not None:
            query = query.where(getattr(StockAdvice, name) == wanted[name])
    return query


def _for_yards_of(actor: Actor) -> ColumnElement[bool]:
    """Advices for the actor's yards: directed there, or received there."""
    received = (
        select(Receipt.id)
        .where(Receipt.owner_id == StockAdvice.owner_id, Receipt.advice_number == StockAdvice.number)
        .where(visibility.documents(actor, Receipt.warehouse_id), Receipt.source == ReceiptSource.ANNOUNCED)
    )
    directed = StockAdvice.warehouse_id.is_not(None) & visibility.documents(actor, _WAREHOUSE)
    return directed | received.exists()


_WAREHOUSE: Any = StockAdvice.warehouse_id


def advice(session: Session, actor: Actor, advice_id: int) -> Record:
    """An advice with its lines, how many of each have come, and its receipts; raises ``NotFound``."""
    found = session.scalars(advices(actor, {}).where(StockAdvice.id == advice_id)).one_or_none()
    if found is None:
        raise NotFound
    came = {line.line_id: line.came for line in expected_of(session, [advice_id]).get(advice_id, [])}
    query = select(StockAdviceLine, Product).outerjoin(Product, Product.id == StockAdviceLine.product_id)
    lines = [
        {**_plain(line), "goods": line.goods or _goods(product), "came": came.get(line.id, 0)}
        for line, product in session.execute(
            query.where(StockAdviceLine.advice_id == advice_id).order_by(StockAdviceLine.id)
        )
    ]
    receipts = documents.receipts(actor, {"advice_number": found.number}).where(Receipt.owner_id == found.owner_id)
    return {
        **_plain(found),
        "owner_org_id": found.owner_id,
        "owner_name": session.get_one(Organisation, found.owner_id).name,
        "lines": lines,
        "receipts": list(session.scalars(receipts.order_by(Receipt.id))),
    }


def _plain(row: Any) -> Record:
    return {column.key: getattr(row, column.key) for column in type(row).__table__.columns}


def _goods(product: Product | None) -> str | None:
    return f"{product.size_text} {product.grade} {product.standard_text}" if product else None


def receipt(session: Session, actor: Actor, receipt_id: int) -> Record:
    """A receipt with its bundles, tickets and stops, its masses side by side, and what is still to come."""
    found = documents.receipt(session, actor, receipt_id)
    document = session.get_one(Receipt, receipt_id)
    query = (
        select(Bundle, Product, ReceiptLine.state)
        .join(ReceiptLine, ReceiptLine.bundle_id == Bundle.id)
        .join(Product, Product.id == Bundle.product_id)
        .where(ReceiptLine.receipt_id == receipt_id, Bundle.voided == 0)
        .order_by(Bundle.id)
    )
    bundles = [(bundle, product, state) for bundle, product, state in session.execute(query)]
    brought = load_of(session, document, bundles)
    stops = select(ReceiptStop).where(ReceiptStop.receipt_id == receipt_id).order_by(ReceiptStop.id)
    known = _advice_of(session, document)
    missing = [line for line in expected_of(session, [known.id]).get(known.id, []) if line.missing] if known else []
    permille = tolerance(known, session.get_one(Warehouse, document.warehouse_id))
    return {
        **found,
        "advice_id": known.id if known else None,
        "weighings": list(weighings.standing(session, document.number)),
        "stops": list(session.scalars(stops)),
        "net_g": brought.net_g,
        "advised_g": brought.advised_g,
        "theory_g": brought.theory_g,
        "tolerance_permille": permille,
        "extra_tags": list(brought.extra),
        "missing": missing,
        "missing_bundles": sum(line.missing for line in missing),
    }


def _advice_of(session: Session, document: Receipt) -> StockAdvice | None:
    if document.source != ReceiptSource.ANNOUNCED:
        return None
    same = (StockAdvice.owner_id == document.owner_id, StockAdvice.number == document.advice_number)
    return session.scalars(select(StockAdvice).where(*same)).one_or_none()


def awaited(session: Session, warehouse_id: int, wanted: Mapping[str, Any]) -> Page:
    """What is announced on the open receipts of a yard and has not come, for a device to hold; by line id."""
    query = (
        select(Receipt.number, StockAdvice.id)
        .join(StockAdvice, (StockAdvice.number == Receipt.advice_number) & (StockAdvice.owner_id == Receipt.owner_id))
        .where(Receipt.warehouse_id == warehouse_id, Receipt.status == ReceiptStatus.OPEN)
        .where(Receipt.source == ReceiptSource.ANNOUNCED, StockAdvice.status == AdviceStatus.OPEN)
    )
    receipts: dict[int, str] = {advice_id: number for number, advice_id in session.execute(query)}
    open_lines = {
        line.line_id: (line, receipts[advice_id])
        for advice_id, lines in expected_of(session, receipts).items()
        for line in lines
        if (line.missing or line.bundles is None) and line.line_id > (wanted.get("after") or 0)
    }
    limit = wanted.get("limit", 50)
    chosen = sorted(open_lines)[: limit + 1]
    products = {line.product_id for line, _ in open_lines.values() if line.product_id is not None}
    goods = {one.id: one for one in session.scalars(select(Product).where(Product.id.in_(products)))}
    rows = [_awaited(*open_lines[id_], goods) for id_ in chosen[:limit]]
    return rows, (chosen[limit - 1] if len(chosen) > limit else None)


def _awaited(line: Any, number: str, goods: Mapping[int, Product]) -> Record:
    return {
        "line_id": line.line_id, "receipt_number": number, "tag": line.tag, "bundles": line.missing or None,
        "goods": _goods(goods.get(line.product_id)), "heat_number": line.heat_number, "pieces": line.pieces,
        "mass_g": line.bundle_mass_g,
    }  # fmt: skip
