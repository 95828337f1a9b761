"""The API of prices: one module for each part of the work, all on one blueprint."""

from pricing.api import derived, formulas, prices
from pricing.api.slice import blp

__all__ = ["blp", "derived", "formulas", "prices"]
