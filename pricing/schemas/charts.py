"""What charts are drawn from; numbers are for drawing only."""

from enum import StrEnum

from marshmallow import fields

from steelyard.api.fields import Choice, Day, IdField, ListOf, Nested, Timestamp
from steelyard.api.schemas import QuerySchema, Schema

MOST_POINTS = 5000


class Overlay(StrEnum):
    """What is laid over a chart, or takes its place."""

    AVERAGES = "averages"
    SEASONS = "seasons"
    BASIS = "basis"


class ChartQuery(QuerySchema):
    """What to draw; a basis needs the series that `other` names."""

    overlay = Choice(Overlay)
    other = IdField()
    as_of = Timestamp()
    day_from = Day()
    day_to = Day()


class ChartLine(Schema):
    """A line: its name and points of day and value."""

    name = fields.String(required=True)
    points = ListOf(fields.List(fields.Raw()), max=MOST_POINTS, required=True)


class ChartOut(Schema):
    """The lines of a chart, figures of another origin as lines of their own, and bars where there are any.

    A bar is the day, open, close, low and high; `bar` names the four in the reader's language.
    """

    series = ListOf(Nested(ChartLine), required=True)
    candles = ListOf(fields.List(fields.Raw()), max=MOST_POINTS, required=True, allow_none=True)
    averages = ListOf(Nested(ChartLine), required=True)
    bar = ListOf(fields.String(), max=4, required=True)
