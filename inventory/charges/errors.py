"""What the reckoning of storage and handling refuses."""

from steelyard.core.errors import Refused
from steelyard.core.i18n import N_


class TariffUnsound(Refused):
    """A tariff that ends before it begins."""

    code = "tariff_unsound"
    message = N_("The tariff must not end before it begins.")


class MonthNotBegun(Refused):
    """A month of which nothing can be known."""

    code = "month_not_begun"
    message = N_("%(month)s has not begun yet; choose this month or an earlier one.")
