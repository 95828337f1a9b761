"""The API of held figures, of calendars and of alarms."""

from typing import Any

from pricing import quality_words as words
from pricing import rules
from pricing.api.slice import blp
from pricing.changes import decimal_text
from pricing.operations import calendar_overrides, hold_decisions
from pricing.quality import Standing
from pricing.quality_models import CalendarOverride, PriceAlarm, PriceHold
from pricing.queries import alarms as alarm_queries
from pricing.queries import calendars as calendar_queries
from pricing.queries import holds as queries
from pricing.schemas.quality import (
    AlarmOut,
    AlarmQuery,
    CalendarsOut,
    DecisionIn,
    HoldDetailOut,
    HoldOut,
    HoldProposalIn,
    HoldQuery,
    OverrideIn,
    OverrideOut,
)
from steelyard.api.calls import Call


@blp.list_("/price-holds", rule=rules.WATCH, query=HoldQuery, returns=HoldOut)
def list_holds(call: Call, query: dict[str, Any]) -> tuple[list[dict[str, Any]], int | None]:
    """List the figures that are or were held back, each with the reasons."""
    rows, after = call.page(queries.all_holds(query), query, PriceHold.id)
    return [_hold(row) for row in rows], after


@blp.get("/price-holds/<id:hold_id>", rule=rules.WATCH, returns=HoldDetailOut)
def get_hold(call: Call, hold_id: int) -> dict[str, Any]:
    """Show one held figure with the figures around it and what happened to it."""
    row = queries.hold(call.session, hold_id)
    return _hold(row) | {"around": queries.around(call.session, row), "events": queries.history(call.session, row)}


@blp.act("/price-holds/<id:hold_id>/propose", rule=rules.DECIDE, body=HoldProposalIn, returns=HoldOut)
def propose_verdict(call: Call, body: dict[str, Any], hold_id: int) -> dict[str, Any]:
    """Propose to release or to reject a figure; another person confirms it."""
    verdict = Standing(body["verdict"])
    row = hold_decisions.propose(
        call.session, call.actor, hold_id, verdict=verdict, reason=body["reason"], version=body["version"]
    )
    return _written(call, row)


@blp.act("/price-holds/<id:hold_id>/confirm", rule=rules.DECIDE, body=DecisionIn, returns=HoldOut)
def confirm_verdict(call: Call, body: dict[str, Any], hold_id: int) -> dict[str, Any]:
    """Confirm what another person proposed: the figure is used from now on, or left out for ever."""
    return _written(call, hold_decisions.confirm(call.session, call.actor, hold_id, version=body["version"]))


@blp.act("/price-holds/<id:hold_id>/decline", rule=rules.DECIDE, body=DecisionIn, returns=HoldOut)
def decline_verdict(call: Call, body: dict[str, Any], hold_id: int) -> dict[str, Any]:
    """Take a proposal back, or send another person's back; the figure stays as it was."""
    return _written(call, hold_decisions.decline(call.session, call.actor, hold_id, version=body["version"]))


@blp.get("/price-calendars", rule=rules.SEE, returns=CalendarsOut)
def get_calendars(call: Call) -> dict[str, Any]:
    """Show how far each calendar is known."""
    return {"calendars": calendar_queries.reaches(call.db_now())}


@blp.list_("/price-calendar-overrides", rule=rules.SEE, returns=OverrideOut)
def list_overrides(call: Call, query: dict[str, Any]) -> tuple[Any, int | None]:
    """List the days that people set right in the calendars."""
    return call.page(calendar_queries.all_overrides(), query, CalendarOverride.id)


@blp.create("/price-calendar-overrides", rule=rules.DECIDE, body=OverrideIn, returns=OverrideOut)
def set_day(call: Call, body: dict[str, Any]) -> CalendarOverride:
    """Say of a day that it counts, or that it does not, with the reason."""
    return calendar_overrides.set_day(
        call.session,
        call.actor,
        name=str(body["calendar"]),
        day=body["day"],
        counts=body["counts"],
        reason=body["reason"],
    )


@blp.delete("/price-calendar-overrides/<id:override_id>", rule=rules.DECIDE)
def take_back(call: Call, override_id: int) -> None:
    """Let the calendar speak for itself again on that day."""
    row = calendar_queries.override(call.session, override_id)
    call.match(row)
    calendar_overrides.take_back(call.session, call.actor, row)


@blp.list_("/price-alarms", rule=rules.WATCH, query=AlarmQuery, returns=AlarmOut)
def list_alarms(call: Call, query: dict[str, Any]) -> tuple[list[dict[str, Any]], int | None]:
    """List what is or was wrong with statistics, series and calendars."""
    rows, after = call.page(alarm_queries.all_alarms(query), query, PriceAlarm.id)
    return [_alarm(row) for row in rows], after


def _written(call: Call, row: PriceHold) -> dict[str, Any]:
    call.session.flush()
    return _hold(row)


def _hold(row: PriceHold) -> dict[str, Any]:
    names = ("id", "version", "series_id", "day", "edition", "mantissa", "scale", "state", "opened_at", "changed_at")
    shown = {name: getattr(row, name) for name in names}
    proposal = None
    if row.proposed_verdict is not None:
        proposal = {
            "verdict": row.proposed_verdict,
            "reason": row.proposed_reason,
            "proposed_by": row.proposed_by,
            "proposed_at": row.proposed_at,
        }
    findings = [finding | {"sentence": words.sentence(finding)} for finding in row.findings]
    return shown | {"value": decimal_text(row.mantissa, row.scale), "findings": findings, "proposal": proposal}


def _alarm(row: PriceAlarm) -> dict[str, Any]:
    names = ("id", "kind", "subject", "series_id", "opened_at", "closed_at")
    return {name: getattr(row, name) for name in names} | {"sentence": words.alarm_sentence(row.kind, row.detail)}
