"""The written-down series: every figure keeps how it was come by."""

from collections import Counter
from pathlib import Path

import pytest

from pricing.sources import nbs, nbs_transcript
from pricing.sources.base import DERIVED_EDITIONS, Edition, Fault, Outcome
from tests.support.price_documents import NBS_PAGE, TRANSCRIPT, document, shipped

LINES = shipped(TRANSCRIPT)


def test_thirty_six_figures_in_three_editions():
    result = nbs_transcript.parse(document("nbs.ten_day.transcript", LINES))
    assert (result.outcome, result.rows, len(result.kept)) == (Outcome.OK, 36, 36)
    assert Counter(row.edition for row in result.kept) == {
        Edition.RELEASE: 18,
        Edition.IMPLIED: 12,
        Edition.COMPUTED: 6,
    }
    assert all((row.published_at is None) == (row.edition in DERIVED_EDITIONS) for row in result.kept)


def test_transcript_and_page_agree_where_both_speak():
    page = {row.traits: row for row in nbs.parse(document("nbs.ten_day", shipped(NBS_PAGE))).kept}
    transcript = nbs_transcript.parse(document("nbs.ten_day.transcript", LINES)).kept
    shared = [row for row in transcript if page[row.traits].day == row.day]
    assert len(shared) == 6
    for row in shared:
        twin = page[row.traits]
        assert (row.mantissa, row.scale, row.change_mantissa) == (
            twin.mantissa,
            twin.scale,
            twin.change_mantissa,
        )
        assert row.published_at == twin.published_at


def test_shipped_lines_say_what_the_recorded_table_says(shared_data: Path):
    import csv

    with (shared_data / "prices/nbs/nbs_ferrous_ten_day_series.csv").open(encoding="utf-8") as file:
        recorded = [(row["period"], row["product"], row["price"], row["change"]) for row in csv.DictReader(file)]
    ours = [line.split(",")[2:7] for line in LINES.decode().splitlines()[1:]]
    assert [(line[0], line[1], line[3], line[4]) for line in ours] == recorded


BROKEN = {
    "cut off": (LINES[:-2], Fault.TRUNCATED),
    "a column less": (LINES.replace(b",how", b""), Fault.COLUMNS),
    "a price lost": (LINES.replace(b"3265.7", b"n/a"), Fault.NUMERIC_SHARE),
    "open quote": (LINES.replace(b"3265.7", b'"3265.7'), Fault.UNREADABLE),
}


@pytest.mark.parametrize(("content", "fault"), BROKEN.values(), ids=BROKEN)
def test_broken_transcript_is_refused_whole(content: bytes, fault: Fault):
    result = nbs_transcript.parse(document("nbs.ten_day.transcript", content))
    assert result.kept == ()
    assert result.finding is not None
    assert result.finding.fault is fault
