"""Benches: one module each, named as the bench with underscores, holding ``BENCH``."""
