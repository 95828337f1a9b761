"""The blueprint of the accounts' pages; the modules of this room publish on it."""

from steelyard.api.pages import PageBlueprint

pages = PageBlueprint("accounts", "steelyard.accounts")
