"""Bytes to tables, by what the bytes are and never by the name of the file."""

from io import BytesIO
from zipfile import BadZipFile, ZipFile

from pricing.importing import faults, pages, texts, workbooks
from pricing.importing.grids import Book

MOST_BYTES = 4 * 1024 * 1024
"""The largest file that is looked at; a sheet of 20,000 lines has less than 2 MB."""
MOST_UNPACKED = 48 * 1024 * 1024
MOST_RATIO = 200
"""By how much a part of a workbook may shrink when packed; real worksheets shrink by 5 to 30."""
RATIO_COUNTS_FROM = 1024 * 1024
MOST_PARTS = 2_000

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_OLD_BIFF = (b"\x09\x00\x04\x00", b"\x09\x02\x06\x00", b"\x09\x04\x06\x00")
"""BIFF 2 to 4, streams without a container; written until 1993."""
_PROGRAMS = (b"MZ", b"\x7fELF", b"\xca\xfe\xba\xbe", b"\xcf\xfa\xed\xfe", b"\xce\xfa\xed\xfe", b"#!")
_ENCRYPTED_PACKAGE = "EncryptedPackage".encode("utf-16-le")
_MACRO_FREE_PARTS = ("xl/workbook.xml", "xl/workbook.bin")


def read(content: bytes) -> Book:
    """Every table in the bytes; raises the `SheetUnreadable` that fits."""
    if len(content) > MOST_BYTES:
        raise faults.SheetTooLarge(detail=f"{len(content) // 1024} kB")
    if not content.strip(b"\x00 \t\r\n"):
        raise faults.SheetEmpty
    if content.startswith(_PROGRAMS):
        raise faults.SheetIsProgram
    if content.startswith(b"PK\x03\x04"):
        _check_package(content)
        return workbooks.read(content, "xlsx")
    if content.startswith(_OLE):
        if _ENCRYPTED_PACKAGE in content:
            raise faults.SheetEncrypted
        return workbooks.read(content, "xls")
    if content.startswith((b"PK", b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"Rar!", b"7z\xbc\xaf", *_OLD_BIFF)):
        raise faults.SheetUnreadable
    text, encoding = texts.decode(content)
    return pages.read(text) if pages.is_page(text) else texts.read(text, encoding)


def _check_package(content: bytes) -> None:
    """Look into a ZIP without unpacking it; sizes are those that it declares, the unpacking is bounded again."""
    try:
        with ZipFile(BytesIO(content)) as package:
            parts = package.infolist()
    except (BadZipFile, ValueError, OSError, EOFError, NotImplementedError):
        raise faults.SheetDamaged from None
    if any(part.flag_bits & 0x1 for part in parts):
        raise faults.SheetEncrypted
    total = sum(part.file_size for part in parts)
    if len(parts) > MOST_PARTS or total > MOST_UNPACKED:
        raise faults.SheetTooLarge(detail=f"{total // 1024} kB")
    for part in parts:
        if part.file_size > RATIO_COUNTS_FROM and part.file_size > MOST_RATIO * max(part.compress_size, 1):
            raise faults.SheetTooLarge(detail=f"{part.file_size // 1024} kB")
    if not any(part.filename.lower().lstrip("/") in _MACRO_FREE_PARTS for part in parts):
        raise faults.SheetUnreadable
