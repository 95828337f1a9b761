"""Words for what formula prices hold in codes, and examples of the language."""

from fractions import Fraction

from flask_babel import get_locale

from pricing.formulas.canonical import quoted
from pricing.formulas.kinds import Kind
from pricing.formulas.sheets import State
from pricing.formulas.words import FORMS, FUNCTIONS
from pricing.labels import edition
from steelyard.core.i18n import N_

__all__ = ["FUNCTIONS_SHOWN", "KINDS", "OPTIONS_HELP", "STATES", "chinese", "edition", "percent", "quoted"]

STATES: dict[str, tuple[str, str]] = {
    State.COUNTED: (N_("Counts"), "ok"),
    State.MISSING: (N_("No figure"), "warn"),
    State.PROVISIONAL: (N_("Only a provisional figure"), "warn"),
    State.WITHDRAWN: (N_("Withdrawn by the publisher"), "warn"),
    State.HELD: (N_("Held for review"), "warn"),
    State.TO_COME: (N_("Still to come"), "info"),
    State.NO_SESSION: (N_("Not a session, not counted"), "info"),
}
"""The words and the kind of badge for what became of a day."""
KINDS = {
    Kind.TAXED: N_("Price per tonne, with VAT"),
    Kind.BARE: N_("Price per tonne, without VAT"),
    Kind.MONEY: N_("Amount to be settled"),
}
FUNCTION_HELP = {
    "month_avg": N_(
        "Mean of a series over a calendar month; M is the delivery month named when pricing, M-1 the one before."
    ),
    "avg": N_("Mean from one day to another, both counted."),
    "last_avg": N_("Mean of the last sessions up to a day."),
    "on": N_("The figure of one day."),
    "fixed": N_("A fixed price in yuan per tonne; the bare number means the same."),
    "lock": N_("A price locked at a moment: what became known later does not enter."),
    "cap": N_("Not above a limit."),
    "floor": N_("Not below a limit."),
    "collar": N_("Between two limits."),
    "cash": N_("Cash price where the list price is for bank acceptance: less yearly rate × days / 360."),
    "bare": N_("Price without VAT, at the rate of the last day that counts or at a rate of your own."),
    "freight": N_("What carriage between two cities adds, in yuan per tonne."),
    "round": N_("Round half up to fen, jiao, yuan or 10yuan; without it the end is rounded to the fen."),
    "settle_up": N_("Retroactive settlement: final less provisional price, for the tonnes delivered."),
}
FUNCTIONS_SHOWN = tuple(
    (FUNCTIONS[name][0], FUNCTIONS[name][1], *FORMS[name], text) for name, text in FUNCTION_HELP.items()
)
"""English word, Chinese word, English form, Chinese form, and what it does."""
OPTIONS_HELP = (
    (
        "missing=refuse",
        "缺日=拒绝",
        N_("A session without a usable figure stops the pricing; this holds where nothing is written."),
    ),
    ("missing=skip", "缺日=跳过", N_("A session without a usable figure is left out of the mean.")),
    (
        "missing=previous",
        "缺日=沿用",
        N_("A session without a usable figure takes the one before, from at most ten sessions back."),
    ),
    (
        "open=provisional",
        "未完=暂估",
        N_("A period that is not over gives a price marked provisional instead of a refusal."),
    ),
)


def percent(rate: Fraction) -> str:
    """A rate in percent."""
    return f"{rate * 100}%"


def chinese() -> bool:
    """Whether the reader reads Chinese."""
    return str(get_locale()).startswith("zh")
