"""The daily digest (日报): at 17:30 in Shanghai, for each person who follows series, what is new with them.

It holds the figures that became known since the digest before (at most a day and a half back), the alerts that
fired meanwhile, and what is out of date. A day without a new figure and without an alert has no digest: that
something is still out of date is no news. Each person's digest is a job of its own, and its row in
`price_digest` is written in the transaction of its effect, so it comes once a day whoever ordered it how often.
"""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session

from pricing.alert_models import AlertFiring, PriceAlert, PriceDigest, PriceWatch
from pricing.alerting import Measure
from pricing.changes import decimal_text
from pricing.freshness import Freshness
from pricing.models import PriceObservation
from pricing.operations import telling
from pricing.operations.statements import upsert
from pricing.queries.board import Entry, entries
from pricing.wording import TITLES, digest, speaker
from steelyard.core import jobs
from steelyard.core.clock import SHANGHAI, business_date
from steelyard.core.database import db_now

DIGEST = "pricing.digest"
AT = time(17, 30)
LONGEST_BACK = timedelta(hours=36)
MOST_ALARMS = 50


def day_of(now: datetime) -> date:
    """The day whose digest is due: before half past five it is still yesterday's."""
    today = business_date(now)
    return today if now.astimezone(SHANGHAI).time() >= AT else today - timedelta(days=1)


def order_all(session: Session) -> None:
    """Order a digest for each person who follows something."""
    day = day_of(db_now(session))
    followers = session.execute(select(PriceWatch.user_id, PriceWatch.org_id).distinct())
    for user_id, org_id in followers:
        key = f"{day}:{org_id}:{user_id}"
        jobs.enqueue(session, DIGEST, key=key, day=day.isoformat(), user_id=user_id, org_id=org_id)


def make(session: Session, day: str, user_id: int, org_id: int) -> bool:
    """Make one person's digest of a day, once; returns whether there was anything to say."""
    now = db_now(session)
    people = [person for person in telling.members(session, [org_id]) if person.user_id == user_id]
    claim = {"user_id": user_id, "org_id": org_id, "day": date.fromisoformat(day), "sent": False, "made_at": now}
    put = upsert(session, PriceDigest).values(claim).on_conflict_do_nothing().returning(PriceDigest.day)
    if not people or session.scalar(put) is None:
        return False
    content = _content(session, people[0], date.fromisoformat(day), now)
    if not content["moves"] and not content["alarms"]:
        return False
    session.get_one(PriceDigest, (user_id, org_id, claim["day"])).sent = True
    telling.put_messages(session, [telling.message_to(people[0], "digest", content, now)])
    telling.put_orders(session, _orders(session, people[0], content), now)
    return True


def _orders(session: Session, person: telling.Person, content: dict[str, Any]) -> Iterable[telling.Order]:
    say = speaker(person.locale)
    title, body = say(TITLES["digest"]) % content, digest(content, say)
    for channel_id in telling.followed(session, [person], "digest").get((person.user_id, person.org_id), ()):
        key = f"digest:{content['day']}:{person.user_id}:{person.org_id}:{channel_id}"
        yield telling.Order(key, channel_id, title, body)


def _content(session: Session, person: telling.Person, day: date, now: datetime) -> dict[str, Any]:
    since = _since(session, person, day, now)
    watched = select(PriceWatch.series_id).where(
        PriceWatch.user_id == person.user_id, PriceWatch.org_id == person.org_id
    )
    shown = entries(session, dict.fromkeys(session.scalars(watched.order_by(PriceWatch.id)), True))
    fresh = _known_since(session, shown, since)
    alarms = session.scalars(_fired(person, since).limit(MOST_ALARMS))
    return {
        "day": day.isoformat(),
        "moves": [_move(entry) for entry in shown if entry.believed.observation_id in fresh],
        "alarms": list(alarms),
        "stale": [_stale(entry) for entry in shown if entry.freshness in (Freshness.LATE, Freshness.STALE)],
    }


def _since(session: Session, person: telling.Person, day: date, now: datetime) -> datetime:
    """The moment of the digest before, or half past five of the day before."""
    former = session.scalar(
        select(PriceDigest.made_at)
        .where(PriceDigest.user_id == person.user_id, PriceDigest.org_id == person.org_id, PriceDigest.day < day)
        .order_by(PriceDigest.day.desc())
        .limit(1)
    )
    return max(former or now - timedelta(days=1), now - LONGEST_BACK)


def _known_since(session: Session, shown: Iterable[Entry], since: datetime) -> set[int]:
    """Which of the last figures became known after `since`."""
    ids = [entry.believed.observation_id for entry in shown]
    row = PriceObservation
    return set(session.scalars(select(row.id).where(row.id.in_(ids), row.known_from > since)))


def _fired(person: telling.Person, since: datetime) -> Select[Any]:
    """What the person's own alerts, and those for all, said since then."""
    return (
        select(AlertFiring.content)
        .join(PriceAlert, PriceAlert.id == AlertFiring.alert_id)
        .where(
            PriceAlert.org_id == person.org_id,
            or_(PriceAlert.shared, PriceAlert.user_id == person.user_id),
            AlertFiring.fired_at > since,
        )
        .order_by(AlertFiring.id)
    )


def _move(entry: Entry) -> dict[str, Any]:
    change = entry.change
    move = "" if change is None else decimal_text(change.mantissa, change.scale, grouped=True, signed=True)
    if change is not None and change.basis_points is not None:
        move += f" ({decimal_text(change.basis_points, 2, grouped=True, signed=True)}%)"
    return {
        "series_id": entry.series.id,
        "name": entry.series.name,
        "value": decimal_text(entry.mantissa, entry.scale, grouped=True),
        "unit": entry.series.unit,
        "day": entry.day.isoformat(),
        "move": move,
        "direction": 0 if change is None else (change.mantissa > 0) - (change.mantissa < 0),
    }


def _stale(entry: Entry) -> dict[str, Any]:
    return _move(entry) | {"measure": Measure.STALE, "direction": "above"}
