"""A market: an operator with two officers, pipe makers and mills, and campaigns brought to any stage over HTTP."""

from collections.abc import Iterator
from contextlib import ExitStack
from datetime import datetime, timedelta

import pytest
from nacl.pwhash import argon2id

from steelyard.core import clock
from tests.integration.procurement.market import Market


class Time:
    """Moves this process's clock and the database's as seen through it, forward only."""

    def __init__(self, stack: ExitStack) -> None:
        self._stack = stack

    def pass_(self, **delta: float) -> None:
        """Let time go by."""
        self._stack.enter_context(clock.shifted(seconds=timedelta(**delta).total_seconds()))

    def until(self, moment: datetime, *, before: float) -> None:
        """Let time go by until some seconds ``before`` a moment."""
        self.pass_(seconds=(moment - clock.utc_now()).total_seconds() - before)


@pytest.fixture
def time() -> Iterator[Time]:
    """The clock's hand."""
    with ExitStack() as stack:
        yield Time(stack)


@pytest.fixture
def market(world, api_as, app, db, time) -> Market:
    """A market on a fresh database."""
    return Market(world, api_as, app, db, time)


@pytest.fixture(autouse=True)
def _light_stretching(monkeypatch: pytest.MonkeyPatch) -> None:
    """Officers' passphrases are stretched as little as the library allows: tests/unit has the real cost."""
    monkeypatch.setattr(argon2id, "OPSLIMIT_INTERACTIVE", argon2id.OPSLIMIT_MIN)
    monkeypatch.setattr(argon2id, "MEMLIMIT_INTERACTIVE", argon2id.MEMLIMIT_MIN)
