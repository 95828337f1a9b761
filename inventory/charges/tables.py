"""Statements as tables for spreadsheet programs: the lines for the books, the bundles to check them."""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal

from flask_babel import gettext as _

from inventory.charges.arithmetic import ChargeKind, Line
from inventory.charges.issued import Issued
from inventory.charges.reading import Named, Statement
from inventory.exporting import Columns, table, tonnes
from steelyard.core.i18n import N_
from steelyard.core.spreadsheets import Cell, Kind, Scaled, Table

KINDS = {
    ChargeKind.STORAGE: N_("Storage"),
    ChargeKind.IN: N_("Handling in"),
    ChargeKind.OUT: N_("Handling out"),
    ChargeKind.MINIMUM: N_("Up to the minimum"),
}
UNITS = {ChargeKind.STORAGE: N_("t·day"), ChargeKind.IN: N_("t"), ChargeKind.OUT: N_("t"), ChargeKind.MINIMUM: ""}
LINES: Columns = (
    (N_("Owner"), Kind.TEXT), (N_("Month"), Kind.TEXT), (N_("What"), Kind.TEXT), (N_("From day"), Kind.DAY),
    (N_("To day"), Kind.DAY), (N_("Quantity"), Kind.DECIMAL), (N_("Unit"), Kind.TEXT), (N_("Rate, yuan"), Kind.DECIMAL),
    (N_("Amount, yuan"), Kind.DECIMAL), (N_("Tariff"), Kind.INTEGER),
)  # fmt: skip
BUNDLES: Columns = (
    (N_("Tag"), Kind.TEXT), (N_("Size"), Kind.TEXT), (N_("Grade"), Kind.TEXT), (N_("Heat"), Kind.TEXT),
    (N_("Came"), Kind.DAY), (N_("From day"), Kind.DAY), (N_("To day"), Kind.DAY), (N_("Days charged"), Kind.INTEGER),
    (N_("t·days"), Kind.DECIMAL), (N_("In, t"), Kind.DECIMAL), (N_("Out, t"), Kind.DECIMAL),
    (N_("Tariff"), Kind.INTEGER),
)  # fmt: skip


def lines(statement: Statement | Issued) -> Table:
    """The lines of a statement and their sum."""
    name = _("Storage and handling %(month)s", month=statement.month.text)
    return table(f"{name} {statement.owner_name}", LINES, _lines(statement))


def _lines(statement: Statement | Issued) -> Iterator[Sequence[Cell]]:
    head = (statement.owner_name, statement.month.text)
    for line in statement.lines:
        yield (
            *head, _(KINDS[line.kind]), line.first, line.last, _quantity(line),
            _(UNITS[line.kind]) if UNITS[line.kind] else None, _yuan(line.rate_fen), _yuan(line.amount_fen),
            line.tariff_id,
        )  # fmt: skip
    total = _yuan(statement.total_fen)
    yield *head, _("Total"), statement.month.first, statement.month.last, None, None, None, total, None


def _quantity(line: Line) -> Cell:
    return None if line.quantity is None else Decimal(line.quantity).scaleb(-6)


def _yuan(fen: int | None) -> Cell:
    return None if fen is None else Scaled(fen, 2)


def bundles(statement: Statement, names: Mapping[int, Named]) -> Table:
    """What each bundle brings to the lines; the columns sum to their quantities."""
    name = _("Storage and handling %(month)s", month=statement.month.text)
    return table(f"{name} {statement.owner.name} {_('Bundles')}", BUNDLES, _bundles(statement, names))


def issued_bundles(issued: Issued) -> Table:
    """What each bundle brought to the lines of a statement that was issued."""
    rows = (
        (*one[:7], one.days, tonnes(one.gram_days), tonnes(one.in_g), tonnes(one.out_g), one.tariff_id)
        for one in issued.details
    )
    return table(f"{issued.document.number} {_('Bundles')}", BUNDLES, rows)


def _bundles(statement: Statement, names: Mapping[int, Named]) -> Iterator[Sequence[Cell]]:
    for one in statement.details:
        yield (
            *names[one.bundle_id], one.arrived, one.span.first, one.span.last, one.days, tonnes(one.gram_days),
            tonnes(one.in_g), tonnes(one.out_g), one.span.tariff.id if one.span.tariff else None,
        )  # fmt: skip
