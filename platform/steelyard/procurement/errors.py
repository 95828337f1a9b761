"""What group purchasing refuses, each refusal a type with a stable code."""

from steelyard.core.errors import Forbidden, Refused
from steelyard.core.i18n import N_


class WrongState(Refused):
    """The campaign's life does not allow this act now."""

    code = "wrong_state"
    message = N_("Campaign %(number)s does not allow this in its present state.")


class TooEarly(Refused):
    """A deadline has not passed yet."""

    code = "too_early"
    message = N_("This is possible only after the deadline, %(deadline)s.")


class NotYetOpen(Refused):
    """Pledges are not taken yet."""

    code = "campaign_not_open"
    message = N_("Campaign %(number)s does not take pledges before %(opens_at)s.")


class CampaignClosed(Refused):
    """Pledges are no longer taken."""

    code = "campaign_closed"
    message = N_("Campaign %(number)s no longer takes pledges; it closed at %(closed_at)s.")


class BiddingNotOpen(Refused):
    """Bids are taken only between the two deadlines, and only for demand that exists."""

    code = "bidding_not_open"
    message = N_("Campaign %(number)s takes bids from %(opens_at)s to %(closes_at)s, if there is demand.")


class DeadlinesOutOfOrder(Refused):
    """The second deadline lies before the first."""

    code = "deadlines_out_of_order"
    message = N_("The campaign must open before the pledges end, and the pledges must end before the bids do.")


class DeadlinePassed(Refused):
    """The moment given already lies in the past."""

    code = "deadline_passed"
    message = N_("A deadline must lie in the future, and one that has passed cannot be moved.")


class MomentTooFar(Refused):
    """A deadline more than a year away is a slip of the pen."""

    code = "moment_too_far"
    message = N_("Opening and deadlines must lie within a year of today.")


class OnlyExtended(Refused):
    """Once published, a deadline may be moved only to a later moment, and nothing else may be changed."""

    code = "only_extended"
    message = N_("After publication a deadline can only be extended; nothing else of the campaign can change.")


class DeliveryWindow(Refused):
    """A line's delivery window ends before it begins."""

    code = "bad_delivery_window"
    message = N_("The delivery of line %(position)s must end on or after the day it begins.")


class NothingExtended(Refused):
    """A change of a published campaign moves no deadline to a later moment."""

    code = "nothing_extended"
    message = N_("No deadline was extended: give one that is later than the present one.")


class OfficersMissing(Refused):
    """Two officers must choose their passphrases before a campaign is published."""

    code = "officers_missing"
    message = N_("Two officers must choose their opening passphrases before the campaign is published.")


class OfficersComplete(Refused):
    """There are two officers already."""

    code = "officers_complete"
    message = N_("This campaign already has its two officers.")


class NotAnOfficer(Forbidden):
    """Only the campaign's own officers approve its opening."""

    code = "not_an_officer"
    message = N_("You are not one of the two officers of this campaign.")


class WrongPassphrase(Forbidden):
    """The opening passphrase is not the officer's."""

    code = "wrong_passphrase"
    message = N_("This is not the opening passphrase that you chose for this campaign.")


class ApprovalsMissing(Refused):
    """Both officers must approve before bids are opened."""

    code = "approvals_missing"
    message = N_("Both officers must approve the opening first.")


class KeyUnusable(Refused):
    """The officers' shares do not make the campaign's key on this installation."""

    code = "opening_key_unusable"
    message = N_("The officers' shares do not open on this installation. Was its secret key exchanged?")


class NotInLots(Refused):
    """A firm quantity is whole lots of its line."""

    code = "not_in_lots"
    message = N_("The quantity must be a multiple of the line's lot, %(lot)s.")


class AlreadyPledged(Refused):
    """One pledge a member and line; it is replaced, not doubled."""

    code = "already_pledged"
    message = N_("You have pledged for this line already. Change that pledge instead.")


class UnknownLine(Refused):
    """The line is not one of this campaign."""

    code = "unknown_line"
    message = N_("A line that was named is not one of this campaign.")


class LineTwice(Refused):
    """A bid names each line once."""

    code = "line_twice"
    message = N_("A line is named twice in the bid.")


class TooFewBids(Refused):
    """Fewer than three readable bids need a recorded reason."""

    code = "too_few_bids"
    message = N_("Only %(count)s readable bids came in, fewer than %(least)s. Give the reason for awarding anyway.")


class NothingToAward(Refused):
    """No bid meets the members' ceilings."""

    code = "nothing_to_award"
    message = N_("No bid meets the members' ceilings, so there is nothing to award.")


class AwardInputsChanged(Refused):
    """The campaign, a pledge or a bid changed while the award was worked out."""

    code = "award_inputs_changed"
    message = N_("The campaign changed while the award was worked out. Nothing was proposed; look at it and try again.")


class AwardNotProven(Refused):
    """The solver could not prove its answer in the time it has."""

    code = "award_not_proven"
    message = N_(
        "The best award could not be proven within a minute, so none was proposed. The same bids and pledges will"
        " need as long again; a less busy machine may manage."
    )


class SeparationOfDuties(Refused):
    """Who proposed an award does not confirm it."""

    code = "separation_of_duties"
    message = N_("You proposed this award, so somebody else must confirm or decline it.")


class DeliveriesOpen(Refused):
    """A campaign is closed only when all was delivered."""

    code = "deliveries_open"
    message = N_("Not every delivery of this campaign has been received.")
