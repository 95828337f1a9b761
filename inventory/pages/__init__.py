"""Pages of the yard: stock and trace for all, receiving, issuing, counting and scanning for the yard's people."""

from inventory import rules
from inventory.pages import (
    advices,
    certificates,
    charges,
    deliveries,
    descent,
    inquiry,
    issues,
    labels,
    masters,
    places,
    processes,
    quality,
    reasons,
    receipt_certificates,
    receipts,
    scanning,
    settling,
    statements,
    stock,
    stocktakes,
    titles,
    weighbridge,
    yard_maps,
)
from inventory.pages.slice import pages
from steelyard.api.pages import NavItem
from steelyard.core.i18n import N_

NAVIGATION = (
    NavItem("inventory_pages.stock", N_("Stock"), rules.SEE, "box", 30),
    NavItem("inventory_pages.trace", N_("Trace"), rules.SEE, "link", 31),
    NavItem("inventory_pages.certificates", N_("Certificates"), rules.SEE, "doc", 32),
    NavItem("inventory_pages.scan", N_("Scan"), rules.REPORT, "scan", 32),
    NavItem("inventory_pages.advices", N_("Advices"), rules.SEE_OWNED, "doc", 33),
    NavItem("inventory_pages.receipts", N_("Receipts"), rules.SEE_YARD, "doc", 33),
    NavItem("inventory_pages.delivery_orders", N_("Delivery orders"), rules.SEE_OWNED, "out", 34),
    NavItem("inventory_pages.issues", N_("Issues"), rules.SEE_YARD, "truck", 34),
    NavItem("inventory_pages.stocktakes", N_("Stocktakes"), rules.SEE_YARD, "count", 35),
    NavItem("inventory_pages.processes", N_("Processing"), rules.SEE_OWNED, "factory", 36),
    NavItem("inventory_pages.titles", N_("Title transfers"), rules.SEE_OWNED, "swap", 37),
    NavItem("inventory_pages.defects", N_("Defects"), rules.SEE_YARD, "bell", 38),
)

__all__ = [
    "NAVIGATION",
    "advices",
    "certificates",
    "charges",
    "deliveries",
    "descent",
    "inquiry",
    "issues",
    "labels",
    "masters",
    "pages",
    "places",
    "processes",
    "quality",
    "reasons",
    "receipt_certificates",
    "receipts",
    "scanning",
    "settling",
    "statements",
    "stock",
    "stocktakes",
    "titles",
    "weighbridge",
    "yard_maps",
]
