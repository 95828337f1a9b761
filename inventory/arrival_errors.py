"""What is refused of advices and of goods that come in, each with a code and a sentence that says what to do."""

from steelyard.core.errors import Refused, sentences
from steelyard.core.i18n import N_


class AdviceUnknown(Refused):
    """No open advice of that number is meant for this yard."""

    code = "advice_unknown"
    message = N_(
        "No open advice bears the number %(number)s. Look at the driver's paper, or receive without an advice."
    )


class AdviceAmbiguous(Refused):
    """Two owners announced goods under one number."""

    code = "advice_ambiguous"
    message = N_("Several owners announced goods as %(number)s. Name the owner.")


class AdviceTaken(Refused):
    """The owner announced goods under this number before."""

    code = "advice_taken"
    message = N_(
        "The owner announced goods as %(number)s before. Withdraw that advice, or give this one another number."
    )


class AdviceClosed(Refused):
    """The advice is done with, or goods of it have come."""

    code = "advice_closed"
    message = N_("Advice %(number)s is closed, or goods of it have come; it cannot be changed.")


class AdviceLineUnreadable(Refused):
    """A row of an advice that cannot be read."""

    code = "advice_line_unreadable"
    message = N_("Row %(row)s, column %(column)s: “%(text)s” cannot be read. Correct it; nothing was recorded.")


class AdviceColumns(Refused):
    """A table without a heading that says what its columns are."""

    code = "advice_columns"
    message = N_(
        "The first row must name the columns: tag or bundles, size, grade, heat, pieces, length, mass. "
        "No heading was recognised."
    )


class AdviceTooLong(Refused):
    """More rows than a lorry can carry bundles."""

    code = "advice_too_long"
    message = N_("An advice has %(most)s rows at most; this one has more. Announce each lorry by its own.")


class ReceiptUnknown(Refused):
    """The warehouse has no such receipt."""

    code = "receipt_unknown"
    message = N_("This yard has no receipt %(number)s. Choose the lorry that is being received.")


class ReceiptClosed(Refused):
    """The receipt is not open: it is posted, refused, reversed, or stopped for a decision."""

    code = "receipt_closed"
    message = N_("Receipt %(number)s takes nothing more now. Open another receipt for what came besides.")


class ReceiptEmpty(Refused):
    """A receipt without a bundle cannot be posted."""

    code = "receipt_empty"
    message = N_("Receipt %(number)s holds no bundle yet. Scan the lorry before you post it.")


class ReceiptShort(Refused):
    """Not all that was announced has come."""

    code = "receipt_short"
    message = N_(
        "%(missing)s announced bundles were not scanned yet: %(tags)s. Scan them, or post the receipt as a part; "
        "the advice then stays open for the rest."
    )


class ReceiptChanged(Refused):
    """A bundle was scanned while the receipt was being posted."""

    code = "receipt_changed"
    message = N_("A bundle was scanned to receipt %(number)s at this moment. Look at it, and post it again.")


class ReceiptNotStopped(Refused):
    """There is nothing to decide."""

    code = "receipt_not_stopped"
    message = N_("Receipt %(number)s does not wait for a decision. Load its page again to see how it stands.")


class NotWeighed(Refused):
    """The weighed mass cannot be accepted where nothing was weighed."""

    code = "not_weighed"
    message = N_("Receipt %(number)s was not weighed; accept it as advised, or refuse it.")


class StopperMayNotDecide(Refused):
    """Who posted the receipt that stopped does not decide on it."""

    code = "stopper_may_not_decide"
    message = N_("Who posted receipt %(number)s cannot decide on it; ask a colleague.")


class BundleNotAdvised(Refused):
    """The bundle is not on the advice."""

    code = "bundle_not_advised"
    message = N_("Bundle %(tag)s is not on advice %(number)s. Put it aside, or receive it as an extra for a decision.")


class AdviceExceeded(Refused):
    """All announced bundles of that kind have come already."""

    code = "advice_exceeded"
    message = N_(
        "All %(bundles)s bundles that advice %(number)s announces like %(tag)s have come. Put it aside, or receive it "
        "as an extra for a decision."
    )


class AlreadyReceived(Refused):
    """The bundle was scanned to the receipt before."""

    code = "already_received"
    message = N_("Bundle %(tag)s was received on %(number)s already; it counts once.")


class GoodsUnknown(Refused):
    """Neither advice nor code nor form says what the bundle is."""

    code = "goods_unknown"
    message = N_(
        "It is not known what bundle %(tag)s is. Choose its product, heat, mill, pieces and length, and scan again."
    )


LACKING = {
    "product": N_("Product"), "heat": N_("Heat"), "mill": N_("Mill"), "pieces": N_("Pieces"),
    "length": N_("Length of a piece"),
}  # fmt: skip
"""What has to be known of a bundle that comes in, as the form calls it."""


class GoodsIncomplete(Refused):
    """Advice, code and form say only a part of what the bundle is; ``lacking`` are names of ``LACKING``."""

    code = "goods_incomplete"
    message = N_("Of bundle %(tag)s it is not known: %(lacking)s. Fill that in, and scan again.")


class MassStated(Refused):
    """The mass that is stated is far from theory."""

    code = "mass_stated_implausible"
    message = N_(
        "Bundle %(tag)s: %(stated_kg)s kg are stated, but %(pieces)s pieces weigh %(theory_kg)s kg by theory. "
        "Check pieces, length and mass, and scan again."
    )


class BundleMovedOn(Refused):
    """Something happened to the bundle since it came."""

    code = "bundle_moved_on"
    message = N_(
        "Bundle %(tag)s was issued, sold, worked on or counted since it came; its receipt can no longer be undone."
    )


MESSAGES = sentences(vars())
"""The sentence of each code, for answers that are kept and told later."""
