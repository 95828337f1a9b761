"""Words for what imports hold in codes."""

from pricing.importing.columns import Column
from pricing.importing.terms import Delivery, Payment
from pricing.sources.base import Fault
from pricing.sources.traits import Weighing
from steelyard.core.i18n import N_

COLUMNS: dict[str, str] = {
    Column.PRODUCT: N_("Product"),
    Column.SPECIFICATION: N_("Specification"),
    Column.GRADE: N_("Grade"),
    Column.MILL: N_("Mill or origin"),
    Column.PRICE: N_("Price"),
    Column.CHANGE: N_("Change"),
    Column.REMARK: N_("Remark"),
    Column.STEEL_NUMBER: N_("Number of the mill"),
    Column.CITY: N_("City or market"),
    Column.DAY: N_("Date"),
    Column.UNIT: N_("Unit"),
    Column.STANDARD: N_("Standard"),
    Column.IGNORED: N_("Not used"),
}
TERMS: dict[str, str] = {
    Weighing.ACTUAL: N_("weighed on the scale"),
    Weighing.THEORETICAL: N_("by theoretical mass"),
    Payment.CASH: N_("cash"),
    Payment.ACCEPTANCE: N_("bank acceptance"),
    Delivery.EX_WAREHOUSE: N_("ex warehouse"),
    Delivery.EX_WAREHOUSE_PLUS_FEE: N_("ex warehouse, loading fee not included"),
    Delivery.EX_WORKS: N_("ex works"),
    Delivery.DELIVERED: N_("delivered"),
}
MISSING: dict[str, str] = {
    "columns": N_("which columns hold product and price"),
    "provider": N_("whose sheet it is"),
    "permission": N_("by what permission it may be used"),
    "market": N_("of which market it speaks"),
    "day": N_("of which day it speaks"),
    "tax": N_("whether its prices include tax"),
}
FAULTS: dict[str, str] = {
    Fault.NUMERIC_SHARE: N_("Too few rows have a readable price: the columns may have slid, or the mapping is wrong."),
    Fault.COLUMNS: N_("The mapping does not fit the sheet."),
    Fault.DATE: N_("The date has not come yet."),
    Fault.EMPTY: N_("There is no row with a price."),
    Fault.UNREADABLE: N_("The sheet cannot be read."),
    Fault.TOO_LARGE: N_("The sheet is too large."),
}
