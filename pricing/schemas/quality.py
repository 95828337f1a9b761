"""What the API of held figures, calendars and alarms takes and gives."""

from enum import StrEnum

from marshmallow import fields

from pricing.alarms import AlarmKind
from pricing.calendars import NAMES
from pricing.quality import Code, Standing
from pricing.quality_models import REASON
from pricing.schemas.prices import FIGURE
from pricing.sources.base import Status
from steelyard.api.fields import Choice, Day, Flag, IdField, Int, ListOf, Nested, Text, Timestamp
from steelyard.api.schemas import PageQuery, Schema


class Verdict(StrEnum):
    """What can be proposed of a held figure."""

    RELEASED = "released"
    REJECTED = "rejected"


CalendarName = StrEnum("CalendarName", {name.upper().replace(".", "_"): name for name in NAMES if name != "none"})  # type: ignore[misc]  # made of the names that there are


class HoldQuery(PageQuery):
    """Filters of holds."""

    state = Choice(Standing)
    series_id = IdField()


class FindingOut(Schema):
    """One reason to ask: its code, the figures that show it (whole numbers, days) and a sentence."""

    code = Choice(Code, required=True)
    evidence = fields.Dict(keys=fields.String(), values=fields.Raw(), required=True)
    sentence = fields.String(required=True)


class ProposalOut(Schema):
    """What one person proposes; another confirms or declines it."""

    verdict = Choice(Verdict, required=True)
    reason = fields.String(required=True)
    proposed_by = IdField(required=True)
    proposed_at = Timestamp(required=True)


class HoldOut(Schema):
    """A figure that is or was held back, why, and what is proposed. `value` is mantissa / 10**scale in digits."""

    id = IdField(required=True)
    version = Int(min=1, required=True)
    series_id = IdField(required=True)
    day = Day(required=True)
    edition = fields.String(required=True)
    mantissa = Int(min=-FIGURE, max=FIGURE, required=True)
    scale = Int(max=6, required=True)
    value = fields.String(required=True)
    state = Choice(Standing, required=True)
    findings = ListOf(Nested(FindingOut), max=20, required=True)
    opened_at = Timestamp(required=True)
    changed_at = Timestamp(required=True)
    proposal = Nested(ProposalOut, required=True, allow_none=True)


class NeighbourOut(Schema):
    """A believed figure near a held one."""

    day = Day(required=True)
    mantissa = Int(min=-FIGURE, max=FIGURE, required=True)
    scale = Int(max=6, required=True)
    status = Choice(Status, required=True)
    held = fields.Boolean(required=True)


class HoldEventOut(Schema):
    """One change of what holds for a figure; a decision names its two persons and the reason."""

    state = Choice(Standing, required=True)
    mantissa = Int(min=-FIGURE, max=FIGURE, required=True)
    scale = Int(max=6, required=True)
    known_from = Timestamp(required=True)
    proposed_by = IdField(required=True, allow_none=True)
    confirmed_by = IdField(required=True, allow_none=True)
    reason = fields.String(required=True, allow_none=True)


class HoldDetailOut(HoldOut):
    """A hold with the figures around it and what happened to it."""

    around = ListOf(Nested(NeighbourOut), max=50, required=True)
    events = ListOf(Nested(HoldEventOut), max=100, required=True)


class HoldProposalIn(Schema):
    """A proposal for the hold as it was read (`version`)."""

    verdict = Choice(Verdict, required=True)
    reason = Text(max=REASON, min=4, required=True)
    version = Int(min=1, max=10**9, required=True)


class DecisionIn(Schema):
    """Confirming or declining the proposal that was read (`version`)."""

    version = Int(min=1, max=10**9, required=True)


class OverrideIn(Schema):
    """A day that counts (`counts`) or does not, in spite of the calendar."""

    calendar = Choice(CalendarName, required=True)
    day = Day(required=True)
    counts = Flag(required=True)
    reason = Text(max=REASON, min=4, required=True)


class OverrideOut(Schema):
    """A day that people set right."""

    id = IdField(required=True)
    version = Int(min=1, required=True)
    calendar = Choice(CalendarName, required=True)
    day = Day(required=True)
    counts = fields.Boolean(required=True)
    reason = fields.String(required=True)
    set_by = IdField(required=True)
    set_at = Timestamp(required=True)


class ReachOut(Schema):
    """How far a calendar is known; behind that weekdays are assumed to count."""

    name = Choice(CalendarName, required=True)
    known_from = Day(required=True)
    known_to = Day(required=True)
    days_left = Int(min=-(10**6), required=True)
    ends_soon = fields.Boolean(required=True)


class CalendarsOut(Schema):
    """The calendars."""

    calendars = ListOf(Nested(ReachOut), max=20, required=True)


class AlarmQuery(PageQuery):
    """Filters of alarms: `open` ones have not been closed yet."""

    kind = Choice(AlarmKind)
    open = Flag()


class AlarmOut(Schema):
    """Something that is or was wrong with a statistic, a series or a calendar, and a sentence that says what."""

    id = IdField(required=True)
    kind = Choice(AlarmKind, required=True)
    subject = fields.String(required=True)
    series_id = IdField(required=True, allow_none=True)
    sentence = fields.String(required=True)
    opened_at = Timestamp(required=True)
    closed_at = Timestamp(required=True, allow_none=True)
