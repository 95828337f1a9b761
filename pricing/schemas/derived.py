"""What the API of derived figures takes and gives; figures are integers at the scale that stands beside them."""

from enum import StrEnum

from marshmallow import fields

from pricing.derived.index import Evidence, NoValue
from pricing.derived_models import CODE, TITLE
from steelyard.api.fields import Choice, Day, IdField, Int, ListOf, Nested, Text, Timestamp
from steelyard.api.schemas import QuerySchema, Schema

FIGURE = 10**15
MOST = 5000


class IndexKind(StrEnum):
    """Of what an index is made: published series, or the platform's own deals."""

    CITY = "city"
    DEALS = "deals"


class DaysQuery(QuerySchema):
    """Days from one to another, as known at a moment that has passed."""

    as_of = Timestamp()
    day_from = Day()
    day_to = Day()


class NormalisedQuery(DaysQuery):
    """How to put a series on the common footing: a series of the exchange rate, weighed in parts of theoretical mass.

    `weighed_share_permille` is 970 where none is given.
    """

    exchange_id = IdField()
    weighed_share_permille = Int(min=800, max=1100, load_default=970)


class FactorOut(Schema):
    """One factor as a fraction, with its source."""

    name = fields.String(required=True)
    numerator = fields.String(required=True)
    denominator = fields.String(required=True)
    source = fields.String(required=True)


class NormalisedDayOut(Schema):
    """A normalised value and the figure that it was made of."""

    day = Day(required=True)
    fen_per_t = Int(min=-FIGURE, max=FIGURE, required=True)
    mantissa = Int(min=-FIGURE, max=FIGURE, required=True)
    scale = Int(max=6, required=True)
    edition = fields.String(required=True)
    revision = Int(required=True)
    document_id = IdField(required=True)
    factors = ListOf(Nested(FactorOut), required=True)


class NormalisedOut(Schema):
    """A series on the common footing: yuan per tonne, VAT included, per tonne as weighed."""

    methodology = fields.String(required=True)
    as_of = Timestamp(required=True)
    values = ListOf(Nested(NormalisedDayOut), max=MOST, required=True)


class IndicatorQuery(DaysQuery):
    """How many figures an average or a volatility looks at."""

    window = Int(min=2, max=260, load_default=20)


class IndicatorOut(Schema):
    """A day's indicators: the return at scale 8, the average at 4, the volatility of a year at 6."""

    day = Day(required=True)
    return_e8 = Int(min=-FIGURE, max=FIGURE, required=True, allow_none=True)
    average_e4 = Int(min=-FIGURE, max=FIGURE, required=True, allow_none=True)
    volatility_e6 = Int(min=0, max=FIGURE, required=True, allow_none=True)


class IndicatorsOut(Schema):
    """Indicators of one series."""

    window = Int(required=True)
    as_of = Timestamp(required=True)
    values = ListOf(Nested(IndicatorOut), max=MOST, required=True)


class SeasonOut(Schema):
    """One year: its figures by their place in it, as text."""

    year = Int(required=True)
    points = ListOf(ListOf(fields.String(), max=2), max=400, required=True)


class SeasonsOut(Schema):
    """The same time of several years, laid over each other."""

    as_of = Timestamp(required=True)
    years = ListOf(Nested(SeasonOut), max=120, required=True)


class BasisQuery(DaysQuery):
    """Which two series to set against each other."""

    spot_id = IdField(required=True)
    futures_id = IdField(required=True)


class BasisDayOut(Schema):
    """Spot, futures and their difference in fen per tonne."""

    day = Day(required=True)
    spot_fen = Int(min=-FIGURE, max=FIGURE, required=True)
    futures_fen = Int(min=-FIGURE, max=FIGURE, required=True)
    basis_fen = Int(min=-FIGURE, max=FIGURE, required=True)


class BasisOut(Schema):
    """The basis; `sign` states how it is taken."""

    sign = fields.String(required=True)
    methodology = fields.String(required=True)
    as_of = Timestamp(required=True)
    values = ListOf(Nested(BasisDayOut), max=MOST, required=True)


class IndexMemberIn(Schema):
    """A series of the basket: whose prices it holds, and the tonnes that it stands for."""

    series_id = IdField(required=True)
    contributor = Text(max=TITLE, required=True)
    weight = Int(min=1, max=10**9, required=True)


class GoodsIn(Schema):
    """Goods whose deals count, as campaigns name them."""

    material = Text(max=CODE, required=True)
    grade = Text(max=CODE, required=True)


class IndexIn(Schema):
    """A definition of an index; another one of the same code is its next version."""

    code = Text(max=CODE, pattern=r"[a-z][a-z0-9_.]{2,59}", required=True)
    name = Text(max=TITLE, required=True)
    least_contributors = Int(min=3, max=50, load_default=3)
    most_share_bp = Int(min=1000, max=5000, load_default=5000)
    base_day = Day(required=True)


class CityIndexIn(IndexIn):
    """A chained index of published series."""

    members = ListOf(Nested(IndexMemberIn), min=3, max=60, required=True)


class DealsIndexIn(IndexIn):
    """An index of the platform's own deals."""

    goods = ListOf(Nested(GoodsIn), min=1, max=20, required=True)


class IndexOut(Schema):
    """A definition of an index."""

    id = IdField(required=True)
    code = fields.String(required=True)
    version = Int(required=True)
    kind = Choice(IndexKind, required=True)
    name = fields.String(required=True)
    methodology = fields.String(required=True)
    least_contributors = Int(required=True)
    most_share_bp = Int(required=True)
    base_day = Day(required=True)
    members = ListOf(fields.Dict(), required=True)
    defined_at = Timestamp(required=True)


class IndexValueOut(Schema):
    """A value at scale 4, or the reason why there is none; `against` is the day that it links back to."""

    day = Day(required=True)
    mantissa = Int(min=0, max=FIGURE, required=True, allow_none=True)
    reason = Choice(NoValue, required=True, allow_none=True)
    contributors = Int(required=True)
    largest_share_bp = Int(required=True)
    against = Day(required=True, allow_none=True)
    cost_before = fields.String(required=True, allow_none=True)
    cost_now = fields.String(required=True, allow_none=True)


class IndexValuesOut(Schema):
    """The values of one version of a city index as known at a moment."""

    code = fields.String(required=True)
    version = Int(required=True)
    methodology = fields.String(required=True)
    scale = Int(required=True)
    as_of = Timestamp(required=True)
    values = ListOf(Nested(IndexValueOut), max=MOST, required=True)


class ReleaseIn(Schema):
    """What is signed off: the value of a day (of deals: of the month that ends on it), as known at a moment."""

    day = Day(required=True)
    as_of = Timestamp()
    remark = Text(max=500)


class ReleaseOut(Schema):
    """A value that a person signed off, or the reason why there is none; a correction has a higher revision."""

    id = IdField(required=True)
    index_id = IdField(required=True)
    day = Day(required=True)
    revision = Int(min=1, required=True)
    as_of = Timestamp(required=True)
    mantissa = Int(min=0, max=FIGURE, required=True, allow_none=True)
    scale = Int(required=True)
    reason = Choice(NoValue, required=True, allow_none=True)
    evidence = Choice(Evidence, required=True, allow_none=True)
    contributors = Int(required=True)
    remark = fields.String(required=True, allow_none=True)
    signed_at = Timestamp(required=True)
    signed_by = fields.String(required=True)
