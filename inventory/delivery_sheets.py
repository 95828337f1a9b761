"""Filling in picking lists and gate passes from the books."""

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from inventory import delivery_papers, delivery_reading, delivery_words, documents, labels
from inventory.delivery_papers import Paper
from inventory.models import Bundle, Product
from inventory.operations import weighings
from inventory.queries import Record
from inventory.states import AllocationState
from steelyard.accounts.models import User
from steelyard.core.actors import Actor
from steelyard.core.clock import SHANGHAI
from steelyard.core.i18n import N_
from steelyard.core.spreadsheets import Column, Kind, Scaled, Table
from steelyard.core.units import format_mass


def picking_list(session: Session, actor: Actor, order_id: int) -> bytes:
    """What is still to be picked for an order, in walking order; raises ``NotFound`` and ``LabelFontMissing``."""
    order = delivery_reading.order(session, actor, order_id)
    waits = [one for one in order["allocations"] if one["state"] == AllocationState.RESERVED]
    products = _products(session, waits)
    rows = [
        [
            "☐", one["place"] or "—", one["tag"], products[one["bundle_id"]], _heat(one),
            f"{one['pieces']}*" if one["is_part"] else str(one["pieces"]), format_mass(one["mass_g"]),
        ]
        for one in waits
    ]  # fmt: skip
    facts = [
        *_facts(order),
        f"捆数 Bundles  {len(rows)}    重量 Mass  {format_mass(sum(one['mass_g'] for one in waits))}",
    ]
    closing = ["* 先拆捆，只取所列支数 Split first; only these pieces are taken", "拣货 Picked by  ________________"]
    paper = Paper(
        "拣货单  Picking list", order["number"], facts, delivery_papers.PICKING, rows, closing, order["number"]
    )
    return delivery_papers.pdf(paper)


def gate_pass(session: Session, actor: Actor, pass_id: int) -> bytes:
    """A gate pass with what is on the lorry; raises ``NotFound`` and ``LabelFontMissing``."""
    passed = delivery_reading.gate_pass(session, actor, pass_id)
    order = delivery_reading.order(session, actor, passed["delivery_id"])
    issue = documents.issue(session, actor, passed["issue_id"])
    products = _products(session, issue["lines"])
    rows = [
        [
            one["tag"], products[one["bundle_id"]], _heat(one), str(one["pieces"]), format_mass(one["mass_g"]),
        ]
        for one in issue["lines"]
    ]  # fmt: skip
    keeper = session.get_one(User, passed["passed_by"]).name
    facts = [
        *_facts(order),
        f"出库单 Issue  {issue['number']}    放行 Passed  {passed['passed_at'].astimezone(SHANGHAI):%Y-%m-%d %H:%M}",
        f"捆数 Bundles  {len(rows)}    重量 Mass  {format_mass(issue['mass_g'])}",
        *(
            f"磅单 Ticket  {one.ticket_number}    毛重 Gross  {format_mass(one.gross_g)}    "
            f"皮重 Tare  {format_mass(one.tare_g)}    净重 Net  {format_mass(one.net_g)}"
            for one in weighings.standing(session, issue["number"])
        ),
    ]
    closing = [f"放行人 Let out by  {keeper}", "门卫 Gate  ________________    司机 Driver  ________________"]
    paper = Paper(
        "出门证  Gate pass", passed["number"], facts, delivery_papers.PASSING, rows, closing, passed["number"]
    )
    return delivery_papers.pdf(paper)


_GOODS = (
    (N_("Line"), Kind.INTEGER),
    (N_("Tag"), Kind.TEXT),
    (N_("Heat"), Kind.TEXT),
    (N_("Certificate"), Kind.TEXT),
    (N_("Place"), Kind.TEXT),
    (N_("State"), Kind.TEXT),
    (N_("Pieces"), Kind.INTEGER),
    (N_("Mass, t"), Kind.DECIMAL),
    (N_("Reason"), Kind.TEXT),
)


def goods(session: Session, actor: Actor, order_id: int) -> Table:
    """What is or was kept for an order, with its headings in the reader's language; raises ``NotFound``."""
    order, words = delivery_reading.order(session, actor, order_id), delivery_words.ALLOCATIONS
    rows = [
        (
            one["line"], one["tag"], _heat(one), one["certificate_number"], one["place"],
            _(word), one["pieces"], Scaled(one["mass_g"], 6), one["reason"],
        )
        for one in order["allocations"]
        for word in (words[one["state"]],)
    ]  # fmt: skip
    return Table(order["number"], [Column(_(title), kind) for title, kind in _GOODS], rows)


def _heat(one: Mapping[str, Any]) -> str:
    return labels.heats(one["heat_number"], mixed=one["mixed_heats"])


def _facts(order: Mapping[str, Any]) -> list[str]:
    return [
        f"提货单 Delivery order  {order['number']}    货主单号 Owner's number  {order['order_number']}",
        f"货主 Owner  {order['owner_name']}    仓库 Yard  {order['warehouse_code']}",
        f"车牌 Plate  {order['plate']}    司机 Driver  {order['driver'] or '—'}",
    ]


def _products(session: Session, lines: list[Record]) -> dict[int, str]:
    query = select(Bundle.id, Product).join(Product, Product.id == Bundle.product_id)
    rows = session.execute(query.where(Bundle.id.in_([one["bundle_id"] for one in lines])))
    return {id_: f"{product.size_text} {product.grade} {product.standard_text}" for id_, product in rows}
