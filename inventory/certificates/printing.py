"""Our own certificate on paper. Imports neither flask nor sqlalchemy."""

from collections.abc import Iterator
from io import BytesIO

from inventory.certificates.deriving import Derived
from inventory.labels import FONT, fitted, register_font

HEADING = "派生质量证明书  Derived certificate"
WARNING = (
    "本证明书由钢厂质量证明书派生，并非钢厂质量证明书  Derived from the mill's certificate; not a mill test certificate"
)
_LEFT, _TOP, _BOTTOM, _LINE = 50.0, 790.0, 60.0, 14.0


def lines(derived: Derived) -> Iterator[tuple[float, str]]:
    """The lines of the certificate with their sizes in points."""
    yield 16, HEADING
    yield 10, WARNING
    yield 10, ""
    yield 10, f"编号 Number  {derived.number}    日期 Date  {derived.issued_on.isoformat()}"
    yield 10, f"货主 Owner  {derived.owner}"
    yield 10, f"品名 Product  {derived.product}"
    mass = f"{derived.mass_g // 1000}.{derived.mass_g % 1000:03} kg"
    yield 10, f"捆号 Bundle  {derived.tag}    支数 Pieces  {derived.pieces}    重量 Mass  {mass}"
    if len(derived.heats) > 1:
        yield 10, "本捆含多个炉号  This bundle holds several heats"
    for number, mill in derived.heats:
        yield 10, f"炉号 Heat  {number}    钢厂 Mill  {mill}"
    for one in derived.ancestors:
        yield 10, f"来源捆 Made of  {one.tag}    {one.how}    炉号 Heat  {one.heat_number}"
    for number in derived.heats_without_paper:
        yield 10, f"炉号 {number} 没有钢厂质量证明书  No mill's certificate is on file for heat {number}"
    if derived.is_treated:
        yield (
            10,
            "钢厂检验之后又经热处理或返修，力学性能为处理之前的数值  Heat-treated or reworked since the mill's tests",
        )
    for paper in derived.papers:
        yield 10, ""
        issued = paper.issued_on.isoformat()
        yield 11, f"钢厂质量证明书 Mill's certificate  {paper.number}    {paper.mill_name}    {issued}"
        for value in paper.values:
            sign = "" if value.operator == "=" else value.operator
            figure = f"{sign}{value.figure}" if value.figure else value.text
            told = " ".join(part for part in (value.part, value.circumstances) if part)
            yield 9, f"{value.symbol}    {figure} {value.unit or ''}    {told}"
    yield 10, ""
    for statement in derived.statements():
        yield 9, statement
    yield 10, f"签发 Signed  {derived.signer}    {derived.issuer}"


def pdf(derived: Derived) -> bytes:
    """The certificate as a PDF of A4 pages with its font embedded; raises ``LabelFontMissing``."""
    from reportlab.lib.pagesizes import A4
    from reportlab.pdfgen.canvas import Canvas

    register_font()
    buffer = BytesIO()
    canvas = Canvas(buffer, pagesize=A4, invariant=1)
    canvas.setTitle(derived.number)
    canvas.setSubject(WARNING)
    height = _TOP
    for size, text in lines(derived):
        if height < _BOTTOM:
            canvas.setFont(FONT, 8)
            canvas.drawString(_LEFT, 30, WARNING)
            canvas.showPage()
            height = _TOP
        fitted(canvas, text, _LEFT, height, size, A4[0] - 2 * _LEFT)
        height -= _LINE + (6 if size > 11 else 0)
    canvas.setFont(FONT, 8)
    canvas.drawString(_LEFT, 30, WARNING)
    canvas.showPage()
    canvas.save()
    return buffer.getvalue()
