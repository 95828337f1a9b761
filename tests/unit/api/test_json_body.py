"""Whatever bytes come, the reader of JSON gives a value or a typed refusal."""

import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from steelyard.api.json_body import parse_json
from steelyard.core.errors import BadRequest

VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**17), 10**17)
    | st.text(alphabet=st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=20,
)


@given(VALUES)
def test_what_was_written_is_read(value: Any) -> None:
    """Every ordinary document survives."""
    assert parse_json(json.dumps(value).encode()) == value


@given(st.binary(max_size=200))
def test_bytes_give_a_value_or_a_refusal(raw: bytes) -> None:
    """Nothing but BadRequest comes out of rubbish."""
    with suppress(BadRequest):
        parse_json(raw)


def test_depth_has_an_end() -> None:
    """A hundred thousand brackets are refused, not recursed."""
    with pytest.raises(BadRequest):
        parse_json(b"[" * 100_000 + b"]" * 100_000)
