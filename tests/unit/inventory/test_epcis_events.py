"""Our moves as events: sound by the official schema, with the ids that the standard's hash gives them."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from inventory.epcis import canonical, mapping, structure
from inventory.epcis.hashing import event_id, plain_text
from inventory.epcis.identifiers import PREFIX, Names
from inventory.epcis.mapping import Goods, Making, Move, Process
from inventory.states import State
from inventory.steps import StepKind
from tests.support.epcis import official

AT = datetime(2026, 9, 1, 4, 0, 0, 999_999, tzinfo=UTC)
GOODS = Goods("LC01", "捆 1/2", "2E5", "Mill, One", "108×4.5×6000 20 GB/T 8163", "ZB-1")
OTHER = Goods("LC01", "T-2", "1_000", "Mill 二", "50×6000 45 GB/T 699")
MIXED = replace(GOODS, tag="M", heat_number="2E5+1_000", heats=(("2E5", "Mill, One"), ("1_000", "Mill 二")))
NAMES = {"public address": Names("https://yard.example.com"), "no public address": Names()}
STEPS = [step for step in StepKind if step is not StepKind.REVERSED]


def move(step: StepKind, **more: Any) -> Move:
    """A move of a bundle of 1,234.567 kg."""
    given = {
        "goods": GOODS, "mass_g": 1_234_567, "event_at": AT, "recorded_at": AT + timedelta(seconds=5), "keeper_id": 9,
        "from_owner_id": 1, "to_owner_id": 1, "from_state": State.AVAILABLE, "to_state": State.AVAILABLE,
        "from_place": "A-01", "to_place": "B-01", "document_number": "RK-1", "advice_number": "DH-1",
        "waybill_number": "YD-1", "plate": "鲁P12345", **more,
    }  # fmt: skip
    return Move(step=step, **given)


def everything(names: Names) -> list[dict[str, Any]]:
    """Events of every kind of move and process, told and taken back."""
    moves = [move(step) for step in STEPS]
    moves += [move(StepKind.MOVED, to_owner_id=2), move(StepKind.MOVED, to_state=State.QUARANTINE)]
    moves += [move(StepKind.MOVED, to_state=state) for state in (State.RESERVED, State.PICKED)]
    moves += [move(StepKind.MOVED, from_state=State.PICKED), move(StepKind.WEIGHED, from_state=State.PICKED)]
    moves += [move(StepKind.RECEIVED, goods=OTHER, mass_g=2000, advice_number=None, document_number=None)]
    moves += [move(StepKind.ISSUED, goods=OTHER, waybill_number=None, plate=None, document_number=None)]
    events = [event for one in moves for at in (None, AT) for event in mapping.events_of_move(names, one, at)]
    for process in Process:
        made = Making(process, [(GOODS, 2000)], [(OTHER, 1500)], AT, AT, "JG-1")
        events += [mapping.event_of_process(names, made), mapping.event_of_process(names, made, AT)]
    mixed = Making(Process.MERGE, [(GOODS, 2000), (OTHER, 1500)], [(MIXED, 3500)], AT, AT, "BK-1")
    return [*events, mapping.event_of_process(names, mixed)]


@pytest.mark.parametrize("names", NAMES.values(), ids=NAMES.keys())
def test_our_documents_are_sound(names: Names, shared_data: Path) -> None:
    """By the official schema, its formats included, and by our own rules."""
    document = mapping.document(names, everything(names), AT)
    text = canonical.dumps(document, ordered=False)
    schema = official(shared_data / "epcis" / "schema" / "EPCIS-JSON-Schema.json")
    assert [str(error) for error in schema.iter_errors(json.loads(text))] == []
    events, faults = structure.events_of(canonical.loads(text))
    assert faults == []
    assert [fault for event in events for fault in structure.faults_of_event(event)] == []
    assert len(events) > 50


@pytest.mark.parametrize("names", NAMES.values(), ids=NAMES.keys())
def test_our_ids_are_the_hashes_of_the_standard(names: Names) -> None:
    """The package of the standard's editors computes the same, event by event."""
    from epcis_event_hash_generator import hash_generator, json_to_py
    from pyld import jsonld

    from tests.support.epcis import load

    jsonld.set_document_loader(load)
    document = json.loads(canonical.dumps(mapping.document(names, everything(names), AT), ordered=False))
    expected = hash_generator.epcis_hashes_from_events(json_to_py.event_list_from_epcis_document_json(document))
    assert [event["eventID"] for event in document["epcisBody"]["eventList"]] == expected
    assert len(expected) > 50


def test_every_kind_has_its_entry() -> None:
    """A new kind of move or process without an entry fails here."""
    assert set(mapping.MOVES) == set(mapping.Kind)
    assert set(mapping.PROCESSES) == set(Process)
    assert {one.kind for one in (move(step) for step in STEPS)} <= set(mapping.MOVES)
    assert set(mapping.BY_STATE) == set(State)


def test_what_a_receipt_says() -> None:
    """It comes into being, is received from the mill for its owner, against the papers."""
    names = NAMES["public address"]
    born, received, ordered = mapping.events_of_move(names, move(StepKind.RECEIVED, to_owner_id=2))
    assert (born["type"], born["action"], born["bizStep"]) == ("ObjectEvent", "ADD", "commissioning")
    assert born["ilmd"][f"{PREFIX}:heat"] == "2E5 (Mill, One)"
    assert received["eventTime"] == "2026-09-01T12:00:00.999+08:00"
    (quantity,) = received["quantityList"]
    assert canonical.dumps(quantity["quantity"]) == "1234.567"
    assert quantity["uom"] == "KGM"
    assert {"type": "cert", "bizTransaction": names.of("certificate", "ZB-1")} in received["bizTransactionList"]
    assert {"type": "owning_party", "destination": names.of("party", 2)} in received["destinationList"]
    assert ordered["type"] == "TransactionEvent"
    assert received["epcList"] == ["https://yard.example.com/id/bundle/LC01,%E6%8D%86%201%2F2"]


def test_a_reversal_declares_the_error_under_the_same_ids() -> None:
    """The same events, with the time of the counter-move."""
    names = NAMES["no public address"]
    told = mapping.events_of_move(names, move(StepKind.ISSUED))
    taken_back = mapping.events_of_move(names, move(StepKind.ISSUED), AT + timedelta(hours=1))
    assert [event["eventID"] for event in told] == [event["eventID"] for event in taken_back]
    assert {event["errorDeclaration"]["reason"] for event in taken_back} == {"did_not_occur"}
    assert {event["errorDeclaration"]["declarationTime"] for event in taken_back} == {"2026-09-01T13:00:00.999+08:00"}


def test_no_number_of_gs1_is_made_up() -> None:
    """Neither a GTIN, an SSCC nor a GLN stands in what we say of our goods."""
    for names in NAMES.values():
        text = canonical.dumps(everything(names))
        assert "urn:epc:id:" not in text
        assert "id.gs1.org" not in text


def test_names_are_read_back() -> None:
    """Our URI and what the label says name the same bundle; others name none."""
    for names in NAMES.values():
        assert names.bundle_of(names.bundle("LC01", "捆 1/2,3")) == ("LC01", "捆 1/2,3")
        assert names.bundle_of("steelyard:bundle:LC01/T1") == ("LC01", "T1")
        assert names.bundle_of("urn:epc:id:sscc:0614141.1234567890") is None
        assert names.bundle_of(names.place("LC01", "A-01")) is None


def test_the_hash_refuses_what_it_does_not_cover() -> None:
    """Rather no id than a wrong one."""
    (event,) = mapping.events_of_move(Names(), move(StepKind.SCRAPPED))
    with pytest.raises(ValueError, match="sensorElementList"):
        event_id({**event, "sensorElementList": []}, {})
    assert plain_text(event, {}).startswith("eventType=ObjectEventeventTime=2026-09-01T04:00:00.999Z")


def _sound() -> dict[str, Any]:
    return {
        "@context": canonical.STANDARD_CONTEXT, "type": "ObjectEvent", "action": "OBSERVE", "epcList": ["urn:x:1"],
        "eventTime": "2026-09-01T10:00:00+08:00", "eventTimeZoneOffset": "+08:00", "bizStep": "shipping",
        "disposition": "in_transit", "readPoint": {"id": "urn:x:gate"},
        "quantityList": [{"epcClass": "urn:x:lot", "quantity": 1, "uom": "KGM"}],
        "bizTransactionList": [{"type": "po", "bizTransaction": "urn:x:po"}],
        "sourceList": [{"type": "owning_party", "source": "urn:x:us"}],
        "persistentDisposition": {"set": ["damaged"]},
        "sensorElementList": [{"sensorReport": [{"type": "Temperature", "value": 3, "uom": "CEL"}]}],
        "errorDeclaration": {"declarationTime": "2026-09-02T10:00:00Z", "reason": "incorrect_data"},
    }  # fmt: skip


BROKEN: dict[str, dict[str, Any]] = {
    "no action": {"action": None},
    "another action": {"action": "SEE"},
    "no time": {"eventTime": None},
    "a day for a time": {"eventTime": "2026-09-01"},
    "a time without offset": {"eventTime": "2026-09-01T10:00:00"},
    "a 32nd": {"eventTime": "2026-09-32T10:00:00Z"},
    "no offset": {"eventTimeZoneOffset": None},
    "another offset": {"eventTimeZoneOffset": "8"},
    "an offset too far": {"eventTimeZoneOffset": "+15:00"},
    "an epc that is no URI": {"epcList": ["one"]},
    "an epc twice": {"epcList": ["urn:x:1", "urn:x:1"]},
    "epcs that are no list": {"epcList": "urn:x:1"},
    "an unknown step": {"bizStep": "flying"},
    "an old word": {"bizStep": "urn:epcglobal:cbv:bizstep:shipping"},
    "an unknown disposition": {"disposition": "lost"},
    "a read point without id": {"readPoint": {}},
    "a quantity as text": {"quantityList": [{"epcClass": "urn:x:lot", "quantity": "1"}]},
    "a small unit": {"quantityList": [{"epcClass": "urn:x:lot", "quantity": 1, "uom": "kg"}]},
    "a quantity of nothing": {"quantityList": [{"quantity": 1}]},
    "an unknown paper": {"bizTransactionList": [{"type": "letter", "bizTransaction": "urn:x:po"}]},
    "a paper without number": {"bizTransactionList": [{"type": "po"}]},
    "a source without type": {"sourceList": [{"source": "urn:x:us"}]},
    "an unknown party": {"sourceList": [{"type": "thief", "source": "urn:x:us"}]},
    "nothing set": {"persistentDisposition": {}},
    "an unknown field": {"colour": "red"},
    "another event's field": {"parentID": "urn:x:p"},
    "a report of nothing": {"sensorElementList": [{"sensorReport": [{"value": 1}]}]},
    "an error without time": {"errorDeclaration": {"reason": "incorrect_data"}},
    "an unknown error": {"errorDeclaration": {"declarationTime": "2026-09-02T10:00:00Z", "reason": "oops"}},
    "ilmd of what was seen": {"ilmd": {"ex:heat": "H1"}},
    "no objects": {"epcList": None, "quantityList": None, "sensorElementList": None},
    "a group without children": {"type": "AggregationEvent", "epcList": None, "quantityList": None,
                                 "persistentDisposition": None},
    "an order without papers": {"type": "TransactionEvent", "bizTransactionList": None,
                                "persistentDisposition": None},
    "a change without outputs": {"type": "TransformationEvent", "epcList": None, "quantityList": None,
                                 "action": None, "inputEPCList": ["urn:x:1"]},
    "an association without parent": {"type": "AssociationEvent", "epcList": None, "quantityList": None,
                                      "persistentDisposition": None, "childEPCs": ["urn:x:1"]},
}  # fmt: skip


@pytest.mark.parametrize("change", BROKEN.values(), ids=BROKEN.keys())
def test_what_the_official_schema_refuses_we_refuse(change: dict[str, Any], shared_data: Path) -> None:
    """Our rules and the official schema are held against each other, fault by fault."""
    schema = official(shared_data / "epcis" / "schema" / "EPCIS-JSON-Schema.json")
    sound = _sound()
    assert schema.is_valid(sound)
    assert structure.faults_of_event(sound) == []
    broken = {name: value for name, value in {**sound, **change}.items() if value is not None}
    assert not schema.is_valid(broken)
    faults = structure.faults_of_event(broken)
    assert faults
    assert all(text for _, text in faults)


def test_keeping_and_picking_are_told_in_the_words_of_the_standard() -> None:
    names = NAMES["public address"]
    told = [
        mapping.events_of_move(names, move(StepKind.MOVED, from_state=before, to_state=after))[0]
        for before, after in (
            (State.AVAILABLE, State.RESERVED), (State.RESERVED, State.PICKED), (State.PICKED, State.AVAILABLE),
            (State.RESERVED, State.QUARANTINE),
        )
    ]  # fmt: skip
    assert [(event["bizStep"], event["disposition"]) for event in told] == [
        ("reserving", "reserved"), ("picking", "in_progress"), ("storing", "available"), ("holding", "unavailable"),
    ]  # fmt: skip
