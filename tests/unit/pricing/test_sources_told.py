"""The table of sources for people names every source of the catalogue, and says truly whether it is on."""

import re

import pytest

from pricing.sources.base import Source
from pricing.sources.catalogue import SOURCES
from tests.support.tree import ROOT

TOLD = {
    match[1]: match[2].strip()
    for match in re.finditer(
        r"^\| `([a-z0-9_.]+)` \|.*\|([^|]+)\|$", (ROOT / "docs/sources.md").read_text("utf-8"), re.MULTILINE
    )
}


@pytest.mark.parametrize("source", list(SOURCES), ids=lambda source: source.contract.code)
def test_source_is_told_with_its_default(source: Source):
    state = "by hand" if source.fetch is None else "on" if source.contract.enabled else "off"
    assert TOLD[source.contract.code].partition(":")[0] == state
    assert source.contract.licence
    assert source.contract.calendar
    assert source.fetch is None or source.contract.enabled or source.contract.legal_note


def test_no_source_is_told_that_is_not_there():
    assert TOLD.keys() <= {source.contract.code for source in SOURCES}
