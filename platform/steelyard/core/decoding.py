"""Bytes to text: by the mark at their beginning, by where their zero bytes are, else the two encodings of China."""

import re

_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f\ufffd\ufffe\uffff]")


def decode(content: bytes) -> tuple[str, str] | None:
    """The text and the name of its encoding; `None` for what is no text."""
    for encoding in _encodings(content):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if not _CONTROL.search(text):
            return text.removeprefix("\ufeff"), encoding
    return None


def _encodings(content: bytes) -> tuple[str, ...]:
    if content.startswith(b"\xef\xbb\xbf"):
        return ("utf-8-sig",)
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return ("utf-16",)
    if b"\x00" in content:
        return ("utf-16-le",) if content[1::2].count(0) > content[::2].count(0) else ("utf-16-be",)
    return ("utf-8", "gb18030")
