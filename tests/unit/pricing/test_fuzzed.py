"""No bytes make a parser raise, and every row of every document is accounted for."""

import json

from hypothesis import given
from hypothesis import strategies as st

from pricing.sources.base import Outcome, Source
from pricing.sources.catalogue import SOURCES
from tests.support.price_documents import NBS_PAGE, SHFE_FILE, TRANSCRIPT, document, shipped

SHIPPED = {"nbs.ten_day": NBS_PAGE, "nbs.ten_day.transcript": TRANSCRIPT, "shfe.daily": SHFE_FILE}
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


def check(source: Source, content: bytes) -> None:
    result = source.parse(document(source.contract.code, content))
    assert len(result.kept) + len(result.dropped) == result.rows
    assert bool(result.kept) == (result.outcome is Outcome.OK)
    assert all(row.mantissa > 0 and 0 <= row.scale <= 6 for row in result.kept)


@given(source=sources, content=st.binary(max_size=2000))
def test_any_bytes_have_a_typed_outcome(source: Source, content: bytes):
    check(source, content)


@given(source=sources, data=st.data())
def test_damaged_documents_have_a_typed_outcome(source: Source, data: st.DataObject):
    content = bytearray(shipped(SHIPPED[source.contract.code]))
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
