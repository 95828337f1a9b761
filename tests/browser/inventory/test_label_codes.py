"""The page's own scanner reads every kind of label that is printed."""

import base64
import io
from dataclasses import replace
from typing import Any

import pypdfium2
from PIL import Image

from inventory import codes, gs1, labels, zpl
from inventory.labels import Label
from inventory.states import LabelSymbol
from steelyard.core.actors import Actor, OrgKind
from tests.browser.conftest import Open
from tests.browser.live import Site

PLAIN = Label(
    warehouse_code="甲库", tag="捆/7 号", heat="26-0815", grade="Q355B", standard="GB/T 8163", size="108×4.5×6000",
    pieces=10, length="60 米", mass="0.689 吨", certificate="ZB-26-0815", owner="聊城鲁西无缝钢管有限公司",
)  # fmt: skip
NUMBERED = replace(PLAIN, sscc=gs1.sscc("6901234", 7), mass_g=689_123)
READ = """async (pictures) => {
  const { BarcodeDetector } = await import("/static/vendor/barcode.js");
  const detector = new BarcodeDetector({ formats: ["qr_code", "data_matrix", "code_128"] });
  const found = [];
  for (const picture of pictures) {
    const bytes = Uint8Array.from(atob(picture), (char) => char.charCodeAt(0));
    const bitmap = await createImageBitmap(new Blob([bytes], { type: "image/png" }));
    found.push((await detector.detect(bitmap)).map(({ rawValue }) => rawValue));
  }
  return found;
}"""


def test_the_scanner_of_the_page_reads_every_kind_of_label(
    open_as: Open, people: dict[OrgKind, Actor], site: Site
) -> None:
    page = open_as(people[OrgKind.WAREHOUSE], "/warehouse/scan", locale="en")
    kinds = [(label, symbol) for label in (PLAIN, NUMBERED) for symbol in LabelSymbol]
    pictures = [_of_page(label, symbol) for label, symbol in kinds]
    pictures += [zpl.draw(label, symbol) for label, symbol in kinds]
    found = page.evaluate(READ, [_png(picture) for picture in pictures])
    for (label, _), texts in zip(kinds * 2, found, strict=True):
        (text,) = texts
        read = codes.read(text)
        assert (read.sscc or read.tag) == (label.sscc or label.tag)


def _of_page(label: Label, symbol: LabelSymbol) -> Any:
    document = pypdfium2.PdfDocument(labels.render([label], symbol))
    try:
        return document[0].render(scale=203 / 72).to_pil()
    finally:
        document.close()


def _png(picture: Image.Image) -> str:
    file = io.BytesIO()
    picture.save(file, "PNG")
    return base64.b64encode(file.getvalue()).decode()
