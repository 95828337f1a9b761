"""The tag of a bundle (吊牌) as PDF, one to a page or eight to a sheet of A4: a code and what a person reads.

A yard with a company prefix of GS1 prints a string of GS1: SSCC and gross mass. Without one a number of GS1 would be
an invented one, so that the code carries ``steelyard:bundle:<warehouse code>/<tag>``, a private URI whose parts are
percent-encoded, so that any tag survives. Imports neither flask nor sqlalchemy.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import as_file, files
from io import BytesIO
from itertools import groupby
from typing import Any, ClassVar
from urllib.parse import quote, unquote

from inventory import gs1
from inventory.states import LabelSymbol
from steelyard.core.errors import SteelyardError
from steelyard.core.i18n import N_

SCHEME = "steelyard:bundle:"
WIDTH_MM, HEIGHT_MM = 100, 70
FONT = "NotoSansSC"
FONT_FILE = "web/static/vendor/fonts/NotoSansSC-Regular.ttf"
CODE_MM = 34.0
A4_MM = (210, 297)
COLUMNS, ROWS = 2, 4
"""How labels stand on a sheet of A4."""
MARGIN_MM = 5.0
LINE_MM = 6.2
QUIET_MODULES = 4


class LabelFontMissing(SteelyardError):
    """The font with Chinese characters was not installed with this program."""

    code = "label_font_missing"
    status = 503
    message = N_("The font for labels is not installed. Run ./scripts/assets on the server and try again.")


@dataclass(frozen=True, slots=True)
class Label:
    """What stands on the tag; masses and lengths are formatted already, but for the mass that the code carries.

    ``copy`` counts the prints of a bundle's label: 1 is the first, 0 is one that was only looked at.
    """

    warehouse_code: str
    tag: str
    heat: str
    grade: str
    standard: str
    size: str
    pieces: int
    length: str
    mass: str
    certificate: str
    owner: str
    sscc: str | None = None
    mass_g: int = 0
    copy: int = 1

    CAPTIONS: ClassVar[tuple[tuple[str, str], ...]] = (
        ("heat", "炉号 Heat"),
        ("grade", "牌号 Grade"),
        ("standard", "标准 Standard"),
        ("size", "规格 Size"),
        ("pieces", "支数 Pieces"),
        ("length", "总长 Length"),
        ("mass", "重量 Mass"),
        ("certificate", "质保书 Certificate"),
        ("owner", "货主 Owner"),
    )

    @property
    def content(self) -> str:
        """What the code says; a string of GS1 with its identifiers in brackets."""
        if self.sscc is not None:
            return gs1.readable(self.sscc, self.mass_g)
        return bundle_uri(self.warehouse_code, self.tag)

    @property
    def notes(self) -> tuple[str, ...]:
        """What stands under the code: the number that it carries, and which print this is."""
        copy = {0: ("预览 Preview",), 1: ()}.get(self.copy, (f"补打 Reprint {self.copy}",))
        return (*((f"SSCC {self.sscc}",) if self.sscc else ()), *copy)


def heats(number: str, *, mixed: bool) -> str:
    """The heat of a bundle as papers name it: of several heats it says so."""
    return f"{number}（多炉 several heats）" if mixed else number


def bundle_uri(warehouse_code: str, tag: str) -> str:
    """The private URI of a bundle."""
    return f"{SCHEME}{quote(warehouse_code, safe='')}/{quote(tag, safe='')}"


def parse_bundle_uri(text: str) -> tuple[str, str] | None:
    """Warehouse code and tag from a scanned URI, or ``None`` where it is none of ours."""
    code, slash, tag = text.removeprefix(SCHEME).partition("/")
    if not text.startswith(SCHEME) or not slash or not code or not tag or "/" in tag:
        return None
    return unquote(code), unquote(tag)


def render(labels: Sequence[Label], symbol: LabelSymbol = LabelSymbol.QR) -> bytes:
    """A PDF with a page of 100 × 70 mm for each label, its font embedded; raises :class:`LabelFontMissing`."""
    return _pdf(labels, symbol, (WIDTH_MM, HEIGHT_MM), [(0.0, 0.0)])


def render_sheets(labels: Sequence[Label], symbol: LabelSymbol = LabelSymbol.QR) -> bytes:
    """A PDF of A4 sheets with eight labels each, from the upper left corner; raises :class:`LabelFontMissing`."""
    left, low = (A4_MM[0] - COLUMNS * WIDTH_MM) / 2, (A4_MM[1] - ROWS * HEIGHT_MM) / 2
    places = [
        (left + column * WIDTH_MM, low + (ROWS - 1 - row) * HEIGHT_MM)
        for row in range(ROWS)
        for column in range(COLUMNS)
    ]
    return _pdf(labels, symbol, A4_MM, places)


def _pdf(
    labels: Sequence[Label], symbol: LabelSymbol, page: tuple[float, float], places: Sequence[tuple[float, float]]
) -> bytes:
    """Pages of ``page`` mm with a label at each of ``places``, the lower left corners in mm."""
    from reportlab.lib.units import mm
    from reportlab.pdfgen.canvas import Canvas

    register_font()
    buffer = BytesIO()
    canvas = Canvas(buffer, pagesize=(page[0] * mm, page[1] * mm), invariant=1)
    canvas.setTitle(labels[0].tag)
    canvas.setSubject(labels[0].content)
    for number, label in enumerate(labels):
        if number and number % len(places) == 0:
            canvas.showPage()
        x, y = places[number % len(places)]
        canvas.saveState()
        canvas.translate(x * mm, y * mm)
        _draw(canvas, label, symbol)
        canvas.restoreState()
    canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def _draw(canvas: Any, label: Label, symbol: LabelSymbol) -> None:
    from reportlab.lib.units import mm

    fitted(canvas, f"捆号 {label.tag}", MARGIN_MM * mm, (HEIGHT_MM - 10) * mm, 16, (WIDTH_MM - 10) * mm)
    right = WIDTH_MM - MARGIN_MM - CODE_MM
    draw_code(canvas, modules(label.content, symbol), right * mm, (HEIGHT_MM - 16 - CODE_MM) * mm, CODE_MM * mm)
    for row, note in enumerate(label.notes):
        fitted(canvas, note, right * mm, (HEIGHT_MM - 19 - CODE_MM - 4 * row) * mm, 8, CODE_MM * mm)
    for row, (name, caption) in enumerate(Label.CAPTIONS):
        width = (WIDTH_MM - 10) if name == "owner" else right - 7
        baseline = (HEIGHT_MM - 17 - row * LINE_MM) * mm
        fitted(canvas, f"{caption}  {getattr(label, name)}", MARGIN_MM * mm, baseline, 9, width * mm)


@cache
def register_font() -> None:
    """Make the font with Chinese characters known to reportlab; raises :class:`LabelFontMissing`."""
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFError, TTFont

    with as_file(files("steelyard") / FONT_FILE) as path:
        try:
            pdfmetrics.registerFont(TTFont(FONT, str(path)))
        except TTFError:
            raise LabelFontMissing from None


def fitted(canvas: Any, text: str, x: float, y: float, size: float, width: float) -> None:
    """Write one line, made smaller where it would run past ``width`` points."""
    natural = canvas.stringWidth(text, FONT, size)
    canvas.setFont(FONT, size if natural <= width else size * width / natural)
    canvas.drawString(x, y, text)


def modules(content: str, symbol: LabelSymbol) -> list[list[bool]]:
    """The rows of a code's modules, black ones true, without the quiet zone."""
    import zxingcpp

    is_gs1 = content.startswith("(00)")
    options: dict[str, Any] = {"gs1": True} if is_gs1 else {}
    if symbol is LabelSymbol.QR:
        code = zxingcpp.create_barcode(content, zxingcpp.BarcodeFormat.QRCode, ec_level="M", **options)
    else:
        code = zxingcpp.create_barcode(content, zxingcpp.BarcodeFormat.DataMatrix, **options)
    image: Any = code.to_image(scale=1, add_quiet_zones=False)
    dots = memoryview(image)
    rows, columns = dots.shape or (0, 0)
    return [[dots[row, column] == 0 for column in range(columns)] for row in range(rows)]


def draw_code(canvas: Any, code: list[list[bool]], x: float, y: float, side: float) -> None:
    """Draw a code as vectors, its quiet zone included, so that no printer blurs it."""
    unit = side / (max(len(code), len(code[0])) + 2 * QUIET_MODULES)
    for row, dots in enumerate(code):
        top = y + side - (row + QUIET_MODULES + 1) * unit
        column = 0
        for black, run in groupby(dots):
            length = len(list(run))
            if black:
                left = x + (column + QUIET_MODULES) * unit
                canvas.rect(left, top, length * unit * 1.01, unit * 1.01, stroke=0, fill=1)
            column += length
