"""The yard over HTTP, under ``/api/v1``: one module for each part of the work, all on one blueprint."""

from inventory.api import (
    certificates,
    deliveries,
    descent,
    devices,
    events,
    inquiry,
    issues,
    labels,
    moves,
    processes,
    quality,
    receipts,
    scans,
    stock,
    stocktakes,
    titles,
    yards,
)
from inventory.api.slice import blp

__all__ = [
    "blp",
    "certificates",
    "deliveries",
    "descent",
    "devices",
    "events",
    "inquiry",
    "issues",
    "labels",
    "moves",
    "processes",
    "quality",
    "receipts",
    "scans",
    "stock",
    "stocktakes",
    "titles",
    "yards",
]
