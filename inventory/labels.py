"""The tag of a bundle (吊牌) as PDF: a QR code and what a person reads.

The code carries ``steelyard:bundle:<warehouse code>/<tag>``, a private URI: without a company prefix of GS1 a
number of GS1 would be an invented one. Both parts are percent-encoded, so that any tag survives.
Imports neither flask nor sqlalchemy.
"""

from dataclasses import dataclass
from functools import cache
from importlib.resources import as_file, files
from io import BytesIO
from typing import Any, ClassVar
from urllib.parse import quote, unquote

from steelyard.core.errors import SteelyardError
from steelyard.core.i18n import N_

SCHEME = "steelyard:bundle:"
WIDTH_MM, HEIGHT_MM = 100, 70
FONT = "NotoSansSC"
FONT_FILE = "web/static/vendor/fonts/NotoSansSC-Regular.ttf"
_QR_MM = 34.0
_MARGIN_MM = 5.0
_LINE_MM = 6.2
_QUIET_MODULES = 4


class LabelFontMissing(SteelyardError):
    """The font with Chinese characters was not installed with this program."""

    code = "label_font_missing"
    status = 503
    message = N_("The font for labels is not installed. Run ./scripts/assets on the server and try again.")


@dataclass(frozen=True, slots=True)
class Label:
    """What stands on the tag; masses and lengths are formatted already."""

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
    def uri(self) -> str:
        """What the code says."""
        return bundle_uri(self.warehouse_code, self.tag)


def bundle_uri(warehouse_code: str, tag: str) -> str:
    """The private URI of a bundle."""
    return f"{SCHEME}{quote(warehouse_code, safe='')}/{quote(tag, safe='')}"


def parse_bundle_uri(text: str) -> tuple[str, str] | None:
    """Warehouse code and tag from a scanned URI, or ``None`` where it is none of ours."""
    code, slash, tag = text.removeprefix(SCHEME).partition("/")
    if not text.startswith(SCHEME) or not slash or not code or not tag or "/" in tag:
        return None
    return unquote(code), unquote(tag)


def render(label: Label) -> bytes:
    """The label as a PDF of one page, 100 × 70 mm, with its font embedded; raises :class:`LabelFontMissing`."""
    from reportlab.lib.units import mm
    from reportlab.pdfgen.canvas import Canvas

    register_font()
    buffer = BytesIO()
    canvas = Canvas(buffer, pagesize=(WIDTH_MM * mm, HEIGHT_MM * mm), invariant=1)
    canvas.setTitle(label.tag)
    canvas.setSubject(label.uri)
    fitted(canvas, f"捆号 {label.tag}", _MARGIN_MM * mm, (HEIGHT_MM - 10) * mm, 16, (WIDTH_MM - 10) * mm)
    right = WIDTH_MM - _MARGIN_MM - _QR_MM
    _draw_code(canvas, label.uri, right * mm, (HEIGHT_MM - 16 - _QR_MM) * mm, _QR_MM * mm)
    for row, (name, caption) in enumerate(Label.CAPTIONS):
        width = (WIDTH_MM - 10) if name == "owner" else right - 7
        baseline = (HEIGHT_MM - 17 - row * _LINE_MM) * mm
        fitted(canvas, f"{caption}  {getattr(label, name)}", _MARGIN_MM * mm, baseline, 9, width * mm)
    canvas.showPage()
    canvas.save()
    return buffer.getvalue()


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


def _draw_code(canvas: Any, text: str, x: float, y: float, side: float) -> None:
    """Draw the QR code as vectors, its quiet zone included, so that no printer blurs it."""
    import zxingcpp

    code = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode, ec_level="M")
    image: Any = code.to_image(scale=1, add_quiet_zones=False)
    modules = memoryview(image)
    rows, columns = modules.shape or (0, 0)
    unit = side / (columns + 2 * _QUIET_MODULES)
    for row in range(rows):
        top = y + side - (row + _QUIET_MODULES + 1) * unit
        for column in range(columns):
            if modules[row, column] == 0:
                left = x + (column + _QUIET_MODULES) * unit
                canvas.rect(left, top, unit * 1.01, unit * 1.01, stroke=0, fill=1)
