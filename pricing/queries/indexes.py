"""Indexes: their definitions, what they come to as of a moment, and what was signed off."""

from calendar import monthrange
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from fractions import Fraction

from sqlalchemy import Select, and_, func, or_, select
from sqlalchemy.orm import Session

from pricing.derived.index import Assessment, Deal, Evidence, Member, Terms, Value, assess, chain
from pricing.derived_models import PriceDeal, PriceIndex, PriceIndexRelease
from pricing.models import PriceSeries
from pricing.queries.figures import priceable, values
from steelyard.accounts.models import User
from steelyard.core.errors import NotFound

MOST_VALUES = 5000


def indexes() -> Select[PriceIndex]:
    """All versions of all indexes."""
    return select(PriceIndex)


def index(session: Session, index_id: int) -> PriceIndex:
    """One version of an index; raises `NotFound`."""
    found = session.get(PriceIndex, index_id)
    if found is None:
        raise NotFound
    return found


def latest_version(session: Session, code: str) -> int:
    """The highest version of an index, 0 where there is none."""
    query = select(func.max(PriceIndex.version)).where(PriceIndex.code == code)
    return session.scalar(query) or 0


def terms(found: PriceIndex) -> Terms:
    """What the index asks of its contributors."""
    return Terms(found.least_contributors, found.most_share_bp)


def city_values(session: Session, found: PriceIndex, moment: datetime, last: date) -> list[Value]:
    """A city index from its base day to a day, as known at a moment; a pure function of what was known then."""
    members = [Member(str(one["series_id"]), one["contributor"], one["weight"]) for one in found.members]
    query = select(PriceSeries).where(PriceSeries.id.in_([one["series_id"] for one in found.members]))
    prices = {
        str(series.id): _prices(session, series, found.base_day, last, moment) for series in session.scalars(query)
    }
    return chain(members, prices, found.base_day, terms(found))


def _prices(session: Session, series: PriceSeries, first: date, last: date, moment: datetime) -> dict[date, Fraction]:
    factor = priceable(series)
    found = values(session, series, first, last, moment)
    return {day: Fraction(row.mantissa * factor, 10**row.scale) for day, row in found}


def check_members(session: Session, ids: Iterable[int]) -> list[PriceSeries]:
    """The series of a basket; raises `NotFound`, `SeriesNotPriceable`."""
    wanted = list(ids)
    found = {row.id: row for row in session.scalars(select(PriceSeries).where(PriceSeries.id.in_(wanted)))}
    if set(found) != set(wanted):
        raise NotFound
    for series in found.values():
        priceable(series)
    return [found[one] for one in wanted]


def month_of_deals(session: Session, found: PriceIndex, day: date, moment: datetime) -> Assessment:
    """The assessment of the calendar month that holds a day, of the deals known at a moment."""
    first, last = month_ends(day)
    goods = [and_(PriceDeal.material == one["material"], PriceDeal.grade == one["grade"]) for one in found.members]
    query = select(PriceDeal).where(PriceDeal.day.between(first, last), PriceDeal.known_from <= moment, or_(*goods))
    deals = [
        Deal(Evidence(row.evidence), row.price_fen_per_t, row.mass_g, str(row.contributor))
        for row in session.scalars(query.order_by(PriceDeal.id))
    ]
    return assess(deals, terms(found))


def month_ends(day: date) -> tuple[date, date]:
    """The first and the last day of a day's month."""
    return day.replace(day=1), day.replace(day=monthrange(day.year, day.month)[1])


def releases(index_id: int) -> Select[PriceIndexRelease]:
    """What was signed off of one version of an index."""
    return select(PriceIndexRelease).where(PriceIndexRelease.index_id == index_id)


def last_release(session: Session, index_id: int, day: date) -> PriceIndexRelease | None:
    """The last revision of what was signed off for a day."""
    query = releases(index_id).where(PriceIndexRelease.day == day).order_by(PriceIndexRelease.revision.desc())
    return session.scalars(query.limit(1)).first()


def signers(session: Session, rows: Sequence[PriceIndexRelease]) -> dict[int, str]:
    """The names of those who signed off."""
    ids = {row.signed_by for row in rows}
    return {row.id: row.name for row in session.execute(select(User.id, User.name).where(User.id.in_(ids)))}
