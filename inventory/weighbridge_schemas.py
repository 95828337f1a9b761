"""Bodies, filters and answers of tickets of the weighbridge between their two weights."""

from inventory.operations.weighings import MOST_GROSS_G
from inventory.states import Direction, TicketStatus
from inventory.tolerances import MOST_PERMILLE
from steelyard.api.fields import Choice, IdField, Int, ListOf, MassG, Nested, Text, Timestamp
from steelyard.api.schemas import PageQuery, Schema


class WeighbridgeTicketIn(Schema):
    """A lorry on the weighbridge for the first time: full where it brings goods, empty where it fetches some."""

    warehouse_id = IdField(required=True)
    ticket_number = Text(max=80, required=True)
    plate = Text(max=24, required=True)
    direction = Choice(Direction, required=True)
    mass_g = MassG(max=MOST_GROSS_G, required=True)
    weighed_at = Timestamp()


class SecondWeightIn(Schema):
    """The other weight of a lorry whose ticket is open."""

    weighbridge_ticket_id = IdField(required=True)
    mass_g = MassG(max=MOST_GROSS_G, required=True)
    weighed_at = Timestamp()


class GateTicketIn(Schema):
    """What the weighbridge says of the lorry, full and empty."""

    ticket_number = Text(max=80, required=True)
    gross_g = MassG(max=MOST_GROSS_G, required=True)
    tare_g = MassG(max=MOST_GROSS_G, required=True)
    weighed_at = Timestamp()


class TicketIn(GateTicketIn):
    """A ticket of the weighbridge, with the lorry's plate."""

    plate = Text(max=24, required=True)


class TicketOut(TicketIn):
    """A ticket that was kept."""

    id = IdField(required=True)
    net_g = Int(required=True)


class LeavingIn(Schema):
    """A lorry that leaves on a waybill: a whole ``ticket``, or ``second``, its weight with the goods, or neither.

    ``difference_reason`` is why it weighs other than the books say, where that is beyond the yard's tolerance.
    """

    ticket = Nested(GateTicketIn)
    second = Nested(SecondWeightIn)
    difference_reason = Text(max=200)


class WeightCorrectionIn(Schema):
    """The right first weight, and why the other was wrong."""

    mass_g = MassG(max=MOST_GROSS_G, required=True)
    reason = Text(max=200, required=True)


class WeighbridgeReadingOut(Schema):
    """What the weighbridge showed once; ``corrects_id`` names the reading in whose place it stands."""

    id = IdField(required=True)
    mass_g = Int(required=True)
    weighed_at = Timestamp(required=True)
    corrects_id = IdField(allow_none=True, required=True)
    reason = Text(max=200, allow_none=True, required=True)


class WeighbridgeTicketOut(Schema):
    """A ticket with its readings, the oldest first; completed it names the weighing that it became."""

    id = IdField(required=True)
    warehouse_id = IdField(required=True)
    ticket_number = Text(max=80, required=True)
    plate = Text(max=24, required=True)
    direction = Choice(Direction, required=True)
    status = Choice(TicketStatus, required=True)
    opened_at = Timestamp(required=True)
    closed_at = Timestamp(allow_none=True, required=True)
    reason = Text(max=200, allow_none=True, required=True)
    weighing_id = IdField(allow_none=True, required=True)
    first_g = Int(required=True)
    readings = ListOf(Nested(WeighbridgeReadingOut), required=True)
    version = Int(required=True)


class WeighbridgeTicketQuery(PageQuery):
    """Filters of tickets."""

    warehouse_id = IdField()
    status = Choice(TicketStatus)
    plate = Text(max=24)


class WarehouseChange(Schema):
    """What changes of a yard; its tolerance of the weighbridge holds where no contract says another."""

    name = Text(max=120)
    tolerance_permille = Int(max=MOST_PERMILLE)
