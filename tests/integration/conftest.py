"""What all tests with a database share."""

from functools import cache

import pytest
from argon2 import PasswordHasher

from steelyard.accounts import secrets


@cache
def _light() -> PasswordHasher:
    return PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


@pytest.fixture(autouse=True)
def _light_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    """Passwords are stretched as little as the library allows: tests/unit has the real cost."""
    monkeypatch.setattr(secrets, "_hasher", _light)
