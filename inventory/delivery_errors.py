"""What is refused of delivery orders, of picking and at the gate, each with what to do."""

from steelyard.core.errors import Refused, sentences
from steelyard.core.i18n import N_


class DeliveryUnknown(Refused):
    """The warehouse has no such delivery order."""

    code = "delivery_unknown"
    message = N_("This yard has no delivery order %(number)s. Look at its number again.")


class DeliveryEnded(Refused):
    """The order is completed or cancelled."""

    code = "delivery_ended"
    message = N_("Delivery order %(number)s has ended; the owner places another one.")


class DeliveryExpired(Refused):
    """The order is no longer valid."""

    code = "delivery_expired"
    message = N_("Delivery order %(number)s is no longer valid; its owner can prolong it.")


class DeliveryAllocated(Refused):
    """Goods were allocated already, so that the lines stand."""

    code = "delivery_allocated"
    message = N_("Goods were allocated to %(number)s already; cancel it and place another one to order other goods.")


class DeliveryDeadline(Refused):
    """The validity ends in the past, or too late."""

    code = "delivery_deadline"
    message = N_("An order is valid until a moment ahead, at most %(days)s days away.")


class DeliveryLineUnclear(Refused):
    """A line names neither bundle nor goods, or no single measure."""

    code = "delivery_line_unclear"
    message = N_(
        "Line %(line)s must name a bundle, or goods by product, size, grade or standard, with either pieces or a mass."
    )


class LengthsCrossed(Refused):
    """The shortest length is above the longest."""

    code = "lengths_crossed"
    message = N_("Line %(line)s asks for pieces that are longer than its longest length. Correct one of the two.")


class NothingToAllocate(Refused):
    """All that is ordered is allocated already."""

    code = "nothing_to_allocate"
    message = N_("Nothing of %(number)s is left to be allocated; pick what is kept for it.")


class AllocationShort(Refused):
    """No bundle can be taken for any line."""

    code = "allocation_short"
    message = N_("Nothing in the yard fits %(number)s now; the order's page tells of each bundle why.")


class NotAllocated(Refused):
    """The bundle is not kept for this order."""

    code = "not_allocated"
    message = N_("Bundle %(tag)s is not kept for %(number)s. Load the order again to see what is.")


class AlreadyPicked(Refused):
    """The bundle was picked before."""

    code = "already_picked"
    message = N_("Bundle %(tag)s is picked for %(number)s already; it counts once.")


class PickElsewhere(Refused):
    """The bundle is kept for another order."""

    code = "pick_elsewhere"
    message = N_("Bundle %(tag)s is kept for another order. Leave it where it lies; pick %(expected)s instead.")


class NotOnTheList(Refused):
    """The bundle does not fit the order."""

    code = "not_on_the_list"
    message = N_("Bundle %(tag)s is not what %(number)s orders. Leave it where it lies; pick %(expected)s instead.")


class HeatNotOrdered(Refused):
    """The bundle is of another heat than the rest of its line, which must be of one."""

    code = "heat_not_ordered"
    message = N_("Bundle %(tag)s is of another heat than %(number)s takes. Leave it; pick %(expected)s instead.")


class WrongCondition(Refused):
    """The bundle is what is ordered but for its condition of delivery."""

    code = "wrong_condition"
    message = N_(
        "%(number)s asks for goods that are %(wanted)s; bundle %(tag)s is %(condition)s. Leave it where it lies; "
        "pick %(expected)s instead."
    )


class SwapNeedsReason(Refused):
    """The bundle fits as well as one that is kept; a swap needs a reason."""

    code = "swap_needs_reason"
    message = N_(
        "Bundle %(tag)s is not on the list of %(number)s, but fits in place of %(expected)s. Swap it, or leave it."
    )


class PartFirst(Refused):
    """Only part of the bundle was ordered."""

    code = "part_first"
    message = N_(
        "%(number)s takes %(pieces)s pieces of bundle %(tag)s: split it on the order's page, then pick the part."
    )


class NotAPart(Refused):
    """The order takes the whole bundle."""

    code = "not_a_part"
    message = N_("%(number)s takes all of bundle %(tag)s; there is nothing to split.")


class BundlePromised(Refused):
    """The bundle is kept for a delivery order."""

    code = "bundle_promised"
    message = N_("Bundle %(tag)s is kept for a delivery order; take it off that order first.")


class NothingPicked(Refused):
    """No bundle of the order is picked."""

    code = "nothing_picked"
    message = N_("No bundle is picked for %(number)s yet; scan what is on the lorry.")


class PlateDiffers(Refused):
    """Another lorry came than the order names."""

    code = "plate_differs"
    message = N_("%(number)s names the lorry %(plate)s, not this one; its owner can name another.")


class PassCodeWrong(Refused):
    """The pick-up code is not the order's."""

    code = "pass_code_wrong"
    message = N_("The pick-up code is wrong. Ask the driver again; he has it from the owner.")


class PickedNotHere(Refused):
    """A picked bundle no longer lies in the yard, or changed since."""

    code = "picked_not_here"
    message = N_(
        "Bundle %(tag)s was picked for %(number)s and is no longer there; take it off the order and look for it."
    )


class WeightDiffers(Refused):
    """The weighbridge says something else than the books by more than the tolerance."""

    code = "weight_differs"
    message = N_(
        "The weighbridge says %(net_g)s g, the books %(booked_g)s g: more than %(per_mille)s‰ apart. "
        "Count the bundles on the lorry; if all is right, give the reason."
    )


class TicketIncomplete(Refused):
    """A ticket of the weighbridge of which only a part was given."""

    code = "ticket_incomplete"
    message = N_("A weighing needs the ticket's number, the lorry's mass when full and its mass when empty.")


MESSAGES = sentences(vars())
"""The sentence of each code, for answers that are kept and told later."""
