"""Which series of the same goods follows which, from the days of each alone."""

from datetime import date

import pytest

from pricing.importing.succession import Run, formers


def run(series_id: int, terms: str, first: int, last: int) -> Run:
    return Run(series_id, tuple(terms.split()), date(2026, 9, first), date(2026, 9, last))


CASES = {
    "one alone": ([run(1, "cash", 1, 9)], {1: None}),
    "changed terms": ([run(1, "cash", 1, 9), run(2, "paper", 10, 20)], {1: None, 2: 1}),
    "side by side": ([run(1, "cash", 1, 9), run(2, "paper", 1, 9)], {1: None, 2: None}),
    "one day of both": ([run(1, "cash", 1, 9), run(2, "paper", 9, 20)], {1: None, 2: None}),
    "the last that ended": (
        [run(1, "a", 1, 3), run(2, "b", 4, 6), run(3, "c", 7, 9)],
        {1: None, 2: 1, 3: 2},
    ),
    "each to the one most alike": (
        [run(1, "cash 6m", 1, 5), run(2, "paper 6m", 1, 5), run(3, "cash 9m", 6, 9), run(4, "paper 9m", 6, 9)],
        {1: None, 2: None, 3: 1, 4: 2},
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_a_series_follows_one_that_had_ended(case: str):
    runs, expected = CASES[case]
    assert formers(runs) == expected
    assert formers(reversed(runs)) == expected
