"""What all tests with a database share."""

import pytest

from steelyard.accounts import secrets
from tests.support import passwords


@pytest.fixture(autouse=True)
def _light_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test pays for passwords."""
    monkeypatch.setattr(secrets, "_hasher", passwords.light)
