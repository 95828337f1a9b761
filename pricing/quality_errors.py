"""What is refused where people decide on held figures and set calendars right."""

from steelyard.core.errors import Refused
from steelyard.core.i18n import N_


class HoldChanged(Refused):
    """The figure, what speaks against it, or the proposal changed since it was read."""

    code = "price_hold_changed"
    message = N_("This figure or what speaks against it changed meanwhile. Look at it again before you decide.")


class NothingToDecide(Refused):
    """Nothing speaks against the figure, or this was decided already."""

    code = "price_hold_decided"
    message = N_("There is nothing to decide: nothing speaks against this figure, or this was decided already.")


class AlreadyProposed(Refused):
    """One proposal at a time."""

    code = "price_hold_proposed"
    message = N_("Somebody has made a proposal already. Confirm it or decline it.")


class NothingProposed(Refused):
    """There is no proposal to confirm or to decline."""

    code = "price_hold_not_proposed"
    message = N_("Nobody has made a proposal yet. Propose to release or to reject the figure first.")


class SameEyes(Refused):
    """Who proposed does not confirm."""

    code = "price_hold_same_eyes"
    message = N_("You made this proposal yourself, so somebody else must confirm it.")


class OverrideExists(Refused):
    """One override for one day of a calendar."""

    code = "price_calendar_override_exists"
    message = N_("%(day)s is set in this calendar already. Take that entry back first.")


class OverrideSaysNothing(Refused):
    """The calendar says so by itself."""

    code = "price_calendar_override_idle"
    message = N_("The calendar knows that of %(day)s by itself.")
