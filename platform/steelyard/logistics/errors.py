"""What logistics refuses, each with its own code."""

from steelyard.core.errors import Refused
from steelyard.core.i18n import N_


class WindowReversed(Refused):
    """A window that ends before it begins."""

    code = "window_reversed"
    message = N_("A window must end after it begins.")


class WindowOutOfReach(Refused):
    """A window that is over, or more than a year away."""

    code = "window_out_of_reach"
    message = N_("A window must end in the future and lie within a year.")


class DeliveryBeforePickup(Refused):
    """Goods that would have to arrive before they can be fetched."""

    code = "delivery_before_pickup"
    message = N_("The delivery window ends before the goods can be picked up.")


class PlaceUnknown(Refused):
    """A code that the market's list of places does not hold."""

    code = "place_unknown"
    message = N_("The market does not know a place with the code %(adcode)s.")


class SamePlace(Refused):
    """Goods that would not move."""

    code = "same_place"
    message = N_("Origin and destination are the same place.")


class FigureOutOfRange(Refused):
    """A figure beyond anything that drives on a road."""

    code = "figure_out_of_range"
    message = N_(
        "A figure is out of range. At most 200 t, 20 m, 100,000 pieces, 1,000,000 yuan for a journey, "
        "1,000 yuan per km and 100,000 yuan fixed."
    )


class BedNotOfClass(Refused):
    """A bed that is not one of the class it was posted under."""

    code = "bed_not_of_class"
    message = N_("The bed of this class of lorry is %(least)s to %(most)s mm long.")


class NoPayload(Refused):
    """A lorry that may carry nothing."""

    code = "no_payload"
    message = N_("Nothing may be loaded: the unladen mass alone reaches the limit of this class of lorry.")


class PlateUnreadable(Refused):
    """Text that is no number plate."""

    code = "plate_unreadable"
    message = N_("%(plate)s is not a number plate such as 鲁P12345.")


class LorryAlreadyPosted(Refused):
    """A lorry that is on the board already."""

    code = "lorry_already_posted"
    message = N_("The lorry %(plate)s is on the board already. Change or withdraw that posting.")


class WarehouseUnknown(Refused):
    """An organisation that is not an active warehouse."""

    code = "warehouse_unknown"
    message = N_("The organisation named for loading is not a warehouse.")


class ReceiverUnknown(Refused):
    """An organisation that cannot receive goods."""

    code = "receiver_unknown"
    message = N_("The organisation named as receiver is not a pipe maker, a trader or a warehouse.")


class PostingFrozen(Refused):
    """A posting that is not open."""

    code = "posting_frozen"
    message = N_("%(number)s is not open any more; while it is offered it stays as it is.")


class LoadClosed(Refused):
    """A load that waits for no answer."""

    code = "load_closed"
    message = N_("The load %(number)s waits for no answer any more.")


class OfferExpired(Refused):
    """An offer whose time is over by the database's clock."""

    code = "offer_expired"
    message = N_("The offer %(number)s expired before this answer.")


class AlreadyAccepted(Refused):
    """A second acceptance by the same side."""

    code = "already_accepted"
    message = N_("Your side has accepted %(number)s already.")


class PlanRejected(Refused):
    """A plan that the independent check does not pass."""

    code = "plan_rejected"
    message = N_("The plan of this round did not pass its check. Nothing was offered.")


class WaybillNotLoaded(Refused):
    """A delivery of what was never loaded."""

    code = "waybill_not_loaded"
    message = N_("The waybill %(number)s is not loaded yet.")


class WaybillDelivered(Refused):
    """A second delivery."""

    code = "waybill_delivered"
    message = N_("The delivery of %(number)s is confirmed already.")


class ReceivedMassImplausible(Refused):
    """A received mass far from what was loaded."""

    code = "received_mass_implausible"
    message = N_("The received mass differs by more than a half from the mass on the waybill.")
