"""The tests; they mirror the tree, and what they share stands in ``tests.support``."""
