"""The page of an organisation's channels: all follow, an admin sets them up and sees what was sent."""

from typing import Any

from flask import Response, flash, redirect, url_for
from flask_babel import gettext as _

from pricing import rules
from pricing.alert_models import PriceChannel, Sending
from pricing.forms import ChannelForm, FollowForm
from pricing.notifying.addresses import ChannelKind
from pricing.operations import channels as operations
from pricing.pages.slice import pages
from pricing.queries import alerts as queries
from steelyard.api.calls import Call
from steelyard.api.pages import render
from steelyard.api.services import services
from steelyard.core.i18n import N_

MOST_SENDINGS = 50
KINDS: dict[str, str] = {
    ChannelKind.EMAIL: N_("Mail"),
    ChannelKind.DINGTALK: N_("DingTalk robot"),
    ChannelKind.WECOM: N_("WeCom robot"),
    ChannelKind.FEISHU: N_("Feishu robot"),
}
STATUSES = {
    "queued": (N_("Waiting to be sent"), "info"),
    "sent": (N_("Sent"), "ok"),
    "failed": (N_("Failed"), "bad"),
}


@pages.view("/prices/channels", rule=rules.SEE)
def channels(call: Call) -> str:
    """Show the channels and what one gets through each; to an admin also what was sent last."""
    rows = call.session.scalars(queries.channels(call.actor).order_by(PriceChannel.id)).all()
    admin = rules.ADMINISTER.allows(call.actor)
    sent: list[Sending] = []
    if admin and rows:
        ids = [row.id for row in rows]
        query = queries.sendings_of(ids).order_by(Sending.id.desc()).limit(MOST_SENDINGS)
        sent = list(call.session.scalars(query))
    return render(
        "pricing/channels.html",
        channels=queries.followed(call.session, call.actor, rows),
        names={row.id: row.name for row in rows},
        admin=admin,
        sent=sent,
        kinds=KINDS,
        statuses=STATUSES,
        mail=services().settings.smtp_url is not None,
    )


@pages.form("/prices/channels", rule=rules.ADMINISTER, form=ChannelForm)
def set_up_channel(call: Call, form: dict[str, Any]) -> Response:
    """Set a channel up."""
    operations.set_up(call.session, call.actor, form, services().settings.secret_key)
    flash(_("The channel is set up. Send a test message to see whether it works."), "success")
    return _back()


@pages.form("/prices/channels/<id:channel_id>/test", rule=rules.ADMINISTER)
def try_channel(call: Call, form: dict[str, Any], channel_id: int) -> Response:
    """Order a test message."""
    operations.try_out(call.session, call.actor, queries.channel(call.session, call.actor, channel_id))
    flash(_("A test message was ordered; the list below shows in a moment what became of it."), "success")
    return _back()


@pages.form("/prices/channels/<id:channel_id>/follow", rule=rules.FOLLOW, form=FollowForm)
def follow_channel(call: Call, form: dict[str, Any], channel_id: int) -> Response:
    """Say what one wants to get through a channel."""
    found = queries.channel(call.session, call.actor, channel_id)
    operations.follow(call.session, call.actor, found, alerts=form["alerts"], digest=form["digest"])
    flash(_("Saved."), "success")
    return _back()


@pages.form("/prices/channels/<id:channel_id>/remove", rule=rules.ADMINISTER)
def remove_channel(call: Call, form: dict[str, Any], channel_id: int) -> Response:
    """Remove a channel."""
    operations.remove(call.session, call.actor, queries.channel(call.session, call.actor, channel_id))
    flash(_("The channel was removed."), "success")
    return _back()


def _back() -> Response:
    response = redirect(url_for("pricing_pages.channels"), 303)
    assert isinstance(response, Response)
    return response
