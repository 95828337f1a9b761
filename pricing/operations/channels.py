"""Setting up the channels of an organisation, following them, trying them out."""

from collections.abc import Mapping
from typing import Any
from uuid import uuid4

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from pricing.alert_errors import ChannelAddressUnfit, TooManyChannels
from pricing.alert_models import ChannelFollower, PriceChannel
from pricing.notifying.addresses import ChannelKind, NoAddress, target
from pricing.operations import telling
from pricing.operations.statements import upsert
from pricing.wording import TEST_BODY, TITLES, speaker
from steelyard.core import audit, vault
from steelyard.core.actors import Actor
from steelyard.core.database import db_now
from steelyard.core.models import canonical_json

PURPOSE = "price-channel"
MOST_CHANNELS = 20


def set_up(session: Session, actor: Actor, wanted: Mapping[str, Any], secret_key: str) -> PriceChannel:
    """Set up a channel of `kind` with a `name`, an `address` and perhaps a `secret`; whoever does so follows it.

    The address is sealed under the installation's secret and never shown again. Raises `ChannelAddressUnfit` and
    `TooManyChannels`.
    """
    kind = ChannelKind(wanted["kind"])
    try:
        reached = target(kind, wanted["address"], wanted.get("secret"))
    except NoAddress:
        raise ChannelAddressUnfit from None
    there = select(func.count()).select_from(PriceChannel)
    if (session.scalar(there.where(PriceChannel.org_id == actor.org_id, PriceChannel.active)) or 0) >= MOST_CHANNELS:
        raise TooManyChannels(most=MOST_CHANNELS)
    channel = PriceChannel(
        org_id=actor.org_id,
        name=wanted["name"],
        kind=kind,
        sealed=vault.seal(secret_key, PURPOSE, canonical_json(reached).encode()),
        active=True,
        created_by=actor.user_id,
        created_at=db_now(session),
    )
    session.add(channel)
    session.flush()
    follow(session, actor, channel, alerts=True, digest=True)
    audit.record(session, actor, "pricing.channel_set_up", f"price_channel:{channel.id}", {"kind": kind})
    return channel


def remove(session: Session, actor: Actor, channel: PriceChannel) -> None:
    """Send nothing through the channel any more and forget its address; the record of what was sent stays."""
    channel.active = False
    channel.sealed = b""
    session.execute(delete(ChannelFollower).where(ChannelFollower.channel_id == channel.id))
    audit.record(session, actor, "pricing.channel_removed", f"price_channel:{channel.id}")


def follow(session: Session, actor: Actor, channel: PriceChannel, *, alerts: bool, digest: bool) -> None:
    """Say what one wants to get through the channel: one's alerts, one's daily digest, both or nothing."""
    row = {"channel_id": channel.id, "user_id": actor.user_id, "alerts": alerts, "digest": digest}
    put = upsert(session, ChannelFollower).values(row)
    session.execute(
        put.on_conflict_do_update(index_elements=["channel_id", "user_id"], set_={"alerts": alerts, "digest": digest})
    )
    audit.record(
        session, actor, "pricing.channel_followed", f"price_channel:{channel.id}", {"alerts": alerts, "digest": digest}
    )


def try_out(session: Session, actor: Actor, channel: PriceChannel) -> None:
    """Order a test message."""
    say = speaker(actor.locale)
    order = telling.Order(f"test:{uuid4().hex}:{channel.id}", channel.id, say(TITLES["test"]), say(TEST_BODY))
    telling.put_orders(session, [order], db_now(session))
    audit.record(session, actor, "pricing.channel_tried", f"price_channel:{channel.id}")
