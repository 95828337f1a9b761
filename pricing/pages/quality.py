"""The pages of the quarantine and of calendars: what is held and why, decisions with four eyes, overrides."""

from typing import Any

from flask import Response, flash, redirect, request, url_for
from flask_babel import gettext as _

from pricing import labels, rules
from pricing import quality_words as words
from pricing.operations import calendar_overrides, hold_decisions
from pricing.pages.slice import pages
from pricing.quality import Standing
from pricing.quality_models import REASON
from pricing.queries import alarms as alarm_queries
from pricing.queries import calendars as calendar_queries
from pricing.queries import holds as queries
from pricing.schemas.quality import CalendarName, Verdict
from steelyard.api.calls import Call
from steelyard.api.form_fields import FormChoice, FormDay, FormInt, FormSchema, FormText
from steelyard.api.pages import render
from steelyard.core.errors import BadRequest

PER_PAGE = 20
MOST_OVERRIDES = 200
SHOWN_ALARMS = 50


class ProposalForm(FormSchema):
    """A proposal as a person fills it in."""

    verdict = FormChoice(Verdict, required=True)
    reason = FormText(max=REASON, min=4, required=True)
    version = FormInt(min=1, required=True)


class DecisionForm(FormSchema):
    """Confirming or declining."""

    version = FormInt(min=1, required=True)


class OverrideForm(FormSchema):
    """A day that counts or does not; `counts` is the word yes or no."""

    calendar = FormChoice(CalendarName, required=True)
    day = FormDay(required=True)
    counts = FormText(max=3, pattern="yes|no", required=True)
    reason = FormText(max=REASON, min=4, required=True)


@pages.view("/prices/quarantine", rule=rules.WATCH)
def quarantine(call: Call) -> str:
    """Show the figures that are held back, the newest first, and the open alarms."""
    state = _state()
    rows, older = queries.newest(call.session, state, before=_number("before"), limit=PER_PAGE)
    return render(
        "pricing/quarantine.html",
        holds=rows,
        series=queries.series_of(call.session, rows),
        state=state,
        counts=queries.counts(call.session),
        older=older,
        alarms=alarm_queries.newest(call.session, limit=SHOWN_ALARMS),
        labels=labels,
        words=words,
    )


def _state() -> Standing:
    """The state that the reader asks for; raises `BadRequest` for what is none."""
    try:
        return Standing(request.args.get("state", Standing.OPEN))
    except ValueError:
        raise BadRequest(reason="state") from None


def _number(name: str) -> int | None:
    text = request.args.get(name, "")
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 16):
        raise BadRequest(reason=name)
    return int(text)


@pages.view("/prices/quarantine/<id:hold_id>", rule=rules.WATCH)
def hold(call: Call, hold_id: int) -> str:
    """Show one held figure, what speaks against it, the figures around it, and the forms to decide."""
    row = queries.hold(call.session, hold_id)
    events = queries.history(call.session, row)
    ids = [row.proposed_by, *(one.proposed_by for one in events), *(one.confirmed_by for one in events)]
    return render(
        "pricing/hold.html",
        hold=row,
        series=queries.series_of(call.session, [row])[row.series_id],
        around=queries.around(call.session, row),
        events=events,
        people=queries.people(call.session, ids),
        verdicts=[verdict for verdict in words.VERDICTS if verdict != row.state],
        may_decide=rules.DECIDE.allows(call.actor),
        own=row.proposed_by == call.actor.user_id,
        labels=labels,
        words=words,
    )


@pages.form("/prices/quarantine/<id:hold_id>/propose", rule=rules.DECIDE, form=ProposalForm)
def propose(call: Call, form: dict[str, Any], hold_id: int) -> Response:
    """Propose what becomes of a figure."""
    verdict = Standing(form["verdict"])
    hold_decisions.propose(
        call.session, call.actor, hold_id, verdict=verdict, reason=form["reason"], version=form["version"]
    )
    flash(_("Proposed. Another person has to confirm it."), "success")
    return _back(hold_id)


@pages.form("/prices/quarantine/<id:hold_id>/confirm", rule=rules.DECIDE, form=DecisionForm)
def confirm(call: Call, form: dict[str, Any], hold_id: int) -> Response:
    """Confirm another person's proposal."""
    row = hold_decisions.confirm(call.session, call.actor, hold_id, version=form["version"])
    released = row.state == Standing.RELEASED
    flash(
        _("Released: the figure is used from now on.") if released else _("Rejected: the figure is not used."),
        "success",
    )
    return _back(hold_id)


@pages.form("/prices/quarantine/<id:hold_id>/decline", rule=rules.DECIDE, form=DecisionForm)
def decline(call: Call, form: dict[str, Any], hold_id: int) -> Response:
    """Take a proposal back or send it back."""
    hold_decisions.decline(call.session, call.actor, hold_id, version=form["version"])
    flash(_("The proposal is gone; the figure stays as it was."), "success")
    return _back(hold_id)


def _back(hold_id: int) -> Response:
    return redirect(url_for("pricing_pages.hold", hold_id=hold_id), 303)  # type: ignore[return-value]  # werkzeug's own class


@pages.view("/prices/calendar", rule=rules.SEE)
def price_calendar(call: Call) -> str:
    """Show how far the calendars are known, and the days that people set right."""
    rows = call.session.scalars(calendar_queries.latest_overrides(MOST_OVERRIDES)).all()
    return render(
        "pricing/calendar.html",
        reaches=calendar_queries.reaches(call.db_now()),
        overrides=rows,
        people=queries.people(call.session, [row.set_by for row in rows]),
        names=list(CalendarName),
        may_decide=rules.DECIDE.allows(call.actor),
        words=words,
    )


@pages.form("/prices/calendar", rule=rules.DECIDE, form=OverrideForm)
def set_calendar_day(call: Call, form: dict[str, Any]) -> Response:
    """Say of a day that it counts or does not."""
    calendar_overrides.set_day(
        call.session,
        call.actor,
        name=str(form["calendar"]),
        day=form["day"],
        counts=form["counts"] == "yes",
        reason=form["reason"],
    )
    flash(_("The day is set."), "success")
    return redirect(url_for("pricing_pages.price_calendar"), 303)  # type: ignore[return-value]  # as above


@pages.form("/prices/calendar/<id:override_id>/take-back", rule=rules.DECIDE)
def take_back_calendar_day(call: Call, form: dict[str, Any], override_id: int) -> Response:
    """Let the calendar speak for itself again."""
    calendar_overrides.take_back(call.session, call.actor, calendar_queries.override(call.session, override_id))
    flash(_("The entry is taken back."), "success")
    return redirect(url_for("pricing_pages.price_calendar"), 303)  # type: ignore[return-value]  # as above
