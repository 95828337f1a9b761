"""Who acts, and by which ports work is handed on."""

from datetime import timedelta

import pytest

from steelyard.core import jobs
from steelyard.core.actors import Actor, OrgKind, Role
from steelyard.core.i18n import N_
from steelyard.core.idents import random_id


def actor(kind=OrgKind.MILL, *roles):
    return Actor(1, "u", 2, kind, "o", frozenset(roles))


def test_only_the_operator_runs_the_platform():
    assert [kind for kind in OrgKind if actor(kind).is_operator] == [OrgKind.OPERATOR]


def test_a_role_is_had_or_not():
    seller = actor(OrgKind.MILL, Role.SELLER)
    assert seller.has_role(Role.BUYER, Role.SELLER)
    assert not seller.has_role(Role.BUYER)
    assert not seller.has_role()


def test_the_kinds_and_roles_are_those_of_the_business():
    assert {kind.value for kind in OrgKind} == {
        "operator", "pipe_maker", "trader", "mill", "carrier", "warehouse", "financier",
    }  # fmt: skip
    assert len(Role) == 10


def test_random_ids_do_not_repeat():
    made = {random_id() for _ in range(1_000)}
    assert len(made) == 1_000
    assert all(len(text) == 32 and int(text, 16) >= 0 for text in made)


def test_marking_a_sentence_changes_nothing():
    assert N_("Some fields are not valid.") == "Some fields are not valid."


@pytest.mark.parametrize(
    "options",
    [{}, {"every": timedelta(seconds=1), "cron": "* * * * *"}, {"every": timedelta(milliseconds=1)}],
    ids=["neither", "both", "too-often"],
)
def test_a_clocks_job_says_when_in_one_way(options):
    with pytest.raises(ValueError, match="job x"):
        jobs.ClockJob("x", lambda session: None, **options)


def test_enqueuing_without_a_queue_is_a_mistake_in_the_wiring():
    jobs.plug_in(None)
    with pytest.raises(jobs.NoQueue, match="weigh"):
        jobs.enqueue(None, "weigh", key="1")


def test_the_plugged_in_queue_gets_the_order():
    class Recorder:
        def __init__(self):
            self.orders = []

        def enqueue(self, session, job, *, key, params):
            self.orders.append((session, job, key, params))

    recorder = Recorder()
    jobs.plug_in(recorder)
    try:
        jobs.enqueue("session", "weigh", key="CK-1", mass_g=5)
    finally:
        jobs.plug_in(None)
    assert recorder.orders == [("session", "weigh", "CK-1", {"mass_g": 5})]
