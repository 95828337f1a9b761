"""The pages of prices: one module for each part of the work, all on one blueprint."""

from pricing import rules
from pricing.pages import (
    board,
    channels,
    comparison,
    derived,
    following,
    formulas,
    imports,
    indexes,
    prices,
    quality,
    series,
    sources,
)
from pricing.pages.slice import pages
from pricing.queries import inbox
from steelyard.api.pages import NavItem
from steelyard.core.i18n import N_

NAVIGATION = (
    NavItem("pricing_pages.board", N_("Prices"), rules.SEE, "chart", 10),
    NavItem("pricing_pages.formulas", N_("Price formulas"), rules.SEE, "doc", 11),
    NavItem("pricing_pages.inbox", N_("Messages"), rules.SEE, "bell", 12, inbox.unread_count),
    NavItem("pricing_pages.quarantine", N_("Price quarantine"), rules.WATCH, "search", 13),
    NavItem("pricing_pages.price_sources", N_("Price sources"), rules.BRING, "link", 15),
)

__all__ = [
    "NAVIGATION",
    "board",
    "channels",
    "comparison",
    "derived",
    "following",
    "formulas",
    "imports",
    "indexes",
    "pages",
    "prices",
    "quality",
    "series",
    "sources",
]
