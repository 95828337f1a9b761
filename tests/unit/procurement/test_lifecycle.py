"""The table of transitions, walked at random and checked against the promises of a campaign's life."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from steelyard.core.errors import Refused
from steelyard.procurement.lifecycle import ENDS, TIMELINE, TRANSITIONS, Act, Facts, Party, State, due, target_of

NOON = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
PLEDGES_END, BIDS_END = NOON + timedelta(hours=1), NOON + timedelta(hours=2)
USERS = (1, 2)


def facts(**known):
    return Facts("JC-20261123-0001", known.pop("now", NOON), PLEDGES_END, BIDS_END, **known)


class Life(RuleBasedStateMachine):
    """Anybody tries anything at any time; the world's facts change as they do in business."""

    def __init__(self):
        super().__init__()
        self.state, self.now = State.DRAFT, NOON
        self.officers = self.approvals = 0
        self.pledged = self.bid = self.received = False
        self.proposer = None
        self.path = [State.DRAFT]

    def known(self, person=None):
        return Facts(
            "JC-20261123-0001",
            self.now,
            PLEDGES_END,
            BIDS_END,
            officers=self.officers,
            approvals=self.approvals,
            pledged=self.pledged,
            bid=self.bid,
            proposer=self.proposer,
            person=person,
            all_received=self.received,
        )

    @rule(minutes=st.sampled_from([1, 30, 60]))
    def time_passes(self, minutes):
        self.now += timedelta(minutes=minutes)

    @precondition(lambda self: self.state is State.DRAFT and self.officers < 2)
    @rule()
    def an_officer_comes(self):
        self.officers += 1

    @precondition(lambda self: self.state is State.OPEN and self.now < PLEDGES_END)
    @rule(stands=st.booleans())
    def a_pledge_is_made_or_withdrawn(self, stands):
        self.pledged = stands

    @precondition(lambda self: self.state is State.LOCKED and PLEDGES_END <= self.now < BIDS_END)
    @rule()
    def a_bid_is_handed_in(self):
        self.bid = True

    @precondition(lambda self: self.state is State.BIDS_CLOSED and self.approvals < 2)
    @rule()
    def an_officer_approves(self):
        self.approvals += 1

    @precondition(lambda self: self.state is State.PERFORMING)
    @rule()
    def all_goods_come(self):
        self.received = True

    @rule(act=st.sampled_from(list(Act)), party=st.sampled_from(list(Party)), person=st.sampled_from(USERS))
    def somebody_acts(self, act, party, person):
        before = self.state
        try:
            self.state = target_of(before, act, party, self.known(person))
        except Refused:
            return
        if act is Act.PROPOSE:
            self.proposer = person
        if act is Act.CONFIRM:
            assert person != self.proposer
        self.path.append(self.state)

    @rule()
    def the_clock_runs(self):
        while (act := due(self.state, self.known())) is not None:
            self.state = target_of(self.state, act, Party.CLOCK, self.known())
            self.path.append(self.state)
        assert not (self.state is State.OPEN and self.now >= PLEDGES_END)
        assert not (self.state is State.LOCKED and self.now >= BIDS_END)

    @invariant()
    def nothing_comes_too_early(self):
        reached = set(self.path)
        assert State.LOCKED not in reached or (self.now >= PLEDGES_END and self.pledged)
        assert State.BIDS_CLOSED not in reached or (self.now >= BIDS_END and self.bid)
        assert State.OPENED not in reached or self.approvals == 2
        assert State.OPEN not in reached or self.officers == 2
        assert State.CLOSED not in reached or self.received

    @invariant()
    def an_end_is_an_end(self):
        assert not ENDS.intersection(self.path[:-1])

    @invariant()
    def the_order_holds(self):
        """Leaving out a declined award, a life never goes back."""
        places = [TIMELINE.index(state) for state in self.path if state in TIMELINE]
        for one, next_ in pairwise(places):
            assert next_ == one + 1 or (TIMELINE[one], TIMELINE[next_]) == (State.AWARD_PROPOSED, State.OPENED)


TestLife = Life.TestCase


def test_every_state_is_reached_by_the_table():
    assert {State.DRAFT} | {row.target for row in TRANSITIONS} == set(State)
    assert {row.act for row in TRANSITIONS} == set(Act)


def test_no_row_leaves_an_end():
    assert not any(row.sources & ENDS for row in TRANSITIONS)


def test_every_other_state_has_a_way_on():
    assert {state for row in TRANSITIONS for state in row.sources} == set(State) - ENDS


@pytest.mark.parametrize(
    ("state", "moment", "known", "expected"),
    [
        pytest.param(State.OPEN, PLEDGES_END - timedelta(microseconds=1), {"pledged": True}, None, id="just-open"),
        pytest.param(State.OPEN, PLEDGES_END, {"pledged": True}, Act.LOCK, id="at-the-deadline"),
        pytest.param(State.OPEN, PLEDGES_END, {}, Act.FAIL_VOLUME, id="no-pledges"),
        pytest.param(State.LOCKED, BIDS_END - timedelta(microseconds=1), {"bid": True}, None, id="still-bidding"),
        pytest.param(State.LOCKED, BIDS_END, {"bid": True}, Act.CLOSE_BIDS, id="bids-end"),
        pytest.param(State.LOCKED, BIDS_END, {}, Act.FAIL_BIDS, id="no-bids"),
        pytest.param(State.DRAFT, BIDS_END, {}, None, id="a-draft-waits"),
    ],
)
def test_deadlines_are_half_open(state, moment, known, expected):
    assert due(state, facts(now=moment, **known)) is expected
