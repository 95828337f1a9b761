"""Uploads that are larger than a route takes: refused in the route's own words, once the sender has finished."""

from flask import request

from steelyard.core.errors import SteelyardError

MOST_DRAINED = 64 << 20
"""A browser reads an answer only after it has sent its file; of one larger than this the connection breaks off."""
_AT_ONCE = 1 << 16


def refuse_above(most_bytes: int, refusal: SteelyardError) -> None:
    """Raise ``refusal`` for a request whose body is announced as larger than ``most_bytes``; nothing of it is kept."""
    length = request.content_length or 0
    if length <= most_bytes:
        return
    left = min(length, MOST_DRAINED)
    while left > 0 and (chunk := request.environ["wsgi.input"].read(min(left, _AT_ONCE))):
        left -= len(chunk)
    raise refusal
