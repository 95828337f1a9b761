"""The assignment proves its own answers."""

import pytest

from steelyard.logistics import assignment
from steelyard.logistics.assignment import CertificateError, assign


def test_heaviest_assignment_is_taken_not_the_heaviest_edge() -> None:
    """Two edges of 6 beat one of 10."""
    weights = {(1, 1): 10, (1, 2): 6, (2, 1): 6}
    assert assign(weights, dict.fromkeys(weights, 0)) == [(1, 2), (2, 1)]


def test_edges_without_weight_are_still_assigned() -> None:
    """Where nothing is gained, more edges are better than fewer and light ones better than heavy ones."""
    weights = {(1, 1): 0, (1, 2): 0, (2, 1): 0, (2, 2): 0}
    assert assign(weights, {(1, 1): 9, (1, 2): 1, (2, 1): 1, (2, 2): 1}) == [(1, 2), (2, 1)]


@pytest.mark.parametrize(
    "duals",
    [
        pytest.param({("left", 1): 0, ("right", 1): 0}, id="edge-not-covered"),
        pytest.param({("left", 1): -1, ("right", 1): 6}, id="negative"),
        pytest.param({("left", 1): 3, ("right", 1): 3}, id="gap"),
    ],
)
def test_answer_without_proof_is_refused(duals: dict[tuple[str, int], int]) -> None:
    """Duals that leave an edge uncovered, are negative, or add up to more prove nothing."""
    with pytest.raises(CertificateError):
        assignment._certified({(1, 1): 5}, assignment._Answer([(1, 1)], duals))
