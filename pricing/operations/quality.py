"""Holds: a layer above what was observed. Whether a figure is held follows from the believed figures around it
and from what people decided of its value, and from nothing else: not from the order in which documents came.

`reassess` is called by whatever changes what is believed, in the same transaction. Events of holds are appended
with the `known_from` of that change, so that what was held at a moment never changes.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import insert, select, tuple_
from sqlalchemy.orm import Session

from pricing.merging import Key
from pricing.operations import quality_reading as reading
from pricing.operations.audience import operators
from pricing.operations.quality_judging import Judged, judge
from pricing.operations.quality_marks import mark
from pricing.operations.quality_reading import Range
from pricing.operations.statements import batches, table_of, upsert
from pricing.quality import HELD, Figure, Finding, Standing, standing
from pricing.quality_models import PriceHold, PriceHoldEvent
from pricing.sources.traits import DERIVED_EDITIONS
from steelyard.core import outbox

REMEMBERED_FOR = timedelta(days=400)
"""How far back a hold may bear on later figures: ten figures of a monthly series, and some."""
MOST_NAMED = 100
"""How many holds one event names; the count is always whole."""


@dataclass(frozen=True, slots=True)
class Known:
    """What is stored of one hold."""

    value: Figure
    state: Standing
    findings: list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Change:
    """What is to hold of a figure from now on."""

    key: Key
    value: Figure
    state: Standing
    findings: list[dict[str, Any]]
    was: Known | None


def reassess(session: Session, keys: Collection[Key], known_from: datetime) -> int:
    """Judge the figures whose belief changed and those that depend on them; the number of holds that opened.

    `keys` are in `price_current` already, under the lock of their statistic; a handful of statements, whatever
    their number.
    """
    ranges = _ranges(keys)
    if not ranges:
        return 0
    ranges = _with_siblings(session, ranges)
    known = _known(session, ranges)
    judged = judge(session, ranges, reading.moved(session, ranges) | set(known))
    changes = _changes(known, judged, _decisions(session, judged, known))
    _write(session, changes, known_from)
    mark(session, _held(judged, known, changes))
    opened = [one for one in changes if _opens(one)]
    _tell(session, "pricing.hold_opened", opened, known_from)
    _tell(session, "pricing.hold_cleared", [one for one in changes if _clears(one)], known_from)
    return len(opened)


def _ranges(keys: Iterable[Key]) -> list[Range]:
    """For each track the first and the last day that changed; derived figures are no prices and are not judged."""
    found: dict[tuple[int, str], tuple[date, date]] = {}
    for series_id, day, edition in keys:
        track = (series_id, edition)
        span = found.get(track)
        if span is None:
            found[track] = (day, day)
        elif not span[0] <= day <= span[1]:
            found[track] = (min(day, span[0]), max(day, span[1]))
    return [(*track, *span) for track, span in found.items() if track[1] not in DERIVED_EDITIONS]


def _with_siblings(session: Session, ranges: list[Range]) -> list[Range]:
    """The ranges, with those of other fields of the instrument and of other sources of the same price."""
    widened = {(series_id, edition): (first, last) for series_id, edition, first, last in ranges}
    for one in reading.familiars(session, ranges):
        track = (one.other_id, one.track[1])
        first, last = widened.get(track, (one.first, one.last))
        widened[track] = (min(first, one.first), max(last, one.last))
    return [(*track, *span) for track, span in widened.items()]


def _known(session: Session, ranges: Iterable[Range]) -> dict[Key, Known]:
    """What is held, or was, of the ranges, before them as far as it may bear on them, and behind them."""
    earliest = date.min + REMEMBERED_FOR
    wide = [(series_id, edition, max(first, earliest) - REMEMBERED_FOR, reading.FAR)
            for series_id, edition, first, _ in ranges]  # fmt: skip
    return {
        (row.series_id, row.day, row.edition): Known(Figure(row.mantissa, row.scale), Standing(row.state), row.findings)
        for row in reading.holds(session, wide)
    }


def _decisions(session: Session, judged: Judged, known: Mapping[Key, Known]) -> dict[Key, dict[Figure, Standing]]:
    """What people decided last of each value of the keys that were looked at."""
    asked = sorted({key for key, reasons in judged.findings.items() if reasons} | set(known))
    event, found = PriceHoldEvent, {}  # type: ignore[var-annotated]  # said by the return type
    columns = select(event.series_id, event.day, event.edition, event.mantissa, event.scale, event.state)
    for batch in batches(asked):
        query = columns.where(
            tuple_(event.series_id, event.day, event.edition).in_(batch), event.confirmed_by.is_not(None)
        ).order_by(event.id)
        for series_id, day, edition, mantissa, scale, state in session.execute(query):
            found.setdefault((series_id, day, edition), {})[Figure(mantissa, scale)] = Standing(state)
    return found


def _changes(
    known: Mapping[Key, Known], judged: Judged, decisions: Mapping[Key, Mapping[Figure, Standing]]
) -> list[Change]:
    changes = []
    for key, reasons in sorted(judged.findings.items()):
        was = known.get(key)
        value = judged.values.get(key)
        if value is None:  # withdrawn: there is nothing to hold
            if was is not None and was.state is not Standing.CLEARED:
                changes.append(Change(key, was.value, Standing.CLEARED, [], was))
            continue
        state = standing(reasons, decisions.get(key, {}).get(value))
        documents = [_document(reason) for reason in reasons]
        if was is None and not reasons:
            continue
        if was != Known(value, state, documents):
            changes.append(Change(key, value, state, documents, was))
    return changes


def _document(reason: Finding) -> dict[str, Any]:
    return reason.document()


def _opens(change: Change) -> bool:
    before = change.was
    return change.state is Standing.OPEN and (
        before is None or before.state is not Standing.OPEN or before.value != change.value
    )


def _clears(change: Change) -> bool:
    """Whether a figure that was held is held no more as it stands, because of what has become known around it."""
    before = change.was
    return before is not None and before.state in HELD and change.state not in HELD and before.value == change.value


def _held(judged: Judged, known: Mapping[Key, Known], changes: Iterable[Change]) -> dict[Key, bool]:
    """For every key that was looked at and could be held whether it is."""
    states = {key: one.state for key, one in known.items() if key in judged.findings}
    states |= {one.key: one.state for one in changes}
    return {key: state in HELD for key, state in states.items()}


def _write(session: Session, changes: Collection[Change], known_from: datetime) -> None:
    """Append the events and put the holds in place of what they were; a proposal ends with what it was made for."""
    if not changes:
        return
    rows = [
        {
            "series_id": one.key[0],
            "day": one.key[1],
            "edition": one.key[2],
            "mantissa": one.value.mantissa,
            "scale": one.value.scale,
            "state": str(one.state),
            "findings": one.findings,
        }
        for one in changes
    ]
    session.execute(insert(table_of(PriceHoldEvent)), [row | {"known_from": known_from} for row in rows])
    put = upsert(session, PriceHold)
    names = ("mantissa", "scale", "state", "findings", "changed_at")
    proposal = dict.fromkeys(("proposed_verdict", "proposed_reason", "proposed_by", "proposed_at"))
    changed = {name: put.excluded[name] for name in names} | proposal | {"version": PriceHold.version + 1}
    statement = put.on_conflict_do_update(index_elements=["series_id", "day", "edition"], set_=changed)
    times = {"opened_at": known_from, "changed_at": known_from, "version": 1}
    session.execute(statement, [row | times for row in rows])


def _tell(session: Session, what: str, changes: Collection[Change], known_from: datetime) -> None:
    if not changes:
        return
    named = [
        {"series_id": one.key[0], "day": one.key[1].isoformat(), "edition": one.key[2]}
        for one in list(changes)[:MOST_NAMED]
    ]
    outbox.publish(
        session,
        what,
        subject=f"price_holds:{known_from.isoformat()}",
        data={"count": len(changes), "holds": named},
        audience=operators(session),
    )
