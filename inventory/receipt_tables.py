"""The bundles of a receipt as a table for spreadsheet programs: what was stated, what theory says, what was weighed."""

from collections.abc import Iterator, Sequence
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from inventory import documents
from inventory.exporting import Columns, table, tonnes
from inventory.models import Product
from steelyard.core.actors import Actor
from steelyard.core.i18n import N_
from steelyard.core.spreadsheets import Cell, Kind, Table

BUNDLES: Columns = (
    (N_("Tag"), Kind.TEXT), (N_("Size"), Kind.TEXT), (N_("Grade"), Kind.TEXT), (N_("Standard"), Kind.TEXT),
    (N_("Heat"), Kind.TEXT), (N_("Mill"), Kind.TEXT), (N_("Certificate"), Kind.TEXT), (N_("Place"), Kind.TEXT),
    (N_("Pieces"), Kind.INTEGER), (N_("Piece length, mm"), Kind.INTEGER), (N_("Theoretical mass, t"), Kind.DECIMAL),
    (N_("Stated mass, t"), Kind.DECIMAL), (N_("Weighed mass, t"), Kind.DECIMAL), (N_("Taken back"), Kind.TEXT),
)  # fmt: skip


def bundles(session: Session, actor: Actor, receipt_id: int) -> Table:
    """The bundles of a receipt that the actor sees; raises ``NotFound``."""
    found = documents.receipt(session, actor, receipt_id)
    wanted = {line["product_id"] for line in found["lines"]}
    products = {one.id: one for one in session.scalars(select(Product).where(Product.id.in_(wanted)))}
    return table(found["number"], BUNDLES, _rows(found["lines"], products))


def _rows(lines: Sequence[dict[str, Any]], products: dict[int, Product]) -> Iterator[Sequence[Cell]]:
    for line in lines:
        product = products[line["product_id"]]
        yield (
            line["tag"], product.size_text, product.grade, product.standard_text, line["heat_number"],
            line["mill_name"], line["certificate_number"], line["place"], line["pieces"], line["piece_length_mm"],
            tonnes(line["theoretical_mass_g"]), tonnes(line["certificate_mass_g"]), tonnes(line["weighed_mass_g"]),
            _("yes") if line["reversed"] else None,
        )  # fmt: skip
