"""The fuzzer: what it reads, what it sends to an operation, and what must hold of the answers."""

from collections.abc import Iterator
from contextlib import suppress
from copy import deepcopy
from functools import cache
from typing import Any
from unittest import SkipTest

import schemathesis
from flask import Flask
from schemathesis.config import ProjectConfig, SchemathesisConfig
from schemathesis.generation.drivers import CoverageGenerator
from schemathesis.generation.feedback import FeedbackSources
from schemathesis.generation.meta import content_type_probes_first
from schemathesis.generation.overrides import with_config_headers
from schemathesis.pytest._test_builder import build_operation_test
from schemathesis.specs.openapi.checks import ignored_auth

from steelyard.core.actors import OrgKind
from tests.contract.published import description

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
    "phases": {
        # Its cases are sent one after the other by attack(), where Hypothesis would set the stage for each.
        "coverage": {"enabled": False, "unexpected-methods": ["TRACE"]},  # one stands for all: none has a view
    },
}
SOME_EVENTS = (
    "/api/v1/epcis/bizLocations/{biz_location}/events",
    "/api/v1/epcis/bizSteps/{biz_step}/events",
    "/api/v1/epcis/epcs/{epc}/events",
    "/api/v1/epcis/eventTypes/{event_type}/events",
)
"""Each takes all parameters of all events, which read them for it: every one is tried there, and on one of these."""

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


@cache
def operations() -> dict[str, Any]:
    """Return what is published by its label."""
    read = schemathesis.openapi.from_dict(_shared_out(description()), config=SchemathesisConfig.from_dict(CONFIG))
    read.app = STAGE
    _remember_checks(read.config)
    return {operation.label: operation for operation in (found.ok() for found in read.get_all_operations())}


def attack(operation: Any) -> None:
    """Send an operation all that the fuzzer thinks up for it; fail where an answer breaks the contract."""
    contract = Contract()
    for case in _covering(operation):
        contract.holds(case)
    fuzz = build_operation_test(
        config=operation.schema.config,
        operation=operation,
        test_func=contract.holds,
        given_kwargs={},
        feedback=FeedbackSources(),
    )
    with suppress(SkipTest):  # so Hypothesis says that a GET has no examples of its own
        fuzz()


class Contract:
    """Looks at the answers of one operation."""

    def __init__(self) -> None:
        self._admitted = False

    def holds(self, case: schemathesis.Case) -> None:
        """Send one request and look at the answer; the first that is let in is sent without its token, too."""
        answer = case.call_and_validate(excluded_checks=[ignored_auth] if self._admitted else None)
        self._admitted |= answer.status_code < 300


def _covering(operation: Any) -> Iterator[Any]:
    config = operation.schema.config
    generation = config.generation_for(operation=operation, phase="coverage")
    cases = CoverageGenerator(
        operation=operation,
        generation_modes=generation.modes,
        generation_config=generation,
        auth_storage=None,
        override=with_config_headers(config, operation=operation),
        feedback=FeedbackSources(),
    )
    return reversed(content_type_probes_first(cases))


def _shared_out(document: dict[str, Any]) -> dict[str, Any]:
    """Return the description with each parameter of events on one of the resources of some of them."""
    thinned = deepcopy({path: document["paths"][path] for path in SOME_EVENTS})
    for place, path in enumerate(SOME_EVENTS):
        thinned[path]["get"]["parameters"] = thinned[path]["get"]["parameters"][place :: len(SOME_EVENTS)]
    return document | {"paths": document["paths"] | thinned}


def _remember_checks(config: ProjectConfig) -> None:
    """Let the configuration work out once for an operation what it would for each of its answers."""
    work_out, known = config.checks_config_for, {}

    def checks_config_for(*, operation: Any = None, phase: str | None = None) -> Any:
        which = operation and operation.label, phase
        if which not in known:
            known[which] = work_out(operation=operation, phase=phase)
        return known[which]

    config.checks_config_for = checks_config_for
