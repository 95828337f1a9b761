"""The API of what is worked out of series: the common footing, indicators, seasons, the basis, and indexes."""

from fractions import Fraction
from typing import Any

from pricing import rules
from pricing.api.slice import blp
from pricing.derived import indicators, normalising
from pricing.derived.index import INDEX_SCALE
from pricing.derived.rounding import shown
from pricing.derived_models import PriceIndex, PriceIndexRelease
from pricing.formulas.errors import IndexOfDeals
from pricing.operations import indexes as operations
from pricing.queries import derived as queries
from pricing.queries import indexes, prices
from pricing.schemas.derived import (
    MOST,
    BasisOut,
    BasisQuery,
    CityIndexIn,
    DaysQuery,
    DealsIndexIn,
    IndexOut,
    IndexValuesOut,
    IndicatorQuery,
    IndicatorsOut,
    NormalisedOut,
    NormalisedQuery,
    ReleaseIn,
    ReleaseOut,
    SeasonsOut,
)
from steelyard.api.calls import Call

BASIS_SIGN = "spot - futures"


def _window(call: Call, query: dict[str, Any]) -> queries.Window:
    return queries.window(call.session, query.get("day_from"), query.get("day_to"), query.get("as_of"))


@blp.get("/price-series/<id:series_id>/normalised", rule=rules.SEE, query=NormalisedQuery, returns=NormalisedOut)
def normalised(call: Call, query: dict[str, Any], series_id: int) -> dict[str, Any]:
    """Give a series in yuan per tonne with tax as weighed, each value with the factors that made it."""
    series, asked = prices.series(call.session, series_id), _window(call, query)
    exchange = prices.series(call.session, query["exchange_id"]) if "exchange_id" in query else None
    share = Fraction(query["weighed_share_permille"], 1000)
    found = queries.normalised(call.session, series, asked, exchange, share)
    rows = [
        {
            "day": one.day,
            "fen_per_t": one.value.fen_per_t,
            "factors": [
                {
                    "name": factor.name,
                    "numerator": str(factor.value.numerator),
                    "denominator": str(factor.value.denominator),
                    "source": factor.source,
                }
                for factor in one.value.factors
            ],
        }
        | {name: getattr(one.row, name) for name in ("mantissa", "scale", "edition", "revision", "document_id")}
        for one in found[-MOST:]
    ]
    return {"methodology": normalising.METHODOLOGY, "as_of": asked.moment, "values": rows}


@blp.get("/price-series/<id:series_id>/indicators", rule=rules.SEE, query=IndicatorQuery, returns=IndicatorsOut)
def indicate(call: Call, query: dict[str, Any], series_id: int) -> dict[str, Any]:
    """Give returns, the moving average and the volatility of a series."""
    series, asked = prices.series(call.session, series_id), _window(call, query)
    points, window = queries.points(call.session, series, asked), query["window"]
    readings = zip(
        indicators.returns(points),
        indicators.moving_average(points, window),
        indicators.volatility(points, window),
        strict=True,
    )
    rows = [
        {"day": one.day, "return_e8": one.mantissa, "average_e4": mean.mantissa, "volatility_e6": spread.mantissa}
        for one, mean, spread in readings
    ]
    return {"window": window, "as_of": asked.moment, "values": rows[-MOST:]}


@blp.get("/price-series/<id:series_id>/seasons", rule=rules.SEE, query=DaysQuery, returns=SeasonsOut)
def seasons(call: Call, query: dict[str, Any], series_id: int) -> dict[str, Any]:
    """Lay the same time of several years over each other."""
    series, asked = prices.series(call.session, series_id), _window(call, query)
    found = indicators.seasons(queries.points(call.session, series, asked), ten_day=series.frequency == "ten_day")
    years = [
        {"year": year, "points": [[place, shown(value)] for place, value in found[year]]} for year in sorted(found)
    ]
    return {"as_of": asked.moment, "years": years}


@blp.get("/price-basis", rule=rules.SEE, query=BasisQuery, returns=BasisOut)
def basis(call: Call, query: dict[str, Any]) -> dict[str, Any]:
    """Give spot less futures on the days that both have, each on the common footing."""
    asked = _window(call, query)
    spot_series = prices.series(call.session, query["spot_id"])
    futures_series = prices.series(call.session, query["futures_id"])
    rows = [
        {
            "day": spot.day,
            "spot_fen": int(spot.value),
            "futures_fen": int(futures.value),
            "basis_fen": int(difference.value),
        }
        for spot, futures, difference in queries.basis(call.session, spot_series, futures_series, asked)
    ]
    sign = {"sign": BASIS_SIGN, "methodology": normalising.METHODOLOGY}
    return sign | {"as_of": asked.moment, "values": rows[-MOST:]}


@blp.create("/price-indexes/city", rule=rules.GOVERN, body=CityIndexIn, returns=IndexOut)
def define_city_index(call: Call, body: dict[str, Any]) -> PriceIndex:
    """Define an index of published series; of a code that there is, its next version."""
    return operations.define_city_index(call.session, call.actor, **body)


@blp.create("/price-indexes/deals", rule=rules.GOVERN, body=DealsIndexIn, returns=IndexOut)
def define_deals_index(call: Call, body: dict[str, Any]) -> PriceIndex:
    """Define an index of the platform's own deals; of a code that there is, its next version."""
    return operations.define_deals_index(call.session, call.actor, **body)


@blp.list_("/price-indexes", rule=rules.SEE, returns=IndexOut)
def list_indexes(call: Call, query: dict[str, Any]) -> tuple[list[Any], int | None]:
    """List all versions of all indexes."""
    rows, after = call.page(indexes.indexes(), query, PriceIndex.id)
    return list(rows), after


@blp.get("/price-indexes/<id:index_id>", rule=rules.SEE, returns=IndexOut)
def get_index(call: Call, index_id: int) -> PriceIndex:
    """Show one version of an index."""
    return indexes.index(call.session, index_id)


@blp.get("/price-indexes/<id:index_id>/values", rule=rules.SEE, query=DaysQuery, returns=IndexValuesOut)
def index_values(call: Call, query: dict[str, Any], index_id: int) -> dict[str, Any]:
    """Work a city index out as of a moment; an index of deals gives only what was signed off."""
    found, asked = indexes.index(call.session, index_id), _window(call, query)
    if found.kind != "city":
        raise IndexOfDeals
    values = indexes.city_values(call.session, found, asked.moment, asked.last)
    rows = [_value(one) for one in values if one.day >= asked.first]
    return {
        "code": found.code,
        "version": found.version,
        "methodology": found.methodology,
        "scale": INDEX_SCALE,
        "as_of": asked.moment,
        "values": rows[-MOST:],
    }


def _value(one: Any) -> dict[str, Any]:
    names = ("day", "mantissa", "reason", "contributors", "largest_share_bp", "against")
    costs = {name: getattr(one, name) for name in ("cost_before", "cost_now")}
    return {name: getattr(one, name) for name in names} | {
        name: None if cost is None else str(cost) for name, cost in costs.items()
    }


@blp.create("/price-indexes/<id:index_id>/releases", rule=rules.GOVERN, body=ReleaseIn, returns=ReleaseOut)
def sign_off_index(call: Call, body: dict[str, Any], index_id: int) -> dict[str, Any]:
    """Publish a value under your name, or the reason why there is none; a second time it is a correction."""
    found, day = indexes.index(call.session, index_id), body.pop("day")
    release = operations.sign_off(call.session, call.actor, found, day, **body)
    return _release(release, call.actor.user_name)


@blp.list_("/price-indexes/<id:index_id>/releases", rule=rules.SEE, returns=ReleaseOut)
def list_releases(call: Call, query: dict[str, Any], index_id: int) -> tuple[list[Any], int | None]:
    """List what was signed off, every revision."""
    indexes.index(call.session, index_id)
    rows, after = call.page(indexes.releases(index_id), query, PriceIndexRelease.id)
    names = indexes.signers(call.session, rows)
    return [_release(row, names[row.signed_by]) for row in rows], after


def _release(row: PriceIndexRelease, signed_by: str) -> dict[str, Any]:
    names = ("id", "index_id", "day", "revision", "as_of", "mantissa", "scale", "reason", "contributors", "remark")
    shown_row: dict[str, Any] = {name: getattr(row, name) for name in (*names, "signed_at")}
    return shown_row | {"signed_by": signed_by, "evidence": row.sheet.get("evidence")}
