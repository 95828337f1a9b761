"""Filling in the printed receipt (入库单) from the books: bundles with three masses, tickets, decisions."""

from collections.abc import Iterator, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from inventory import advice_reading, delivery_papers
from inventory.delivery_papers import Paper
from inventory.models import Product, Warehouse
from inventory.queries import Record
from inventory.states import Decision, ReceiptStatus
from steelyard.accounts.models import User
from steelyard.core.actors import Actor
from steelyard.core.clock import SHANGHAI
from steelyard.core.units import format_mass

_STATUSES = {
    ReceiptStatus.OPEN: "收货中 being received", ReceiptStatus.STOPPED: "待裁定 stopped",
    ReceiptStatus.POSTED: "已过账 posted", ReceiptStatus.REFUSED: "已拒收 refused",
    ReceiptStatus.REVERSED: "已冲销 reversed",
}  # fmt: skip
_DECISIONS = {
    Decision.ACCEPT: "按预报接收 as advised", Decision.ACCEPT_WEIGHED: "按过磅接收 as weighed",
    Decision.REFUSE: "拒收 refused", Decision.REOPEN: "退回核对 looked at again",
}  # fmt: skip


def paper(session: Session, actor: Actor, receipt_id: int) -> Paper:
    """What stands on the printed receipt; raises ``NotFound``."""
    receipt = advice_reading.receipt(session, actor, receipt_id)
    lines = [line for line in receipt["lines"] if not line["reversed"]]
    wanted = {line["product_id"] for line in lines}
    products = {
        one.id: f"{one.size_text} {one.grade} {one.standard_text}"
        for one in session.scalars(select(Product).where(Product.id.in_(wanted)))
    }
    rows = [
        [
            line["tag"], products[line["product_id"]], line["heat_number"], line["certificate_number"] or "—",
            line["place"], str(line["pieces"]), _mass(line["theoretical_mass_g"]), _mass(line["certificate_mass_g"]),
            _mass(line["weighed_mass_g"]),
        ]
        for line in lines
    ]  # fmt: skip
    keeper = session.get_one(User, receipt["received_by"]).name
    closing = [*_decisions(receipt), f"收货人 Received by  {keeper}", _SIGNATURES]
    facts = list(_facts(session, receipt, lines))
    number = receipt["number"]
    return Paper("入库单  Receipt", number, facts, delivery_papers.RECEIVING, rows, closing, number)


_SIGNATURES = "送货人 Driver  ______________    质检 Inspector  ______________    仓管 Keeper  ______________"


def pdf(session: Session, actor: Actor, receipt_id: int) -> bytes:
    """The printed receipt; raises ``NotFound`` and ``LabelFontMissing``."""
    return delivery_papers.pdf(paper(session, actor, receipt_id))


def _facts(session: Session, receipt: Record, lines: Sequence[Record]) -> Iterator[str]:
    yard = session.get_one(Warehouse, receipt["warehouse_id"])
    came = receipt["event_at"].astimezone(SHANGHAI)
    yield f"货主 Owner  {receipt['owner_name']}    仓库 Yard  {yard.code} {yard.name}"
    yield f"预报 Advice  {receipt['advice_number'] or '—'}    车牌 Plate  {receipt['plate'] or '—'}"
    yield f"到货 Came  {came:%Y-%m-%d %H:%M}    状态 State  {_STATUSES[receipt['status']]}"
    masses = [_sum(lines, f"{name}_mass_g") for name in ("theoretical", "certificate", "weighed")]
    yield f"捆数 Bundles  {len(lines)}    支数 Pieces  {sum(line['pieces'] for line in lines)}"
    yield "理计 Theory  {}    标重 Stated  {}    过磅 Weighed  {}".format(*masses)
    for one in receipt["weighings"]:
        yield (
            f"磅单 Ticket  {one.ticket_number}    毛重 Gross  {format_mass(one.gross_g)}    "
            f"皮重 Tare  {format_mass(one.tare_g)}    净重 Net  {format_mass(one.net_g)}"
        )


def _sum(lines: Sequence[Record], name: str) -> str:
    """The mass of all lines, where every one of them has it."""
    masses = [line[name] for line in lines]
    return "—" if not masses or None in masses else format_mass(sum(masses))


def _mass(grams: int | None) -> str:
    return "—" if grams is None else format_mass(grams)


def _decisions(receipt: Record) -> Iterator[str]:
    for stop in receipt["stops"]:
        if stop.decision is not None:
            yield f"裁定 Decision  {_DECISIONS[Decision(stop.decision)]}: {stop.because}"
