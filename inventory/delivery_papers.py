"""Picking list (拣货单), gate pass (出门证) and receipt (入库单) on paper: facts, a table and a code.

Imports neither flask nor sqlalchemy.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from inventory.labels import FONT, draw_code, fitted, modules, register_font
from inventory.states import LabelSymbol

_LEFT, _RIGHT, _TOP, _BOTTOM, _LINE = 40.0, 555.0, 795.0, 60.0, 17.0
_CODE = 90.0


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the table, ``width`` points wide."""

    heading: str
    width: float


@dataclass(frozen=True, slots=True)
class Paper:
    """What stands on it; moments and masses are formatted already. ``code`` is the content of the QR code."""

    heading: str
    number: str
    facts: Sequence[str]
    columns: Sequence[Column]
    rows: Sequence[Sequence[str]]
    closing: Sequence[str]
    code: str


PICKING = (
    Column("☐", 20), Column("库位 Place", 90), Column("捆号 Bundle", 120), Column("品种 Product", 130),
    Column("炉号 Heat", 75), Column("支 Pcs", 35), Column("重量 Mass", 45),
)  # fmt: skip
PASSING = (
    Column("捆号 Bundle", 130), Column("品种 Product", 160), Column("炉号 Heat", 100), Column("支 Pcs", 55),
    Column("重量 Mass", 70),
)  # fmt: skip

RECEIVING = (
    Column("捆号 Bundle", 82), Column("品种 Product", 110), Column("炉号 Heat", 60), Column("质保书 Certificate", 65),
    Column("库位 Place", 48), Column("支 Pcs", 27), Column("理计 Theory", 41), Column("标重 Stated", 41),
    Column("过磅 Weighed", 41),
)  # fmt: skip


def pdf(paper: Paper) -> bytes:
    """A PDF of A4 pages with its font embedded; raises ``LabelFontMissing``."""
    from reportlab.lib.pagesizes import A4
    from reportlab.pdfgen.canvas import Canvas

    register_font()
    buffer = BytesIO()
    canvas = Canvas(buffer, pagesize=A4, invariant=1)
    canvas.setTitle(paper.number)
    canvas.setSubject(paper.heading)
    height = _head(canvas, paper)
    page = 1
    for row in paper.rows:
        if height < _BOTTOM + _LINE:
            _foot(canvas, paper, page)
            page, height = page + 1, _headings(canvas, paper, _TOP)
        height = _cells(canvas, paper.columns, row, height)
    if height < _BOTTOM + _LINE * len(paper.closing):
        _foot(canvas, paper, page)
        page, height = page + 1, _TOP
    for text in paper.closing:
        height -= _LINE
        fitted(canvas, text, _LEFT, height, 10, _RIGHT - _LEFT)
    _foot(canvas, paper, page)
    canvas.save()
    return buffer.getvalue()


def _head(canvas: Any, paper: Paper) -> float:
    """Heading, number, facts and the code; the height under it."""
    width = _RIGHT - _LEFT - _CODE - 10
    fitted(canvas, paper.heading, _LEFT, _TOP - 10, 16, width)
    fitted(canvas, paper.number, _LEFT, _TOP - 32, 14, width)
    height = _TOP - 38
    for fact in paper.facts:
        height -= _LINE
        fitted(canvas, fact, _LEFT, height, 10, width)
    draw_code(canvas, modules(paper.code, LabelSymbol.QR), _RIGHT - _CODE, _TOP - _CODE, _CODE)
    return _headings(canvas, paper, min(height, _TOP - _CODE) - 10)


def _headings(canvas: Any, paper: Paper, height: float) -> float:
    below = _cells(canvas, paper.columns, [column.heading for column in paper.columns], height)
    canvas.line(_LEFT, below + _LINE - 4, _RIGHT, below + _LINE - 4)
    return below


def _cells(canvas: Any, columns: Sequence[Column], texts: Sequence[str], height: float) -> float:
    left, baseline = _LEFT, height - _LINE
    for column, text in zip(columns, texts, strict=True):
        fitted(canvas, text, left, baseline, 9, column.width - 4)
        left += column.width
    return baseline


def _foot(canvas: Any, paper: Paper, page: int) -> None:
    canvas.setFont(FONT, 8)
    canvas.drawString(_LEFT, 30, f"{paper.number}  第 {page} 页 Page {page}")
    canvas.showPage()
