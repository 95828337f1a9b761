"""Alerts, their firings, and channels: bound to who asks."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session

from pricing.alert_models import AlertFiring, ChannelFollower, PriceAlert, PriceChannel, PriceWatch, Sending
from steelyard.core.actors import Actor, Role
from steelyard.core.errors import NotFound


@dataclass(frozen=True, slots=True)
class Followed:
    """A channel and what the reader gets through it."""

    channel: PriceChannel
    alerts: bool
    digest: bool


def alerts(actor: Actor, series_id: int | None = None) -> Select[PriceAlert]:
    """The person's own alerts and those that his organisation shares, but for those that were ended."""
    query = select(PriceAlert).where(
        PriceAlert.org_id == actor.org_id,
        PriceAlert.ended.is_(False),
        or_(PriceAlert.shared, PriceAlert.user_id == actor.user_id),
    )
    return query if series_id is None else query.where(PriceAlert.series_id == series_id)


def alert(session: Session, actor: Actor, alert_id: int, *, to_change: bool = False) -> PriceAlert:
    """One of them; `to_change` finds only what the person may change: his own, an admin also what is shared."""
    query = alerts(actor).where(PriceAlert.id == alert_id)
    if to_change:
        mine = PriceAlert.user_id == actor.user_id
        query = query.where(or_(mine, PriceAlert.shared) if actor.has_role(Role.ADMIN) else mine).with_for_update()
    found = session.scalars(query).one_or_none()
    if found is None:
        raise NotFound
    return found


def firings(alert_id: int) -> Select[AlertFiring]:
    """When an alert fired."""
    return select(AlertFiring).where(AlertFiring.alert_id == alert_id)


def last_firings(session: Session, alert_ids: Iterable[int], most: int = 200) -> Sequence[AlertFiring]:
    """The latest firings of these alerts."""
    query = select(AlertFiring).where(AlertFiring.alert_id.in_(list(alert_ids))).order_by(AlertFiring.id.desc())
    return session.scalars(query.limit(most)).all()


def channels(actor: Actor) -> Select[PriceChannel]:
    """The channels of the person's organisation."""
    return select(PriceChannel).where(PriceChannel.org_id == actor.org_id, PriceChannel.active)


def channel(session: Session, actor: Actor, channel_id: int) -> PriceChannel:
    """One of them; raises `NotFound`."""
    found = session.scalars(channels(actor).where(PriceChannel.id == channel_id)).one_or_none()
    if found is None:
        raise NotFound
    return found


def followed(session: Session, actor: Actor, found: Sequence[PriceChannel]) -> list[Followed]:
    """The channels with what the person gets through each; one statement."""
    rows = session.scalars(
        select(ChannelFollower).where(
            ChannelFollower.user_id == actor.user_id, ChannelFollower.channel_id.in_([one.id for one in found])
        )
    )
    wanted = {row.channel_id: row for row in rows}
    both = [(one, wanted.get(one.id)) for one in found]
    return [Followed(one, bool(row and row.alerts), bool(row and row.digest)) for one, row in both]


def sendings(channel_id: int) -> Select[Sending]:
    """What was sent through a channel, or was to be."""
    return select(Sending).where(Sending.channel_id == channel_id)


def watches(actor: Actor) -> Select[PriceWatch]:
    """The person's watch list."""
    return select(PriceWatch).where(PriceWatch.user_id == actor.user_id, PriceWatch.org_id == actor.org_id)


def sendings_of(channel_ids: Sequence[int]) -> Select[Sending]:
    """What was sent through these channels, or was to be."""
    return select(Sending).where(Sending.channel_id.in_(channel_ids))
