"""A lorry that leaves on a waybill alone, weighed in one or two steps: the difference is booked, or wants a reason."""

from collections.abc import Callable

import pytest
from sqlalchemy import select

from inventory import documents, recalling, tracing
from inventory.delivery_errors import WeightDiffers
from inventory.epcis import exporting
from inventory.epcis.identifiers import Names
from inventory.gate_errors import TicketOfAnotherLorry, TicketTwice
from inventory.models import Heat
from inventory.operations import issuing, weighbridge
from inventory.operations.outgoing import Weighed
from inventory.operations.weighbridge import FirstWeight, SecondWeight
from inventory.operations.weighings import Ticket
from inventory.states import Direction, PlaceKind
from steelyard.core.outbox import Event
from tests.support.clients import ApiClient

from .conftest import Yard
from .test_receiving import at_virtual

PLATE, TARE_G = "鲁P12345", 15_000_000
BOOKED_G = 689_166
"""Ten pipes of 108×4.5, six metres each, as the books have them: theory, 7.85 t/m³."""


def opened(yard: Yard, *tags: str) -> int:
    yard.receive(*tags)
    loading = issuing.Loading(yard.owner.org_id, "YD-1", PLATE, tags)
    with yard.db.write() as session:
        return issuing.open_issue(session, yard.keeper, yard.warehouse.id, loading).id


def leave(yard: Yard, issue_id: int, weighed: Weighed) -> None:
    with yard.db.write() as session:
        issuing.post_issue(session, yard.keeper, issue_id, weighed)


def whole(net_g: int, plate: str = PLATE, number: str = "BD-9") -> Ticket:
    return Ticket(number, plate, TARE_G + net_g, TARE_G)


@pytest.mark.parametrize("more_g", [1_001, -1_001, 0], ids=["heavier", "lighter", "as booked"])
@pytest.mark.either_database
def test_what_was_weighed_is_what_has_left(yard: Yard, more_g: int) -> None:
    """The net mass is spread over the bundles; waybill, page, trace and balance of the heat say the same."""
    issue_id = opened(yard, "T1", "T2")
    net_g = 2 * BOOKED_G + more_g
    leave(yard, issue_id, Weighed(whole(net_g)))
    with yard.db.read() as session:
        shown = documents.issue(session, yard.keeper, issue_id)
        told = session.scalars(select(Event).where(Event.type == "inventory.issue_posted")).one().data
        heat_id = session.scalars(select(Heat.id)).one()
        traced = tracing.heat_trace(session, yard.keeper, heat_id)
        recalled = list(
            recalling.whole_recall(session, yard.keeper, recalling.seeds_of_heat(session, yard.keeper, heat_id))
        )
    assert shown["mass_g"] == told["mass_g"] == at_virtual(yard, PlaceKind.CUSTOMER) == net_g
    assert [one.ticket_number for one in shown["weighings"]] == ["BD-9"]
    assert {line["pieces"] for line in shown["lines"]} == {10}
    assert at_virtual(yard, PlaceKind.MASS_DIFFERENCE) == -more_g
    assert traced["balance"]["issued_g"] == net_g
    assert {one["waybill_number"] for one in (*recalled, *traced["bundles"])} == {"YD-1"}
    with yard.db.read() as session:
        history = exporting.of_issue(session, yard.keeper, Names(), issue_id)["epcisBody"]["eventList"]
    weighed = [one for one in history if one["bizStep"] == "inspecting"]
    assert len(weighed) == (2 if more_g else 0)
    assert all(one["disposition"] == "in_transit" for one in weighed)
    yard.assert_sound()


@pytest.mark.either_database
def test_beyond_the_tolerance_a_reason_is_given(yard: Yard) -> None:
    issue_id = opened(yard, "T1")
    with pytest.raises(WeightDiffers):
        leave(yard, issue_id, Weighed(whole(BOOKED_G + 50_000)))
    with pytest.raises(TicketOfAnotherLorry):
        leave(yard, issue_id, Weighed(whole(BOOKED_G, "鲁P99999")))
    leave(yard, issue_id, Weighed(whole(BOOKED_G + 50_000, "鲁p·12345"), difference_reason="snow on the lorry"))
    with yard.db.read() as session:
        shown = documents.issue(session, yard.keeper, issue_id)
    assert (shown["status"], shown["difference_reason"]) == ("posted", "snow on the lorry")
    assert shown["mass_g"] == BOOKED_G + 50_000


def test_a_lorry_weighed_empty_before_is_weighed_again_with_its_goods(
    yard: Yard, api_as: Callable[..., ApiClient]
) -> None:
    issue_id = opened(yard, "T1")
    first = FirstWeight("BD-7", PLATE, Direction.OUT, TARE_G)
    with yard.db.write() as session:
        ticket_id = weighbridge.open_ticket(session, yard.keeper, yard.warehouse.id, first).id
    second = SecondWeight(ticket_id, TARE_G + BOOKED_G + 300)
    with pytest.raises(TicketTwice):
        leave(yard, issue_id, Weighed(whole(BOOKED_G), second))
    client = api_as(yard.keeper)
    body = {"second": {"weighbridge_ticket_id": ticket_id, "mass_g": second.mass_g}}
    answer = client.post(f"/issues/{issue_id}/leave", body)
    assert (answer.status_code, answer.json["mass_g"]) == (200, BOOKED_G + 300), answer.text
    assert answer.json["weighings"][0]["net_g"] == BOOKED_G + 300
    assert client.get(f"/weighbridge-tickets/{ticket_id}").json["status"] == "completed"
    assert client.post(f"/issues/{issue_id}/leave", {}).json["code"] == "issue_closed"
    yard.assert_sound()
