"""What is refused of labels."""

from steelyard.core.errors import Refused
from steelyard.core.i18n import N_


class PrefixImpossible(Refused):
    """GS1 gives no such company prefix."""

    code = "prefix_impossible"
    message = N_("%(prefix)s is no company prefix of GS1. Take it from your GS1 certificate: 4 to 12 digits.")


class PrefixUsedUp(Refused):
    """The company prefix has no serial number left."""

    code = "prefix_used_up"
    message = N_("The company prefix %(prefix)s has no numbers left. Add another one that GS1 gave you.")


class ReprintNeedsReason(Refused):
    """A label that was printed before is printed again only with a reason."""

    code = "reprint_needs_reason"
    message = N_("The label of %(tag)s was printed before (%(count)s of these in all). Give a reason to print again.")
