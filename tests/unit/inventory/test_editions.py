"""By which edition of its standard a certificate is read, and which one's limits it is compared with."""

from datetime import date

import pytest

from inventory.certificates import limits
from inventory.certificates.editions import EDITIONS, By, Comparison, compared

BEFORE, SINCE = date(2024, 3, 31), date(2024, 4, 1)
BOILER, STEEL = "GB/T 5310", "GB/T 699"
READ = {
    "no year, before the new edition": ("20G", BOILER, BEFORE, Comparison(BOILER, 2017, 2017, By.DATE)),
    "no year, since": ("12Cr1MoVG", "GB/T5310", SINCE, Comparison(BOILER, 2017, 2023, By.DATE)),
    "the year that it states": ("20G", "GB/T 5310-2017", SINCE, Comparison(BOILER, 2017, 2017, By.STATED)),
    "the new one stated early": ("20G", "gb/t 5310—2023", BEFORE, Comparison(BOILER, 2017, 2023, By.STATED)),
    "one of long ago": ("20G", "GB/T 5310-2008", BEFORE, Comparison(BOILER, 2017, 2008, By.STATED)),
    "another standard's year": ("20", "GB/T 8163-2018", SINCE, Comparison(STEEL, 2015, 2015, By.DATE)),
    "a standard of one edition": ("20", "GB/T 699", SINCE, Comparison(STEEL, 2015, 2015, By.DATE)),
}


@pytest.mark.parametrize(("grade", "standard", "issued_on", "expected"), READ.values(), ids=READ)
def test_the_edition_is_the_stated_one_else_that_of_the_day(
    grade: str, standard: str, issued_on: date, expected: Comparison
) -> None:
    found = limits.find(grade, standard)
    assert found is not None
    assert compared(found[0], standard, issued_on) == expected
    assert expected.is_other is (expected.used != expected.asked)


def test_every_edition_names_where_it_is_said() -> None:
    carried = {(one.standard, one.year) for one in limits.SOURCES}
    for one in EDITIONS:
        assert one.source.startswith("https://")
        assert (one.standard, one.year) not in carried
