"""The API of prices: one module for each part of the work, all on one blueprint."""

from pricing.api import derived, exports, formulas, imports, prices, quality, sources
from pricing.api.slice import blp

__all__ = ["blp", "derived", "exports", "formulas", "imports", "prices", "quality", "sources"]
