"""A campaign's life: one table says which act leads from where to where, who may do it, and under what
condition.

Deadlines are half-open: at the moment of a deadline itself what it closes is closed already.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from steelyard.core.errors import SteelyardError
from steelyard.procurement import errors
from steelyard.procurement.shown import moment


class State(StrEnum):
    """Where a campaign stands; the last four are its ends."""

    DRAFT = "draft"
    OPEN = "open"
    LOCKED = "locked"
    BIDS_CLOSED = "bids_closed"
    OPENED = "opened"
    AWARD_PROPOSED = "award_proposed"
    AWARDED = "awarded"
    PERFORMING = "performing"
    CLOSED = "closed"
    CANCELLED = "cancelled"
    FAILED_VOLUME = "failed_volume"
    FAILED_BIDS = "failed_bids"


class Act(StrEnum):
    """What moves a campaign on."""

    PUBLISH = "publish"
    LOCK = "lock"
    FAIL_VOLUME = "fail_volume"
    CLOSE_BIDS = "close_bids"
    FAIL_BIDS = "fail_bids"
    OPEN_BIDS = "open_bids"
    PROPOSE = "propose"
    DECLINE = "decline"
    CONFIRM = "confirm"
    PERFORM = "perform"
    CLOSE = "close"
    CANCEL = "cancel"


class Party(StrEnum):
    """Who may act: a person of the operator, the clock, or the arrival of goods."""

    OPERATOR = "operator"
    CLOCK = "clock"
    ARRIVAL = "arrival"


@dataclass(frozen=True, slots=True)
class Facts:
    """What the conditions look at. ``proposer`` and ``person`` are user ids."""

    number: str
    now: datetime
    pledge_deadline: datetime
    bid_deadline: datetime
    officers: int = 0
    approvals: int = 0
    pledged: bool = False
    bid: bool = False
    proposer: int | None = None
    person: int | None = None
    all_received: bool = False


Guard = Callable[[Facts], SteelyardError | None]


def _before_pledge_deadline(facts: Facts) -> SteelyardError | None:
    return errors.DeadlinePassed() if facts.now >= facts.pledge_deadline else None


def _two_officers(facts: Facts) -> SteelyardError | None:
    return None if facts.officers == 2 else errors.OfficersMissing()


def _pledges_ended(facts: Facts) -> SteelyardError | None:
    return _after(facts, facts.pledge_deadline)


def _bids_ended(facts: Facts) -> SteelyardError | None:
    return _after(facts, facts.bid_deadline)


def _after(facts: Facts, deadline: datetime) -> SteelyardError | None:
    return None if facts.now >= deadline else errors.TooEarly(deadline=moment(deadline))


def _is(attribute: str, *, wanted: bool) -> Guard:
    def guard(facts: Facts) -> SteelyardError | None:
        return None if getattr(facts, attribute) is wanted else errors.WrongState(number=facts.number)

    return guard


def _two_approvals(facts: Facts) -> SteelyardError | None:
    return None if facts.approvals == 2 else errors.ApprovalsMissing()


def _not_the_proposer(facts: Facts) -> SteelyardError | None:
    same = facts.person is None or facts.person == facts.proposer
    return errors.SeparationOfDuties() if same else None


def _delivered(facts: Facts) -> SteelyardError | None:
    return None if facts.all_received else errors.DeliveriesOpen()


@dataclass(frozen=True, slots=True)
class Transition:
    """One row of the table."""

    act: Act
    sources: frozenset[State]
    target: State
    parties: frozenset[Party]
    guards: tuple[Guard, ...] = ()


def _row(act: Act, sources: set[State], target: State, parties: set[Party], *guards: Guard) -> Transition:
    return Transition(act, frozenset(sources), target, frozenset(parties), guards)


_S, _OPERATOR, _TIMED = State, {Party.OPERATOR}, {Party.OPERATOR, Party.CLOCK}
_BEFORE_AWARD = {_S.DRAFT, _S.OPEN, _S.LOCKED, _S.BIDS_CLOSED, _S.OPENED, _S.AWARD_PROPOSED}
_PLEDGED, _EMPTY = _is("pledged", wanted=True), _is("pledged", wanted=False)
_BID, _NO_BID = _is("bid", wanted=True), _is("bid", wanted=False)

TRANSITIONS: tuple[Transition, ...] = (
    _row(Act.PUBLISH, {_S.DRAFT}, _S.OPEN, _OPERATOR, _before_pledge_deadline, _two_officers),
    _row(Act.LOCK, {_S.OPEN}, _S.LOCKED, _TIMED, _pledges_ended, _PLEDGED),
    _row(Act.FAIL_VOLUME, {_S.OPEN}, _S.FAILED_VOLUME, _TIMED, _pledges_ended, _EMPTY),
    _row(Act.CLOSE_BIDS, {_S.LOCKED}, _S.BIDS_CLOSED, _TIMED, _bids_ended, _BID),
    _row(Act.FAIL_BIDS, {_S.LOCKED}, _S.FAILED_BIDS, _TIMED, _bids_ended, _NO_BID),
    _row(Act.OPEN_BIDS, {_S.BIDS_CLOSED}, _S.OPENED, _OPERATOR, _two_approvals),
    _row(Act.PROPOSE, {_S.OPENED}, _S.AWARD_PROPOSED, _OPERATOR),
    _row(Act.DECLINE, {_S.AWARD_PROPOSED}, _S.OPENED, _OPERATOR, _not_the_proposer),
    _row(Act.CONFIRM, {_S.AWARD_PROPOSED}, _S.AWARDED, _OPERATOR, _not_the_proposer),
    _row(Act.PERFORM, {_S.AWARDED}, _S.PERFORMING, {Party.ARRIVAL}),
    _row(Act.CLOSE, {_S.PERFORMING}, _S.CLOSED, _OPERATOR, _delivered),
    _row(Act.CANCEL, _BEFORE_AWARD, _S.CANCELLED, _OPERATOR),
)
ENDS = frozenset({_S.CLOSED, _S.CANCELLED, _S.FAILED_VOLUME, _S.FAILED_BIDS})
TIMELINE = (
    _S.DRAFT, _S.OPEN, _S.LOCKED, _S.BIDS_CLOSED, _S.OPENED, _S.AWARD_PROPOSED, _S.AWARDED, _S.PERFORMING,
    _S.CLOSED,
)  # fmt: skip
"""The states of a campaign that comes to a good end, in order."""


def target_of(state: State, act: Act, party: Party, facts: Facts) -> State:
    """Return where ``act`` leads; raises ``WrongState`` or the refusal of the first condition that does
    not hold.
    """
    for row in TRANSITIONS:
        if row.act is act and state in row.sources and party in row.parties:
            for guard in row.guards:
                refusal = guard(facts)
                if refusal is not None:
                    raise refusal
            return row.target
    raise errors.WrongState(number=facts.number)


def due(state: State, facts: Facts) -> Act | None:
    """Return the act that the passing of a deadline calls for, ``None`` where nothing is due."""
    if state is State.OPEN and facts.now >= facts.pledge_deadline:
        return Act.LOCK if facts.pledged else Act.FAIL_VOLUME
    if state is State.LOCKED and facts.now >= facts.bid_deadline:
        return Act.CLOSE_BIDS if facts.bid else Act.FAIL_BIDS
    return None
