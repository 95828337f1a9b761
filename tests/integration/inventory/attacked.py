"""What the machines that attack a yard share: a yard of their own on a fresh database."""

from hypothesis.stateful import RuleBasedStateMachine

from tests.support.databases import Databases
from tests.support.world import World

from .conftest import Yard, make_yard


class Attacked(RuleBasedStateMachine):
    """``databases`` and ``dialect`` are given by :func:`tests.support.attacks.attack`."""

    databases: Databases
    dialect: str
    yard: Yard

    def open_fresh(self) -> None:
        """Open the yard; each machine does so first and fills it as it likes."""
        db = self.databases.open(self.dialect)
        self.yard = make_yard(db, World(db))
