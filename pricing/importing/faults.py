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
