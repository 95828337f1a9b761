"""Words for the factors of a price on the common footing."""

from steelyard.core.i18n import N_

FACTORS: dict[str, str] = {
    "unit": N_("unit"),
    "currency": N_("exchange rate"),
    "vat": N_("VAT"),
    "weighing": N_("as weighed"),
}
