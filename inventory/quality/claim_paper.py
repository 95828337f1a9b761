"""The claim to the mill (质量异议书) on paper, with its evidence. Imports neither flask nor sqlalchemy."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from inventory.labels import FONT, fitted, register_font

HEADING = "质量异议书  Quality claim"
_LEFT, _TOP, _BOTTOM, _LINE = 50.0, 790.0, 60.0, 15.0
_WIDTH = 495.0
_PHOTO_WIDTH, _PHOTO_HEIGHT, _GAP = 240.0, 180.0, 15.0


@dataclass(frozen=True, slots=True)
class Goods:
    """A bundle that the claim is about, its figures formatted already."""

    tag: str
    product: str
    certificate: str
    mass: str


@dataclass(frozen=True, slots=True)
class ClaimPaper:
    """What stands on a claim; moments, masses and money are formatted already."""

    number: str
    day: str
    mill: str
    claimant: str
    heat: str
    report: str
    kind: str
    severity: str
    found: str
    pieces: str
    remark: str
    demand: str
    amount: str
    goods: Sequence[Goods]
    more_goods: int
    holds: Sequence[str]
    decisions: Sequence[str]
    photos: Sequence[tuple[str, bytes]]
    """The digest of each photo and its picture."""


def lines(paper: ClaimPaper) -> Iterator[tuple[float, str]]:
    """The lines of the claim with their sizes in points."""
    yield 16, HEADING
    yield 10, f"编号 Number  {paper.number}    日期 Date  {paper.day}"
    yield 10, f"致 To  {paper.mill}"
    yield 10, f"提出方 From  {paper.claimant}"
    yield 10, ""
    yield 11, f"炉号 Heat  {paper.heat}    不良品报告 Defect report  {paper.report}"
    yield 10, f"缺陷 Defect  {paper.kind}    严重程度 Severity  {paper.severity}"
    yield 10, f"发现 Found  {paper.found}    不良支数 Defective pieces  {paper.pieces}"
    if paper.remark:
        yield 10, f"说明 Remark  {paper.remark}"
    yield 10, ""
    yield 11, "诉求 Demand"
    yield 10, paper.demand
    yield 10, f"金额 Amount  {paper.amount}"
    yield 10, ""
    yield 11, "涉及货物 Goods"
    for one in paper.goods:
        papers = f"质保书 Certificate  {one.certificate}    重量 Mass  {one.mass}"
        yield 9, f"捆号 Bundle  {one.tag}    {one.product}    {papers}"
    if paper.more_goods:
        yield 9, f"另有 And  {paper.more_goods}  捆 bundles more"
    for text in (*paper.holds, *paper.decisions):
        yield 9, text
    yield 10, ""
    yield 11, f"证据 Evidence  {len(paper.photos)} 张照片 photos"
    for number, (digest, _) in enumerate(paper.photos, 1):
        yield 7, f"{number}  SHA-256 {digest}"


def wrapped(text: str, size: float, width: float) -> Iterator[str]:
    """The pieces of a text that fit into ``width`` points; Chinese breaks at any character, and so do words here."""
    from reportlab.pdfbase.pdfmetrics import stringWidth

    for line in text.split("\n"):
        start, used = 0, 0.0
        for position, char in enumerate(line):
            wide = stringWidth(char, FONT, size)
            if used + wide > width:
                yield line[start:position]
                start, used = position, 0.0
            used += wide
        yield line[start:]


class _Sheet:
    """Pages that are begun as they are needed, each with the claim's number at its foot."""

    def __init__(self, canvas: Any, number: str) -> None:
        self._canvas, self._number, self._page = canvas, number, 1
        self.height = _TOP

    def need(self, points: float) -> None:
        """Begin another page where less than ``points`` are left."""
        if self.height - points < _BOTTOM:
            self.end()
            self._page += 1
            self.height = _TOP

    def end(self) -> None:
        """Write the foot of the page."""
        self._canvas.setFont(FONT, 8)
        self._canvas.drawString(_LEFT, 30, f"{self._number}  第 {self._page} 页 Page {self._page}")
        self._canvas.showPage()


def pdf(paper: ClaimPaper) -> bytes:
    """The claim as a PDF of A4 pages, photos included, with its font embedded; raises ``LabelFontMissing``."""
    from reportlab.lib.pagesizes import A4
    from reportlab.pdfgen.canvas import Canvas

    register_font()
    buffer = BytesIO()
    canvas = Canvas(buffer, pagesize=A4, invariant=1)
    canvas.setTitle(paper.number)
    canvas.setSubject(HEADING)
    sheet = _Sheet(canvas, paper.number)
    for size, text in lines(paper):
        for piece in wrapped(text, size, _WIDTH):
            sheet.need(_LINE)
            fitted(canvas, piece, _LEFT, sheet.height, size, _WIDTH)
            sheet.height -= _LINE + (6 if size > 11 else 0)
    _draw_photos(canvas, sheet, paper)
    sheet.need(3 * _LINE)
    fitted(canvas, f"签章 Signature  {paper.claimant}", _LEFT, sheet.height - 2 * _LINE, 10, _WIDTH)
    sheet.end()
    canvas.save()
    return buffer.getvalue()


def _draw_photos(canvas: Any, sheet: _Sheet, paper: ClaimPaper) -> None:
    """Draw the photos, two beside each other, each with its number."""
    from reportlab.lib.utils import ImageReader

    for first in range(0, len(paper.photos), 2):
        sheet.need(_PHOTO_HEIGHT + _LINE + _GAP)
        base = sheet.height - _PHOTO_HEIGHT
        for beside, (_, content) in enumerate(paper.photos[first : first + 2]):
            left = _LEFT + beside * (_PHOTO_WIDTH + _GAP)
            picture = ImageReader(BytesIO(content))
            canvas.drawImage(picture, left, base, _PHOTO_WIDTH, _PHOTO_HEIGHT, preserveAspectRatio=True, anchor="sw")
            fitted(canvas, str(first + beside + 1), left, base - 12, 9, 40)
        sheet.height = base - _LINE - _GAP
