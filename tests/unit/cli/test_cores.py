"""Which core a web process keeps to."""

import os

import pytest

from steelyard.cli.web_server import core_of


@pytest.mark.parametrize(("cores", "workers"), [({0, 1}, 1), ({2, 3, 5, 7}, 3)])
def test_each_process_keeps_to_a_core_of_its_own(
    monkeypatch: pytest.MonkeyPatch, cores: set[int], workers: int
) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: cores)
    kept = [core_of(index, workers) for index in range(workers)]
    assert len(set(kept)) == workers
    assert set(kept) < cores


@pytest.mark.parametrize(("cores", "workers"), [({4}, 1), ({0, 1}, 2), ({0, 1}, 3)])
def test_where_none_is_left_for_the_database_all_may_be_used(
    monkeypatch: pytest.MonkeyPatch, cores: set[int], workers: int
) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: cores)
    assert [core_of(index, workers) for index in range(workers)] == [None] * workers


def test_where_the_system_knows_no_cores_none_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(os, "sched_getaffinity")
    assert core_of(0, 1) is None
