"""Fixtures that every test may ask for; what they do stands in ``tests.support``."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from steelyard.core.database import Database
from tests.support import databases as database_support
from tests.support.databases import DIALECTS, Databases
from tests.support.network import forbid_outside
from tests.support.shared_data import shared_data_folder

forbid_outside()

# Two workers share two cores with a browser and a database: a slow example is no failure.
settings.register_profile(
    "steelyard",
    deadline=None,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
settings.load_profile("steelyard")


def pytest_configure(config: pytest.Config) -> None:
    """Open the folder that the workers share; only the controlling process does."""
    if not hasattr(config, "workerinput"):
        os.environ["STEELYARD_TEST_OWNER"] = str(os.getpid())
        database_support.begin_run()


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop the database server after the last worker."""
    if not hasattr(config, "workerinput"):
        database_support.end_run()


@pytest.fixture(params=[DIALECTS[0], pytest.param(DIALECTS[1], marks=pytest.mark.postgresql)])
def dialect(request: pytest.FixtureRequest) -> str:
    """Each database in turn; a test that asks for it runs twice."""
    return str(request.param)


@pytest.fixture
def databases(tmp_path: Path) -> Iterator[Databases]:
    """Maker of databases for tests that need several, or an empty one."""
    maker = Databases(tmp_path)
    try:
        yield maker
    finally:
        maker.close()


@pytest.fixture
def db(databases: Databases, dialect: str) -> Database:
    """A fresh migrated database, once on SQLite and once on PostgreSQL."""
    return databases.open(dialect)


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of recorded data; skips with a reason where there is none."""
    return shared_data_folder()
