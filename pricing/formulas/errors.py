"""What a formula is refused for; where there is one, ``position`` is the character (from 1) of the text."""

from steelyard.core.errors import Refused
from steelyard.core.i18n import N_


class FormulaError(Refused):
    """A formula that cannot be used as it stands."""

    code = "formula_refused"
    message = N_("The formula cannot be used.")


class FormulaSyntax(FormulaError):
    """The text is no formula."""

    code = "formula_syntax"
    message = N_("At character %(position)s the formula cannot be read: found %(found)s, expected %(expected)s.")


class FormulaTooLarge(FormulaError):
    """More than the language allows."""

    code = "formula_too_large"
    message = N_("The formula is too large: %(what)s, at most %(most)s. Split the contract into several formulas.")


class FormulaUnknownWord(FormulaError):
    """A function or an option of which the language knows nothing."""

    code = "formula_unknown_word"
    message = N_("At character %(position)s: %(word)s is not a word of the language. Known here: %(known)s.")


class FormulaArguments(FormulaError):
    """A function was given something else than it takes."""

    code = "formula_arguments"
    message = N_("At character %(position)s: write it as %(form)s.")


class FormulaBadFigure(FormulaError):
    """A figure, a day or a month out of bounds."""

    code = "formula_bad_figure"
    message = N_("At character %(position)s: %(figure)s is out of bounds; %(rule)s.")


class FormulaMixesKinds(FormulaError):
    """Parts that cannot be put together."""

    code = "formula_mixes_kinds"


class TwoPrices(FormulaMixesKinds):
    """A price multiplied with a price, or a divisor that is a price."""

    message = N_("At character %(position)s: a price is multiplied or divided by a plain number only.")


class MixedTax(FormulaMixesKinds):
    """A price with tax beside one without."""

    message = N_("At character %(position)s: a price with tax meets one without. Take bare() of the whole.")


class TwiceBare(FormulaMixesKinds):
    """Tax taken off twice."""

    message = N_("At character %(position)s: the price is without tax already. Write bare() once.")


class SettlementInside(FormulaMixesKinds):
    """An amount of money used as a price."""

    message = N_("At character %(position)s: settle_up() gives an amount of money. Write it outermost and alone.")


class FormulaNeedsMonth(FormulaError):
    """The formula speaks of the delivery month, and none was named."""

    code = "formula_needs_month"
    message = N_("The formula speaks of the delivery month M. Name the month to be priced.")


class FormulaTakesNoMonth(FormulaError):
    """A month was named and the formula does not ask for one."""

    code = "formula_takes_no_month"
    message = N_("The formula names its own months. Leave the delivery month out, or write M in the formula.")


class SeriesNotFound(FormulaError):
    """A formula names a series that there is not."""

    code = "formula_series_unknown"
    message = N_("There is no price series %(series)s. Take the code from the series' page.")


class SeriesNotPriceable(FormulaError):
    """A series whose figures are not yuan for a mass with tax."""

    code = "formula_series_not_priceable"
    message = N_(
        "The series %(series)s is in %(unit)s, tax included: %(tax)s. A formula takes series in yuan per tonne or "
        "kilogram with tax."
    )


class WindowUnfinished(FormulaError):
    """The period that is averaged is not over."""

    code = "formula_window_unfinished"
    message = N_(
        "The period of %(series)s from %(first)s to %(last)s is not over: %(days)s days are still to come. Ask "
        "again later, or write open=provisional."
    )


class DayMissing(FormulaError):
    """A day has no usable figure and the formula refuses to go on without."""

    code = "formula_day_missing"
    message = N_(
        "%(series)s has no usable figure for %(day)s (%(why)s), and the formula says missing=refuse. Wait for the "
        "figure, or agree on missing=skip or missing=previous."
    )


class NoFigures(FormulaError):
    """Not one day of a window has a usable figure."""

    code = "formula_no_figures"
    message = N_("%(series)s has no usable figure from %(first)s to %(last)s as of that moment.")


class FormulaDividesByZero(FormulaError):
    """A divisor is nought."""

    code = "formula_divides_by_zero"
    message = N_("At character %(position)s: the divisor is 0.")


class LimitsCrossed(FormulaError):
    """A floor above its cap."""

    code = "formula_limits_crossed"
    message = N_("At character %(position)s: the floor %(low)s lies above the cap %(high)s.")


class PriceOutOfRange(FormulaError):
    """A price that is not positive, or beyond any that is known."""

    code = "formula_price_out_of_range"
    message = N_("The formula gives %(price)s yuan per tonne, which is no price. Look at its premiums and limits.")


class VatUnknown(FormulaError):
    """A day on which there was no VAT yet."""

    code = "formula_vat_unknown"
    message = N_("At character %(position)s: no VAT rate is known for %(day)s. Write the rate as a second argument.")


class SignedInFuture(Refused):
    """A contract is signed before it is kept."""

    code = "price_contract_from_future"
    message = N_("The contract claims to have been signed at %(signed_at)s, which is still to come.")


class SeriesNotNormalisable(Refused):
    """A series that cannot be put on the common footing."""

    code = "price_series_not_normalisable"
    message = N_(
        "The series %(series)s cannot be turned into yuan per tonne with tax (%(why)s). For a foreign currency name a "
        "series of its exchange rate."
    )


class NoExchangeRate(Refused):
    """No exchange rate is near enough to a day."""

    code = "price_no_exchange_rate"
    message = N_("The series %(series)s has no exchange rate for %(day)s or the ten days before.")


class IndexRefused(Refused):
    """A definition of an index that cannot stand."""

    code = "price_index_refused"


class IndexMembersRepeat(IndexRefused):
    """A member that is named twice."""

    message = N_("A member of the index is named twice: %(member)s.")


class IndexMembersTooFew(IndexRefused):
    """Fewer contributors than the index itself asks for."""

    message = N_("The index asks for %(least)s contributors and names only %(count)s.")


class IndexMixesFrequencies(IndexRefused):
    """Daily and ten-day prices in one basket."""

    message = N_("The members of an index must be of one frequency.")


class IndexDaysOpen(Refused):
    """A value is signed off when its period is over."""

    code = "price_index_period_open"
    message = N_("The period that ends on %(day)s is not over yet.")


class IndexUnchanged(Refused):
    """A correction that corrects nothing."""

    code = "price_index_unchanged"
    message = N_("The value for %(day)s is signed off already and nothing of it has changed.")


class CorrectionWithoutReason(Refused):
    """A correction says why."""

    code = "price_index_correction_without_reason"
    message = N_("The value for %(day)s was published before. Say in the remark why it is corrected.")


class IndexOfDeals(Refused):
    """What an index of deals would come to is for those who sign it off."""

    code = "price_index_of_deals"
    message = N_("An index of the platform's own deals shows only what was signed off. Read its releases.")
