"""Partners capture events and query them, by the standard's own binding."""

from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import pytest

from inventory.epcis import capturing
from steelyard.core.actors import OrgKind
from tests.support.clients import ApiClient
from tests.support.epcis import STANDARD, events_in

ApiAs = Callable[..., ApiClient]
HASH_ID = "ni:///sha-256;df7bb3c352fef055578554f09f5e2aa41782150ced7bd0b8af24dd3ccb30ba69?ver=CBV2.0"


def event(number: int = 1, **more: Any) -> dict[str, Any]:
    """A sound event of a bundle's arrival; a field given as ``None`` is left out."""
    made = {
        "@context": STANDARD, "type": "ObjectEvent", "eventID": f"urn:uuid:0000-{number}", "action": "OBSERVE",
        "eventTime": f"2026-09-01T10:{number:02}:00.000+08:00", "eventTimeZoneOffset": "+08:00",
        "bizStep": "arriving", "disposition": "in_progress", "epcList": [f"https://carrier.example/box/{number}"],
        "readPoint": {"id": "https://carrier.example/gate/1"}, **more,
    }  # fmt: skip
    return {name: value for name, value in made.items() if value is not None}


def document(*events: dict[str, Any]) -> dict[str, Any]:
    """A document of events."""
    return {
        "@context": [STANDARD, {"ex": "https://carrier.example/ns/"}],
        "type": "EPCISDocument",
        "schemaVersion": "2.0",
        "creationDate": "2026-09-01T10:00:00Z",
        "epcisBody": {"eventList": [{k: v for k, v in one.items() if k != "@context"} for one in events]},
    }


@pytest.fixture
def dialect() -> str:
    """What the interface says does not depend on the database; one test below takes both."""
    return "sqlite"


@pytest.fixture
def carrier(api_as: ApiAs) -> ApiClient:
    """A partner."""
    return api_as(OrgKind.CARRIER)


def send(client: ApiClient, body: Any, **headers: str) -> Any:
    """Capture a document; the names of headers are written with underlines."""
    return client.call(
        "POST", "/epcis/capture", json=body, headers={k.replace("_", "-"): v for k, v in headers.items()}
    )


def found(client: ApiClient, path: str = "/epcis/events", **query: Any) -> list[str]:
    """The ids of the events that a query gives."""
    answer = client.get(path, **query)
    assert answer.status_code == 200, answer.text
    return [one["eventID"] for one in events_in(answer.get_json())]


class TestBothDatabases:
    """Where the database matters: what is kept, and what is not."""

    @pytest.fixture(params=["sqlite", "postgresql"])
    def dialect(self, request: pytest.FixtureRequest) -> str:
        """Each database."""
        return str(request.param)

    def test_a_repeat_changes_nothing_and_another_body_is_refused(self, carrier: ApiClient) -> None:
        """Order of keys and of sets, zeros and the spelling of a moment make no other event."""
        one = event(1, quantityList=[{"epcClass": "urn:x:lot", "quantity": 1.5, "uom": "KGM"}])
        same = dict(reversed(one.items())) | {
            "eventTime": "2026-09-01T02:01:00+00:00", "recordTime": "2026-09-02T00:00:00Z",
            "quantityList": [{"uom": "KGM", "quantity": 1.50, "epcClass": "urn:x:lot"}],
        }  # fmt: skip
        first, again = (carrier.call("POST", "/epcis/events", json=body) for body in (one, same))
        assert (first.status_code, again.status_code) == (201, 201)
        assert first.headers["Location"] == again.headers["Location"]
        other = carrier.call("POST", "/epcis/events", json={**one, "disposition": "damaged"})
        assert (other.status_code, other.get_json()["type"]) == (409, "epcisException:ResourceAlreadyExistsException")
        assert found(carrier) == [one["eventID"]]

    def test_a_declaration_of_error_carries_the_id_that_it_corrects(self, carrier: ApiClient) -> None:
        """It is kept beside the event, once, and told by its own queries."""
        declared = event(1, errorDeclaration={
            "declarationTime": "2026-09-03T10:00:00+08:00", "reason": "did_not_occur",
            "correctiveEventIDs": ["urn:uuid:0000-2"],
        })  # fmt: skip
        for body in (event(1), declared, declared, event(2)):
            assert carrier.call("POST", "/epcis/events", json=body).status_code == 201
        both = carrier.get(f"/epcis/events/{quote('urn:uuid:0000-1', safe='')}").get_json()
        assert ["errorDeclaration" in one for one in events_in(both)] == [False, True]
        assert found(carrier, EXISTS_errorDeclaration="true") == ["urn:uuid:0000-1"]
        assert found(carrier, EQ_errorReason="did_not_occur", EQ_correctiveEventID="urn:uuid:0000-2|urn:x:y") == [
            "urn:uuid:0000-1"
        ]
        assert found(carrier, GE_errorDeclarationTime="2026-09-04T00:00:00Z") == []
        assert len(found(carrier)) == 3

    def test_all_or_nothing_or_what_is_sound(self, carrier: ApiClient) -> None:
        """A fault in the middle: ``rollback`` keeps nothing, ``proceed`` keeps the others; the job says where."""
        body = document(event(1), event(2, action="SEE"), event(1, bizStep="shipping"), event(3))
        rolled = send(carrier, body).get_json()
        assert (rolled["success"], rolled["running"], rolled["captureErrorBehaviour"]) == (False, False, "rollback")
        assert found(carrier) == []
        answer = send(carrier, body, GS1_Capture_Error_Behaviour="proceed")
        assert found(carrier) == ["urn:uuid:0000-1", "urn:uuid:0000-3"]
        job = carrier.get(answer.headers["Location"]).get_json()
        assert [error["type"] for error in job["errors"]] == [
            "epcisException:ValidationException", "epcisException:ResourceAlreadyExistsException",
        ]  # fmt: skip
        assert "epcisBody.eventList[1].action" in job["errors"][0]["detail"]
        listed = carrier.get("/epcis/capture").get_json()
        assert [one["captureErrorBehaviour"] for one in listed] == ["proceed", "rollback"]

    def test_pages_follow_one_another(self, carrier: ApiClient) -> None:
        """Each event once, in the order that was asked for; the first N of them where a count is given."""
        assert send(carrier, document(*(event(number) for number in (3, 1, 5, 2, 4)))).get_json()["success"]
        assert _walk(carrier, perPage=2) == [3, 1, 5, 2, 4]
        assert _walk(carrier, perPage=2, orderBy="eventTime") == [5, 4, 3, 2, 1]
        assert _walk(carrier, perPage=2, orderBy="eventTime", orderDirection="ASC") == [1, 2, 3, 4, 5]
        assert _walk(carrier, perPage=2, orderBy="recordTime", eventCountLimit=3, orderDirection="ASC") == [3, 1, 5]


def _walk(client: ApiClient, **query: Any) -> list[int]:
    path, given, seen = "/api/v1/epcis/events", query, []
    while path:
        answer = client.get(path, **given)
        seen += [int(one["eventID"].rpartition("-")[2]) for one in events_in(answer.get_json())]
        path, given = answer.headers.get("Link", "").partition(">")[0].removeprefix("<"), {}
    return seen


def test_others_see_nothing_of_it(api_as: ApiAs, carrier: ApiClient) -> None:
    """Events and jobs are the captor's own; another may use the same ids."""
    place = send(carrier, document(event(1))).headers["Location"]
    other = api_as(OrgKind.MILL)
    assert found(other) == []
    assert other.get(place).status_code == 404
    assert other.get("/epcis/capture").get_json() == []
    assert other.get(f"/epcis/events/{quote('urn:uuid:0000-1', safe='')}").status_code == 404
    assert other.call("POST", "/epcis/events", json=event(1, bizStep="shipping")).status_code == 201


QUERIES: dict[str, tuple[dict[str, str], list[int]]] = {
    "type": ({"eventType": "AggregationEvent|TransformationEvent"}, [3, 4]),
    "time from": ({"GE_eventTime": "2026-09-01T02:03:00Z"}, [3, 4]),
    "time before": ({"LT_eventTime": "2026-09-01T10:02:00+08:00"}, [1]),
    "record time": ({"LT_recordTime": "2026-01-01T00:00:00Z"}, []),
    "action": ({"EQ_action": "ADD"}, [3]),
    "step": ({"EQ_bizStep": "shipping|arriving"}, [1, 2]),
    "step as the web page": ({"EQ_bizStep": "https://ref.gs1.org/cbv/BizStep-shipping"}, [2]),
    "own step": ({"EQ_bizStep": "https://carrier.example/ns/weighing"}, [4]),
    "disposition": ({"EQ_disposition": "in_transit"}, [2]),
    "lasting disposition": ({"EQ_persistentDisposition_set": "https://ref.gs1.org/cbv/Disp-damaged|recalled"}, [2]),
    "a disposition that ended": ({"EQ_persistentDisposition_unset": "damaged"}, []),
    "read point": ({"EQ_readPoint": "https://carrier.example/gate/1"}, [1, 2, 3, 4]),
    "location": ({"EQ_bizLocation": "https://carrier.example/yard"}, [2]),
    "paper": ({"EQ_bizTransaction_po": "https://carrier.example/po/7"}, [2]),
    "another kind of paper": ({"EQ_bizTransaction_inv": "https://carrier.example/po/7"}, []),
    "owner": ({"EQ_source_owning_party": "https://carrier.example/us"}, [2]),
    "object": ({"MATCH_epc": "https://carrier.example/box/1|https://carrier.example/child"}, [1, 3]),
    "pattern": ({"MATCH_epc": "https://carrier.example/box/*"}, [1, 2]),
    "parent": ({"MATCH_parentID": "https://carrier.example/lorry"}, [3]),
    "input": ({"MATCH_inputEPC": "https://carrier.example/in"}, [4]),
    "output": ({"MATCH_outputEPC": "https://carrier.example/out"}, [4]),
    "output is no input": ({"MATCH_inputEPC": "https://carrier.example/out"}, []),
    "any": ({"MATCH_anyEPC": "https://carrier.example/lorry|https://carrier.example/out"}, [3, 4]),
    "id": ({"EQ_eventID": "urn:uuid:0000-2"}, [2]),
    "two at once": ({"EQ_bizStep": "shipping", "EQ_action": "ADD"}, []),
}


@pytest.fixture
def four(carrier: ApiClient) -> ApiClient:
    """A partner with four events of different kinds."""
    base = "https://carrier.example"
    assert send(carrier, document(
        event(1),
        event(2, bizStep="shipping", disposition="in_transit", bizLocation={"id": f"{base}/yard"},
              bizTransactionList=[{"type": "po", "bizTransaction": f"{base}/po/7"}],
              sourceList=[{"type": "owning_party", "source": f"{base}/us"}],
              persistentDisposition={"set": ["damaged"]}),
        event(3, type="AggregationEvent", action="ADD", epcList=None, parentID=f"{base}/lorry", bizStep="loading",
              childEPCs=[f"{base}/child"]),
        event(4, type="TransformationEvent", action=None, epcList=None, inputEPCList=[f"{base}/in"],
              outputEPCList=[f"{base}/out"], bizStep="ex:weighing"),
    )).get_json()["success"]  # fmt: skip
    return carrier


def test_each_parameter_chooses(four: ApiClient) -> None:
    """Every parameter that the description names does what the standard says."""
    for name, (query, numbers) in QUERIES.items():
        assert found(four, **query) == [f"urn:uuid:0000-{number}" for number in numbers], name
    too_many = four.get("/epcis/events", maxEventCount=3)
    assert (too_many.status_code, too_many.get_json()["type"]) == (413, "epcisException:QueryTooLargeException")
    assert len(found(four, maxEventCount=4)) == 4


BAD_QUERIES = {
    "unknown": "colour=red",
    "attribute of master data": "HASATTR_bizLocation=urn:x:y",
    "value of an attribute": "EQATTR_bizLocation_urn:x:y=1",
    "value of an attribute, by the schema": "EQ_ATTR_bizLocation_y=1",
    "given twice": "EQ_action=ADD&EQ_action=DELETE",
    "empty": "EQ_bizStep=",
    "empty part": "EQ_bizStep=shipping%7C",
    "no action": "EQ_action=SEE",
    "no moment": "GE_eventTime=yesterday",
    "no offset": "GE_eventTime=2026-09-01T10:00:00",
    "no flag": "EXISTS_errorDeclaration=1",
    "no page": "perPage=0",
    "no order": "orderBy=colour",
    "no direction": "orderBy=eventTime&orderDirection=UP",
    "count without order": "eventCountLimit=3",
    "count and most": "orderBy=eventTime&eventCountLimit=3&maxEventCount=3",
    "token of nothing": "nextPageToken=abc",
    "token of nobody": "nextPageToken=WyJhIiwxLDIsM10",
    "a name without its end": "EQ_bizTransaction_=urn:x:y",
}


@pytest.mark.parametrize("query", BAD_QUERIES.values(), ids=BAD_QUERIES.keys())
def test_a_query_that_cannot_be_understood_is_refused(carrier: ApiClient, query: str) -> None:
    """With the standard's QueryParameterException, never by ignoring it."""
    answer = carrier.call("GET", f"/epcis/events?{query}")
    assert (answer.status_code, answer.get_json()["type"]) == (400, "epcisException:QueryParameterException")
    assert answer.mimetype == "application/problem+json"


def test_a_token_is_good_for_its_query_alone(four: ApiClient) -> None:
    """The page behind one query's place is not asked for by another."""
    link = four.get("/epcis/events", perPage=1, EQ_readPoint="https://carrier.example/gate/1").headers["Link"]
    token = link.partition("nextPageToken=")[2].partition(">")[0]
    assert four.get("/epcis/events", nextPageToken=token).status_code == 400
    released = four.call("DELETE", f"/epcis/nextPageToken/{token}")
    assert (released.status_code, released.data, released.headers["GS1-EPCIS-Version"]) == (204, b"", "2.0")
    assert four.call("DELETE", "/epcis/nextPageToken/abc").status_code == 404


def test_an_id_with_slashes_and_a_question_mark_is_found(carrier: ApiClient) -> None:
    """The hash ids of the standard stand in an address when they are encoded."""
    answer = carrier.call("POST", "/epcis/events", json=event(1, eventID=HASH_ID))
    assert events_in(carrier.get(answer.headers["Location"]).get_json())[0]["eventID"] == HASH_ID


def test_an_event_without_an_id_gets_the_same_one_again(carrier: ApiClient) -> None:
    """So that its repeat is known."""
    places = {carrier.call("POST", "/epcis/events", json=event(1, eventID=None)).headers["Location"] for _ in range(2)}
    assert len(places) == 1
    assert len(found(carrier)) == 1


def test_versions_and_forms_are_agreed_upon(carrier: ApiClient) -> None:
    """What is spoken stands in every answer; what is not is 406 or 415."""
    plain = carrier.get("/epcis/events")
    assert (plain.headers["GS1-EPCIS-Version"], plain.headers["GS1-CBV-Version"]) == ("2.0", "2.0")
    assert plain.mimetype == "application/json"
    linked = carrier.call("GET", "/epcis/events", headers={"Accept": "application/ld+json"})
    assert linked.mimetype == "application/ld+json"
    for name, value in {
        "Accept": "application/xml", "GS1-EPCIS-Min": "2.1", "GS1-EPCIS-Max": "1.2", "GS1-CBV-Min": "3",
        "GS1-EPCIS-Version": "1.2", "GS1-EPC-Format": "Always_EPC_URN", "GS1-CBV-Max": "two",
    }.items():  # fmt: skip
        refused = carrier.call("GET", "/epcis/events", headers={name: value})
        assert (refused.status_code, refused.get_json()["type"]) == (406, "epcisException:NotAcceptableException"), name
        assert refused.headers["GS1-EPCIS-Version"] == "2.0"
    options = carrier.call("OPTIONS", "/epcis/capture")
    assert options.headers["GS1-EPCIS-Capture-Limit"] == str(capturing.MOST_EVENTS)
    xml = carrier.call("POST", "/epcis/capture", data=b"<x/>", headers={"Content-Type": "application/xml"})
    assert (xml.status_code, xml.get_json()["type"]) == (415, "epcisException:UnsupportedMediaTypeException")
    types = carrier.get("/epcis/eventTypes").get_json()
    assert "TransformationEvent" in types["member"]


def _deep(levels: int) -> Any:
    value: Any = "end"
    for _ in range(levels):
        value = {"ex:in": value}
    return value


BAD_DOCUMENTS: dict[str, tuple[Any, str]] = {
    "another type": ({**document(), "type": "Letter"}, "type"),
    "no context": ({k: v for k, v in document().items() if k != "@context"}, "@context"),
    "no list": ({**document(), "epcisBody": {"eventList": {}}}, "epcisBody.eventList"),
    "an unknown field": ({**document(), "colour": "red"}, "colour"),
    "too many": (document(*[{}] * (capturing.MOST_EVENTS + 1)), "epcisBody"),
    "too deep": (document(event(1, **{"ex:in": _deep(60)})), "document"),
    "an unstorable character": (document(event(1, **{"ex:in": "a\0b"})), "document"),
    "a list": ([], "type"),
}


@pytest.mark.parametrize(("body", "path"), BAD_DOCUMENTS.values(), ids=BAD_DOCUMENTS.keys())
def test_a_bad_document_is_refused_with_the_path(carrier: ApiClient, body: Any, path: str) -> None:
    """400 ValidationException names the field."""
    answer = send(carrier, body)
    assert (answer.status_code, answer.get_json()["type"]) == (400, "epcisException:ValidationException")
    assert path in answer.get_json()["errors"]


def test_bodies_are_bounded_and_must_be_json(carrier: ApiClient) -> None:
    """Too large is 413, broken off is 400, and neither leaves a job."""
    headers = {"Content-Type": "application/ld+json"}
    large = carrier.call("POST", "/epcis/capture", data=b" " * (capturing.MOST_BYTES + 1), headers=headers)
    assert (large.status_code, large.get_json()["type"]) == (413, "epcisException:CaptureLimitExceededException")
    broken = carrier.call("POST", "/epcis/capture", data=b'{"type": ', headers=headers)
    assert (broken.status_code, broken.get_json()["type"]) == (400, "epcisException:ValidationException")
    wrong = send(carrier, document(event(1)), GS1_Capture_Error_Behaviour="hope")
    assert wrong.status_code == 400
    alone = carrier.call("POST", "/epcis/events", json=event(1, **{"@context": None}))
    assert "@context" in alone.get_json()["errors"]
    assert carrier.get("/epcis/capture").get_json() == []


def test_numbers_come_back_as_they_were_written(carrier: ApiClient) -> None:
    """No figure passes through a binary fraction."""
    text = b'{"@context":"%s","type":"ObjectEvent","action":"OBSERVE","eventTime":"2026-09-01T10:00:00-05:00",' % (
        STANDARD.encode()
    ) + (
        b'"eventTimeZoneOffset":"-05:00","epcList":[],"eventID":"urn:x:1",'
        b'"quantityList":[{"epcClass":"urn:x:lot","quantity":1234567890.1234567890,"uom":"KGM"}]}'
    )
    answer = carrier.call("POST", "/epcis/events", data=text, headers={"Content-Type": "application/ld+json"})
    assert '"quantity":1234567890.1234567890' in answer.text
    escaped = text.replace(b"urn:x:1", b"urn:x:2").replace(b'"epcList"', b'"ex:\\u7089":1E+2,"epcList"')
    other = carrier.call("POST", "/epcis/events", data=escaped, headers={"Content-Type": "application/ld+json"})
    assert '"ex:炉":1E+2' in other.text
    assert '"eventTime":"2026-09-01T10:00:00-05:00"' in carrier.get("/epcis/events").text
