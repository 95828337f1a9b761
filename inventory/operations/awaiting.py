"""What arrivals are judged by: the receipts named, what was announced on them and has come, the catalogue."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session

from inventory.advice_models import StockAdvice, StockAdviceArrival, StockAdviceLine
from inventory.matching import Expected, Goods, Said, with_code
from inventory.models import Bundle, Product, Receipt, ReceiptLine
from inventory.operations import arriving_certificates, parts
from inventory.operations.gathering import Label
from inventory.operations.parts import WAREHOUSE, Query, Rows, Wanted
from inventory.scanning import Operation
from inventory.states import ReceiptSource, ReceiptStatus
from steelyard.core.prepared import one_of
from steelyard.core.units import Size


@dataclass(frozen=True, slots=True)
class ReceiptView:
    """A receipt that bundles are scanned to, and the advice by which it was announced."""

    id: int
    number: str
    owner_id: int
    status: ReceiptStatus
    advice_number: str | None
    advice_id: int | None


def locked(dialect: str) -> Iterator[Query]:
    """The parts that lock the receipts ``receipt_numbers``, then the advices by which they were announced.

    Two telephones at one lorry take turns, and two lorries of one advice do not take its last bundle both.
    """
    announced = (StockAdvice.number == Receipt.advice_number) & (StockAdvice.owner_id == Receipt.owner_id)
    receipts = (
        select(
            Receipt.id, Receipt.number, Receipt.owner_id, Receipt.status, Receipt.advice_number,
            StockAdvice.id.label("advice_id"),
        )
        .outerjoin(StockAdvice, announced & (Receipt.source == ReceiptSource.ANNOUNCED))
        .where(Receipt.warehouse_id == WAREHOUSE, one_of(dialect, Receipt.number, "receipt_numbers"))
        .order_by(Receipt.id)
        .with_for_update(of=Receipt)
        .cte("receipt_found")
    )  # fmt: skip
    yield parts.part(dialect, "receipt", select(receipts), *receipts.c)
    advices = select(StockAdvice.id).where(StockAdvice.id.in_(select(receipts.c.advice_id)))
    yield parts.whole(dialect, "advice", advices.order_by(StockAdvice.id).with_for_update())


def receipts(rows: Rows) -> dict[str, ReceiptView]:
    """The receipts that were locked, by number."""
    return {
        number: ReceiptView(id_, number, owner, ReceiptStatus(status), advice, advice_id)
        for id_, number, owner, status, advice, advice_id in rows.get("receipt", ())
    }


def expected_of(session: Session, advice_ids: Iterable[int]) -> dict[int, list[Expected]]:
    """The lines of advices, each with how many of its bundles have come; one statement."""
    return _by_advice(session.execute(_expected(StockAdviceLine.advice_id.in_(list(advice_ids)))))


def _expected(of_advices: ColumnElement[bool]) -> Select[Any]:
    came = (
        select(StockAdviceArrival.advice_line_id, func.count().label("came"))
        .join(Bundle, Bundle.id == StockAdviceArrival.bundle_id)
        .join(StockAdviceLine, StockAdviceLine.id == StockAdviceArrival.advice_line_id)
        .where(Bundle.voided == 0, of_advices)
        .group_by(StockAdviceArrival.advice_line_id)
        .subquery("came")
    )
    line = StockAdviceLine
    columns: tuple[Any, ...] = (
        line.advice_id, line.id, line.tag, line.product_id, line.heat_number, line.mill_name, line.certificate_number,
        line.bundles, line.pieces, line.piece_length_mm, line.mass_g, func.coalesce(came.c.came, 0).label("came"),
    )  # fmt: skip
    query = select(*columns).outerjoin(came, came.c.advice_line_id == line.id)
    return query.where(of_advices).order_by(line.id)


def _by_advice(rows: Iterable[Any]) -> dict[int, list[Expected]]:
    found: dict[int, list[Expected]] = {}
    for advice_id, *rest in rows:
        found.setdefault(advice_id, []).append(Expected(*rest))
    return found


def said(operation: Operation) -> Said:
    """What is said of a bundle that comes in, with what its code says."""
    return with_code(operation.said or Said(), operation.heat, operation.goods)


def wanted(labels: Mapping[int, Label], operations: Collection[Operation], receipts: Iterable[ReceiptView]) -> Wanted:
    """What arrivals are judged by, as parts of a larger question: asked for once the receipts are locked."""
    tags = {one.tag for one in operations}
    told = [said(one) for one in operations]
    lists: dict[str, Collection[Any]] = {
        "advice_ids": {one.advice_id for one in receipts if one.advice_id is not None},
        "product_ids": {one.product_id for one in told if one.product_id is not None},
        "diameters": {one.size.od_mm_x100 for one in told if one.size is not None},
        "borne_ids": [id_ for id_, label in labels.items() if label.tag in tags],
        "certificate_numbers": {one.certificate_number for one in told if one.certificate_number is not None},
        "heat_numbers": {one.heat_number for one in told if one.heat_number is not None},
    }
    return {_judged_by: lists, arriving_certificates.asked: {}}


def _judged_by(dialect: str) -> Iterator[Query]:
    yield parts.whole(dialect, "announced", _expected(one_of(dialect, StockAdviceLine.advice_id, "advice_ids")))
    announced = select(StockAdviceLine.product_id).where(one_of(dialect, StockAdviceLine.advice_id, "advice_ids"))
    chosen = one_of(dialect, Product.id, "product_ids") | Product.id.in_(announced)
    product = select(Product).where(chosen | one_of(dialect, Product.od_mm_x100, "diameters"))
    yield parts.part(
        dialect, "product", product, Product.id, Product.standard, Product.grade, Product.od_mm_x100,
        Product.wall_mm_x100, Product.length_mm, Product.density_kg_per_m3, Product.condition,
    )  # fmt: skip
    came = select(ReceiptLine).join(Receipt, Receipt.id == ReceiptLine.receipt_id)
    came = came.where(one_of(dialect, ReceiptLine.bundle_id, "borne_ids"))
    yield parts.part(dialect, "came", came, ReceiptLine.bundle_id, Receipt.number)


def expected(rows: Rows) -> dict[int, list[Expected]]:
    """The lines of the advices by which the receipts were announced, by advice."""
    return _by_advice(rows.get("announced", ()))


def catalogue(rows: Rows) -> list[Goods]:
    """The products that are chosen, announced, or as thick as a code says."""
    return [
        Goods(id_, standard, grade, Size(*size), density, condition)
        for id_, standard, grade, *size, density, condition in sorted(rows.get("product", ()))
    ]


def known(rows: Rows) -> dict[int, str]:
    """On which receipts the bundles came that bear the tags already."""
    return dict(rows.get("came", ()))


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
