"""Labels for printers that read ZPL II, at 203 dots an inch.

A plain printer of this kind has no Chinese font, and a note that names one prints empty boxes where it is absent.
The whole label is therefore drawn here and sent as one graphic (``^GF``), which every such printer prints alike; the
modules of the code are whole dots. Imports neither flask nor sqlalchemy.
"""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from importlib.resources import as_file, files
from itertools import groupby
from typing import Any

from inventory import labels
from inventory.labels import CODE_MM, FONT_FILE, HEIGHT_MM, LINE_MM, MARGIN_MM, QUIET_MODULES, WIDTH_MM, Label
from inventory.states import LabelSymbol

DOTS_PER_MM = 8
_LARGE, _NORMAL, _SMALL = 45, 25, 22
"""Heights of the type in dots: 16, 9 and 8 points."""
_MOST_REPEATED = 419


def render(wanted: Sequence[Label], symbol: LabelSymbol = LabelSymbol.QR) -> bytes:
    """One ZPL format for each label, 100 × 70 mm; raises ``LabelFontMissing``."""
    return b"".join(_format(draw(label, symbol)) for label in wanted)


def draw(label: Label, symbol: LabelSymbol) -> Any:
    """The label as a picture of one bit a dot."""
    from PIL import Image, ImageDraw

    picture = Image.new("1", (WIDTH_MM * DOTS_PER_MM, HEIGHT_MM * DOTS_PER_MM), 1)
    pen = ImageDraw.Draw(picture)
    pen.fontmode = "1"
    left, right = _dots(MARGIN_MM), _dots(WIDTH_MM - MARGIN_MM - CODE_MM)
    _write(pen, f"捆号 {label.tag}", left, _dots(10), _LARGE, _dots(WIDTH_MM - 10))
    _draw_code(pen, labels.modules(label.content, symbol), right, _dots(16))
    for row, note in enumerate(label.notes):
        _write(pen, note, right, _dots(19 + CODE_MM + 4 * row), _SMALL, _dots(CODE_MM))
    for row, (name, caption) in enumerate(Label.CAPTIONS):
        width = _dots(WIDTH_MM - 10) if name == "owner" else right - _dots(7)
        _write(pen, f"{caption}  {getattr(label, name)}", left, _dots(17 + row * LINE_MM), _NORMAL, width)
    return picture


def _dots(millimetres: float) -> int:
    return round(millimetres * DOTS_PER_MM)


def _write(pen: Any, text: str, x: int, baseline: int, size: int, width: int) -> None:
    """Write one line, made smaller where it would run past ``width`` dots."""
    natural = _font(size).getlength(text)
    font = _font(size) if natural <= width else _font(max(1, int(size * width / natural)))
    pen.text((x, baseline), text, font=font, fill=0, anchor="ls")


@lru_cache(maxsize=64)
def _font(size: int) -> Any:
    from PIL import ImageFont

    with as_file(files("steelyard") / FONT_FILE) as path:
        try:
            return ImageFont.truetype(str(path), size)
        except OSError:
            raise labels.LabelFontMissing from None


def _draw_code(pen: Any, code: list[list[bool]], x: int, y: int) -> None:
    """Draw a code in whole dots, in the middle of its square."""
    side = _dots(CODE_MM)
    unit = max(1, side // (max(len(code), len(code[0])) + 2 * QUIET_MODULES))
    edge = (side - unit * len(code)) // 2
    for row, dots in enumerate(code):
        for column, black in enumerate(dots):
            if black:
                left, top = x + edge + column * unit, y + edge + row * unit
                pen.rectangle((left, top, left + unit - 1, top + unit - 1), fill=0)


def _format(picture: Any) -> bytes:
    columns, rows = picture.width // 8, picture.height
    data = bytes(255 - byte for byte in picture.tobytes())  # in ZPL a dot that is printed is 1
    lines = (data[row * columns : (row + 1) * columns].hex().upper() for row in range(rows))
    size = columns * rows
    graphic = f"^GFA,{size},{size},{columns},{packed(lines)}"
    return f"^XA^PW{picture.width}^LL{rows}^LH0,0^FO0,0{graphic}^FS^PQ1^XZ\n".encode("ascii")


def packed(lines: Iterable[str]) -> str:
    """Lines of hexadecimal digits by ZPL's own run lengths.

    A colon repeats the line before, a comma fills a line with zeros and an exclamation mark with ones; letters before
    a digit repeat it: G to Y 1 to 19 times, g to z 20 to 400 times.
    """
    found, before = [], None
    for line in lines:
        if line == before:
            found.append(":")
            continue
        before = line
        end = next((mark for digit, mark in (("0", ","), ("F", "!")) if line.endswith(digit)), "")
        body = line.rstrip({",": "0", "!": "F"}.get(end, " "))
        found.append("".join(_run(digit, len(list(same))) for digit, same in groupby(body)) + end)
    return "".join(found)


def _run(digit: str, times: int) -> str:
    text = ""
    while times:
        part = min(times, _MOST_REPEATED)
        twenties, ones = divmod(part, 20)
        text += (chr(ord("f") + twenties) if twenties else "") + (chr(ord("F") + ones) if ones else "") + digit
        times -= part
    return text
