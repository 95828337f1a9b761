"""The map of a yard."""

from typing import Any

from flask import url_for

from inventory import documents, rules, storage
from inventory.models import Warehouse
from inventory.pages.slice import CHOICES, asked, pages
from inventory.yard_map import Box, Level, Spot, draw, tree
from steelyard.api.calls import Call
from steelyard.api.pages import render
from steelyard.core.errors import NotFound
from steelyard.core.i18n import N_

LEVELS = {
    Level.EMPTY: N_("empty"),
    Level.UNKNOWN: N_("something lies there, capacity not known"),
    Level.LOW: N_("half full at most"),
    Level.MIDDLE: N_("four fifths full at most"),
    Level.HIGH: N_("full at most"),
    Level.OVER: N_("more than it takes"),
}


@pages.view("/warehouse/map", rule=rules.SEE_YARD)
def yard_map(call: Call) -> str:
    """The places of a yard as boxes in their tree, with their load as colour and number and a way to their bundles."""
    seen = documents.warehouses(call.actor).order_by(Warehouse.code).limit(CHOICES)
    yards = call.session.scalars(seen).all()
    given = asked("yard", "place")
    yard = next((one for one in yards if str(one.id) == given.get("yard")), yards[0] if yards else None)
    tops, known = tree(_spots(call, yard)) if yard else ([], {})
    top = next((one for one in known.values() if one.code == given.get("place")), None)
    if "place" in given and top is None:
        raise NotFound
    drawn = draw([top] if top else tops)
    return render(
        "inventory/map.html",
        yards=yards,
        yard=yard,
        top=top,
        above=known.get(top.parent_id) if top and top.parent_id else None,
        picture=drawn,
        addresses={box.spot.place_id: _address(yard, box) for box in drawn.boxes} if yard else {},
        levels=LEVELS,
    )


def _spots(call: Call, yard: Warehouse) -> list[Spot]:
    return [
        Spot(
            row.id, row.code, row.name, row.parent_id, row.bundles, int(row.mass_g), row.capacity_g, row.is_blocked
        )
        for row in call.session.execute(storage.loads(yard.id))
    ]  # fmt: skip


def _address(yard: Any, box: Box) -> str:
    """To the bundles at a place and below it, or to its own map where not all below it is drawn."""
    if not box.is_whole:
        return url_for("inventory_pages.yard_map", yard=yard.id, place=box.spot.code)
    return url_for("inventory_pages.stock", warehouse_id=yard.id, place=box.spot.code)
