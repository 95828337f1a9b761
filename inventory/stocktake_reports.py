"""The report of a stocktake (盘点报告): every line as a table, and a paper to sign with what differs."""

from collections.abc import Iterator, Sequence
from io import BytesIO

from flask_babel import gettext as _

from inventory import exporting, variance_reading, words
from inventory.queries import Record
from inventory.reason_reading import called
from inventory.states import Finding, Resolution, StocktakeStatus
from steelyard.core.clock import SHANGHAI
from steelyard.core.i18n import N_
from steelyard.core.spreadsheets import Cell, Kind, Table

LINES: exporting.Columns = (
    (N_("Tag"), Kind.TEXT), (N_("Finding"), Kind.TEXT), (N_("Booked at"), Kind.TEXT),
    (N_("Pieces booked"), Kind.INTEGER), (N_("Counted at"), Kind.TEXT), (N_("Pieces counted"), Kind.INTEGER),
    (N_("Settled"), Kind.TEXT), (N_("Reason"), Kind.TEXT), (N_("Remark"), Kind.TEXT),
)  # fmt: skip
MOST_PRINTED = 2_000
"""Lines that differ and go on paper; the table has all."""
_LEFT, _TOP, _BOTTOM, _LINE, _WIDTH = 50.0, 790.0, 80.0, 14.0, 495.0


def table(stocktake: Record, lines: Sequence[Record]) -> Table:
    """All lines of a variance; none while it is counted, for the count is blind."""
    return exporting.table(stocktake["number"], LINES, map(_row, lines))


def _row(line: Record) -> Sequence[Cell]:
    return (
        line["tag"], _(words.FINDINGS[Finding(line["finding"])]), line["booked_place"], line["booked_pieces"],
        line["counted_place"], line["counted_pieces"], _resolution(line), _reason(line), line["remark"],
    )  # fmt: skip


def _resolution(line: Record) -> str | None:
    return _(words.RESOLUTIONS[Resolution(line["resolution"])]) if line["resolution"] else None


def _reason(line: Record) -> str | None:
    return called(line["reason_zh"], line["reason_en"]) if line["reason"] else None


def pdf(stocktake: Record, differing: Sequence[Record]) -> bytes:
    """The report on A4 pages with its font embedded, and a place for two signatures; raises ``LabelFontMissing``."""
    from reportlab.lib.pagesizes import A4
    from reportlab.pdfgen.canvas import Canvas

    from inventory.labels import FONT, fitted, register_font

    register_font()
    buffer = BytesIO()
    canvas = Canvas(buffer, pagesize=A4, invariant=1)
    canvas.setTitle(stocktake["number"])
    height, page = _TOP, 1

    def end() -> None:
        canvas.setFont(FONT, 8)
        canvas.drawString(_LEFT, 30, f"{stocktake['number']}  {page}")
        canvas.showPage()

    for size, text in _paper(stocktake, differing):
        if height < _BOTTOM:
            end()
            height, page = _TOP, page + 1
        fitted(canvas, text, _LEFT, height, size, _WIDTH)
        height -= _LINE + (6 if size > 11 else 0)
    fitted(canvas, f"{_('Counted by')} ____________    {_('Approved by')} ____________", _LEFT, 50, 10, _WIDTH)
    end()
    canvas.save()
    return buffer.getvalue()


def _paper(stocktake: Record, differing: Sequence[Record]) -> Iterator[tuple[float, str]]:
    """The lines of the paper with their sizes in points."""
    yield 16, _("Report of stocktake %(number)s", number=stocktake["number"])
    state = _(words.STOCKTAKES[StocktakeStatus(stocktake["status"])])
    yield 10, f"{_('State')}  {state}"
    yield 10, f"{_('Round')}  {stocktake['round']}    {_('People counting')}  {stocktake['counters']}"
    yield 10, f"{_('Scope')}  {scope(stocktake)}"
    for label, name in ((_("Opened"), "opened_at"), (_("Counted until"), "closed_at"), (_("Decided"), "decided_at")):
        if stocktake[name] is not None:
            yield 10, f"{label}  {stocktake[name].astimezone(SHANGHAI):%Y-%m-%d %H:%M}"
    yield 10, ""
    for one in stocktake["findings"]:
        yield 10, f"{_(words.FINDINGS[Finding(one['finding'])])}  {one['count']}"
    yield 10, ""
    yield 11, _("What differs from the books")
    for line in differing:
        booked = f"{line['booked_place'] or '—'} {'' if line['booked_pieces'] is None else line['booked_pieces']}"
        counted = f"{line['counted_place'] or '—'} {'' if line['counted_pieces'] is None else line['counted_pieces']}"
        told = [_(words.FINDINGS[Finding(line["finding"])]), f"{booked} → {counted}", _resolution(line), _reason(line)]
        yield 9, "    ".join(text for text in (line["tag"], *told, line["remark"]) if text)
    unlike = sum(one["count"] for one in stocktake["findings"] if one["finding"] not in variance_reading.AGREE)
    if unlike > len(differing):
        yield 9, _("%(count)s further lines stand in the table.", count=unlike - len(differing))
    if not unlike:
        yield 10, _("Nothing differs.")


def scope(stocktake: Record) -> str:
    """What is counted, in words."""
    place = stocktake["place"] or (_("places that are due") if stocktake["is_cycle"] else _("The whole yard"))
    return ", ".join(text for text in (place, stocktake["owner_name"], stocktake["product"]) if text)
