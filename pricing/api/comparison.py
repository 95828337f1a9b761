"""The API of comparisons."""

from collections.abc import Iterator
from typing import Any

from flask_babel import gettext as _

from pricing import rules
from pricing.api.prices import series_document
from pricing.api.slice import blp
from pricing.changes import decimal_text
from pricing.queries import comparison as queries
from pricing.queries.comparison import Comparison
from pricing.schemas.board import ComparisonOut, ComparisonQuery
from steelyard.api.calls import Call
from steelyard.core.spreadsheets import Cell, Column, Kind, Scaled, Table


@blp.get("/price-comparison", rule=rules.SEE, query=ComparisonQuery, returns=ComparisonOut)
def comparison(call: Call, query: dict[str, Any]) -> dict[str, Any]:
    """Set up to twelve series side by side: in one unit, or indexed to 100; different units share no axis."""
    found = queries.compare(call.session, query)
    return {
        "scale": found.scale,
        "unit": found.unit,
        "base_day": found.base_day,
        "series": [
            {
                "series": series_document(series),
                "name": series.name,
                "points": [
                    [point.day.isoformat(), decimal_text(point.value.mantissa, point.value.scale)] for point in line
                ],
            }
            for series, line in zip(found.series, found.lines, strict=True)
        ],
    }


@blp.spreadsheet("/price-comparison", rule=rules.SEE, query=ComparisonQuery)
def export_comparison(call: Call, query: dict[str, Any]) -> Table:
    """Save a comparison: a row for each day, a column for each series, empty where it has no figure."""
    found = queries.compare(call.session, query)
    columns = [Column(f"{one.name} [{found.unit or _('index')}]", Kind.DECIMAL) for one in found.series]
    return Table("price-comparison", (Column(_("Date"), Kind.DAY), *columns), _rows(found))


def _rows(found: Comparison) -> Iterator[tuple[Cell, ...]]:
    for row in found.rows:
        yield (row.day, *(None if one is None else Scaled(one.mantissa, one.scale) for one in row.figures))
