"""Photos of defects are judged by what they are, and written anew."""

from collections.abc import Callable
from functools import partial
from io import BytesIO
from typing import Any

import pytest
from PIL import Image

from inventory.quality import photos
from inventory.quality.claim_paper import ClaimPaper, Goods, lines, pdf, wrapped
from inventory.quality.errors import NotAPhoto, PhotoTooLarge
from inventory.quality.photos import LONGEST_SIDE, rewritten

EXECUTABLE = b"MZ\x90\x00" + bytes(4000)


def picture(form: str = "JPEG", size: tuple[int, int] = (64, 48), mode: str = "RGB", **more: Any) -> bytes:
    """A picture as a device sends it."""
    buffer = BytesIO()
    Image.new(mode, size, 128).save(buffer, form, **more)
    return buffer.getvalue()


def opened(content: bytes) -> Image.Image:
    return Image.open(BytesIO(content))


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("mode", ["RGB", "L", "RGBA", "P", "CMYK", "I;16"])
def test_a_photo_becomes_a_jpeg_of_its_pixels(form: str, mode: str) -> None:
    able = {"JPEG": {"RGB", "L", "CMYK"}, "PNG": {"RGB", "L", "RGBA", "P", "I;16"}, "WEBP": {"RGB", "RGBA"}}
    given = picture(form, mode=mode if mode in able[form] else "RGB")
    photo = rewritten(given)
    assert (opened(photo.content).format, photo.width, photo.height) == ("JPEG", 64, 48)


def test_nothing_but_the_pixels_is_kept() -> None:
    exif = Image.Exif()
    exif[0x010E], exif[0x0112] = "place: 36.45 N, 115.98 E", 6  # a description, and "turn by 90 degrees"
    given = picture(exif=exif, icc_profile=b"profile of a device", comment=b"from zhang's phone")
    photo = rewritten(given + EXECUTABLE)
    assert (photo.width, photo.height) == (48, 64)
    found = opened(photo.content)
    assert dict(found.getexif()) == {}
    assert {"comment", "icc_profile", "exif"} & found.info.keys() == set()
    for trace in (b"36.45", b"zhang", b"profile of", EXECUTABLE[:16]):
        assert trace not in photo.content


def test_a_large_photo_is_made_smaller() -> None:
    photo = rewritten(picture(size=(2800, 2100)))
    assert (photo.width, photo.height) == (LONGEST_SIDE, LONGEST_SIDE * 3 // 4)


def damaged() -> bytes:
    content = picture("PNG", size=(200, 200))
    return content[:60] + b"\x00" * 40 + content[100:]


HOSTILE = [
    pytest.param(b"", id="empty"),
    pytest.param(EXECUTABLE, id="renamed-executable"),
    pytest.param(b"\x7fELF" + bytes(2000), id="renamed-program"),
    pytest.param(b"%PDF-1.7\n%%EOF", id="pdf"),
    pytest.param(b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", id="svg"),
    pytest.param(b"GIF89a" + bytes(100), id="gif"),
    pytest.param(partial(picture, "TIFF"), id="tiff"),
    pytest.param(b"\xff\xd8\xff\xe0" + EXECUTABLE, id="executable-behind-a-jpeg's-first-bytes"),
    pytest.param(lambda: picture()[:300], id="cut-short"),
    pytest.param(damaged, id="damaged"),
    pytest.param(partial(picture, "PNG", size=(20_000, 20_000), mode="1", compress_level=1), id="bomb"),
    pytest.param(partial(picture, "PNG", size=(9_000, 8_000), mode="1", compress_level=1), id="too-many-pixels"),
]


@pytest.mark.parametrize("content", HOSTILE)
def test_what_is_no_photo_is_refused_whatever_it_is_called(content: bytes | Callable[[], bytes]) -> None:
    with pytest.raises(NotAPhoto) as refused:
        rewritten(content if isinstance(content, bytes) else content())
    assert "JPEG, PNG or WebP" in str(refused.value)


def test_a_photo_of_forty_megabytes_is_not_even_opened() -> None:
    with pytest.raises(PhotoTooLarge) as refused:
        rewritten(picture() + bytes(40 << 20))
    assert f"{photos.MOST_BYTES >> 20} MiB" in str(refused.value)


def paper(**change: Any) -> ClaimPaper:
    plain: dict[str, Any] = {
        "number": "SP-20260901-0001", "day": "2026-09-01", "mill": "聊城某钢厂", "claimant": "聊城一号库", "heat": "H1",
        "report": "BL-20260901-0001", "kind": "裂纹 crack", "severity": "严重 critical", "found": "2026-09-01 A-01",
        "pieces": "3", "remark": "", "demand": "退货", "amount": "1,000.00 元", "more_goods": 0, "holds": [],
        "goods": [Goods("T1", "108×4.5 20 GB/T 8163", "ZB-1", "0.690 吨")], "decisions": [], "photos": [],
    }  # fmt: skip
    return ClaimPaper(**{**plain, **change})


def test_a_claim_names_its_goods_and_its_evidence() -> None:
    told = "\n".join(text for _, text in lines(paper(photos=[("ab12", b"")], more_goods=4, remark="三支端部开裂")))
    for part in ("聊城某钢厂", "H1", "T1", "ZB-1", "退货", "SHA-256 ab12", "4  捆", "三支端部开裂"):
        assert part in told


def test_a_long_claim_goes_on_over_pages_with_its_photos() -> None:
    photo = rewritten(picture(size=(300, 200))).content
    content = pdf(paper(demand="退货并赔偿加工费。" * 600, photos=[("ab", photo)] * 5))
    assert content.startswith(b"%PDF-")
    assert content.count(b"/Type /Page\n") >= 4
    assert content.count(b"/Subtype /Image") >= 1


def test_chinese_wraps_at_any_character_and_loses_none() -> None:
    pdf(paper())  # makes the font known
    text = "退货并赔偿 the cost of 加工费。\n" * 3
    pieces = list(wrapped(text, 10, 60))
    assert "".join(pieces) == text.replace("\n", "")
    assert len(pieces) > 9
