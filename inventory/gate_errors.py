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


class WeightImpossible(Refused):
    """No lorry weighs that."""

    code = "weight_impossible"
    message = N_("%(mass_g)s g is no weight of a lorry: it is above nothing and at most %(most_t)s t. Read it again.")


class TicketClosed(Refused):
    """The ticket is completed or withdrawn."""

    code = "ticket_closed"
    message = N_("Ticket %(ticket)s is not open any more. Weigh the lorry with a new ticket.")


class TicketDirection(Refused):
    """A ticket of a lorry that brings goods does not let goods out, and the other way round."""

    code = "ticket_direction"
    message = N_("Ticket %(ticket)s was opened for a lorry of the other direction. Choose another ticket.")


class TicketOfAnotherLorry(Refused):
    """The ticket was opened for another lorry than the issue names."""

    code = "ticket_of_another_lorry"
    message = N_("Ticket %(ticket)s was opened for another lorry than %(plate)s. Choose the ticket of this lorry.")


class TicketTwice(Refused):
    """A whole ticket and a second weight were given at once."""

    code = "ticket_twice"
    message = N_("Give either a whole ticket or the second weight of an open one, not both.")


class WeighingUndecided(Refused):
    """A weighing of the posted receipt waits for a decision."""

    code = "weighing_undecided"
    message = N_("A weighing of receipt %(number)s waits for a decision. Decide on it before you weigh again.")
