"""Editions, and the figures that a kind of series allows."""

from datetime import time

import pytest

from pricing.sources.traits import Kind, SeriesTraits, edition_at, is_edition


@pytest.mark.parametrize("text", ["10:51", "15:00", "00:00", "23:59", "settlement", "release"])
def test_words_and_times_of_day_are_editions(text: str):
    assert is_edition(text)


@pytest.mark.parametrize("text", ["", "24:00", "9:05", "10:60", "10:51 ", "morning", "settlement2"])
def test_nothing_else_is_an_edition(text: str):
    assert not is_edition(text)


def test_a_time_of_day_becomes_an_edition_in_two_digits():
    assert edition_at(time(9, 5, 59)) == "09:05"


@pytest.mark.parametrize(
    ("kind", "field", "least"),
    [
        (Kind.SPOT, "average", 1),
        (Kind.FUTURES, "settle", 1),
        (Kind.FUTURES, "volume", 0),
        (Kind.FX, "central_parity", 1),
        (Kind.DEAL, "average", 1),
        (Kind.INDEX, "change", None),
    ],
)
def test_zero_is_for_what_is_counted_and_less_for_an_index(kind: Kind, field: str, least: int | None):
    assert SeriesTraits("c", kind, "n", "c", "g", "m", field, "daily", "CNY/t", 1).least == least
