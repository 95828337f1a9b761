"""What is read: one module for each part of the work."""

from pricing.queries.waiting import waiting

__all__ = ["waiting"]
