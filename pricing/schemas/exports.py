"""What may be asked of the tables of prices."""

from pricing.models import NAME, SOURCE
from pricing.sources.traits import EDITION_PATTERN, Kind
from steelyard.api.fields import Choice, Day, Flag, Text, Timestamp
from steelyard.api.schemas import QuerySchema


class BoardExportQuery(QuerySchema):
    """Filters of the board."""

    q = Text(max=80)
    kind = Choice(Kind)
    family = Text(max=SOURCE)
    category = Text(max=NAME)
    commodity = Text(max=NAME)
    market = Text(max=NAME)
    watched = Flag()
    every_field = Flag()


class HistoryQuery(QuerySchema):
    """Which days of a series, which edition, and as it was known when."""

    as_of = Timestamp()
    day_from = Day()
    day_to = Day()
    edition = Text(max=24, pattern=EDITION_PATTERN)
