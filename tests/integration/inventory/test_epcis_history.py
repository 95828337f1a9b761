"""Where a heat went, as a document that a customer's system can read; and what partners report beside it."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from inventory.epcis.identifiers import Names
from inventory.labels import bundle_uri
from inventory.models import Bundle, StockMove
from inventory.operations import moving
from steelyard.core.actors import OrgKind
from tests.support.clients import ApiClient, Browser
from tests.support.epcis import events_in, load, official
from tests.support.world import World

from .conftest import Yard

ApiAs = Callable[..., ApiClient]


@pytest.fixture
def history(yard: Yard) -> dict[str, int]:
    """Two bundles of a heat: received, moved, one issued; a third received by mistake and reversed. Gives ids."""
    receipt = yard.receive("T1", "T2", "T3")
    yard.scan(yard.operation("move", "T1", place="B-01"))
    issue = yard.issue("T1")
    with yard.db.write() as session:
        bundle = session.scalars(select(Bundle).where(Bundle.tag == "T3")).one()
        move = session.scalars(select(StockMove).where(StockMove.bundle_id == bundle.id)).one()
        moving.reverse(session, yard.keeper, move.id, "typed twice")
        heat_id = bundle.heat_id
    one, two, three = yard.bundle_ids(["T1", "T2", "T3"])
    return {"T1": one, "T2": two, "T3": three, "heat": heat_id, "receipt": receipt.id, "issue": issue.id}


def steps(document: dict[str, Any]) -> list[tuple[str, str]]:
    """Type and step of each event."""
    return [(event["type"], event["bizStep"]) for event in events_in(document)]


RECEIVED = [("ObjectEvent", "commissioning"), ("ObjectEvent", "receiving"), ("TransactionEvent", "receiving")]
SHIPPED = [("AggregationEvent", "loading"), ("ObjectEvent", "shipping"), ("TransactionEvent", "shipping")]


def test_histories_are_sound_documents(yard: Yard, api_as: ApiAs, history: dict[str, int], shared_data: Path) -> None:
    """Of a bundle, its heat, its receipt and its issue; all by the official schema, ids the same in each."""
    schema = official(shared_data / "epcis" / "schema" / "EPCIS-JSON-Schema.json")
    client = api_as(yard.owner)
    found = {}
    for name in ("bundles/T1", "bundles/T2", "heats/heat", "receipts/receipt", "issues/issue"):
        kind, _, key = name.partition("/")
        answer = client.get(f"/{kind}/{history[key]}/epcis")
        assert answer.status_code == 200, answer.text
        assert answer.headers["Content-Disposition"].startswith("attachment")
        found[name] = answer.get_json()
        assert [str(error) for error in schema.iter_errors(found[name])] == []
    assert steps(found["bundles/T1"]) == [*RECEIVED, ("ObjectEvent", "storing"), *SHIPPED]
    assert steps(found["bundles/T2"]) == RECEIVED
    assert steps(found["issues/issue"]) == steps(found["bundles/T1"])
    ids = {event["eventID"] for event in events_in(found["heats/heat"])}
    assert {event["eventID"] for event in events_in(found["bundles/T1"])} <= ids


def test_a_mistake_is_declared(yard: Yard, api_as: ApiAs, history: dict[str, int]) -> None:
    """The reversed reception stands in the yard's own history with its declaration, under the same ids."""
    events = events_in(api_as(yard.keeper).get(f"/bundles/{history['T3']}/epcis").get_json())
    assert [("errorDeclaration" in event) for event in events] == [False] * 3 + [True] * 3
    assert [event["eventID"] for event in events[:3]] == [event["eventID"] for event in events[3:]]


def test_the_hashes_are_those_of_the_package(yard: Yard, api_as: ApiAs, history: dict[str, int]) -> None:
    """From the ledger to the customer: the ids are what the standard's package computes."""
    from epcis_event_hash_generator import hash_generator, json_to_py
    from pyld import jsonld

    jsonld.set_document_loader(load)
    document = api_as(yard.keeper).get(f"/heats/{history['heat']}/epcis").get_json()
    expected = hash_generator.epcis_hashes_from_events(json_to_py.event_list_from_epcis_document_json(document))
    assert [event["eventID"] for event in json.loads(json.dumps(events_in(document)))] == expected


def test_a_stranger_gets_no_history(yard: Yard, api_as: ApiAs, history: dict[str, int]) -> None:
    """What one does not see is not there."""
    client = api_as(yard.other_owner)
    for path in ("bundles/T1", "heats/heat", "receipts/receipt", "issues/issue"):
        kind, _, key = path.partition("/")
        assert client.get(f"/{kind}/{history[key]}/epcis").status_code == 404, path


def test_what_a_carrier_reports_is_shown_in_the_trace(
    yard: Yard, world: World, api_as: ApiAs, browse_as: Callable[..., Browser], history: dict[str, int]
) -> None:
    """By our URI or by what the label says; whoever sees the bundle reads who reported it, nobody else does."""
    carrier = api_as(world.actor(OrgKind.CARRIER, org=world.org(OrgKind.CARRIER, "鲁运物流")))
    for number, epc in enumerate((Names().bundle("LC01", "T1"), bundle_uri("LC01", "T1"))):
        event = {
            "@context": "https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld", "type": "ObjectEvent",
            "eventID": f"urn:uuid:{number}", "action": "OBSERVE", "epcList": [epc], "bizStep": "arriving",
            "eventTime": "2026-09-02T09:00:00+08:00", "eventTimeZoneOffset": "+08:00",
            "readPoint": {"id": f"https://carrier.example/gate/{number}"},
        }  # fmt: skip
        assert carrier.call("POST", "/epcis/events", json=event).status_code == 201
    for page in (f"/stock/bundles/{history['T1']}", "/stock/trace?heat_number=H1"):
        text = browse_as(yard.owner).get(page).text
        assert "鲁运物流" in text
        assert "https://carrier.example/gate/0" in text
        assert "https://carrier.example/gate/1" in text
    assert "鲁运物流" not in browse_as(yard.owner).get(f"/stock/bundles/{history['T2']}").text
    assert "鲁运物流" not in browse_as(yard.other_owner).get("/stock/trace?heat_number=H1").text
