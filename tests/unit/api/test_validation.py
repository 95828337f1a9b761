"""Messages of nested fields reach a person whole."""

from steelyard.api.validation import as_fields, sentences


def test_nested_messages_name_their_place() -> None:
    """Rows are counted from one, as people do."""
    fields = as_fields({"lines": {0: {"mass": ["too heavy"]}, 2: {"price": ["too low", "odd"]}}, "title": ["short"]})
    assert sentences(fields) == ["lines 1 Mass: too heavy", "lines 3 Price: too low; odd", "Title: short"]
