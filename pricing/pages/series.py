"""The page of one series: its chart, its figures with their editions, revisions and origins, and alerts on it."""

from datetime import UTC, datetime
from typing import Any

from flask import request
from flask_babel import gettext as _

from pricing import labels, rules, wording
from pricing.alerting import Direction, Measure
from pricing.models import PriceSeries
from pricing.pages.slice import pages
from pricing.queries import alerts as alert_queries
from pricing.queries import bars
from pricing.queries import board as board_queries
from pricing.queries import prices as queries
from pricing.schemas.charts import Overlay
from pricing.sources.base import Status
from pricing.sources.catalogue import publisher
from steelyard.api.calls import Call
from steelyard.api.pages import render
from steelyard.core.actors import Role
from steelyard.core.clock import SHANGHAI
from steelyard.core.errors import BadRequest
from steelyard.core.i18n import N_

OVERLAYS: dict[str, str] = {
    "": N_("Prices alone"),
    Overlay.AVERAGES: N_("Moving averages"),
    Overlay.SEASONS: N_("Years over each other"),
    Overlay.BASIS: N_("Basis against another price"),
}
ROWS_SHOWN = 120
MOST_OFFERED = 200


@pages.view("/prices/<id:series_id>", rule=rules.SEE)
def series(call: Call, series_id: int) -> str:
    """Show one series: its chart, what is believed of each period, its revisions and its origin."""
    as_of = as_of_asked()
    filters: dict[str, Any] = {} if as_of is None else {"as_of": as_of}
    found = queries.series(call.session, series_id)
    rows = queries.history(call.session, series_id, filters)[::-1]
    watched = any(row.series_id == series_id for row in call.session.scalars(alert_queries.watches(call.actor)))
    entry = board_queries.entries(call.session, {series_id: watched}) if as_of is None else []
    return render(
        "pricing/series.html",
        series=found,
        publisher=publisher(found.family),
        rows=rows[:ROWS_SHOWN],
        left_out=max(0, len(rows) - ROWS_SHOWN),
        revised=queries.revised(call.session, series_id, filters)[:ROWS_SHOWN],
        latest=next((row for row in rows if _counts(row)), None),
        entry=entry[0] if entry else None,
        derived=any(row.derived for row in rows),
        as_of=as_of,
        chart=_chart(found.id, as_of),
        files={"series_id": found.id} | ({} if as_of is None else {"as_of": as_of.isoformat()}),
        overlays=OVERLAYS,
        watched=watched,
        fields=bars.fields_of(call.session, found),
        kin=_kin(call, found),
        alerts=call.session.scalars(alert_queries.alerts(call.actor, series_id)).all(),
        others=_others(call, series_id, found.unit),
        measures=Measure,
        directions=Direction,
        may_share=call.actor.has_role(Role.ADMIN),
        wording=wording,
        say=_,
        words=labels,
    )


def _counts(row: queries.Revision) -> bool:
    return not (row.derived or row.held or row.status == Status.WITHDRAWN)


def _kin(call: Call, found: PriceSeries) -> list[tuple[str, PriceSeries]]:
    """The series before and behind a change of specification or terms."""
    former, later = queries.kin(call.session, found)
    return [(_("Until the change before"), one) for one in former] + [(_("Since the change"), one) for one in later]


def _chart(series_id: int, as_of: datetime | None) -> dict[str, Any]:
    """What the chart shows, by the address; words that no chart knows are left out."""
    chosen: dict[str, Any] = {"series_id": series_id}
    if as_of is not None:
        chosen["as_of"] = as_of.isoformat()
    overlay, other = request.args.get("overlay", ""), request.args.get("other", "")
    if overlay == Overlay.BASIS and other.isascii() and other.isdigit():
        return chosen | {"overlay": overlay, "other": other}
    return chosen | {"overlay": overlay} if overlay in (Overlay.AVERAGES, Overlay.SEASONS) else chosen


def _others(call: Call, series_id: int, unit: str) -> list[tuple[int, str]]:
    """The series that a basis can be taken against: of the same unit, futures first."""
    found = board_queries.board(call.session, call.actor, {"limit": MOST_OFFERED}).entries
    offered = [one.series for one in found if one.series.unit == unit and one.series.id != series_id]
    return [(one.id, one.name) for one in sorted(offered, key=lambda one: one.kind != "futures")]


def as_of_asked() -> datetime | None:
    """The moment that the reader asks for, typed in Shanghai time; raises `BadRequest` for what is none."""
    text = request.args.get("as_of", "").strip()
    if not text:
        return None
    try:
        return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI).astimezone(UTC)
    except (ValueError, OverflowError):
        raise BadRequest(reason="as_of") from None
