"""What is refused of the weighbridge's tickets."""

from steelyard.core.errors import Refused
from steelyard.core.i18n import N_


class TicketTaken(Refused):
    """The ticket was entered before."""

    code = "ticket_taken"
    message = N_("Ticket %(ticket)s was entered before, for %(number)s. Look at its number again.")


class TicketContradictory(Refused):
    """A lorry that weighs no more full than empty, or more than any lorry."""

    code = "ticket_contradictory"
    message = N_(
        "A lorry of %(gross_g)s g full and %(tare_g)s g empty cannot be: full is more than empty, "
        "and no lorry weighs above %(most_t)s t. Look at the ticket again."
    )


class TicketVoided(Refused):
    """The ticket was taken out before."""

    code = "ticket_voided"
    message = N_("Ticket %(ticket)s was taken out already.")
