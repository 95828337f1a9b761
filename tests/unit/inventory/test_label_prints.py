"""Every label that is printed, in every form, is decoded again and read back by the reader of scans."""

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pypdfium2
import pytest
import zxingcpp
from biip.gs1_messages import GS1Message
from hypothesis import given
from hypothesis import strategies as st

from inventory import codes, gs1, labels, zpl
from inventory.labels import Label
from inventory.states import LabelSymbol
from tests.unit.inventory.test_labels import LABEL

NUMBERED = replace(LABEL, sscc=gs1.sscc("6901234", 7), mass_g=689_123, copy=2)
KINDS = [pytest.param(LABEL, id="uri"), pytest.param(NUMBERED, id="gs1")]


def decoded(picture: Any) -> list[zxingcpp.Barcode]:
    return zxingcpp.read_barcodes(picture, text_mode=zxingcpp.TextMode.Plain)


def assert_says(code: zxingcpp.Barcode, label: Label) -> None:
    """The code names the bundle, in whatever form a handheld hands it over."""
    found = [codes.read(text) for text in (code.text, f"{code.symbology_identifier}{code.text}", label.content)]
    if label.sscc is None:
        assert [(read.yard, read.tag) for read in found] == [(label.warehouse_code, label.tag)] * 3
    else:
        assert [read.sscc for read in found] == [label.sscc] * 3
        assert code.content_type == zxingcpp.ContentType.GS1


@pytest.mark.parametrize("symbol", list(LabelSymbol))
@pytest.mark.parametrize("label", KINDS)
def test_a_page_and_a_printer_label_are_decoded_again(label: Label, symbol: LabelSymbol) -> None:
    page = pypdfium2.PdfDocument(labels.render([label], symbol))[0]
    (code,) = decoded(page.render(scale=203 / 72, grayscale=True).to_numpy())
    assert_says(code, label)
    (printed,) = decoded(np.array(zpl.draw(label, symbol).convert("L")))
    assert_says(printed, label)


def test_a_sheet_holds_eight_labels_that_are_all_decoded() -> None:
    wanted = [replace(NUMBERED, tag=f"K-{n}", sscc=gs1.sscc("6901234", n)) for n in range(9)]
    sheets = pypdfium2.PdfDocument(labels.render_sheets(wanted))
    assert len(sheets) == 2
    assert [round(points * 25.4 / 72) for points in sheets[0].get_size()] == list(labels.A4_MM)
    found = decoded(sheets[0].render(scale=200 / 72, grayscale=True).to_numpy())
    assert {codes.read(code.text).sscc for code in found} == {label.sscc for label in wanted[:8]}
    assert "补打 Reprint 2" in sheets[1].get_textpage().get_text_range()


def test_a_printer_prints_the_very_picture() -> None:
    """What is sent is unpacked by the rules of ZPL II and is the picture, dot by dot; nothing in it is a command."""
    label = replace(NUMBERED, owner="^XZ~JA 聊城鲁西无缝钢管有限公司")
    sent = zpl.render([label, LABEL], LabelSymbol.QR).decode("ascii")
    formats = re.findall(r"\^XA\^PW800\^LL560\^LH0,0\^FO0,0\^GFA,56000,56000,100,([^^]*)\^FS\^PQ1\^XZ\n", sent)
    assert len(formats) == 2
    assert "JA" not in sent.replace(formats[0], "").replace(formats[1], "")
    for packed, wanted in zip(formats, (label, LABEL), strict=True):
        dots = np.unpackbits(np.array([list(bytes.fromhex(line)) for line in unpacked(packed, 200)], dtype=np.uint8))
        assert np.array_equal(dots.reshape(560, 800) == 0, np.array(zpl.draw(wanted, LabelSymbol.QR)))


def unpacked(data: str, width: int) -> Iterator[str]:
    """The lines of a ``^GFA`` field, by the programming guide's own words on compression."""
    line, before, times = "", "", 0
    for char in data:
        if char in ",!:":
            line = before if char == ":" else line + {",": "0", "!": "F"}[char] * (width - len(line))
        elif "G" <= char <= "Y":
            times += ord(char) - ord("F")
        elif "g" <= char <= "z":
            times += 20 * (ord(char) - ord("f"))
        else:
            line += char * (times or 1)
            times = 0
        assert len(line) <= width
        if len(line) == width:
            yield line
            line, before = "", line


@given(st.lists(st.text("0F1A", min_size=450, max_size=450) | st.sampled_from(["0" * 450, "F" * 450, "0" * 449 + "1"])))
def test_any_picture_survives_the_packing(lines: list[str]) -> None:
    assert list(unpacked(zpl.packed(lines), 450)) == lines


@given(st.from_regex(r"[0-9]{4,12}", fullmatch=True), st.integers(0, 10**13), st.integers(1, 999_999_499))
def test_numbers_and_masses_are_exact(prefix: str, serial: int, mass_g: int) -> None:
    """An SSCC is whole and says prefix and serial; a mass is the nearest that six digits can say."""
    number = gs1.sscc(prefix, serial % gs1.capacity(prefix))
    assert number[1 : 1 + len(prefix)] == prefix
    assert int(number[0] + number[1 + len(prefix) : -1]) == serial % gs1.capacity(prefix)
    first, mass = GS1Message.parse_hri(gs1.readable(number, mass_g)).element_strings
    assert first.sscc is not None
    decimals = int(mass.ai.ai[3])
    assert mass.decimal is not None
    assert abs(int(mass.decimal * 1000) - mass_g) * 2 <= 10 ** (3 - decimals)
    assert mass_g >= 10**6 or decimals == 3


def test_what_cannot_be_said_is_not_said() -> None:
    assert gs1.gross_mass(10**9) is None
    with pytest.raises(ValueError, match="does not fit"):
        gs1.sscc("690123456789", 10**5)
    assert [gs1.is_prefix(text) for text in ("6901234", "2001234", "690", "69012345678901", "六九〇一")] == [
        True, False, False, False, False,
    ]  # fmt: skip
