"""Why a sheet of master data is not read or not taken in, and why a reason is not."""

from steelyard.core.errors import Refused
from steelyard.core.i18n import N_


class MasterSheetUnreadable(Refused):
    """Bytes that are no sheet; the parent of what a reader refuses."""

    code = "master_sheet_unreadable"
    message = N_("This is no table that can be read. Bring XLSX or CSV.")


class MasterSheetIsProgram(MasterSheetUnreadable):
    """A program, whatever its name says."""

    code = "master_sheet_is_program"
    message = N_("This file is a program, not a table. Do not open it; ask whoever sent it.")


class MasterSheetTooLarge(MasterSheetUnreadable):
    """More than is looked at."""

    code = "master_sheet_too_large"
    message = N_("The sheet is too large (%(detail)s); at most %(most)s rows are taken. Divide it.")


class MasterSheetEmpty(MasterSheetUnreadable):
    """No row below the heading."""

    code = "master_sheet_empty"
    message = N_("Nothing stands below the heading of the sheet.")


class MasterColumnsMissing(MasterSheetUnreadable):
    """The heading lacks columns that are needed, or names one twice or one that nobody knows."""

    code = "master_columns_missing"
    message = N_(
        "The heading does not fit. Not known: %(strange)s; missing: %(missing)s; there twice: %(twice)s. "
        "Use the template's heading."
    )


class MasterRowsWrong(Refused):
    """Some rows cannot be taken; nothing of the sheet was."""

    code = "master_rows_wrong"
    message = N_(
        "%(count)s rows are wrong, the first is row %(row)s; nothing was taken. Correct the sheet and bring it again."
    )


class MasterImportClosed(Refused):
    """The sheet was taken in or put away already."""

    code = "master_import_closed"
    message = N_("This sheet was taken in or put away already.")


class NotYoursToImport(Refused):
    """Owners are named by the operator, places and reasons by the yard itself."""

    code = "master_not_yours"
    message = N_("Places and reasons are imported by the yard for itself, owners by the operator.")


class MasterRowsRaced(Refused):
    """Somebody wrote the same master data in the same moment."""

    code = "master_rows_raced"
    message = N_("Somebody has just added some of these rows. Look at the trial again, then take them in.")


class NotOneMasterSheet(Refused):
    """Neither a file nor a text, or both."""

    code = "master_not_one_sheet"
    message = N_("Bring either a file or a text.")


class ReasonUnknown(Refused):
    """The yard has no such reason for this work."""

    code = "reason_unknown"
    message = N_("This yard has no reason %(reason)s for this. Choose another one, or add it on the page of reasons.")


class ReasonRetired(Refused):
    """The yard does not use the reason any more."""

    code = "reason_retired"
    message = N_(
        "The reason %(reason)s is no longer used in this yard. Choose another one, or take it up again on the page of "
        "reasons."
    )


class ReasonExists(Refused):
    """The yard has a reason with this code for this work."""

    code = "reason_exists"
    message = N_("This yard has the reason %(reason)s for this already. Take it up again if it is retired.")


class LastReason(Refused):
    """A list from which one must choose would become empty."""

    code = "last_reason"
    message = N_("%(reason)s is the last reason of its kind, and people have to choose one. Add another one first.")
