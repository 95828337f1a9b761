"""What the pricing slice refuses, each with a code of its own."""

from steelyard.core.errors import Refused
from steelyard.core.i18n import N_


class DocumentRefused(Refused):
    """A document that breaks its source's contract; nothing of it is kept and nothing was changed."""

    code = "price_document_refused"
    message = N_("The document from %(source)s breaks the source's contract (%(detail)s). Nothing was changed.")


class DocumentTruncated(DocumentRefused):
    """A document that does not hold all that a whole one holds."""

    code = "price_document_truncated"
    message = N_("The document from %(source)s is cut off or too short (%(detail)s). Nothing was changed.")


class DocumentNotSettled(DocumentRefused):
    """A daily file that was served before the settlement prices were there."""

    code = "price_document_not_settled"
    message = N_("The file from %(source)s holds no settlement prices yet (%(detail)s). Fetch it again later.")


class DocumentNotThere(DocumentRefused):
    """There was no document: none was published, or not yet."""

    code = "price_document_not_there"
    message = N_("%(source)s has published no document there (%(detail)s). Nothing was changed.")


class DocumentEmpty(DocumentRefused):
    """A document without any price."""

    code = "price_document_empty"
    message = N_("The document from %(source)s holds no price. Nothing was changed.")


class DocumentBlocked(DocumentRefused):
    """The publisher's site answered with a challenge; it is not defeated."""

    code = "price_document_blocked"
    message = N_("%(source)s answered with a challenge page instead of prices (%(detail)s).")


class DocumentUnreadable(DocumentRefused):
    """Bytes that are not of the source's format at all."""

    code = "price_document_unreadable"
    message = N_("The bytes are no document of %(source)s (%(detail)s). Nothing was changed.")


class SeriesOfAnother(Refused):
    """A document states a series that belongs to another statistic; two sources are never made one series."""

    code = "price_series_of_another"
    message = N_("The series %(code)s belongs to the source %(family)s. Nothing was changed.")


class SourceUnknown(Refused):
    """No source of that code is registered."""

    code = "price_source_unknown"
    message = N_("There is no price source %(source)s.")


class FetchedInFuture(Refused):
    """A fetch time that has not come yet would outrank every document fetched until then."""

    code = "price_document_from_future"
    message = N_("The document claims to have been fetched at %(fetched_at)s, which is still to come.")


class AsOfInFuture(Refused):
    """What is known at a moment can only be told once the moment has passed."""

    code = "price_as_of_in_future"
    message = N_("What is known at %(as_of)s can only be told when that moment has passed.")


class SourceNotFetched(Refused):
    """The source has no plan by which it could be fetched: its documents are brought by people."""

    code = "price_source_not_fetched"
    message = N_("The source %(source)s is not fetched: its documents are brought by hand.")


class NotByDay(Refused):
    """The source has no document for each day that could be asked for."""

    code = "price_source_not_by_day"
    message = N_("The source %(source)s has no document for each day. Fetch what is due instead.")


class FetchingIsOff(Refused):
    """This installation does not call the outside."""

    code = "price_fetching_off"
    message = N_("This installation fetches nothing. Set STEELYARD_FETCH_PRICES=on where it may.")


class SecretUnknown(Refused):
    """The source has no use for a key of that name."""

    code = "price_source_secret_unknown"
    message = N_("The source %(source)s needs no key called %(name)s.")
