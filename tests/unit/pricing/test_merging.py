"""The history does not know in which order its documents came."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from pricing.merging import Statement, Value, adds, belief, revisions

BASE = datetime(2026, 9, 7, 8, tzinfo=UTC)


def said(minute: int, mantissa: int, digest: str = "a", reading: int = 0) -> Statement:
    return Statement((BASE + timedelta(minutes=minute), digest, reading), Value(mantissa, 0, None, "final"))


def merge_all(documents: list[Statement]) -> list[Statement]:
    """Merge documents as they arrive; each late one is followed by those that were fetched after it."""
    stored: list[Statement] = []
    arrived: list[Statement] = []
    for document in documents:
        arrived.append(document)
        for statement in sorted((one for one in arrived if one.stamp >= document.stamp), key=lambda one: one.stamp):
            if adds(stored, statement):
                stored.append(statement)
    return stored


statements = st.lists(
    st.builds(said, st.integers(0, 6), st.integers(1, 3), st.sampled_from("ab"), st.integers(0, 1)),
    min_size=1,
    max_size=7,
    unique_by=lambda one: one.stamp,
)


@given(documents=statements, data=st.data())
def test_any_order_and_repetition_give_one_history(documents: list[Statement], data: st.DataObject):
    shuffled = data.draw(st.permutations(documents))
    repeats = data.draw(st.lists(st.sampled_from(documents), max_size=3))
    in_order = merge_all(sorted(documents, key=lambda one: one.stamp))
    assert revisions(merge_all([*shuffled, *repeats])) == revisions(in_order)
    assert in_order == revisions(documents)


def test_confirmation_is_not_stored_and_a_change_is_a_revision():
    first, again, changed = said(0, 3100), said(1, 3100, "b"), said(2, 3105, "c")
    assert not adds([first], again)
    assert adds([first], changed)
    assert belief([first, changed]).revision == 2


def test_late_document_does_not_displace_what_was_fetched_after_it():
    late, known = said(0, 3100), said(5, 3105, "b")
    assert adds([known], late)
    assert belief([known, late]).statement == known


def test_late_document_that_said_it_first_becomes_the_origin():
    late, known = said(0, 3105), said(5, 3105, "b")
    found = belief([known, late])
    assert (found.statement, found.revision) == (late, 1)


def test_document_read_again_counts_after_its_former_reading():
    former, again = said(0, 3100), said(0, 3105, reading=1)
    assert adds([former], again)
    assert belief([again, former]).statement == again
