"""Words for what the tables hold in codes, and figures as people read them."""

from datetime import date

from flask_babel import gettext as _

from pricing.changes import Change, decimal_text
from pricing.freshness import Freshness
from pricing.import_labels import TERMS
from pricing.sources.base import DropReason, Edition, Status
from pricing.sources.periods import third_of
from pricing.sources.traits import Kind
from steelyard.core.i18n import N_

EDITIONS: dict[str, str] = {
    Edition.RELEASE: N_("As released"),
    Edition.SETTLEMENT: N_("Settlement price"),
    Edition.IMPLIED: N_("Implied by the next release"),
    Edition.COMPUTED: N_("Computed"),
}
STATUSES: dict[str, str] = {
    Status.PROVISIONAL: N_("Provisional"),
    Status.FINAL: N_("Final"),
    Status.WITHDRAWN: N_("Withdrawn"),
}
FRESHNESS: dict[str, tuple[str, str]] = {
    Freshness.FRESH: (N_("Up to date"), "ok"),
    Freshness.LATE: (N_("One release late"), "warn"),
    Freshness.STALE: (N_("Out of date"), "bad"),
    Freshness.ENDED: (N_("Contract ended"), "info"),
}
"""The words and the kind of badge for each degree of freshness."""
UNITS = {
    "CNY/t": N_("yuan/t"),
    "CNY/kg": N_("yuan/kg"),
    "USD/t": N_("US dollars/t"),
    "US cents/dmtu": N_("US cents per dry tonne unit"),
    "CNY": N_("yuan"),
    "lots": N_("lots"),
    "%": "%",
}
FREQUENCIES = {
    "ten_day": N_("Every ten days"),
    "daily": N_("Every trading day"),
    "weekly": N_("Every week"),
    "monthly": N_("Every month"),
    "intraday": N_("Several times a day"),
}
FIELDS = {
    "average": N_("Average price"),
    "settle": N_("Settlement price"),
    "quote": N_("Quoted price"),
    "open": N_("Opening price"),
    "high": N_("Day's highest price"),
    "low": N_("Day's lowest price"),
    "close": N_("Closing price"),
    "last": N_("Last price"),
    "spot": N_("Spot price"),
    "volume": N_("Volume"),
    "open_interest": N_("Open interest"),
    "turnover": N_("Turnover"),
    "futures_over_spot": N_("Futures less spot, share of spot"),
    "spot_minus_futures": N_("Spot less futures"),
    "spot_over_futures": N_("Spot less futures, in percent"),
}
KINDS: dict[str, str] = {
    Kind.SPOT: N_("Spot"),
    Kind.FUTURES: N_("Futures"),
    Kind.INDEX: N_("Index"),
    Kind.FX: N_("Exchange rate"),
    Kind.DEAL: N_("Deals on this platform"),
}
DROPS: dict[str, str] = {
    DropReason.CATEGORY: N_("Heading of a class"),
    DropReason.CONFLICT: N_("Contradicts another row"),
    DropReason.DUPLICATE: N_("Repeats another row"),
    DropReason.NOT_FOLLOWED: N_("Product is not followed"),
    DropReason.NOT_FUTURES: N_("Not a futures contract"),
    DropReason.NOT_A_PRICE: N_("No figure in the price column"),
    DropReason.NOT_QUOTED: N_("No price is quoted"),
    DropReason.NO_DAY: N_("No date, or one that has not come"),
    DropReason.NO_PRODUCT: N_("No product in the row"),
    DropReason.NO_TERMS: N_("Not known whether with tax"),
    DropReason.NO_SESSION: N_("No session on that day"),
    DropReason.NO_VALUE: N_("No price in the row"),
    DropReason.NOT_A_ROW: N_("Not a row of the table"),
    DropReason.OUT_OF_RANGE: N_("Price out of range"),
    DropReason.PRICE_RANGE: N_("A range, not a price"),
    DropReason.REFUSED: N_("Refused with its document"),
    DropReason.SECOND_PRINTING: N_("Second printing of the table"),
    DropReason.SLID: N_("The cells of this row are shifted"),
    DropReason.SUBTOTAL: N_("Subtotal"),
    DropReason.UNKNOWN_UNIT: N_("Unknown unit"),
    DropReason.UNSETTLED: N_("Not settled yet"),
}
_THIRDS = {
    "上": N_("first ten days of %(month)s"),
    "中": N_("second ten days of %(month)s"),
    "下": N_("last days of %(month)s"),
}


def edition(name: str) -> str:
    """An edition in words; a time of day stands for itself."""
    return str(_(EDITIONS[name])) if name in EDITIONS else name


def edition_order(name: str) -> tuple[int, str]:
    """Sorts editions: times of day by the clock, then the named ones in their order."""
    return (1 + list(EDITIONS).index(name), "") if name in EDITIONS else (0, name)


def period(day: date, frequency: str) -> str:
    """The day, or the ten-day period (旬) that ends on it."""
    if frequency != "ten_day":
        return day.isoformat()
    return str(_(_THIRDS[third_of(day)], month=day.strftime("%Y-%m")))


def unit(code: str) -> str:
    """A unit in words; one without words of its own stands for itself."""
    return str(_(UNITS[code])) if code in UNITS else code


def frequency(code: str) -> str:
    """How often a series has a new figure."""
    return str(_(FREQUENCIES[code])) if code in FREQUENCIES else code


def field(code: str) -> str:
    """Which price of a day a series holds."""
    return str(_(FIELDS[code])) if code in FIELDS else code


def term(code: str) -> str:
    """A term of a price in words; one that a publisher words himself stands for itself."""
    return str(_(TERMS[code])) if code in TERMS else code


def figure(mantissa: int, scale: int) -> str:
    """A value with its thousands set apart."""
    return decimal_text(mantissa, scale, grouped=True)


def move(change: Change | None) -> str:
    """A change as it is shown, a dash where there is none."""
    return "—" if change is None else signed(change.mantissa, change.scale)


def share(change: Change | None) -> str:
    """A change in percent with its sign."""
    if change is None or change.basis_points is None:
        return "—"
    return decimal_text(change.basis_points, 2, grouped=True, signed=True) + "%"


def direction(change: Change | None) -> str:
    """The class of the style sheet for a rise (red, as China shows it), a fall (green) or neither."""
    if change is None or change.mantissa == 0:
        return ""
    return "up" if change.mantissa > 0 else "down"


def signed(mantissa: int, scale: int) -> str:
    """A change with its sign and an arrow, so that colour is not all that tells the direction."""
    arrow = "▲ " if mantissa > 0 else "▼ " if mantissa < 0 else ""
    return arrow + decimal_text(mantissa, scale, grouped=True, signed=True)
