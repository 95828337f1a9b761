"""What the yard refuses, each with a code that a scanner can show and a sentence."""

from datetime import datetime, timedelta

from steelyard.core.errors import Refused, sentences
from steelyard.core.i18n import N_

CLOCK_TOLERANCE = timedelta(minutes=10)
"""How far a device's clock may be wrong before what it reports is refused."""
OLDEST_EVENT = timedelta(days=365)
"""How long after it happened an event may still be reported."""


class BundleUnknown(Refused):
    """No bundle of this yard bears the tag."""

    code = "bundle_unknown"
    message = N_("No bundle of this yard bears the tag %(tag)s. Check it; what has just come is received first.")


class BundleNotHere(Refused):
    """The bundle is known but does not lie in the yard, or not where the operation says."""

    code = "bundle_not_here"
    message = N_("Bundle %(tag)s does not lie there, or not in the yard. Its page shows where the books have it.")


class AlreadyThere(Refused):
    """The bundle lies already where it is to be moved."""

    code = "already_there"
    message = N_("Bundle %(tag)s lies at %(place)s already; nothing is to be done, unless it lies elsewhere in truth.")


class AlreadyIssued(Refused):
    """The bundle has left the yard."""

    code = "already_issued"
    message = N_("Bundle %(tag)s was issued already. If it lies here, set it aside and ask the office.")


class WrongOwner(Refused):
    """The bundle belongs to another owner than the document's."""

    code = "wrong_owner"
    message = N_("Bundle %(tag)s belongs to another owner than the document names. Take one of that owner.")


class BundleEncumbered(Refused):
    """A pledge, a court order or a quality hold keeps the bundle in the yard."""

    code = "bundle_encumbered"
    message = N_("Bundle %(tag)s must not leave: %(reference)s holds it. Set it aside until that is lifted.")


class BundleQuarantined(Refused):
    """A quality hold of the bundle or of its whole heat keeps it in the yard."""

    code = "bundle_quarantined"
    message = N_("Bundle %(tag)s is in quarantine: %(reference)s holds it. Set it aside and ask the inspector.")


class BundleNotAvailable(Refused):
    """The bundle is in a state that cannot be issued."""

    code = "bundle_not_available"
    message = N_("Bundle %(tag)s is not available for issue. Take another one; its page says what it waits for.")


class PlaceUnknown(Refused):
    """The warehouse has no such real place."""

    code = "place_unknown"
    message = N_("This yard has no place %(place)s. Choose another one, or add it on the page of places.")


class PlaceBlocked(Refused):
    """The place is blocked and takes nothing."""

    code = "place_blocked"
    message = N_("Place %(place)s is blocked. Put the bundle at another place, or have the block lifted.")


class PlaceNotInScope(Refused):
    """The place is not among those that the stocktake counts."""

    code = "place_not_in_scope"
    message = N_("Place %(place)s is not part of stocktake %(number)s. Choose a place that is, or the other stocktake.")


class IssueUnknown(Refused):
    """The warehouse has no such issue."""

    code = "issue_unknown"
    message = N_("This yard has no issue %(number)s. Choose the lorry that is being loaded.")


class IssueClosed(Refused):
    """The issue is posted and takes no more bundles."""

    code = "issue_closed"
    message = N_("Issue %(number)s is posted and takes no more bundles. Open another one for what is still to go.")


class IssueEmpty(Refused):
    """An issue without a bundle cannot be posted."""

    code = "issue_empty"
    message = N_("Issue %(number)s holds no bundle yet. Load one before you let the lorry go.")


class StocktakeUnknown(Refused):
    """The warehouse has no such stocktake."""

    code = "stocktake_unknown"
    message = N_("This yard has no stocktake %(number)s. Choose one that is open.")


class StocktakeNotOpen(Refused):
    """The stocktake takes no more counts."""

    code = "stocktake_not_open"
    message = N_("Stocktake %(number)s takes no counts now. Ask who leads it whether there is a recount.")


class StocktakeStep(Refused):
    """The stocktake is not in a state in which this can be done."""

    code = "stocktake_step"
    message = N_("This cannot be done with stocktake %(number)s as it stands. Load its page again.")


class StocktakeChanged(Refused):
    """The stocktake was counted again while its variance was being approved."""

    code = "stocktake_changed"
    message = N_("Stocktake %(number)s was counted again meanwhile; read its variance before you approve it.")


class CountedBeforeOpening(Refused):
    """The count was made before the stocktake was opened."""

    code = "counted_before_opening"
    message = N_("The count was made before stocktake %(number)s was opened; count again, or check the device's clock.")


class CounterMayNotApprove(Refused):
    """Who counted, or ended the count, does not approve the variance."""

    code = "counter_may_not_approve"
    message = N_("Who took part in counting %(number)s cannot approve its variance; ask a colleague.")


class OperationIncomplete(Refused):
    """The kind of operation needs a field that is absent."""

    code = "operation_incomplete"
    message = N_("The operation needs the field %(field)s. Fill it in, and scan again.")


class OperationIdReused(Refused):
    """The device used one operation id for two different operations."""

    code = "operation_id_reused"
    message = N_("The operation id %(client_op_id)s was used for another operation. Scan again for a new one.")


class OperationInFlight(Refused):
    """The same operation is being recorded at this moment by another request."""

    code = "operation_in_flight"
    message = N_("Operation %(client_op_id)s is being recorded at this moment. Send it again.")


class EventInFuture(Refused):
    """The device's clock is ahead."""

    code = "event_in_future"
    message = N_("The time of the event lies in the future; check the device's clock.")


class EventTooOld(Refused):
    """What is reported happened so long ago that the device's clock must be wrong."""

    code = "event_too_old"
    message = N_("The time of the event lies more than a year back; check the device's clock.")


def check_moment(event_at: datetime, now: datetime) -> None:
    """Raise ``EventInFuture`` or ``EventTooOld`` for an event that cannot have happened at ``event_at``."""
    if event_at > now + CLOCK_TOLERANCE:
        raise EventInFuture
    if event_at < now - OLDEST_EVENT:
        raise EventTooOld


class TagTaken(Refused):
    """A bundle of this yard bears the tag already."""

    code = "tag_taken"
    message = N_("A bundle of this yard bears the tag %(tag)s already. Is it the same? Else choose another tag.")


class TagRepeated(Refused):
    """The same tag stands twice in one document."""

    code = "tag_repeated"
    message = N_("The tag %(tag)s stands twice in this document. Leave one of them out, or correct it.")


class MassImplausible(Refused):
    """A given mass is so far from theory that it must be a slip."""

    code = "mass_implausible"
    message = N_("The mass given for %(tag)s is far from the theoretical one, %(theory_g)s g. Check pieces and length.")


class AdviceMissing(Refused):
    """Announced goods need the number of their advice."""

    code = "advice_missing"
    message = N_("Announced goods need the number of their advice. Enter it, or receive them as not announced.")


class OwnerUnknown(Refused):
    """Goods can only belong to an active organisation that owns goods."""

    code = "owner_unknown"
    message = N_("There is no organisation that could own these goods. Choose a pipe maker, a trader or the operator.")


class ProductUnknown(Refused):
    """No such product."""

    code = "product_unknown"
    message = N_("There is no product %(product_id)s. Choose one of the catalogue, or add it there.")


class ProductSize(Refused):
    """The size cannot be read, or contradicts the kind of product or of length."""

    code = "product_size"
    message = N_("Write a pipe as 108×4.5×6000 and a billet as φ50×6000; only a random length names no length.")


class ProductExists(Refused):
    """The same product is in the catalogue already."""

    code = "product_exists"
    message = N_("This product is in the catalogue already. Choose it there.")


class CodeTaken(Refused):
    """The code is in use already."""

    code = "code_taken"
    message = N_("The code %(code)s is in use already. Choose another one.")


class NotAWarehouse(Refused):
    """Only an organisation of kind warehouse runs a yard."""

    code = "not_a_warehouse"
    message = N_("Only an organisation of the kind warehouse can run a yard. Name such a one.")


class MoveNotReversible(Refused):
    """Only the last move of a bundle can be reversed, and only once."""

    code = "move_not_reversible"
    message = N_(
        "Only the last move of a bundle can be reversed, once, and never that of a stocktake, a process, "
        "a title transfer or quality."
    )


class LoadHasLeft(MoveNotReversible):
    """A bundle that left with its lorry comes back by a receipt, not by undoing the issue."""

    code = "load_has_left"
    message = N_(
        "Issue %(number)s was posted and the lorry has left; goods that come back need a new receipt and new tags."
    )


class EncumbranceLifted(Refused):
    """The encumbrance was lifted before."""

    code = "encumbrance_lifted"
    message = N_("This encumbrance was lifted already; nothing is left to be done.")


class SizeUnreadable(Refused):
    """A filter by size that is no size."""

    code = "size_unreadable"
    message = N_("“%(text)s” is not a size; write 108×4.5, 219*6 or φ50.")


class FilterUnreadable(Refused):
    """A filter that is no moment, no day or no number."""

    code = "filter_unreadable"
    message = N_("“%(text)s” cannot be read here; write a number of days, a day or a moment.")


class PeriodUnsound(Refused):
    """A period that ends before it begins, or that is too long."""

    code = "period_unsound"
    message = N_("The period must end after it begins and be at most %(most)s days long. Choose other days.")


class RowUnreadable(Refused):
    """A row of a form lacks its tag, or its pieces or mass are no numbers."""

    code = "row_unreadable"
    message = N_("Row %(row)s needs a tag, a number of pieces, and a mass in kg if it was weighed.")


class LineUnreadable(Refused):
    """A row of the form of processing that cannot be read."""

    code = "line_unreadable"
    message = N_("Row %(row)s cannot be read: it needs whole pieces, lengths in mm or m, masses in kg.")


class BundleNotWorkable(Refused):
    """The bundle is in a state in which it can be neither worked on nor sold."""

    code = "bundle_not_workable"
    message = N_("Bundle %(tag)s is in quarantine or promised; it can be neither worked on nor change its owner.")


class ProductsDiffer(Refused):
    """Bundles of different products or lengths cannot become one, and work changes neither size nor grade."""

    code = "products_differ"
    message = N_("Bundle %(tag)s is of another product, grade, size or length than the rest.")


class ProcessNotConserved(Refused):
    """Inputs are not outputs and named losses together."""

    code = "process_not_conserved"
    message = N_(
        "What goes in, less what comes out and is lost, must be nothing, but is %(pieces)s pieces, %(length_mm)s mm "
        "and %(mass_g)s g. Name the losses, or correct what comes out."
    )


class ProcessIncomplete(Refused):
    """The kind of work needs something that is absent, or does not take something that is given."""

    code = "process_incomplete"
    message = N_("This kind of work needs, or does not take, the field %(field)s.")


class ProcessNotReversible(Refused):
    """Something happened to the bundles since, or the process was undone before."""

    code = "process_not_reversible"
    message = N_("Process %(number)s can no longer be undone: its bundles were moved or worked on since.")


class OwnersEqual(Refused):
    """The new owner is the present one."""

    code = "owners_equal"
    message = N_("The goods belong to this organisation already. Choose the new owner.")


class OrderTaken(Refused):
    """The owner's order was entered before."""

    code = "order_taken"
    message = N_("The order %(number)s was entered before. Look at that one, or give this one a number of its own.")


class TitleDecided(Refused):
    """The transfer was confirmed or refused before."""

    code = "title_decided"
    message = N_("Title transfer %(number)s was decided already. Load its page again to see how.")


class RequesterMayNotConfirm(Refused):
    """Who ordered a transfer does not confirm it."""

    code = "requester_may_not_confirm"
    message = N_("Who ordered %(number)s cannot confirm it; ask a colleague.")


MESSAGES = sentences(vars())
"""The sentence of each code, for answers that are kept and told later."""
