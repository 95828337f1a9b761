"""Each official example is captured into an empty store and comes back equal in meaning."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from steelyard.core.actors import OrgKind
from tests.support.clients import ApiClient
from tests.support.epcis import events_in, examples, meaning, official

ApiAs = Callable[..., ApiClient]
REDEFINES = "WithFullCombinationOfFields/transformation_event_all_possible_fields.jsonld"
"""Its contexts give a protected term of the standard's a second meaning, which JSON-LD forbids: compared as JSON."""


@pytest.fixture
def returned(api_as: ApiAs, shared_data: Path) -> dict[str, tuple[dict[str, Any], dict[str, Any]]]:
    """Every example with the answer to the query of all events; each was captured for an organisation of its own."""
    found = {}
    for name, document in examples(shared_data).items():
        partner = api_as(OrgKind.CARRIER)
        captured = partner.call("POST", "/epcis/capture", json=document)
        assert captured.status_code == 202, (name, captured.text)
        assert captured.get_json()["success"], (name, captured.get_json()["errors"])
        found[name] = (document, partner.get("/epcis/events", perPage=200).get_json())
    return found


def test_the_examples_come_back(returned: dict[str, tuple[Any, Any]], shared_data: Path) -> None:
    """As many events, in an answer that validates against the official schema."""
    schema = official(shared_data / "epcis" / "schema" / "EPCIS-JSON-Schema.json")
    assert len(returned) >= 46
    for name, (sent, got) in returned.items():
        assert len(events_in(got)) == len(events_in(sent)), name
        assert [str(error) for error in schema.iter_errors(got)] == [], name


class TestMeaning:
    """What an event says does not depend on the database: one is enough."""

    @pytest.fixture
    def dialect(self) -> str:
        """SQLite."""
        return "sqlite"

    def test_each_event_means_what_it_meant(self, returned: dict[str, tuple[Any, Any]]) -> None:
        """Canonical RDF of the event, its contexts and extensions included, is the same before and after."""
        for name, (sent, got) in returned.items():
            for before, after in zip(events_in(sent), events_in(got), strict=True):
                made_up = frozenset() if "eventID" in before else frozenset({"eventID"})
                if name == REDEFINES:
                    assert _plain(sent, before) == _plain(got, after)
                else:
                    said, kept = meaning(sent["@context"], before), meaning(got["@context"], after, made_up)
                    assert kept == said, name
                assert after["eventTimeZoneOffset"] == before["eventTimeZoneOffset"], name
                assert after["eventTime"] == before["eventTime"], name


def _plain(document: dict[str, Any], event: dict[str, Any]) -> tuple[list[Any], dict[str, Any]]:
    """Return the contexts of an event in their order, and the event without them and without its recording time."""
    contexts = [*document["@context"], *event.get("@context", [])]
    return contexts, {name: value for name, value in event.items() if name not in {"@context", "recordTime"}}
