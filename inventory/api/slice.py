"""The blueprint of the yard's API; the modules of this room publish on it."""

from typing import Any

from steelyard.api.blueprint import SliceBlueprint

blp = SliceBlueprint("inventory", __name__, description="Warehouse stock: bundles, moves, counts, trace")

Body = dict[str, Any]
Record = dict[str, Any]
