"""What is refused of stocktakes beside what the scanner is told."""

from steelyard.core.errors import Refused
from steelyard.core.i18n import N_


class LateCounts(Refused):
    """Counts made before the close came in after it."""

    code = "stocktake_late_counts"
    message = N_(
        "%(count)s counts made before the close came in after it. Judge stocktake %(number)s anew, then approve it."
    )


class NothingToCount(Refused):
    """By the plan no place is due, or the scope is empty."""

    code = "nothing_to_count"
    message = N_("There is nothing to count: no place is due by the plan. Choose the places yourself.")


class ScopeUnknown(Refused):
    """An owner or a product that does not exist."""

    code = "stocktake_scope_unknown"
    message = N_("The owner or the product that is to be counted does not exist.")
