"""The page of what is worked out of one series: the common footing with its factors, and the indicators."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from flask import request

from pricing import derived_labels, labels, rules
from pricing.derived import indicators
from pricing.derived.indicators import AVERAGE_SCALE, RETURN_SCALE, VOLATILITY_SCALE, Reading
from pricing.derived.normalising import Normalised, rate_of
from pricing.derived.rounding import shown
from pricing.formulas.errors import NoExchangeRate, SeriesNotNormalisable
from pricing.models import PriceSeries
from pricing.pages.series import as_of_asked
from pricing.pages.slice import pages
from pricing.queries import derived as queries
from pricing.queries import prices
from pricing.queries.derived import Window
from pricing.sources.traits import Kind
from steelyard.api.calls import Call
from steelyard.api.locales import explain
from steelyard.api.pages import render

WINDOW = 20
ROWS_SHOWN = 60
MOST_RATES = 20


@dataclass(frozen=True, slots=True)
class Day:
    """A day's published figure with what is worked out of it; shares in percent."""

    day: date
    published: str
    value: Normalised | None
    change: str | None
    average: str | None
    volatility: str | None


@pages.view("/prices/<id:series_id>/worked-out", rule=rules.SEE)
def worked_out(call: Call, series_id: int) -> str:
    """Show a series in yuan per tonne with tax as weighed, with the factors, and its returns, mean and volatility."""
    series, rates = prices.series(call.session, series_id), _rates(call)
    asked = queries.window(call.session, None, None, as_of_asked())
    chosen = next((one for one in rates if str(one.id) == request.args.get("rate", "")), None)
    values, refusal = _normalised(call, series, asked, chosen)
    return render(
        "pricing/worked_out.html",
        series=series,
        days=_days(call, series, asked, values)[:ROWS_SHOWN],
        refusal=refusal,
        rates=[] if series.currency == "CNY" else rates,
        chosen=chosen,
        window=WINDOW,
        as_of=asked.moment,
        words=labels,
        factors=derived_labels.FACTORS,
        exact=_exact,
    )


def _rates(call: Call) -> Sequence[PriceSeries]:
    """The series of exchange rates."""
    found = call.session.scalars(prices.all_series({"kind": Kind.FX}).order_by(PriceSeries.id).limit(MOST_RATES))
    return [one for one in found if rate_of(one.unit, Fraction(1), one.name) is not None]


def _normalised(
    call: Call, series: PriceSeries, asked: Window, exchange: PriceSeries | None
) -> tuple[dict[date, Normalised], str | None]:
    """The values by day, or the sentence that says why there are none."""
    try:
        found = queries.normalised(call.session, series, asked, exchange)
    except (SeriesNotNormalisable, NoExchangeRate) as refusal:
        return {}, explain(refusal)
    return {one.day: one.value for one in found}, None


def _days(call: Call, series: PriceSeries, asked: Window, values: dict[date, Normalised]) -> list[Day]:
    """The days with a usable figure, the latest first."""
    points = queries.points(call.session, series, asked)
    readings: Any = zip(
        points,
        indicators.returns(points),
        indicators.moving_average(points, WINDOW),
        indicators.volatility(points, WINDOW),
        strict=True,
    )
    found = [
        Day(
            point.day,
            shown(point.value),
            values.get(point.day),
            _text(change, RETURN_SCALE - 2, 2),
            _text(mean, AVERAGE_SCALE, 2),
            _text(spread, VOLATILITY_SCALE - 2, 1),
        )
        for point, change, mean, spread in readings
    ]
    return found[::-1]


def _text(reading: Reading, scale: int, decimals: int) -> str | None:
    """A reading in digits, rounded for the eye."""
    return None if reading.mantissa is None else f"{Decimal(reading.mantissa).scaleb(-scale):.{decimals}f}"


def _exact(value: Fraction) -> str:
    """A factor as it is multiplied with: a decimal where it ends, else the fraction."""
    text = shown(value, 6)
    return f"{value.numerator}/{value.denominator}" if text.endswith("…") else text
