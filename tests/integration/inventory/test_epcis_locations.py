"""Events by location with all below it, and the sub-resources, which are the query with one parameter preset."""

from collections.abc import Callable
from urllib.parse import quote

import pytest
from flask import Flask

from inventory.epcis.identifiers import Names
from tests.support.clients import ApiClient
from tests.support.epcis import events_in

from .conftest import Yard, make_yard
from .test_epcis_api import document, event, found, send
from .test_scans import statements

ApiAs = Callable[..., ApiClient]
pytestmark = pytest.mark.either_database
BOX = "https://carrier.example/box/1"


@pytest.fixture
def named(app: Flask) -> Names:
    """The names of the installation that is tested."""
    return Names(app.extensions["steelyard"].settings.public_url)


def numbers(ids: list[str]) -> list[int]:
    return sorted(int(id_.rpartition("-")[2]) for id_ in ids)


def at(uri: str) -> dict[str, str]:
    return {"id": uri}


@pytest.fixture
def five(yard: Yard, named: Names, api_as: ApiAs) -> ApiClient:
    """The yard's own events: at two racks of zone A, at one of zone B, at the yard's gate, and elsewhere."""
    places = [named.place("LC01", code) for code in ("A-01", "A-02", "B-01")]
    uris = [*places, named.place("LC01"), "https://carrier.example/yard"]
    client = api_as(yard.keeper)
    events = [event(number, bizLocation=at(uri)) for number, uri in enumerate(uris, 1)]
    assert send(client, document(*events)).get_json()["success"]
    return client


def test_a_location_is_asked_for_with_all_below_it(yard: Yard, named: Names, five: ApiClient) -> None:
    zone, whole = named.place("LC01", "A"), named.place("LC01")
    assert numbers(found(five, WD_bizLocation=zone)) == [1, 2]
    assert numbers(found(five, EQ_bizLocation=zone)) == []
    assert numbers(found(five, WD_bizLocation=whole)) == [1, 2, 3, 4]
    both = f"{zone}|https://carrier.example/yard"
    with statements(yard) as seen:
        assert numbers(found(five, WD_bizLocation=both)) == [1, 2, 5]
    assert sum("RECURSIVE" in one for one in seen) == 1
    assert numbers(found(five, WD_bizLocation=zone, WD_readPoint="https://carrier.example/gate/1")) == [1, 2]
    assert numbers(found(five, WD_bizLocation=named.place("LC01", "A-02"))) == [2]


def test_the_tree_of_a_yard_is_for_those_who_see_it(yard: Yard, named: Names, api_as: ApiAs) -> None:
    """A carrier asks for its own events at a place by name; what lies below it is not told to it."""
    make_yard(yard.db, yard.world, "LC02")
    carrier = api_as("carrier")
    sent = document(*(event(n, bizLocation=at(named.place("LC01", code))) for n, code in ((1, "A"), (2, "A-01"))))
    assert send(carrier, sent).get_json()["success"]
    assert numbers(found(carrier, WD_bizLocation=named.place("LC01", "A"))) == [1]
    assert numbers(found(carrier, WD_bizLocation=named.place("LC02", "A"))) == []


def test_sub_resources_are_the_query_with_one_parameter_preset(named: Names, five: ApiClient) -> None:
    """They take the other parameters as well, page, and refuse as the query does."""

    def of(kind: str, value: str, **more: object) -> list[int]:
        return numbers(found(five, path=f"/epcis/{kind}/{quote(value, safe='')}/events", **more))

    assert of("eventTypes", "ObjectEvent") == [1, 2, 3, 4, 5]
    assert of("eventTypes", "AggregationEvent") == []
    assert of("bizSteps", "arriving", WD_bizLocation=named.place("LC01", "A")) == [1, 2]
    assert of("bizSteps", "https://ref.gs1.org/cbv/BizStep-arriving", EQ_action="ADD") == []
    assert of("bizLocations", named.place("LC01", "B-01")) == [3]
    assert of("epcs", BOX) == [1]
    path = f"/epcis/epcs/{quote('https://carrier.example/box/*', safe='')}/events"
    first = five.get(path, perPage=3)
    address = first.headers["Link"].partition("<")[2].partition(">")[0]
    token = address.partition("nextPageToken=")[2]
    assert numbers([one["eventID"] for one in events_in(five.get(address).get_json())]) == [4, 5]
    assert five.get("/epcis/events", perPage=3, nextPageToken=token).status_code == 400
    wrong = five.get(path, colour="red")
    assert (wrong.status_code, wrong.get_json()["type"]) == (400, "epcisException:QueryParameterException")


def test_names_of_places_are_read_back() -> None:
    for names in (Names(), Names("https://yard.example")):
        for place in (("LC01", None), ("LC01", "A-01"), ("L,1", "A/1,2")):
            assert names.place_of(names.place(*place)) == place
        assert names.place_of(names.bundle("LC01", "T1")) is None
        assert names.place_of(names.of("place", "LC01", "A", "B")) is None
