"""Words for what indexes hold in codes."""

from pricing.changes import decimal_text
from pricing.derived.index import INDEX_SCALE, Evidence, NoValue
from steelyard.core.i18n import N_

KINDS = {"city": N_("Index of published prices"), "deals": N_("Index of the platform's own deals")}
REASONS = {
    NoValue.NOT_BEGUN: N_("Not begun: too few contributors"),
    NoValue.TOO_FEW: N_("Too few contributors"),
    NoValue.CONCENTRATED: N_("One contributor has too large a share"),
}
EVIDENCE = {Evidence.DEAL: N_("Deals"), Evidence.BID: N_("Offers made"), Evidence.TALK: N_("Talk")}


def value(mantissa: int, scale: int = INDEX_SCALE) -> str:
    """A value with its thousands set apart."""
    return decimal_text(mantissa, scale, grouped=True)


def percent(basis_points: int) -> str:
    """A share in percent."""
    return decimal_text(basis_points, 2) + "%"
