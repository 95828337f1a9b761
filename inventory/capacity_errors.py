"""What is refused of putting away at a place that does not take it."""

from steelyard.core.errors import Refused, sentences
from steelyard.core.i18n import N_


class PlaceFull(Refused):
    """The place would bear more than it takes."""

    code = "place_full"
    message = N_(
        "Bundle %(tag)s weighs %(mass_kg)s kg, and place %(place)s has room for %(free_kg)s kg more. "
        "Put it at another place, or ask the administrator of the yard."
    )


class PieceTooLong(Refused):
    """The pieces are longer than the place takes."""

    code = "piece_too_long"
    message = N_(
        "The pieces of bundle %(tag)s are %(length_mm)s mm long, and place %(place)s takes up to %(most_mm)s mm. "
        "Put it at another place, or ask the administrator of the yard."
    )


class OverfillForbidden(Refused):
    """Only an administrator of the yard fills a place beyond what it takes."""

    code = "overfill_forbidden"
    message = N_("Only an administrator of the yard may fill place %(place)s beyond what it takes. Choose another.")


MESSAGES = sentences(vars())
"""The sentence of each code, for answers that are kept and told later."""
