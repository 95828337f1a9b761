"""The blueprint of the pages of prices; the modules of this room publish on it."""

from steelyard.api.pages import PageBlueprint

pages = PageBlueprint("pricing", "pricing")
