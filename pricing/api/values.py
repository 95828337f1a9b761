"""The API of many figures at once."""

from typing import Any

from sqlalchemy import Row

from pricing import rules
from pricing.api.slice import blp
from pricing.queries import values as queries
from pricing.schemas.values import LatestOut, LatestQuery, ValuesOut, ValuesQuery
from steelyard.api.calls import Call


@blp.get("/price-series/<id:series_id>/values", rule=rules.SEE, query=ValuesQuery, returns=ValuesOut)
def series_values(call: Call, query: dict[str, Any], series_id: int) -> dict[str, Any]:
    """Give what is believed of a series, years of it at once, as columns."""
    found = queries.values(call.session, series_id, query)
    return {"series_id": series_id, **found.named(), "next_day": found.next_day}


@blp.get("/price-latest", rule=rules.SEE, query=LatestQuery, returns=LatestOut)
def latest_values(call: Call, query: dict[str, Any]) -> dict[str, Any]:
    """Give the latest published figure of up to 200 series."""
    ids = list(dict.fromkeys(int(part) for part in query["ids"].split(",")))
    return {"values": [_latest(row) for row in queries.latest(call.session, ids)]}


def _latest(row: Row[Any]) -> dict[str, Any]:
    """One figure in the form in which it is sent: two hundred pass through no schema."""
    shown = dict(row._mapping)
    published = shown["published_at"]
    shown["day"] = row.day.isoformat()
    shown["published_at"] = None if published is None else published.isoformat().replace("+00:00", "Z")
    return shown
