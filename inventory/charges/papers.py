"""A statement that was issued as a paper: what is asked for, for what, and in whose place it stands."""

from collections.abc import Iterator
from io import BytesIO

from flask_babel import gettext as _

from inventory.charges.arithmetic import Line
from inventory.charges.issued import Issued
from inventory.charges.tables import KINDS, UNITS
from steelyard.core.clock import SHANGHAI
from steelyard.core.units import format_money

_LEFT, _TOP, _BOTTOM, _LINE, _WIDTH = 50.0, 790.0, 80.0, 16.0, 495.0


def pdf(issued: Issued, yard: str) -> bytes:
    """The statement on A4 pages with its font embedded; the bundles stand in its table. Raises ``LabelFontMissing``."""
    from reportlab.lib.pagesizes import A4
    from reportlab.pdfgen.canvas import Canvas

    from inventory.labels import FONT, fitted, register_font

    register_font()
    buffer = BytesIO()
    canvas = Canvas(buffer, pagesize=A4, invariant=1)
    canvas.setTitle(issued.document.number)
    height = _TOP
    for size, text in _paper(issued, yard):
        if height < _BOTTOM:
            canvas.showPage()
            height = _TOP
        fitted(canvas, text, _LEFT, height, size, _WIDTH)
        height -= _LINE + (6 if size > 11 else 0)
    canvas.setFont(FONT, 8)
    canvas.drawString(_LEFT, 30, issued.document.number)
    canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def _paper(issued: Issued, yard: str) -> Iterator[tuple[float, str]]:
    """The lines of the paper with their sizes in points."""
    document = issued.document
    yield 16, _("Statement of storage and handling %(number)s", number=document.number)
    yield 10, f"{_('Yard')}  {yard}"
    yield 10, f"{_('Owner')}  {issued.owner_name}"
    yield 10, f"{_('Period')}  {issued.month.first:%Y-%m-%d} – {issued.month.last:%Y-%m-%d}"
    yield 10, f"{_('Issued')}  {document.issued_at.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"
    if issued.corrected is not None and issued.difference_fen is not None:
        difference = format_money(issued.difference_fen)
        yield 10, _("In place of %(number)s; it differs by %(amount)s.", number=issued.corrected.number,
                    amount=difference)  # fmt: skip
        yield 10, f"{_('Reason')}  {document.reason}"
    yield 10, ""
    for line in issued.lines:
        yield 10, f"{_(KINDS[line.kind])}    {line.first:%m-%d} – {line.last:%m-%d}    {_worked_out(line)}"
    yield 10, ""
    yield 12, f"{_('Total')}  {format_money(issued.total_fen)}"


def _worked_out(line: Line) -> str:
    """The arithmetic of a line."""
    amount = format_money(line.amount_fen)
    if line.quantity is None:
        return amount
    unit = _(UNITS[line.kind])
    rate = _("no tariff held on these days") if line.rate_fen is None else f"× {format_money(line.rate_fen)}"
    return f"{line.tonnes} {unit} {rate} = {amount}"
