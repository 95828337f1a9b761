"""What is refused about watch lists, alerts and channels, each with a code of its own."""

from steelyard.core.errors import Refused
from steelyard.core.i18n import N_


class WatchListFull(Refused):
    """More series than a person can follow."""

    code = "price_watch_list_full"
    message = N_("Your watch list is full (%(most)s series). Take one off first.")


class TooManyAlerts(Refused):
    """More alerts than a person can mind."""

    code = "price_too_many_alerts"
    message = N_("You have %(most)s alerts already. End one first.")


class AlertUnfit(Refused):
    """The parts of an alert do not fit each other."""

    code = "price_alert_unfit"
    message = N_(
        "These parts do not fit: a level or a basis is above or below, a change needs a size above zero, "
        "and only a basis names a second series."
    )


class UnitsDiffer(Refused):
    """Two series of different units were to be set against each other."""

    code = "price_units_differ"
    message = N_("The series are in different units (%(units)s). Index them to 100, or choose series of one unit.")


class SharedByAdmin(Refused):
    """Somebody who is no administrator was to make an alert for all."""

    code = "price_alert_shared_by_admin"
    message = N_("Alerts for the whole organisation are made by its administrator.")


class ChannelAddressUnfit(Refused):
    """An address that no channel of that kind has."""

    code = "price_channel_address_unfit"
    message = N_(
        "This is no address of that kind. Paste the robot's own address as its platform shows it (https), "
        "or one mail address."
    )


class TooManyChannels(Refused):
    """More channels than an organisation needs."""

    code = "price_too_many_channels"
    message = N_("There are %(most)s channels already. Remove one first.")


class ComparisonTooWide(Refused):
    """More series than one chart can show."""

    code = "price_comparison_too_wide"
    message = N_("A comparison holds at most %(most)s series.")


class NothingToIndex(Refused):
    """A series that cannot stand at 100."""

    code = "price_nothing_to_index"
    message = N_("%(name)s has no figure above zero near the day of the 100. Choose other days or absolute prices.")
