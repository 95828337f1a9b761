"""Addresses are written as Werkzeug writes them, by functions compiled when they are first needed."""

from collections.abc import Mapping
from unittest.mock import patch

import pytest
from werkzeug.routing import BuildError, Map, MapAdapter, Rule

from steelyard.api.routing import LateRule

RULES: tuple[tuple[str, str], ...] = (
    ("/", "home"),
    ("/stock/<int:bundle_id>", "bundle"),
    ("/stock/<int:bundle_id>/moves/<path:name>", "moves"),
    ("/号/<name>", "numbered"),
)
WANTED: tuple[tuple[str, Mapping[str, object]], ...] = (
    ("home", {}),
    ("home", {"page": 2}),
    ("bundle", {"bundle_id": 7}),
    ("moves", {"bundle_id": 7, "name": "a/b c"}),
    ("numbered", {"name": "炉", "size": "219*6"}),
)


def _adapter(kind: type[Rule]) -> MapAdapter:
    return Map([kind(rule, endpoint=endpoint) for rule, endpoint in RULES]).bind("127.0.0.1")


@pytest.mark.parametrize(("endpoint", "values"), WANTED)
@pytest.mark.parametrize("append_unknown", [True, False])
def test_addresses_are_those_of_werkzeug(endpoint: str, values: Mapping[str, object], *, append_unknown: bool) -> None:
    """The first time, and once it is compiled."""
    late, plain = _adapter(LateRule), _adapter(Rule)
    expected = plain.build(endpoint, values, append_unknown=append_unknown)
    assert [late.build(endpoint, values, append_unknown=append_unknown) for _ in range(2)] == [expected, expected]


def test_a_value_that_lacks_is_refused_as_ever() -> None:
    """No address is written with a hole in it."""
    with pytest.raises(BuildError):
        _adapter(LateRule).build("bundle", {})


def test_nothing_is_compiled_before_it_is_needed_and_nothing_twice() -> None:
    """A server that starts compiles no builder."""
    with patch.object(Rule, "_compile_builder", autospec=True, side_effect=Rule._compile_builder) as compiled:
        adapter = _adapter(LateRule)
        assert compiled.call_count == 0
        assert {adapter.build("bundle", {"bundle_id": one}) for one in range(3)} == {"/stock/0", "/stock/1", "/stock/2"}
        assert compiled.call_count == 1
