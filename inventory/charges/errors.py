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


class MonthNotOver(Refused):
    """A month that goes on."""

    code = "month_not_over"
    message = N_("%(month)s is not over yet; its statements can be issued once it is.")


class StatementIssued(Refused):
    """The owner's statement of that month was issued before."""

    code = "statement_issued"
    message = N_("The statement of %(month)s was issued as %(number)s. Where it is wrong, correct it.")


class StatementCorrected(Refused):
    """A statement in whose place another stands."""

    code = "statement_corrected"
    message = N_("Statement %(number)s was corrected by %(later)s. Correct that one.")


class StatementUnchanged(Refused):
    """A correction that would change nothing."""

    code = "statement_unchanged"
    message = N_("Nothing differs from statement %(number)s; there is nothing to correct.")
