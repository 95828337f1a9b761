"""What a series' chart is drawn from."""

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from flask_babel import gettext as _

from pricing import labels, rules
from pricing.alert_errors import UnitsDiffer
from pricing.api.slice import blp
from pricing.changes import Figure
from pricing.derived import indicators
from pricing.queries import bars
from pricing.queries import prices as queries
from pricing.queries.prices import Revision
from pricing.schemas.charts import ChartOut, ChartQuery, Overlay
from pricing.sources.base import Status
from steelyard.api.calls import Call

WINDOWS = (5, 20, 60)
THIRDS = {"上": "10", "中": "20", "下": "28"}
"""The day of the month at which a ten-day period is drawn among the years."""
YEAR = 2000
"""The year whose days stand for those of every year; it has a 29 February."""
Line = dict[str, Any]


@blp.get("/price-series/<id:series_id>/chart", rule=rules.SEE, query=ChartQuery, returns=ChartOut)
def chart(call: Call, query: dict[str, Any], series_id: int) -> dict[str, Any]:
    """Give the lines of a series' chart; figures that nobody published as a price are lines of their own.

    What is held or withdrawn is in no line.

    Where the series belongs to an instrument with open, high, low and close, its bars come too; of an earlier
    moment (`as_of`) there are lines only. `overlay` adds moving averages, or shows the years over each other, or
    the basis: this series less the one that `other` names.
    """
    series, overlay = queries.series(call.session, series_id), query.get("overlay")
    rows = _usable(queries.history(call.session, series_id, query))
    shown: dict[str, Any] = {"candles": None, "bar": [_("Open"), _("Close"), _("Low"), _("High")], "averages": []}
    if overlay is Overlay.SEASONS:
        return shown | {"series": _seasons(rows, ten_day=series.frequency == "ten_day")}
    if overlay is Overlay.BASIS and "other" in query:
        other = queries.series(call.session, query["other"])
        if other.unit != series.unit:
            raise UnitsDiffer(units=f"{series.unit}, {other.unit}")
        return shown | {"series": [_basis(rows, _usable(queries.history(call.session, other.id, query)), other.name)]}
    found = [] if "as_of" in query else bars.bars(call.session, bars.fields_of(call.session, series), query)
    closes = [indicators.Point(bar.day, _exact(bar.figures[1])) for bar in found]
    averaged = (closes or _published(rows)) if overlay is Overlay.AVERAGES else []
    return shown | {
        "series": _by_edition(rows),
        "candles": [[bar.day.isoformat(), *(_number(one) for one in bar.figures)] for bar in found] or None,
        "averages": [_average(averaged, window) for window in WINDOWS if len(averaged) > window],
    }


def _usable(rows: Sequence[Revision]) -> list[Revision]:
    return [row for row in rows if row.status != Status.WITHDRAWN and not row.held]


def _by_edition(rows: Sequence[Revision]) -> list[Line]:
    lines: dict[str, list[list[Any]]] = {}
    for row in rows:
        lines.setdefault(row.edition, []).append([row.day.isoformat(), row.mantissa / 10**row.scale])
    names = sorted(lines, key=labels.edition_order)
    return [{"name": labels.edition(name), "points": lines[name]} for name in names]


def _published(rows: Sequence[Revision]) -> list[indicators.Point]:
    """One published figure a day, of the edition that settles it."""
    best = {
        row.day: row
        for row in sorted(rows, key=lambda row: (row.day, labels.edition_order(row.edition)))
        if not row.derived
    }
    return [indicators.Point(row.day, Fraction(row.mantissa, 10**row.scale)) for row in best.values()]


def _average(points: Sequence[indicators.Point], window: int) -> Line:
    readings = indicators.moving_average(points, window)
    scale = 10**indicators.AVERAGE_SCALE
    drawn = [[one.day.isoformat(), one.mantissa / scale] for one in readings if one.mantissa is not None]
    return {"name": _("%(count)s-figure average", count=window), "points": drawn}


def _seasons(rows: Sequence[Revision], *, ten_day: bool) -> list[Line]:
    years = indicators.seasons(_published(rows), ten_day=ten_day)
    return [
        {"name": str(year), "points": [[_place(place), float(value)] for place, value in points]}
        for year, points in sorted(years.items(), reverse=True)
    ]


def _place(place: str) -> str:
    """The day of `YEAR` that stands for a place in the year, ``MM-DD`` or ``MM上``."""
    return f"{YEAR}-{place}" if place[2] == "-" else f"{YEAR}-{place[:2]}-{THIRDS[place[2]]}"


def _basis(rows: Sequence[Revision], others: Sequence[Revision], name: str) -> Line:
    found = indicators.basis(_published(rows), _published(others))
    points = [[point.day.isoformat(), float(point.value)] for point in found]
    return {"name": _("Basis: this price less %(other)s", other=name), "points": points}


def _exact(figure: Figure) -> Fraction:
    return Fraction(figure.mantissa, 10**figure.scale)


def _number(figure: Figure) -> float:
    """For drawing only."""
    return float(_exact(figure))
