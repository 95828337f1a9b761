"""Every published operation answers as its description says, whatever a fuzzer sends."""

from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest
import schemathesis
from flask import Flask
from schemathesis.config import SchemathesisConfig
from schemathesis.generation.feedback import FeedbackSources
from schemathesis.pytest._test_builder import build_operation_test
from sqlalchemy import update

from steelyard.accounts.models import ApiToken
from steelyard.accounts.secrets import token_hash
from steelyard.core.actors import OrgKind
from steelyard.core.database import Database
from tests.contract.published import description, labels
from tests.support.databases import DIALECTS, Databases, one_dialect
from tests.support.world import World

LATE_REFUSALS = ["2xx", "401", "403", "404", "409", "412", "429"]
NO_VERSION = ["400", "401", "403", "404", "415", "422", "428"]
"""The one contract: a change with valid data may also be refused for what it meets, a stale version above all,
and a change that names no version is told so by 428, the status made for it (RFC 6585)."""

FOREIGN = ["2xx", "400", "401", "403", "404", "406", "409", "413", "422", "429"]
"""Documents of a standard are described in outline; what its full schema forbids is 400, as the standard says."""

CONFIG: dict[str, Any] = {
    "seed": 20_260_923,
    "operations": [
        # What a GET takes is a few parameters, which the coverage phase tries one by one. A file takes
        # what its list does, and a resource of some events what that of all events does.
        {"include-method": "GET", "phases": {"fuzzing": {"enabled": False}}},
        {"include-path-regex": r"\.(csv|xlsx)$|/epcis/.+/events$", "generation": {"mode": "positive"}},
        {
            "include-method": ["PUT", "PATCH", "DELETE"],
            "checks": {
                "positive_data_acceptance": {"expected-statuses": LATE_REFUSALS},
                "missing_required_header": {"expected-statuses": NO_VERSION},
            },
        },
        {
            "include-path-regex": "/epcis(/|$)|/certificates/import$|/files$|/photos$",
            "checks": {"positive_data_acceptance": {"expected-statuses": FOREIGN}},
        },
    ],
    "generation": {"max-examples": 3},
    "phases": {"coverage": {"unexpected-methods": ["TRACE"]}},  # one stands for all: none has a view
}


TOKENS = {kind.value: f"sy_token-of-a-{kind.value}" for kind in OrgKind}


class Stage:
    """The application that the fuzzer reaches: whichever one the running test has put on."""

    app: Flask

    def __call__(self, environ: Any, start_response: Any) -> Any:
        return self.app(environ, start_response)


STAGE = Stage()


@schemathesis.serializer("application/pdf", "image/jpeg", "image/png", "image/webp")
def as_bytes(context: Any, value: Any) -> bytes:
    """Send a file as the bytes that were made up for it."""
    return value if isinstance(value, bytes) else bytes(getattr(value, "data", str(value).encode()))


@schemathesis.auth(refresh_interval=None)
class TokenOfKind:
    """Sends each operation the token of a member of a kind that may use it."""

    def get(self, case: Any, context: Any) -> str | None:
        """Return the token; public operations get none."""
        kinds = case.operation.definition.raw.get("x-kinds")
        return TOKENS[kinds[len(case.operation.label) % len(kinds)]] if kinds else None

    def set(self, case: Any, data: str, context: Any) -> None:
        """Put the token where it belongs."""
        case.headers = case.headers or {}
        case.headers["Authorization"] = f"Bearer {data}"


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
def on_stage(app: Flask) -> None:
    """Let the fuzzer reach the application."""
    STAGE.app = app


@cache
def published() -> Any:
    """Return the description as the fuzzer understands it."""
    read = schemathesis.openapi.from_dict(description(), config=SchemathesisConfig.from_dict(CONFIG))
    read.app = STAGE
    return read


@cache
def operations() -> dict[str, Any]:
    """Return what is published by its label."""
    return {operation.label: operation for operation in (found.ok() for found in published().get_all_operations())}


def keeps_its_contract(case: schemathesis.Case) -> None:
    """Send one request and look at the answer."""
    case.call_and_validate()


@pytest.mark.slow
@pytest.mark.parametrize("label", labels())
def test_operation_keeps_its_contract(on_stage: None, label: str) -> None:
    """No check of the fuzzer fails.

    The requests of an operation are thought up here rather than at the collection, where every worker would think
    up those of all operations.
    """
    fuzz = build_operation_test(
        config=published().config,
        operation=operations()[label],
        test_func=keeps_its_contract,
        given_kwargs={},
        feedback=FeedbackSources(),
    )
    fuzz()


def test_no_operation_is_left_out() -> None:
    """The names that the tests are made of are all that the fuzzer finds."""
    assert list(operations()) == labels()
