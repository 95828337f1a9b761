"""Files as answers: whole or in pieces, under a name that may be Chinese."""

import io
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO
from urllib.parse import quote

from flask import Response

PIECE_BYTES = 64 * 1024


@dataclass(frozen=True, slots=True)
class NamedFile:
    """A file with the name under which a browser saves it."""

    name: str
    content: bytes


def sent_file(content: bytes | IO[bytes], name: str, media_type: str) -> Response:
    """A file for the browser to save; its name is sent by RFC 5987 where it is not ASCII. An open file is closed."""
    file = io.BytesIO(content) if isinstance(content, bytes) else content
    size = file.seek(0, io.SEEK_END)
    file.seek(0)
    answer = Response(_pieces(file), mimetype=media_type)
    answer.call_on_close(file.close)
    answer.content_length = size
    answer.headers["Content-Disposition"] = _disposition(name)
    return answer


def _pieces(file: IO[bytes]) -> Iterator[bytes]:
    with file:
        while piece := file.read(PIECE_BYTES):
            yield piece


def _disposition(name: str) -> str:
    """The header that names the file: once in ASCII for old programs, once as it is (RFC 6266, appendix D)."""
    shown = "".join("_" if char in '/\\:*?"<>|' or not char.isprintable() else char for char in name)
    plain = unicodedata.normalize("NFKD", shown).encode("ascii", "ignore").decode()
    exact = "" if plain == shown else f"; filename*=UTF-8''{quote(shown, safe='')}"
    return f'attachment; filename="{plain}"{exact}'
