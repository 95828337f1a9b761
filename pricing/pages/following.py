"""The pages of alerts and of the inbox."""

from typing import Any

from flask import Response, flash, redirect, url_for
from flask_babel import gettext as _

from pricing import labels, rules, wording
from pricing.alert_models import AlertFiring, InboxMessage, PriceAlert
from pricing.forms import AlertForm, ReadForm
from pricing.operations import alerts, upkeep
from pricing.operations.alerts import condition_of
from pricing.pages.slice import pages
from pricing.queries import alerts as queries
from pricing.queries import inbox as inbox_queries
from pricing.queries.believed import by_id
from steelyard.api.calls import Call
from steelyard.api.pages import render

MOST_SHOWN = 200


@pages.view("/prices/alerts", rule=rules.SEE)
def alert_list(call: Call) -> str:
    """Show one's alerts and those of the organisation, with what each said last."""
    rows = call.session.scalars(queries.alerts(call.actor).order_by(PriceAlert.id.desc()).limit(MOST_SHOWN)).all()
    series = by_id(call.session, {one for row in rows for one in (row.series_id, row.other_id) if one is not None})
    firings = queries.last_firings(call.session, [row.id for row in rows])
    last: dict[int, AlertFiring] = {}
    for firing in firings:
        last.setdefault(firing.alert_id, firing)
    return render(
        "pricing/alerts.html",
        alerts=rows,
        series=series,
        last=last,
        conditions={row.id: condition_of(row) for row in rows},
        wording=wording,
        say=_,
        words=labels,
    )


@pages.form("/prices/<id:series_id>/alerts", rule=rules.FOLLOW, form=AlertForm)
def make_alert(call: Call, form: dict[str, Any], series_id: int) -> Response:
    """Make an alert on a series."""
    made = alerts.create(call.session, call.actor, form | {"series_id": series_id})
    flash(
        _("The alert is set.")
        if made.armed
        else _("The alert is set. Its condition holds already; it fires the next time that it comes true."),
        "success",
    )
    return _to("pricing_pages.alert_list")


@pages.form("/prices/alerts/<id:alert_id>/pause", rule=rules.FOLLOW)
def pause_alert(call: Call, form: dict[str, Any], alert_id: int) -> Response:
    """Let an alert be silent."""
    alerts.pause(call.session, call.actor, queries.alert(call.session, call.actor, alert_id, to_change=True))
    return _to("pricing_pages.alert_list")


@pages.form("/prices/alerts/<id:alert_id>/resume", rule=rules.FOLLOW)
def resume_alert(call: Call, form: dict[str, Any], alert_id: int) -> Response:
    """Let an alert speak again."""
    alerts.resume(call.session, call.actor, queries.alert(call.session, call.actor, alert_id, to_change=True))
    return _to("pricing_pages.alert_list")


@pages.form("/prices/alerts/<id:alert_id>/end", rule=rules.FOLLOW)
def end_alert(call: Call, form: dict[str, Any], alert_id: int) -> Response:
    """End an alert."""
    alerts.end(call.session, call.actor, queries.alert(call.session, call.actor, alert_id, to_change=True))
    flash(_("The alert was ended."), "success")
    return _to("pricing_pages.alert_list")


@pages.view("/prices/inbox", rule=rules.SEE)
def inbox(call: Call) -> str:
    """Show the person's messages, the latest first."""
    query = inbox_queries.messages(call.actor).order_by(InboxMessage.id.desc()).limit(MOST_SHOWN)
    rows = call.session.scalars(query).all()
    return render(
        "pricing/inbox.html",
        messages=rows,
        unread=sum(row.read_at is None for row in rows),
        kept_days=upkeep.MESSAGES_STAY.days,
        wording=wording,
        say=_,
        words=labels,
    )


@pages.form("/prices/inbox/read", rule=rules.FOLLOW, form=ReadForm)
def read_inbox(call: Call, form: dict[str, Any]) -> Response:
    """Count one's messages as read."""
    inbox_queries.mark_read(call.session, call.actor, form["up_to"])
    return _to("pricing_pages.inbox")


def _to(endpoint: str) -> Response:
    response = redirect(url_for(endpoint), 303)
    assert isinstance(response, Response)
    return response
