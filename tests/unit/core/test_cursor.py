"""Cursors are opaque text that only the feed itself can have written."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from steelyard.core.sequence import Cursor, CursorUnknown

PLACES = st.builds(Cursor, *[st.integers(0, 2**63 - 1)] * 3)


@given(PLACES)
def test_cursors_survive_writing_and_reading(cursor):
    text = cursor.encode()
    assert Cursor.decode(text) == cursor
    assert len(text) <= 88
    assert text.isascii()
    assert not set(text) & set("+/=")


@given(PLACES, PLACES)
def test_order_is_epoch_then_transaction_then_number(one, other):
    assert (one < other) == ((one.epoch, one.txid, one.id) < (other.epoch, other.txid, other.id))


def test_no_cursor_is_the_beginning():
    assert Cursor.decode(None) == Cursor(0, 0, 0)


def encoded(raw):
    return base64.urlsafe_b64encode(raw.encode()).decode().rstrip("=")


FOREIGN = {
    "empty": "",
    "number": "17",
    "word": "later",
    "two-parts": encoded("1.2"),
    "four-parts": encoded("1.2.3.4"),
    "negative": encoded("1.-2.3"),
    "leading-zero": encoded("1.02.3"),
    "beyond-64-bits": encoded(f"1.2.{2**63}"),
    "huge": encoded("1.2." + "9" * 500),
    "other-digits": encoded("1.2.٣"),
    "padded": Cursor(1, 2, 3).encode() + "=",
    "not-ascii": "游标",
    "surrogate": "\ud800",
}


@pytest.mark.parametrize("text", FOREIGN.values(), ids=FOREIGN.keys())
def test_other_text_is_no_cursor(text):
    with pytest.raises(CursorUnknown):
        Cursor.decode(text)


@given(st.text(max_size=60))
def test_any_text_is_a_cursor_or_a_typed_refusal(text):
    try:
        cursor = Cursor.decode(text)
    except CursorUnknown:
        return
    assert cursor.encode() == text
