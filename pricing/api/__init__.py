"""The API of prices: one module for each part of the work, all on one blueprint."""

from pricing.api import (
    board,
    channels,
    charts,
    comparison,
    derived,
    exports,
    following,
    formulas,
    imports,
    prices,
    quality,
    sources,
    values,
)
from pricing.api.slice import blp

__all__ = [
    "blp",
    "board",
    "channels",
    "charts",
    "comparison",
    "derived",
    "exports",
    "following",
    "formulas",
    "imports",
    "prices",
    "quality",
    "sources",
    "values",
]
