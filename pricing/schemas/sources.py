"""What the API of sources takes and gives."""

from marshmallow import fields

from pricing.models import SOURCE
from pricing.schemas.prices import DropOut
from pricing.sources.base import Outcome
from steelyard.api.fields import Choice, Day, Flag, IdField, Int, ListOf, Nested, Text, Timestamp
from steelyard.api.schemas import PageQuery, Schema

LONGEST_SECRET = 500


class SourceAlarmOut(Schema):
    """Something about a source that a person should look at."""

    alarm = fields.String(required=True)
    detail = fields.String(required=True)
    since = Timestamp(required=True, allow_none=True)


class SourceHostOut(Schema):
    """A host that the source asks, and its circuit breaker: closed, open or half-open."""

    host = fields.String(required=True)
    breaker = fields.String(required=True)
    opened_at = Timestamp(required=True, allow_none=True)


class SourceSecretOut(Schema):
    """A key that the source needs, and since when it is there; its value is never shown."""

    name = fields.String(required=True)
    label = fields.String(required=True)
    set_at = Timestamp(required=True, allow_none=True)


class PriceSourceOut(Schema):
    """A source of prices: what it promises, how it is fetched, and how it fares."""

    code = fields.String(required=True)
    family = fields.String(required=True)
    publisher = fields.String(required=True)
    home = fields.String(required=True)
    licence = fields.String(required=True)
    legal_note = fields.String(required=True)
    frequency = fields.String(required=True)
    expected_rows = Int(required=True, allow_none=True)
    fetched = Flag(required=True)
    on = Flag(required=True)
    on_by_default = Flag(required=True)
    hosts = ListOf(Nested(SourceHostOut), required=True)
    secrets = ListOf(Nested(SourceSecretOut), required=True)
    alarms = ListOf(Nested(SourceAlarmOut), required=True)
    outcome = Choice(Outcome, required=True, allow_none=True)
    asked_at = Timestamp(required=True, allow_none=True)
    succeeded_at = Timestamp(required=True, allow_none=True)
    next_at = Timestamp(required=True, allow_none=True)
    resume_at = Timestamp(required=True, allow_none=True)
    rows = Int(required=True, allow_none=True)
    failures = Int(required=True)
    missing = Int(required=True)


class PriceSourcesOut(Schema):
    """All sources at the moment `at`; without `fetching` this installation asks nobody, whatever is switched on."""

    at = Timestamp(required=True)
    fetching = Flag(required=True)
    sources = ListOf(Nested(PriceSourceOut), max=1000, required=True)


class SourceSwitchIn(Schema):
    """Whether the source may be asked."""

    on = Flag(required=True)


class SourceSecretIn(Schema):
    """A key of a source; kept encrypted, never shown again."""

    secret = Text(max=LONGEST_SECRET, required=True)


class PriceFetchQuery(PageQuery):
    """Filters of fetches."""

    source = Text(max=SOURCE)
    outcome = Choice(Outcome)


class PriceFetchOut(Schema):
    """One question to a publisher, its answer, and what became of it (no outcome while nobody has read it)."""

    id = IdField(required=True)
    source = fields.String(required=True)
    purpose = fields.String(required=True)
    target = fields.String(required=True)
    url = fields.String(required=True)
    day = Day(required=True, allow_none=True)
    asked_at = Timestamp(required=True)
    fetched_at = Timestamp(required=True)
    http_status = Int(required=True, allow_none=True)
    sha256 = fields.String(required=True, allow_none=True)
    size = Int(required=True)
    attempts = Int(required=True)
    outcome = Choice(Outcome, required=True, allow_none=True)
    fault = fields.String(required=True, allow_none=True)
    detail = fields.String(required=True)
    rows = Int(required=True)
    kept = Int(required=True)
    document_id = IdField(required=True, allow_none=True)
    concluded_at = Timestamp(required=True, allow_none=True)


class PriceFetchDetailOut(PriceFetchOut):
    """A fetch with the answer's headers and every row that was dropped."""

    headers = fields.Dict(keys=fields.String(), values=fields.String(), required=True)
    dropped = ListOf(Nested(DropOut), max=100_000, required=True)
