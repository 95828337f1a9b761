"""Columns of figures, for whoever reads many at once. Figures are `mantissa` / 10**`scale` in the series' unit."""

from typing import Any

from marshmallow import fields

from pricing.models import WORD
from pricing.schemas.prices import FIGURE
from pricing.sources.base import Status
from pricing.sources.traits import EDITION_PATTERN
from steelyard.api.fields import Choice, Day, Flag, IdField, Int, ListOf, Nested, Text, Timestamp
from steelyard.api.schemas import QuerySchema, Schema

MOST_VALUES = 10_000
MOST_SERIES = 200
MOST_EDITIONS = 1500
"""More than a day has minutes, so that a page holds at least one whole day."""


class Column(ListOf):
    """A list that is written out as it is, because its thousands of entries have their form already."""

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kw: Any) -> Any:
        return value


class ValuesQuery(QuerySchema):
    """Which days of a series to give, the earliest `limit` of them."""

    day_from = Day()
    day_to = Day()
    edition = Text(max=WORD, pattern=EDITION_PATTERN)
    limit = Int(min=MOST_EDITIONS, max=MOST_VALUES, load_default=MOST_VALUES)


class ValuesOut(Schema):
    """What is believed of a series, column by column, by day and edition; go on with `day_from` = `next_day`.

    `mantissas` holds null for what was withdrawn. What is `held` waits in quarantine and counts for nothing.
    """

    series_id = IdField(required=True)
    days = Column(Day(), max=MOST_VALUES, required=True)
    editions = Column(fields.String(), max=MOST_VALUES, required=True)
    mantissas = Column(Int(min=-FIGURE, max=FIGURE, allow_none=True), max=MOST_VALUES, required=True)
    scales = Column(Int(max=6), max=MOST_VALUES, required=True)
    statuses = Column(Choice(Status), max=MOST_VALUES, required=True)
    held = Column(Flag(), max=MOST_VALUES, required=True)
    next_day = Day(required=True, allow_none=True)


class LatestQuery(QuerySchema):
    """The series, by their ids with commas between them."""

    ids = Text(max=3400, pattern=rf"[1-9][0-9]{{0,14}}(?:,[1-9][0-9]{{0,14}}){{0,{MOST_SERIES - 1}}}", required=True)


class LatestValue(Schema):
    """The latest published figure of a series that is neither held nor withdrawn, and where it comes from."""

    series_id = IdField(required=True)
    day = Day(required=True)
    edition = fields.String(required=True)
    mantissa = Int(min=-FIGURE, max=FIGURE, required=True)
    scale = Int(max=6, required=True)
    unit = fields.String(required=True)
    status = Choice(Status, required=True)
    revision = Int(min=1, required=True)
    document_id = IdField(required=True)
    published_at = Timestamp(required=True, allow_none=True)


class LatestOut(Schema):
    """The latest figures in the order in which they were asked for; a series without any is left out."""

    values = Column(Nested(LatestValue), max=MOST_SERIES, required=True)
