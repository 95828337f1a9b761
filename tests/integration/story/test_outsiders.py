"""What one organisation's business shows to others: nothing that does not name them or is not the market's."""

from collections.abc import Callable
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from steelyard.app import create_app
from steelyard.core.actors import OrgKind
from steelyard.core.database import Database
from steelyard.core.settings import Settings
from tests.support.clients import ApiClient
from tests.support.story import replay
from tests.support.world import World

PUBLIC_ON_THE_PLATFORM = {
    "/api/v1/organisations/<id:org_id>",
    *(f"/api/v1/price-documents/<id:document_id>{part}" for part in ("", "/content", "/rows.csv", "/rows.xlsx")),
    *(f"/api/v1/price-series/<id:series_id>{part}" for part in ("", "/chart", "/indicators", "/normalised")),
    *(
        f"/api/v1/price-series/<id:series_id>/{part}"
        for part in ("observations", "observations.csv", "observations.xlsx")
    ),
    *(f"/api/v1/price-series/<id:series_id>/{part}" for part in ("seasons", "values")),
    *(
        f"/api/v1/price-series/<id:series_id>/{part}{form}"
        for part, form in product(("observations", "revisions"), ("", ".csv", ".xlsx"))
    ),
    "/api/v1/warehouses/<id:warehouse_id>/tariffs",
}
"""Names of members, published prices, and what the yards ask for."""
SHOWN_TO_THE_MARKET = {
    "/api/v1/campaigns/<id:campaign_id>",
    "/api/v1/campaigns/<id:campaign_id>/award",
    "/api/v1/campaigns/<id:campaign_id>/progress",
    "/api/v1/freight/demands/<id:demand_id>",
    "/api/v1/freight/supplies/<id:supply_id>",
    "/api/v1/freight/rounds/<id:round_id>",
}
"""Calls to take part and what came of them: without others' ceilings, asks, pledges, bids or wins."""
LISTS_OF_ONES_OWN = {
    "/api/v1/campaigns/<id:campaign_id>/pledges",
    "/api/v1/campaigns/<id:campaign_id>/bids",
    "/api/v1/campaigns/<id:campaign_id>/allocations",
    "/api/v1/warehouses/<id:warehouse_id>/charges",
}
EVENTS_OF_ONES_OWN = {
    "/api/v1/epcis/eventTypes/<event_type>/events",
    "/api/v1/epcis/bizSteps/<path:biz_step>/events",
    "/api/v1/epcis/bizLocations/<path:biz_location>/events",
    "/api/v1/epcis/epcs/<path:epc>/events",
}
EVENT = {
    "@context": "https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld",
    "eventID": "urn:uuid:0000-1",
    "type": "ObjectEvent",
    "action": "OBSERVE",
    "eventTime": "2026-09-01T02:00:00Z",
    "eventTimeZoneOffset": "+08:00",
    "epcList": ["https://id.gs1.org/00/069012340000000072"],
}
"""What a partner tells of a bundle."""
ALL_EVENTS = ("/api/v1/epcis/events", "/api/v1/epcis/eventTypes/ObjectEvent/events")
SECRETS = {"ceiling_fen", "ask_fen_per_km", "fixed_fen", "surplus_fen", "plate", "order_reference", "org_name"}
MOST_IDS = 30


@pytest.mark.slow
def test_outsiders_see_nothing_of_the_story(tmp_path: Path, settings_of: Callable[[Database], Settings]) -> None:
    """New organisations of every kind but the operator's read every document of the story by its id."""
    db = Database(replay(tmp_path))
    app = create_app(settings_of(db), db)
    world = World(db)
    partner = ApiClient(app, world.token(world.actor(OrgKind.CARRIER)))
    assert partner.call("POST", "/epcis/events", json=EVENT).status_code == 201
    seen: set[tuple[str, str]] = set()
    for kind in OrgKind:
        if kind is OrgKind.OPERATOR:
            continue
        outsider = world.actor(kind)
        client = ApiClient(app, world.token(outsider))
        for route in app.url_map.iter_rules():
            names = sorted(route.arguments)
            if "GET" in (route.methods or ()) and route.rule.startswith("/api/v1") and names:
                seen |= {(kind, path) for path in _readable(client, outsider.org_id, route.rule, len(names))}
        assert [_events(client.get(path).get_json()) for path in ALL_EVENTS] == [[], []]
    assert [len(_events(partner.get(path).get_json())) for path in ALL_EVENTS] == [1, 1]
    db.close()
    leaked = {(kind, rule) for kind, rule in seen if rule not in PUBLIC_ON_THE_PLATFORM | SHOWN_TO_THE_MARKET}
    assert leaked == set()
    assert {rule for _, rule in seen} >= PUBLIC_ON_THE_PLATFORM


def _events(answer: Any) -> list[Any]:
    events: list[Any] = answer["epcisBody"]["queryResults"]["resultsBody"]["eventList"]
    return events


def _readable(client: ApiClient, org_id: int, rule: str, arguments: int) -> set[str]:
    """Return ``rule`` if any document behind it answered with something in it."""
    for ids in product(range(1, MOST_IDS if arguments == 1 else 8), repeat=arguments):
        path = rule
        for number in ids:
            begin, end = path.index("<"), path.index(">")
            path = f"{path[:begin]}{number}{path[end + 1 :]}"
        answer = client.get(path)
        assert answer.status_code in {200, 403, 404, 409}, (path, answer.text)
        if answer.status_code == 403:  # the route's rule, whatever the id: what is not yours is "not found"
            break
        if answer.status_code != 200:
            continue
        body = answer.get_json(silent=True)
        if rule in EVENTS_OF_ONES_OWN:
            assert _events(body) == [], (path, body)
        elif rule in LISTS_OF_ONES_OWN:
            assert body["items"] == [], (path, body)
        elif rule in SHOWN_TO_THE_MARKET:
            assert {name for name in SECRETS if body.get(name) is not None} == set(), (path, body)
            assert not rule.endswith("/award") or body["lines"] == [], (path, body)
            return {rule}
        elif rule == "/api/v1/members/<id:member_id>":
            assert body["org"]["id"] == org_id, (path, body)
        else:
            return {rule}
    return set()
