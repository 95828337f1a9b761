"""How long the attacks on the books go on: a moment in every run, and for as long as one asks for.

``STEELYARD_ATTACK=20`` has every state machine try twenty times as many stories, each twice as long.
"""

import os
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.support.databases import Databases

FACTOR = int(os.environ.get("STEELYARD_ATTACK", "1"))
THOROUGH = FACTOR >= 20
"""Whether so much was asked for that nothing should be left untried."""


def attack(machine: type[Any], databases: Databases, dialect: str, *, stories: int, steps: int) -> None:
    """Run a state machine on fresh databases of a dialect: so many stories of so many steps, times the factor."""
    named = type(f"{machine.__name__}_{dialect}", (machine,), {"databases": databases, "dialect": dialect})
    run_state_machine_as_test(
        named,
        settings=settings(
            max_examples=stories * FACTOR, stateful_step_count=steps * (2 if FACTOR > 1 else 1), deadline=None,
            suppress_health_check=list(HealthCheck), print_blob=True,
        ),
    )  # fmt: skip
