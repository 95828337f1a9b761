"""Databases that hold the shipped prices, filled once and copied for each test."""

import pytest

from pricing.reference import RECENT, load_fixtures
from steelyard.core.database import Database
from tests.support.databases import Databases


def recent_prices(db: Database) -> None:
    """Load the latest shipped documents."""
    with db.write() as session:
        load_fixtures(session, None, RECENT)


def all_prices(db: Database) -> None:
    """Load every shipped document."""
    with db.write() as session:
        load_fixtures(session, None)


FILLINGS = {"recent_prices": recent_prices, "all_prices": all_prices}


@pytest.fixture
def db(request: pytest.FixtureRequest, databases: Databases, dialect: str) -> Database:
    """A fresh migrated database; it holds the shipped prices where the test asks for them by a fixture below."""
    asked = [filling for name, filling in FILLINGS.items() if name in request.fixturenames]
    return databases.open(dialect, holding=asked[0] if asked else None)


@pytest.fixture(name="recent_prices")
def with_recent_prices(db: Database) -> Database:
    """The test's database with the latest shipped documents."""
    return db


@pytest.fixture(name="all_prices")
def with_all_prices(db: Database) -> Database:
    """The test's database with every shipped document."""
    return db
