"""Documents read and written by what they hold: as marshmallow does it, or left to marshmallow."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from marshmallow import Schema as AnySchema
from marshmallow import ValidationError, fields, post_load

from inventory.schemas import AnswerOut, OperationIn, OperationsIn
from inventory.states import Outcome
from steelyard.api import quick
from steelyard.api.fields import Int, ListOf, Nested, Text, Timestamp
from steelyard.api.schemas import QuerySchema, Schema

GOOD = {
    "client_op_id": "op-1", "kind": "move", "tag": " T1 ", "place": "A-01", "event_at": "2026-11-23T10:00:00+08:00",
}  # fmt: skip
VALUES = st.one_of(
    st.none(), st.booleans(), st.integers(-2, 10**17), st.floats(allow_nan=False), st.text(max_size=4), st.just([]),
    st.sampled_from(["move", "2026-11-23T10:00:00Z", "2026-13-41T10:00:00Z", "A\n", "é", "x" * 90]),
)  # fmt: skip
CHANGES = st.dictionaries(st.sampled_from([*OperationIn().load_fields, "unknown"]), VALUES, max_size=3)


def by_marshmallow(schema: AnySchema, document: Any) -> Any:
    """What marshmallow alone makes of a document; ``None`` where it refuses it."""
    try:
        return schema.load(document)
    except ValidationError:
        return None


@given(CHANGES, st.sets(st.sampled_from(sorted(GOOD)), max_size=1))
def test_an_operation_is_read_as_marshmallow_reads_it(changes: dict[str, Any], left_out: set[str]) -> None:
    document = {name: value for name, value in {**GOOD, **changes}.items() if name not in left_out}
    schema = OperationIn()
    assert quick.read(schema, document) == by_marshmallow(schema, document)


def test_what_is_absent_gets_its_default() -> None:
    class Wanted(Schema):
        name = Text(max=9, required=True)
        limit = Int(load_default=50)

    assert quick.read(Wanted(), {"name": "a"}) == {"name": "a", "limit": 50}
    assert quick.read(Wanted(), {"limit": 1}) is None


def test_one_bad_entry_of_many_is_named() -> None:
    operations = [GOOD, {**GOOD, "kind": "fly"}]
    with pytest.raises(ValidationError) as caught:
        OperationsIn().load({"warehouse_id": 1, "operations": operations})
    assert list(caught.value.normalized_messages()["operations"]) == [1]


def test_answers_are_written_as_marshmallow_writes_them() -> None:
    answer = {"client_op_id": "a", "outcome": Outcome.DONE, "code": "moved", "detail": "Done.", "bundle_id": None}
    assert quick.write(AnswerOut(), answer) == AnswerOut().dump(answer) == {**answer, "outcome": "done"}
    assert quick.write(AnswerOut(), {"code": "moved"}) is None


class Inner(Schema):
    """A document in a document."""

    at = Timestamp(required=True)


class Outer(Schema):
    """A document with others in it."""

    many = ListOf(Nested(Inner), required=True)
    one = Nested(Inner, allow_none=True)


def test_documents_in_documents_go_there_and_back() -> None:
    moment = datetime(2026, 11, 23, tzinfo=UTC)
    loaded = {"many": [{"at": moment}], "one": None}
    told = {"many": [{"at": "2026-11-23T00:00:00Z"}], "one": None}
    assert quick.read(Outer(), told) == loaded
    assert quick.write(Outer(), loaded) == told
    assert Outer().dump({"many": [Row(moment)], "one": Row(moment)})["one"] == told["many"][0]


class Row:
    """A document that is no dictionary."""

    def __init__(self, at: datetime) -> None:
        self.at = at


class Renamed(Schema):
    """A field that bears another name outside."""

    inside = Text(max=9, data_key="outside")


class Hooked(Schema):
    """A schema that does something of its own."""

    name = Text(max=9)

    @post_load
    def shout(self, data: dict[str, Any], **_options: Any) -> dict[str, Any]:
        """Change what was loaded."""
        return {"name": data["name"].upper()}


class Worked(Schema):
    """A field that is no attribute."""

    name = fields.Function(lambda _document: "x")


@pytest.mark.parametrize("schema", [Renamed, Hooked, Worked], ids=lambda schema: schema.__name__.lower())
def test_what_is_out_of_the_ordinary_is_left_to_marshmallow(schema: type[Schema]) -> None:
    assert quick.read(schema(), {"name": "a"}) is None
    assert quick.write(schema(), {"name": "a"}) is None


def test_a_query_keeps_reading_numbers_from_text() -> None:
    class Query(QuerySchema):
        limit = Int(max=9)

    assert quick.read(Query(), {"limit": "7"}) == {"limit": 7}
