"""Passwords that cost nothing, for tests that are about something else."""

from functools import cache

from argon2 import PasswordHasher


@cache
def light() -> PasswordHasher:
    """Stretch passwords as little as the library allows: tests/unit has the real cost."""
    return PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
