"""The pages of prices: one module for each part of the work, all on one blueprint."""

from pricing import rules
from pricing.pages import prices
from pricing.pages.slice import pages
from steelyard.api.pages import NavItem
from steelyard.core.i18n import N_

NAVIGATION = (NavItem("pricing_pages.board", N_("Prices"), rules.SEE, "chart", 10),)

__all__ = ["NAVIGATION", "pages", "prices"]
