"""What a scanning device takes along, and what it reports of the scans that its user gave up."""

from inventory.reasons import LONGEST_CODE, LONGEST_NAME, ReasonUse
from inventory.schemas import MOST_OPERATIONS, OPERATION_ID
from inventory.states import State
from steelyard.api.fields import Choice, Flag, IdField, Int, ListOf, Nested, Text, Timestamp
from steelyard.api.schemas import PageQuery, Schema


class KitPlaceOut(Schema):
    """A real place of the yard; ``section`` where other places lie below it."""

    code = Text(max=40, required=True)
    name = Text(max=120, required=True)
    section = Flag(required=True)


class KitIssueOut(Schema):
    """A lorry that is being loaded."""

    number = Text(max=24, required=True)
    plate = Text(max=24, required=True)


class KitPickOut(Schema):
    """A bundle to be picked, and where it lies."""

    tag = Text(max=60, required=True)
    place = Text(max=40, required=True)


class KitDeliveryOut(KitIssueOut):
    """A delivery order to be picked, its list in walking order."""

    picks = ListOf(Nested(KitPickOut), max=2000, required=True)


class KitReceiptOut(Schema):
    """A lorry that is being received."""

    number = Text(max=24, required=True)
    plate = Text(max=24, allow_none=True, required=True)
    advice_number = Text(max=80, allow_none=True, required=True)


class KitReasonOut(Schema):
    """A reason that the yard uses, in the language of who scans."""

    use = Choice(ReasonUse, required=True)
    code = Text(max=LONGEST_CODE, required=True)
    name = Text(max=LONGEST_NAME, required=True)


class KitYardOut(Schema):
    """A yard with the tasks that are open in it."""

    id = IdField(required=True)
    code = Text(max=40, required=True)
    name = Text(max=120, required=True)
    places = ListOf(Nested(KitPlaceOut), required=True)
    issues = ListOf(Nested(KitIssueOut), required=True)
    deliveries = ListOf(Nested(KitDeliveryOut), required=True)
    receipts = ListOf(Nested(KitReceiptOut), required=True)
    stocktakes = ListOf(Text(max=24), required=True)
    reasons = ListOf(Nested(KitReasonOut), required=True)


class DeviceOut(Schema):
    """Who scans, the server's clock, a token for sending, and the tasks of his yards."""

    user_id = IdField(required=True)
    user_name = Text(max=120, required=True)
    org_id = IdField(required=True)
    org_name = Text(max=120, required=True)
    server_time = Timestamp(required=True)
    csrf_token = Text(max=64, allow_none=True, required=True)
    yards = ListOf(Nested(KitYardOut), required=True)


class KitQuery(PageQuery):
    """The bundles of one section, which is a place and what lies below it; without it of the whole yard."""

    section = Text(max=40)


class KitBundleOut(Schema):
    """A bundle as a device shows it when its tag is scanned."""

    bundle_id = IdField(required=True)
    tag = Text(max=60, required=True)
    place = Text(max=40, required=True)
    size = Text(max=60, required=True)
    grade = Text(max=40, required=True)
    heat_number = Text(max=80, required=True)
    mixed_heats = Flag(required=True)
    pieces = Int(required=True)
    state = Choice(State, required=True)
    encumbered = Flag(required=True)


class GivenUpIn(Schema):
    """A refused scan that its user gave up, and why."""

    client_op_id = Text(max=80, pattern=OPERATION_ID, required=True)
    tag = Text(max=60, required=True)
    reason = Text(max=120, required=True)


class GivenUpsIn(Schema):
    """Refused scans of one yard that were given up."""

    warehouse_id = IdField(required=True)
    scans = ListOf(Nested(GivenUpIn), min=1, max=MOST_OPERATIONS, required=True)


class GivenUpsOut(Schema):
    """How many were noted."""

    noted = Int(required=True)
