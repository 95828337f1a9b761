"""The API of watch lists, alerts and the inbox."""

from typing import Any

from flask_babel import gettext

from pricing import rules, wording
from pricing.alert_models import AlertFiring, InboxMessage, PriceAlert, PriceWatch
from pricing.api.slice import blp
from pricing.changes import Figure
from pricing.operations import alerts, following
from pricing.queries import alerts as queries
from pricing.queries import inbox
from pricing.schemas.alerts import (
    AlertIn,
    AlertOut,
    AlertQuery,
    FiringOut,
    MessageOut,
    MessageQuery,
    ReadIn,
    ReadOut,
    WatchedOut,
    WatchOut,
)
from steelyard.api.calls import Call


@blp.list_("/price-watches", rule=rules.SEE, returns=WatchOut)
def list_watches(call: Call, query: dict[str, Any]) -> tuple[Any, int | None]:
    """List the series on your watch list."""
    return call.page(queries.watches(call.actor), query, PriceWatch.id)


@blp.act("/price-series/<id:series_id>/watch", rule=rules.FOLLOW, returns=WatchedOut)
def watch(call: Call, series_id: int) -> dict[str, Any]:
    """Put a series on your watch list."""
    following.watch(call.session, call.actor, series_id)
    return {"series_id": series_id, "watched": True}


@blp.act("/price-series/<id:series_id>/unwatch", rule=rules.FOLLOW, returns=WatchedOut)
def unwatch(call: Call, series_id: int) -> dict[str, Any]:
    """Take a series off your watch list."""
    following.unwatch(call.session, call.actor, series_id)
    return {"series_id": series_id, "watched": False}


@blp.list_("/price-alerts", rule=rules.SEE, query=AlertQuery, returns=AlertOut)
def list_alerts(call: Call, query: dict[str, Any]) -> tuple[Any, int | None]:
    """List your alerts and those of your organisation."""
    return call.page(queries.alerts(call.actor, query.get("series_id")), query, PriceAlert.id)


@blp.create("/price-alerts", rule=rules.FOLLOW, body=AlertIn, returns=AlertOut)
def make_alert(call: Call, body: dict[str, Any]) -> PriceAlert:
    """Make an alert; one whose condition holds already waits for the next time that it comes true."""
    threshold = Figure(body.pop("threshold_mantissa"), body.pop("threshold_scale"))
    return alerts.create(call.session, call.actor, body | {"threshold": threshold})


@blp.get("/price-alerts/<id:alert_id>", rule=rules.SEE, returns=AlertOut)
def get_alert(call: Call, alert_id: int) -> PriceAlert:
    """Show an alert."""
    return queries.alert(call.session, call.actor, alert_id)


@blp.act("/price-alerts/<id:alert_id>/pause", rule=rules.FOLLOW, returns=AlertOut)
def pause_alert(call: Call, alert_id: int) -> PriceAlert:
    """Let an alert be silent."""
    found = queries.alert(call.session, call.actor, alert_id, to_change=True)
    alerts.pause(call.session, call.actor, found)
    return found


@blp.act("/price-alerts/<id:alert_id>/resume", rule=rules.FOLLOW, returns=AlertOut)
def resume_alert(call: Call, alert_id: int) -> PriceAlert:
    """Let an alert speak again; what came true meanwhile is no news."""
    found = queries.alert(call.session, call.actor, alert_id, to_change=True)
    alerts.resume(call.session, call.actor, found)
    return found


@blp.delete("/price-alerts/<id:alert_id>", rule=rules.FOLLOW)
def end_alert(call: Call, alert_id: int) -> None:
    """End an alert for good."""
    found = queries.alert(call.session, call.actor, alert_id, to_change=True)
    call.match(found)
    alerts.end(call.session, call.actor, found)


@blp.list_("/price-alerts/<id:alert_id>/firings", rule=rules.SEE, returns=FiringOut)
def list_firings(call: Call, query: dict[str, Any], alert_id: int) -> tuple[list[dict[str, Any]], int | None]:
    """List when an alert fired and what it said."""
    found = queries.alert(call.session, call.actor, alert_id)
    rows, after = call.page(queries.firings(found.id), query, AlertFiring.id)
    names = ("id", "day", "observation_id", "fired_at")
    shown = [{name: getattr(row, name) for name in names} for row in rows]
    return [one | {"text": wording.alert(row.content, gettext)} for one, row in zip(shown, rows, strict=True)], after


@blp.list_("/price-messages", rule=rules.SEE, query=MessageQuery, returns=MessageOut)
def list_messages(call: Call, query: dict[str, Any]) -> tuple[list[dict[str, Any]], int | None]:
    """List the messages of your inbox."""
    rows, after = call.page(inbox.messages(call.actor, unread=bool(query.get("unread"))), query, InboxMessage.id)
    return [_message(row) for row in rows], after


@blp.act("/price-messages/read", rule=rules.FOLLOW, body=ReadIn, returns=ReadOut)
def read_messages(call: Call, body: dict[str, Any]) -> dict[str, Any]:
    """Count your messages up to one as read."""
    inbox.mark_read(call.session, call.actor, body["up_to"])
    return {"unread": inbox.unread_count(call.session, call.actor)}


def _message(row: InboxMessage) -> dict[str, Any]:
    say = wording.alert if row.kind == "alert" else wording.digest
    shown = {name: getattr(row, name) for name in ("id", "kind", "created_at", "read_at")}
    return shown | {"text": say(row.content, gettext)}
