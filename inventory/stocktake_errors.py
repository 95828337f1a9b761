"""What is refused of stocktakes beside what the scanner is told."""

from steelyard.core.errors import Refused
from steelyard.core.i18n import N_


class LateCounts(Refused):
    """Counts made before the close came in after it."""

    code = "stocktake_late_counts"
    message = N_(
        "%(count)s counts made before the close came in after it. Judge stocktake %(number)s anew, then approve it."
    )


class CountsDiffer(Refused):
    """People counted the same bundle differently."""

    code = "stocktake_counts_differ"
    message = N_(
        "%(count)s bundles were counted differently by several people. Open stocktake %(number)s again and have them "
        "counted once more."
    )


class LineUnfit(Refused):
    """A line of a variance that cannot be settled so."""

    code = "stocktake_line_unfit"
    message = N_(
        "There is no line of %(tag)s in this stocktake that could be settled so: received and linked are unknown tags, "
        "moved are bundles at another place, dismissed are lines to look into, each once."
    )


class CountedItself(Refused):
    """A bundle that was counted under its own tag cannot be the one under another."""

    code = "stocktake_counted_itself"
    message = N_("Bundle %(tag)s was itself counted in this stocktake; it cannot bear the other tag.")


class NothingToCount(Refused):
    """By the plan no place is due, or the scope is empty."""

    code = "nothing_to_count"
    message = N_("There is nothing to count: no place is due by the plan. Choose the places yourself.")


class ScopeUnknown(Refused):
    """An owner or a product that does not exist."""

    code = "stocktake_scope_unknown"
    message = N_("The owner or the product that is to be counted does not exist.")
