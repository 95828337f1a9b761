"""Why a file or a pasted text is no sheet of prices: a type for each, with what to do; shown to whoever brought it."""

from steelyard.core.errors import Refused
from steelyard.core.i18n import N_


class SheetUnreadable(Refused):
    """Bytes that are no spreadsheet, no table of text and no page; the parent of all that a reader refuses."""

    code = "price_sheet_unreadable"
    message = N_("This is no table that can be read. Bring XLSX, XLS or CSV, or paste the table itself.")


class SheetIsProgram(SheetUnreadable):
    """A program or a library, whatever its name says."""

    code = "price_sheet_is_program"
    message = N_("This file is a program, not a table. Do not open it; ask whoever sent it.")


class SheetEncrypted(SheetUnreadable):
    """A workbook that asks for a password."""

    code = "price_sheet_encrypted"
    message = N_("The workbook is protected by a password. Save it without one and bring it again.")


class SheetDamaged(SheetUnreadable):
    """A workbook that is cut off or broken inside."""

    code = "price_sheet_damaged"
    message = N_("The workbook is damaged or cut off. Ask for it again, or paste the table.")


class SheetTooLarge(SheetUnreadable):
    """More bytes, rows or columns than any sheet of prices has, or a small file that unfolds into a huge one."""

    code = "price_sheet_too_large"
    message = N_("The sheet is larger than any price sheet (%(detail)s). Bring only the table of prices.")


class SheetEmpty(SheetUnreadable):
    """Nothing stands in it."""

    code = "price_sheet_empty"
    message = N_("Nothing stands in the sheet.")


class NotOneSheet(Refused):
    """Neither a file nor a text was brought, or both."""

    code = "price_import_not_one_sheet"
    message = N_("Bring either a file or a pasted table.")


class NoSuchTable(Refused):
    """A table or a line that the sheet does not have."""

    code = "price_import_no_such_table"
    message = N_("The sheet has %(sheets)s tables; this one has %(lines)s lines. Choose one of them.")


class MappingUnsound(Refused):
    """A mapping without product or price, with one meaning twice, or for more columns than there are."""

    code = "price_import_mapping_unsound"
    message = N_("The columns do not fit: product and price are needed, and each meaning only once (%(detail)s).")


class ImportIncomplete(Refused):
    """Something that only people can say has not been said yet."""

    code = "price_import_incomplete"
    message = N_("Say first: %(missing)s.")


class ImportChanged(Refused):
    """The trial that was looked at was of other bytes or another mapping."""

    code = "price_import_changed"
    message = N_("The sheet or its mapping has changed since the trial that you saw. Look at the new trial first.")


class ImportClosed(Refused):
    """The sheet was imported or put away already."""

    code = "price_import_closed"
    message = N_("Import %(number)s is closed already.")


class TooManyImports(Refused):
    """More sheets lie open than anybody works on."""

    code = "price_import_too_many"
    message = N_("%(most)s sheets lie open already. Finish or discard some of them first.")


class ProviderTooLong(Refused):
    """A provider's name that grows too long when its signs are made plain."""

    code = "price_import_provider_too_long"
    message = N_("The provider's name is too long; use %(most)s plain characters at most.")
