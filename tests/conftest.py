"""Fixtures that every test may ask for; what they do stands in ``tests.support``."""

import os
from collections.abc import Callable, Generator, Iterator
from pathlib import Path

import pytest
from flask import Flask
from hypothesis import HealthCheck, settings

from steelyard.core import context, jobs
from steelyard.core.actors import Actor, OrgKind, Role
from steelyard.core.database import Database
from steelyard.core.settings import Settings
from tests.support import applications, garbage
from tests.support import databases as database_support
from tests.support.clients import ApiClient, Browser
from tests.support.databases import DIALECTS, Databases, one_dialect
from tests.support.network import forbid_outside
from tests.support.shared_data import shared_data_folder
from tests.support.world import World

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


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Find the tests, and only them."""
    with garbage.left_alone():
        return (yield)


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop the database server after the last worker."""
    garbage.end_without()
    if not hasattr(config, "workerinput"):
        database_support.end_run()


@pytest.hookimpl(tryfirst=True)
def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a test that is marked ``either_database`` on one of the two, told by its name."""
    marked = metafunc.definition.get_closest_marker("either_database")
    if marked is not None and "dialect" in metafunc.fixturenames:
        dialect = one_dialect(metafunc.definition.name)
        metafunc.definition.add_marker(pytest.mark.parametrize("dialect", [dialect], indirect=True))


@pytest.fixture(autouse=True)
def outside_a_request() -> None:
    """The thread of the tests keeps no request's id from the test before."""
    context.request_id.set("-")


@pytest.fixture(params=[DIALECTS[0], pytest.param(DIALECTS[1], marks=pytest.mark.postgresql)])
def dialect(request: pytest.FixtureRequest) -> str:
    """Each database in turn; a test that asks for it runs twice."""
    return str(request.param)


@pytest.fixture
def databases() -> Iterator[Databases]:
    """Maker of databases for tests that need several, or an empty one."""
    maker = Databases()
    try:
        yield maker
    finally:
        maker.close()


@pytest.fixture
def db(databases: Databases, dialect: str) -> Database:
    """A fresh migrated database, once on SQLite and once on PostgreSQL."""
    return databases.open(dialect)


@pytest.fixture
def world(db: Database) -> World:
    """Maker of organisations, people and tokens in ``db``."""
    return World(db)


@pytest.fixture
def settings_of(tmp_path: Path) -> Callable[[Database], Settings]:
    """Maker of the settings of an installation on a given database, its files in the test's own folder."""

    def make(database: Database) -> Settings:
        return Settings(
            data_dir=tmp_path,
            database_url=database.url.render_as_string(hide_password=False),
            secret_key="only the tests know this secret key",
            requests_per_minute=1_000_000,
        )

    return make


@pytest.fixture
def app(db: Database, settings_of: Callable[[Database], Settings]) -> Iterator[Flask]:
    """The whole web application on ``db``: one for all tests of a worker, because its routes take long to make.

    A test that changes the application itself asks for ``own_app``.
    """
    yield applications.on(settings_of(db), db)
    jobs.plug_in(None)


@pytest.fixture
def own_app(db: Database, settings_of: Callable[[Database], Settings]) -> Flask:
    """An application that no other test sees."""
    from steelyard.app import create_app

    return create_app(settings_of(db), db)


@pytest.fixture
def api_as(app: Flask, world: World) -> Callable[..., ApiClient]:
    """Maker of API clients: ``api_as(actor)``, ``api_as("mill", "seller")``, ``api_as(None)`` for a stranger."""

    def make(who: Actor | OrgKind | str | None, *roles: Role | str, scopes: tuple[str, ...] = ("*",)) -> ApiClient:
        if who is None:
            return ApiClient(app)
        actor = who if isinstance(who, Actor) else world.actor(who, *roles)
        return ApiClient(app, world.token(actor, scopes))

    return make


@pytest.fixture
def browse_as(app: Flask, world: World) -> Callable[..., Browser]:
    """Maker of browsers without scripts, signed in as ``api_as`` says; ``locale`` is the browser's language."""

    def make(who: Actor | OrgKind | str | None, *roles: Role | str, locale: str = "en") -> Browser:
        if who is None:
            return Browser(app, locale=locale)
        actor = who if isinstance(who, Actor) else world.actor(who, *roles, locale=locale)
        return Browser(app, world.browser_session(actor), locale=locale)

    return make


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of recorded data; skips with a reason where there is none."""
    return shared_data_folder()
