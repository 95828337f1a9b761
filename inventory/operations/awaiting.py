"""What arrivals are judged by: the receipts named, what was announced on them and has come, the catalogue."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import String, func, or_, select
from sqlalchemy.orm import Session

from inventory.advice_models import StockAdvice, StockAdviceArrival, StockAdviceLine
from inventory.matching import Expected, Goods, Said
from inventory.models import Bundle, Product, Receipt, ReceiptLine
from inventory.operations.gathering import Label
from inventory.scanning import Operation
from inventory.states import ReceiptSource, ReceiptStatus
from steelyard.core.rowset import rowset

_STR = String()


@dataclass(frozen=True, slots=True)
class ReceiptView:
    """A receipt that bundles are scanned to, and the advice by which it was announced."""

    id: int
    number: str
    owner_id: int
    status: ReceiptStatus
    advice_number: str | None
    advice_id: int | None


def receipts(session: Session, warehouse_id: int, wanted: Iterable[Operation]) -> dict[str, ReceiptView]:
    """The receipts named, locked: two telephones at one lorry take turns."""
    numbers = [{"number": number} for number in sorted({one.receipt_number for one in wanted if one.receipt_number})]
    named = rowset(session, "wanted", {"number": _STR}, numbers)
    query = (
        select(
            Receipt.id, Receipt.number, Receipt.owner_id, Receipt.status, Receipt.advice_number, StockAdvice.id,
        )
        .join(named, named.c.number == Receipt.number)
        .outerjoin(
            StockAdvice,
            (StockAdvice.number == Receipt.advice_number)
            & (StockAdvice.owner_id == Receipt.owner_id)
            & (Receipt.source == ReceiptSource.ANNOUNCED),
        )
        .where(Receipt.warehouse_id == warehouse_id)
        .order_by(Receipt.id)
        .with_for_update(of=Receipt)
    )  # fmt: skip
    rows = session.execute(query)
    return {
        number: ReceiptView(id_, number, owner, ReceiptStatus(status), advice, advice_id)
        for id_, number, owner, status, advice, advice_id in rows
    }


def expected_of(session: Session, advice_ids: Iterable[int]) -> dict[int, list[Expected]]:
    """The lines of advices, each with how many of its bundles have come; one statement."""
    came = (
        select(StockAdviceArrival.advice_line_id, func.count().label("came"))
        .join(Bundle, Bundle.id == StockAdviceArrival.bundle_id)
        .join(StockAdviceLine, StockAdviceLine.id == StockAdviceArrival.advice_line_id)
        .where(Bundle.voided == 0, StockAdviceLine.advice_id.in_(list(advice_ids)))
        .group_by(StockAdviceArrival.advice_line_id)
        .subquery("came")
    )
    line = StockAdviceLine
    columns: tuple[Any, ...] = (
        line.advice_id, line.id, line.tag, line.product_id, line.heat_number, line.mill_name, line.certificate_number,
        line.bundles, line.pieces, line.piece_length_mm, line.mass_g, func.coalesce(came.c.came, 0),
    )  # fmt: skip
    query = select(*columns).outerjoin(came, came.c.advice_line_id == line.id)
    found: dict[int, list[Expected]] = {}
    for advice_id, *rest in session.execute(query.where(line.advice_id.in_(list(advice_ids))).order_by(line.id)):
        found.setdefault(advice_id, []).append(Expected(*rest))
    return found


def expected(session: Session, receipts: Mapping[str, ReceiptView]) -> dict[int, list[Expected]]:
    """The lines of the advices by which ``receipts`` were announced, by advice.

    The advices are locked before their lines are read: two lorries of one advice do not take its last bundle both.
    """
    advices = sorted({one.advice_id for one in receipts.values() if one.advice_id is not None})
    if not advices:
        return {}
    session.execute(
        select(StockAdvice.id).where(StockAdvice.id.in_(advices)).order_by(StockAdvice.id).with_for_update()
    )
    return expected_of(session, advices)


def catalogue(session: Session, said: Collection[Said], receipts: Mapping[str, ReceiptView]) -> list[Goods]:
    """The products that are chosen, announced, or of a size that a code names."""
    sizes = {(one.size.od_mm_x100, one.size.wall_mm_x100) for one in said if one.size is not None}
    advices = {one.advice_id for one in receipts.values() if one.advice_id is not None}
    announced = select(StockAdviceLine.product_id).where(StockAdviceLine.advice_id.in_(advices))
    of_size = [
        (Product.od_mm_x100 == od) & (Product.wall_mm_x100.is_(None) if wall is None else Product.wall_mm_x100 == wall)
        for od, wall in sorted(sizes, key=str)
    ]
    chosen = {one.product_id for one in said if one.product_id is not None}
    query = select(Product).where(or_(Product.id.in_(chosen), Product.id.in_(announced), *of_size))
    return [
        Goods(one.id, one.standard, one.grade, one.size, one.density_kg_per_m3, one.condition)
        for one in session.scalars(query.order_by(Product.id))
    ]


def known(session: Session, labels: Mapping[int, Label], tags: Collection[str]) -> dict[int, str]:
    """On which receipts the bundles came that bear the tags already."""
    bearing = [id_ for id_, label in labels.items() if label.tag in tags]
    if not bearing:
        return {}
    query = select(ReceiptLine.bundle_id, Receipt.number).join(Receipt, Receipt.id == ReceiptLine.receipt_id)
    return dict(session.execute(query.where(ReceiptLine.bundle_id.in_(bearing))).all())


def lost_to(session: Session, warehouse_id: int, tags: Collection[str]) -> dict[str, str]:
    """The receipts of bundles that another request made meanwhile, by tag; asks only where there are any."""
    if not tags:
        return {}
    query = (
        select(Bundle.tag, Receipt.number)
        .join(ReceiptLine, ReceiptLine.bundle_id == Bundle.id)
        .join(Receipt, Receipt.id == ReceiptLine.receipt_id)
        .where(Bundle.warehouse_id == warehouse_id, Bundle.voided == 0, Bundle.tag.in_(tags))
    )
    return dict(session.execute(query).all())
