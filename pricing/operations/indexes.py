"""Indexes: defining a version, signing off a value, and taking in the platform's own deals."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from pricing.derived.index import CITY_METHODOLOGY, DEALS_METHODOLOGY, INDEX_SCALE, Evidence
from pricing.derived_models import PriceDeal, PriceIndex, PriceIndexRelease
from pricing.errors import AsOfInFuture
from pricing.formulas.errors import (
    CorrectionWithoutReason,
    IndexDaysOpen,
    IndexMembersRepeat,
    IndexMembersTooFew,
    IndexMixesFrequencies,
    IndexUnchanged,
)
from pricing.queries import indexes as queries
from steelyard.core import audit
from steelyard.core.actors import Actor
from steelyard.core.clock import business_date
from steelyard.core.database import db_now

YUAN_SCALE = 2
"""Decimals of an index of deals: yuan per tonne to the fen."""


@dataclass(frozen=True, slots=True)
class _Result:
    """What is signed off."""

    mantissa: int | None
    scale: int
    reason: str | None
    contributors: int
    sheet: dict[str, Any]


def define_city_index(session: Session, actor: Actor, members: Sequence[Mapping[str, Any]], **terms: Any) -> PriceIndex:
    """Define a version of an index of published series.

    Raises `NotFound`, `SeriesNotPriceable`, `IndexMembersRepeat`, `IndexMembersTooFew`, `IndexMixesFrequencies`.
    """
    ids = [member["series_id"] for member in members]
    _no_repeats([str(one) for one in ids])
    found = queries.check_members(session, ids)
    if len({series.frequency for series in found}) > 1:
        raise IndexMixesFrequencies
    contributors = len({member["contributor"] for member in members})
    if contributors < terms["least_contributors"]:
        raise IndexMembersTooFew(least=terms["least_contributors"], count=contributors)
    kept = [dict(member) | {"code": series.code} for member, series in zip(members, found, strict=True)]
    return _define(session, actor, "city", CITY_METHODOLOGY, kept, terms)


def define_deals_index(session: Session, actor: Actor, goods: Sequence[Mapping[str, Any]], **terms: Any) -> PriceIndex:
    """Define a version of an index of the platform's own deals; raises `IndexMembersRepeat`."""
    _no_repeats([f"{one['material']} {one['grade']}" for one in goods])
    return _define(session, actor, "deals", DEALS_METHODOLOGY, [dict(one) for one in goods], terms)


def _no_repeats(names: Sequence[str]) -> None:
    for name in names:
        if names.count(name) > 1:
            raise IndexMembersRepeat(member=name)


def _define(
    session: Session, actor: Actor, kind: str, methodology: str, members: list[dict[str, Any]], terms: Mapping[str, Any]
) -> PriceIndex:
    found = PriceIndex(
        version=queries.latest_version(session, terms["code"]) + 1,
        kind=kind,
        methodology=methodology,
        members=members,
        defined_at=db_now(session),
        defined_by=actor.user_id,
        **terms,
    )
    session.add(found)
    session.flush()
    audit.record(session, actor, "pricing.index_defined", f"price_index:{found.code}:{found.version}")
    return found


def sign_off(
    session: Session,
    actor: Actor,
    index: PriceIndex,
    day: date,
    *,
    as_of: datetime | None = None,
    remark: str | None = None,
) -> PriceIndexRelease:
    """Publish the value of a day under the person's name, or the reason why there is none.

    Raises `AsOfInFuture`, `IndexDaysOpen`, `IndexUnchanged`, `CorrectionWithoutReason`.
    """
    now = db_now(session)
    moment = as_of or now
    if moment > now:
        raise AsOfInFuture(as_of=moment.isoformat())
    day = queries.month_ends(day)[1] if index.kind == "deals" else day
    if day >= business_date(moment):
        raise IndexDaysOpen(day=day.isoformat())
    result = _deals_result(session, index, day, moment) if index.kind == "deals" else _city(session, index, day, moment)
    release = PriceIndexRelease(
        index_id=index.id,
        day=day,
        revision=_revision(session, index, day, result, remark),
        as_of=moment,
        remark=remark,
        signed_at=now,
        signed_by=actor.user_id,
        **asdict(result),
    )
    session.add(release)
    session.flush()
    audit.record(session, actor, "pricing.index_signed_off", f"price_index:{index.code}:{index.version}:{day}")
    return release


def _revision(session: Session, index: PriceIndex, day: date, result: _Result, remark: str | None) -> int:
    """The number of the release: 1, or that of a correction, which says something else and why."""
    before = queries.last_release(session, index.id, day)
    if before is None:
        return 1
    if (before.mantissa, before.reason) == (result.mantissa, result.reason):
        raise IndexUnchanged(day=day.isoformat())
    if remark is None:
        raise CorrectionWithoutReason(day=day.isoformat())
    return before.revision + 1


def _city(session: Session, index: PriceIndex, day: date, moment: datetime) -> _Result:
    values = {value.day: value for value in queries.city_values(session, index, moment, day)}
    value = values.get(day)
    if value is None:
        return _Result(None, INDEX_SCALE, "too_few", 0, {"methodology": index.methodology})
    sheet = {
        "methodology": index.methodology,
        "against": None if value.against is None else value.against.isoformat(),
        "largest_share_bp": value.largest_share_bp,
        "cost_before": None if value.cost_before is None else str(value.cost_before),
        "cost_now": None if value.cost_now is None else str(value.cost_now),
    }
    return _Result(value.mantissa, INDEX_SCALE, value.reason, value.contributors, sheet)


def _deals_result(session: Session, index: PriceIndex, day: date, moment: datetime) -> _Result:
    """Where there is no value, how many contributed is not said either: nought stands for all of them."""
    found = queries.month_of_deals(session, index, day, moment)
    sheet: dict[str, Any] = {"methodology": index.methodology, "evidence": None}
    if found.fen_per_t is None:
        return _Result(None, YUAN_SCALE, found.reason, 0, sheet)
    return _Result(found.fen_per_t, YUAN_SCALE, None, found.contributors, sheet | {"evidence": found.evidence})


def take_deals(session: Session, event_id: int, day: date, lines: Sequence[Mapping[str, Any]]) -> int:
    """Keep the deals that an event tells of, once; returns how many. Lines hold what `procurement.deals_made` says."""
    known = select(PriceDeal.id).where(PriceDeal.event_id == event_id).limit(1)
    if not lines or session.scalar(known) is not None:
        return 0
    now = db_now(session)
    rows = [
        {
            "event_id": event_id,
            "position": position,
            "evidence": str(Evidence.DEAL),
            "day": day,
            "material": line["kind"],
            "grade": line["grade"],
            "price_fen_per_t": line["price_fen_per_t"],
            "mass_g": line["mass_g"],
            "contributor": line["seller_org_id"],
            "known_from": now,
        }
        for position, line in enumerate(lines, start=1)
    ]
    session.execute(insert(PriceDeal), rows)
    return len(rows)
