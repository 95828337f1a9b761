"""What the board and the comparison take and give."""

from enum import StrEnum

from marshmallow import fields

from pricing.changes import Basis
from pricing.freshness import Freshness
from pricing.models import NAME, SOURCE
from pricing.schemas.prices import FIGURE, SeriesOut
from pricing.searching import LONGEST
from pricing.sources.base import Status
from pricing.sources.traits import Kind
from steelyard.api.fields import Choice, Day, Flag, IdField, Int, ListOf, Nested, Text, Timestamp
from steelyard.api.schemas import LARGEST_PAGE, PageQuery, QuerySchema, Schema

MOST_COMPARED = 12


class BoardQuery(PageQuery):
    """Filters of the board; `q` is searched in whatever width or symbol it is typed."""

    q = Text(max=LONGEST)
    kind = Choice(Kind)
    family = Text(max=SOURCE)
    category = Text(max=NAME)
    commodity = Text(max=NAME)
    market = Text(max=NAME)
    watched = Flag()
    every_field = Flag()


class ChangeOut(Schema):
    """A move against an earlier price; `basis_points` are hundredths of a percent.

    `published`: printed by the publisher on a comparable basis (or added up of such); `difference`: of two values.
    """

    mantissa = Int(min=-FIGURE, max=FIGURE, required=True)
    scale = Int(max=6, required=True)
    basis_points = Int(min=-FIGURE, max=FIGURE, required=True, allow_none=True)
    basis = Choice(Basis, required=True)


class BoardEntryOut(Schema):
    """The latest price of a series with its moves against the price, the week and the month before."""

    series = Nested(SeriesOut, required=True)
    day = Day(required=True)
    mantissa = Int(min=-FIGURE, max=FIGURE, required=True)
    scale = Int(max=6, required=True)
    value = fields.String(required=True)
    status = Choice(Status, required=True)
    change = Nested(ChangeOut, required=True, allow_none=True)
    week_change = Nested(ChangeOut, required=True, allow_none=True)
    month_change = Nested(ChangeOut, required=True, allow_none=True)
    published_at = Timestamp(required=True, allow_none=True)
    document_id = IdField(required=True)
    freshness = Choice(Freshness, required=True)
    held_day = Day(required=True, allow_none=True)
    watched = Flag(required=True)


class BoardOut(Schema):
    """A page of the price board at the moment `at`; `total` counts what the filters find."""

    at = Timestamp(required=True)
    entries = ListOf(Nested(BoardEntryOut), max=LARGEST_PAGE, required=True)
    total = Int(required=True)
    next = IdField(required=True, allow_none=True)


class Scale(StrEnum):
    """How the lines of a comparison share an axis."""

    INDEXED = "indexed"
    ABSOLUTE = "absolute"


class ComparisonQuery(QuerySchema):
    """The ids of up to twelve series, and the days; `indexed` puts each at 100 on the first day that all have."""

    series = Text(max=160, pattern=r"[1-9][0-9]{0,11}(?:,[1-9][0-9]{0,11}){0,11}", required=True)
    scale = Choice(Scale)
    day_from = Day()
    day_to = Day()


class ComparedLine(Schema):
    """One series: its points of day and figure in digits, in its unit or as an index with two decimals."""

    series = Nested(SeriesOut, required=True)
    name = fields.String(required=True)
    points = ListOf(fields.List(fields.Raw()), max=5000, required=True)


class ComparisonOut(Schema):
    """Series side by side, never joined; `base_day` is where an index stands at 100."""

    scale = Choice(Scale, required=True)
    unit = fields.String(required=True, allow_none=True)
    base_day = Day(required=True, allow_none=True)
    series = ListOf(Nested(ComparedLine), max=MOST_COMPARED, required=True)
