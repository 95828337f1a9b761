"""When a source raises an alarm, and how long it rests: set in the transaction of the outcome that caused it."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy.orm import Session

from pricing.fetching.bodies import Trouble
from pricing.fetching.models import SourceState
from pricing.sources.base import Outcome
from steelyard.core import outbox

BLOCKED_REST = timedelta(days=1)
"""How long a publisher who turned us away is left alone."""
MODEST_REST = timedelta(hours=1)
"""How long one is left alone who says that we ask too often, or who refuses our key."""
FAILING_AFTER = 3


class Alarm(StrEnum):
    """What a person should look at."""

    BLOCKED = "blocked"
    EMPTY = "empty"
    FAILING = "failing"
    KEY_REFUSED = "key_refused"
    SCHEMA_CHANGED = "schema_changed"


_AT_ONCE: Mapping[Outcome, Alarm] = {Outcome.BLOCKED: Alarm.BLOCKED, Outcome.SCHEMA_CHANGED: Alarm.SCHEMA_CHANGED}
_IN_A_ROW: Mapping[Outcome, Alarm] = {Outcome.EMPTY: Alarm.EMPTY, Outcome.FAILED: Alarm.FAILING}
_SILENT = frozenset({Outcome.NOT_YET, Outcome.NO_SESSION})
_MODEST = frozenset({Trouble.TOO_FREQUENT, Trouble.KEY_REFUSED, Trouble.KEY_MISSING})


def weigh(
    session: Session,
    state: SourceState,
    outcome: Outcome,
    fault: str | None,
    detail: str,
    now: datetime,
    wait: timedelta = timedelta(0),
) -> None:
    """Count, rest, and raise or end the source's alarm; a new alarm is told as the event `pricing.source_alarm`."""
    if outcome in (Outcome.OK, Outcome.NOT_MODIFIED):
        state.failures, state.alarm, state.alarm_detail, state.alarm_at, state.resume_at = 0, None, None, None, None
        return
    rest = _rest(outcome, fault, wait)
    if rest:
        state.resume_at = now + rest
    if outcome in _SILENT:
        return
    state.failures += 1
    alarm = _alarm(outcome, fault, state.failures)
    if alarm is None or alarm == state.alarm:
        return
    state.alarm, state.alarm_detail, state.alarm_at = str(alarm), (detail or fault or "")[:200], now
    outbox.publish(
        session,
        "pricing.source_alarm",
        subject=f"price_source:{state.source}",
        data={"source": state.source, "alarm": str(alarm), "detail": state.alarm_detail},
        audience=[],
    )


def _rest(outcome: Outcome, fault: str | None, wait: timedelta) -> timedelta:
    if outcome is Outcome.BLOCKED:
        return BLOCKED_REST
    return max(MODEST_REST, wait) if fault in _MODEST else wait


def _alarm(outcome: Outcome, fault: str | None, failures: int) -> Alarm | None:
    if fault == Trouble.KEY_REFUSED:
        return Alarm.KEY_REFUSED
    if outcome in _AT_ONCE:
        return _AT_ONCE[outcome]
    return _IN_A_ROW.get(outcome) if failures >= FAILING_AFTER else None
