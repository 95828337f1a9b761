"""The API of the board."""

from typing import Any

from pricing import rules
from pricing.api.prices import series_document
from pricing.api.slice import blp
from pricing.queries import board as queries
from pricing.schemas.board import BoardOut, BoardQuery
from steelyard.api.calls import Call


@blp.get("/price-board", rule=rules.SEE, query=BoardQuery, returns=BoardOut)
def board(call: Call, query: dict[str, Any]) -> dict[str, Any]:
    """Show the latest published prices with their moves, dates, origins and freshness; what you follow comes first."""
    found = queries.board(call.session, call.actor, query)
    entries = [_entry(entry) for entry in found.entries]
    return {"at": call.db_now(), "entries": entries, "total": found.total, "next": found.next}


def _entry(entry: queries.Entry) -> dict[str, Any]:
    names = ("day", "mantissa", "scale", "value", "status", "published_at", "document_id", "freshness", "watched")
    return {name: getattr(entry, name) for name in names} | {
        "series": series_document(entry.series),
        "change": entry.moves.day,
        "week_change": entry.moves.week,
        "month_change": entry.moves.month,
        "held_day": None if entry.held is None else entry.held.day,
    }
