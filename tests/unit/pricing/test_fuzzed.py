"""No bytes make a parser raise, and every row of every document is accounted for."""

import json
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pricing.sources.base import Outcome, ParsedRow, Source, Status
from pricing.sources.catalogue import SOURCES
from tests.support.price_documents import SHFE_FILE, TRANSCRIPT, document, shipped, specimens

SPECIMENS = specimens()
sources = st.sampled_from(list(SOURCES))
scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12)
entries = st.dictionaries(
    st.sampled_from(
        [
            "PRODUCTID",
            "PRODUCTGROUPID",
            "PRODUCTCLASS",
            "DELIVERYMONTH",
            "SETTLEMENTPRICE",
            "PRESETTLEMENTPRICE",
        ]
    ),
    scalars | st.sampled_from(["rb_f", "hc_f", "1", "2610", "2611", "小计", "3100", "-1"]),
)

powers = st.sampled_from([20, 5_000, 9_999_999, 10**15, 10**18, 10**20]) | st.integers(0, 10**21)
numerals = st.builds(
    "{}{}e{}{}".format, st.sampled_from(["", "-"]), st.integers(0, 10**20), st.sampled_from("+-"), powers
)
"""Numbers as JSON may write them, with exponents beyond any computation."""
offsets = st.integers(-24 * 60 + 1, 24 * 60 - 1).map(lambda minutes: timezone(timedelta(minutes=minutes)))
ends = st.datetimes(max_value=datetime(1, 1, 3)) | st.datetimes(min_value=datetime(9999, 12, 30))
moments = st.builds(datetime.replace, ends | st.datetimes(), tzinfo=offsets | st.none())


def in_range(row: ParsedRow) -> bool:
    return (row.traits.least is None or row.mantissa >= row.traits.least) and 0 <= row.scale <= 6


def check(source: Source, content: bytes) -> None:
    result = source.parse(document(source.contract.code, content))
    assert len(result.kept) + len(result.dropped) == result.rows
    assert bool(result.kept) == (result.outcome is Outcome.OK)
    assert all(row.status is Status.WITHDRAWN or in_range(row) for row in result.kept)
    assert all(row.published_at.astimezone(UTC) for row in result.kept if row.published_at)


def test_every_source_has_a_specimen_that_it_reads():
    assert {source.contract.code for source in SOURCES} == set(SPECIMENS)
    for source in SOURCES:
        check(source, SPECIMENS[source.contract.code])
        kept = source.parse(document(source.contract.code, SPECIMENS[source.contract.code])).kept
        assert kept, source.contract.code


@given(source=sources, content=st.binary(max_size=2000))
def test_any_bytes_have_a_typed_outcome(source: Source, content: bytes):
    check(source, content)


@given(source=sources, data=st.data())
def test_damaged_documents_have_a_typed_outcome(source: Source, data: st.DataObject):
    content = bytearray(SPECIMENS[source.contract.code])
    for _ in range(data.draw(st.integers(1, 8))):
        start = data.draw(st.integers(0, len(content)))
        length = data.draw(st.integers(0, 400))
        content[start : start + length] = data.draw(st.binary(max_size=40))
    check(source, bytes(content))


@given(report_date=scalars | st.just("20260907"), rows=st.lists(entries | scalars, max_size=12))
def test_any_rows_in_a_daily_file_have_a_typed_outcome(report_date: object, rows: list[object]):
    content = json.dumps({"report_date": report_date, "o_curinstrument": rows}).encode()
    source = SOURCES.get("shfe.daily")
    assert source is not None
    check(source, content)


@given(lines=st.lists(st.lists(st.text(max_size=8), max_size=10), max_size=6))
def test_any_lines_in_a_transcript_have_a_typed_outcome(lines: list[list[str]]):
    from pricing.sources import nbs_transcript

    text = "\n".join([",".join(nbs_transcript.COLUMNS), *(",".join(line) for line in lines), ""])
    check(nbs_transcript.SOURCE, text.encode("utf-8", "surrogatepass"))


@given(price=numerals, previous=numerals)
@example(price="1e9999999", previous="3000")
@example(price="3100", previous="0e-99999999")
@example(price="1e99999999999999999999", previous="3000")
def test_any_number_in_a_daily_file_has_a_typed_outcome(price: str, previous: str):
    content = json.loads(shipped(SHFE_FILE))
    row = next(entry for entry in content["o_curinstrument"] if entry["PRODUCTID"].startswith("rb_f"))
    row |= {"SETTLEMENTPRICE": "<price>", "PRESETTLEMENTPRICE": "<previous>"}
    text = json.dumps(content).replace('"<price>"', price).replace('"<previous>"', previous)
    source = SOURCES.get("shfe.daily")
    assert source is not None
    check(source, text.encode())


@given(moment=moments)
@example(moment=datetime(9999, 12, 31, 23, 59, tzinfo=timezone(timedelta(hours=-10))))
def test_any_moment_of_publication_has_a_typed_outcome(moment: datetime):
    source = SOURCES.get("nbs.ten_day.transcript")
    assert source is not None
    check(source, _published(moment.isoformat()))


def _published(moment: str) -> bytes:
    """The shipped transcript with another moment of publication in its first line."""
    head, first, *rest = shipped(TRANSCRIPT).decode("utf-8-sig").splitlines()
    cells = first.split(",")
    cells[head.split(",").index("published_at")] = moment
    return "\n".join([head, ",".join(cells), *rest, ""]).encode()


@pytest.mark.parametrize(
    ("moment", "kept"),
    [
        ("9999-12-31T23:59:00-10:00", None),
        ("2026-12-31T23:59:00-10:00", datetime(2027, 1, 1, 9, 59, tzinfo=UTC)),
    ],
    ids=["beyond the calendar", "within"],
)
def test_a_moment_that_no_clock_in_utc_shows_counts_as_not_noted(moment: str, kept: datetime | None):
    source = SOURCES.get("nbs.ten_day.transcript")
    assert source is not None
    rows = source.parse(document(source.contract.code, _published(moment))).kept
    assert next(row for row in rows if row.row == 1).published_at == kept
