"""The API of an organisation's channels."""

from typing import Any

from pricing import rules
from pricing.alert_models import PriceChannel, Sending
from pricing.api.slice import blp
from pricing.operations import channels
from pricing.queries import alerts as queries
from pricing.schemas.alerts import ChannelIn, ChannelOut, FollowIn, SendingOut
from steelyard.api.calls import Call
from steelyard.api.services import services


@blp.list_("/price-channels", rule=rules.SEE, returns=ChannelOut)
def list_channels(call: Call, query: dict[str, Any]) -> tuple[list[dict[str, Any]], int | None]:
    """List the channels of your organisation and what you get through each; no address is shown."""
    rows, after = call.page(queries.channels(call.actor), query, PriceChannel.id)
    return _channels(call, list(rows)), after


@blp.create("/price-channels", rule=rules.ADMINISTER, body=ChannelIn, returns=ChannelOut)
def set_up_channel(call: Call, body: dict[str, Any]) -> dict[str, Any]:
    """Set up a channel: DingTalk, WeCom or Feishu by its robot's own address, or mail; the address is sealed."""
    made = channels.set_up(call.session, call.actor, body, services().settings.secret_key)
    return _channels(call, [made])[0]


@blp.get("/price-channels/<id:channel_id>", rule=rules.SEE, returns=ChannelOut)
def get_channel(call: Call, channel_id: int) -> dict[str, Any]:
    """Show a channel."""
    return _channels(call, [queries.channel(call.session, call.actor, channel_id)])[0]


@blp.delete("/price-channels/<id:channel_id>", rule=rules.ADMINISTER)
def remove_channel(call: Call, channel_id: int) -> None:
    """Remove a channel; its address is forgotten."""
    found = queries.channel(call.session, call.actor, channel_id)
    call.match(found)
    channels.remove(call.session, call.actor, found)


@blp.act("/price-channels/<id:channel_id>/follow", rule=rules.FOLLOW, body=FollowIn, returns=ChannelOut)
def follow_channel(call: Call, body: dict[str, Any], channel_id: int) -> dict[str, Any]:
    """Say what you want to get through a channel."""
    found = queries.channel(call.session, call.actor, channel_id)
    channels.follow(call.session, call.actor, found, alerts=body["alerts"], digest=body["digest"])
    return _channels(call, [found])[0]


@blp.act("/price-channels/<id:channel_id>/test", rule=rules.ADMINISTER, returns=ChannelOut)
def try_channel(call: Call, channel_id: int) -> dict[str, Any]:
    """Order a test message; the record of what was sent tells how it went."""
    found = queries.channel(call.session, call.actor, channel_id)
    channels.try_out(call.session, call.actor, found)
    return _channels(call, [found])[0]


@blp.list_("/price-channels/<id:channel_id>/messages", rule=rules.ADMINISTER, returns=SendingOut)
def list_sendings(call: Call, query: dict[str, Any], channel_id: int) -> tuple[Any, int | None]:
    """List what was sent through a channel, how often it was tried, and why it failed."""
    found = queries.channel(call.session, call.actor, channel_id)
    return call.page(queries.sendings(found.id), query, Sending.id)


def _channels(call: Call, rows: list[PriceChannel]) -> list[dict[str, Any]]:
    names = ("id", "kind", "name", "created_at", "version")
    return [
        {name: getattr(one.channel, name) for name in names} | {"alerts": one.alerts, "digest": one.digest}
        for one in queries.followed(call.session, call.actor, rows)
    ]
