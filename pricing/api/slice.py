"""The blueprint of the API of prices; the modules of this room publish on it."""

from steelyard.api.blueprint import SliceBlueprint

blp = SliceBlueprint("pricing", __name__, description="Price series, what is known of them, and where it comes from.")
