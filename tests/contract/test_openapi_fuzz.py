"""Every published operation answers as its description says, whatever a fuzzer sends."""

from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import update

from steelyard.accounts import secrets
from steelyard.accounts.models import ApiToken
from steelyard.accounts.secrets import token_hash
from steelyard.core.actors import OrgKind
from steelyard.core.database import Database
from tests.contract.fuzzer import STAGE, TOKENS, attack, operations
from tests.contract.published import labels
from tests.support import passwords
from tests.support.databases import DIALECTS, Databases, one_dialect
from tests.support.world import World


@pytest.fixture
def dialect(request: pytest.FixtureRequest) -> str:
    """One of the two databases for each operation: the requests are the same, and every data path has tests on both."""
    return one_dialect(request.node.name)


def someone_of_each_kind(db: Database) -> None:
    """Let an organisation of each kind have a member with a token."""
    world = World(db)
    for kind in OrgKind:
        given = token_hash(world.token(world.actor(kind)))
        with db.write() as session:
            query = update(ApiToken).where(ApiToken.token_hash == given)
            session.execute(query.values(token_hash=token_hash(TOKENS[kind.value])))


@pytest.fixture(scope="module")
def library() -> Iterator[dict[str, Database]]:
    """One database of each kind for all operations that only read."""
    maker = Databases()
    yield {dialect: maker.open(dialect, holding=someone_of_each_kind) for dialect in DIALECTS}
    maker.close()


@pytest.fixture
def db(databases: Databases, library: dict[str, Database], dialect: str, label: str) -> Database:
    """A database with the people who send the requests."""
    if label.startswith("GET "):
        return library[dialect]
    return databases.open(dialect, holding=someone_of_each_kind)


@pytest.fixture
def on_stage(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the fuzzer reach the application, where passwords cost nothing."""
    monkeypatch.setattr(secrets, "_hasher", passwords.light)
    STAGE.app = app


@pytest.mark.slow
@pytest.mark.parametrize("label", labels())
def test_operation_keeps_its_contract(on_stage: None, label: str) -> None:
    """No check of the fuzzer fails.

    The requests of an operation are thought up here rather than at the collection, where every worker would think
    up those of all operations.
    """
    attack(operations()[label])


def test_no_operation_is_left_out() -> None:
    """The names that the tests are made of are all that the fuzzer finds."""
    assert list(operations()) == labels()
