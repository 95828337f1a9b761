"""Reading the body of an answer: bounded in bytes as sent and as unpacked, and in time."""

import zlib
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol

CHUNK = 65_536
Breaks = tuple[type[Exception], ...]


class Trouble(StrEnum):
    """What went wrong between a question and a whole answer."""

    BUSY = "server_error"
    CUT_OFF = "cut_off"
    ENCODING = "encoding"
    FOREIGN = "foreign_host"
    KEY_MISSING = "key_missing"
    KEY_REFUSED = "key_refused"
    PRIVATE = "private_address"
    SLOW = "too_slow"
    TOO_FREQUENT = "too_frequent"
    TOO_LARGE = "too_large"
    UNREACHABLE = "unreachable"


PASSING = frozenset({Trouble.BUSY, Trouble.CUT_OFF, Trouble.SLOW, Trouble.UNREACHABLE})
"""Troubles that may be gone at the next attempt; only these count against a host."""


@dataclass(frozen=True, slots=True)
class Body:
    """What arrived, unpacked; whole unless `trouble` says otherwise."""

    content: bytes
    trouble: Trouble | None = None


class Stream(Protocol):
    """The part of a response of urllib3 that is read here."""

    headers: Any

    def read1(self, amt: int, decode_content: bool) -> bytes:
        """At most `amt` bytes as soon as there are any; none at the end."""


class _Unpacker:
    """Undoes one content coding and never makes more than it is asked for."""

    def __init__(self, coding: str) -> None:
        self._bits = {"gzip": 31, "x-gzip": 31, "deflate": 15}.get(coding)
        self._state = self._fresh()
        self.begun = False

    def _fresh(self) -> Any:
        return None if self._bits is None else zlib.decompressobj(self._bits)

    def take(self, piece: bytes, room: int) -> bytes:
        """Unpack up to `room` bytes of a piece; raises `zlib.error`."""
        if self._state is None:
            return piece[:room]
        out = b""
        while piece and len(out) < room:
            if self._state.eof:
                self._state = self._fresh()
            self.begun = True
            out += self._state.decompress(piece, room - len(out))
            piece = self._state.unconsumed_tail or self._state.unused_data
        return out

    @property
    def whole(self) -> bool:
        """Whether the packed body came to its end."""
        return self._state is None or self._state.eof or not self.begun


def read(stream: Stream, most: int, out_of_time: Callable[[], bool], *, slow: Breaks = (), broken: Breaks = ()) -> Body:
    """Read a body of at most `most` bytes, packed and unpacked.

    `slow` and `broken` are the exceptions by which the stream says that it waited too long or has ended early.
    """
    coding = stream.headers.get("Content-Encoding", "identity").strip().lower()
    if coding not in ("", "identity", "gzip", "x-gzip", "deflate"):
        return Body(b"", Trouble.ENCODING)
    unpacker, parts, sent, made = _Unpacker(coding), [], 0, 0
    try:
        while piece := stream.read1(CHUNK, decode_content=False):
            sent += len(piece)
            part = unpacker.take(piece, most + 1 - made)
            made += len(part)
            if sent > most or made > most:
                return Body(b"", Trouble.TOO_LARGE)
            parts.append(part)
            if out_of_time():
                return Body(b"".join(parts), Trouble.SLOW)
    except zlib.error:
        return Body(b"", Trouble.ENCODING)
    except slow:
        return Body(b"".join(parts), Trouble.SLOW)
    except broken:
        return Body(b"".join(parts), Trouble.CUT_OFF)
    short = not unpacker.whole or _announced(stream) not in (None, sent)
    return Body(b"".join(parts), Trouble.CUT_OFF if short else None)


def _announced(stream: Stream) -> int | None:
    """The length that the server announced, where it announced one."""
    text = stream.headers.get("Content-Length", "")
    chunked = "chunked" in stream.headers.get("Transfer-Encoding", "").lower()
    return int(text) if text.isascii() and text.isdigit() and not chunked else None
