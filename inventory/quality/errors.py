"""What quality refuses, each with a sentence that says what to do."""

from steelyard.core.errors import Invalid, Refused, SteelyardError
from steelyard.core.i18n import N_


class HoldTarget(Refused):
    """A hold is of one bundle or of one heat."""

    code = "hold_target"
    message = N_("Name either a bundle or a heat to be held.")


class HoldLifted(Refused):
    """The hold was lifted before."""

    code = "hold_lifted"
    message = N_("Hold %(number)s was lifted already.")


class HolderMayNotLift(Refused):
    """Who placed a quality hold does not lift it."""

    code = "holder_may_not_lift"
    message = N_("Who placed the hold %(number)s cannot lift it; ask a colleague.")


class DefectTarget(Refused):
    """A report is of one bundle or of one heat."""

    code = "defect_target"
    message = N_("Name either a bundle or a heat, and for a bundle how many pieces are defective.")


class MorePieces(Refused):
    """More pieces were reported than the bundle has."""

    code = "more_pieces"
    message = N_("Bundle %(tag)s has %(pieces)s pieces; not more of them can be defective.")


class DefectSettled(Refused):
    """The report is settled; a new finding needs a new report."""

    code = "defect_settled"
    message = N_("Report %(number)s is settled. Report the new finding anew.")


class SplitFirst(Refused):
    """Only some pieces of the bundle are defective: part of a bundle never moves."""

    code = "split_first"
    message = N_(
        "Only %(defective)s of the %(pieces)s pieces of bundle %(tag)s are defective: split it first, then name the "
        "tag of the defective part."
    )


class BundlesMissing(Refused):
    """A disposition of a heat's goods names the bundles that it is about."""

    code = "bundles_missing"
    message = N_("Name the tags of the bundles that this is about.")


class BundleOfAnotherHeat(Refused):
    """The bundle is not of the heat that was reported."""

    code = "bundle_of_another_heat"
    message = N_("Bundle %(tag)s is not of the heat that was reported.")


class BundleBeingDecided(Refused):
    """Another disposition of the same bundle waits for its decision."""

    code = "bundle_being_decided"
    message = N_("Disposition %(number)s of bundle %(tag)s waits for its decision already.")


class ConsentMissing(Refused):
    """A concession needs the customer's consent."""

    code = "consent_missing"
    message = N_("A concession needs the customer's consent: say who gave it and when.")


class NewProductMissing(Refused):
    """A downgrade names the product that the goods become."""

    code = "new_product_missing"
    message = N_("A downgrade needs the product that the goods become.")


class NewProductUnfit(Refused):
    """The goods cannot become that product."""

    code = "new_product_unfit"
    message = N_("Bundle %(tag)s can only become another grade or standard of the same size.")


class ReporterMayNotApprove(Refused):
    """Who reported a defect, or proposed what is done, does not approve it."""

    code = "reporter_may_not_approve"
    message = N_("Who reported the defect or proposed %(number)s cannot decide on it; ask a colleague.")


class DispositionDecided(Refused):
    """The disposition was decided on before."""

    code = "disposition_decided"
    message = N_("Disposition %(number)s was decided on already.")


class DispositionNotReversible(Refused):
    """A disposition is undone once, and only while nothing else has happened to its goods."""

    code = "disposition_not_reversible"
    message = N_(
        "%(number)s cannot be undone: it was undone, or not approved, or something happened to its goods since. Report "
        "what is wrong with the goods as they are now."
    )


class DispositionWaiting(Refused):
    """A report is not settled while a disposition of it waits for its decision."""

    code = "disposition_waiting"
    message = N_("Disposition %(number)s waits for its decision: approve or reject it first.")


class NotInTheYard(Refused):
    """Only goods that lie in the yard can be disposed of."""

    code = "not_in_the_yard"
    message = N_("Bundle %(tag)s does not lie in the yard; a claim can be made, a disposition cannot.")


class ReportOfAnotherHeat(Refused):
    """The hold names a report about other goods."""

    code = "report_of_another_heat"
    message = N_("Report %(number)s is about another heat than the hold.")


class ClaimStep(Refused):
    """The claim is not in a state in which this can be done."""

    code = "claim_step"
    message = N_("This cannot be done with claim %(number)s in its present state.")


class TooManyPhotos(Refused):
    """A report has as many photos as it may have."""

    code = "too_many_photos"
    message = N_("A report holds at most %(most)s photos.")


class PhotoTooLarge(SteelyardError):
    """The file is larger than a photo may be."""

    code = "photo_too_large"
    status = 413
    message = N_("The photo is larger than %(most)s MiB. Take it with a lower resolution.")


class PhotosTooLarge(PhotoTooLarge):
    """The photos of one form are together larger than it takes."""

    code = "photos_too_large"
    message = N_("The photos are together larger than %(most)s MiB. Send them one after the other, or smaller ones.")


class NotAPhoto(Invalid):
    """The file is no JPEG, PNG or WebP picture, whatever it is called, or it is damaged."""

    code = "not_a_photo"
    message = N_("The file is no photo: JPEG, PNG or WebP, undamaged, of at most %(most)s megapixels.")
