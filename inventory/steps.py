"""The words for a step on a bundle's way. Imports neither flask nor sqlalchemy."""

from enum import StrEnum

from inventory.states import PlaceKind


class StepKind(StrEnum):
    """What a move means to people."""

    RECEIVED = "received"
    MOVED = "moved"
    ISSUED = "issued"
    LOST = "lost"
    FOUND = "found"
    RETURNED = "returned"
    PROCESSED = "processed"
    SCRAPPED = "scrapped"
    WEIGHED = "weighed"
    REVERSED = "reversed"


_BY_TARGET = {
    PlaceKind.CUSTOMER: StepKind.ISSUED,
    PlaceKind.COUNT_DIFFERENCE: StepKind.LOST,
    PlaceKind.SCRAP: StepKind.SCRAPPED,
    PlaceKind.MILL: StepKind.RETURNED,
    PlaceKind.PROCESSING: StepKind.PROCESSED,
    PlaceKind.MASS_DIFFERENCE: StepKind.WEIGHED,
}
_BY_SOURCE = {
    PlaceKind.MILL: StepKind.RECEIVED,
    PlaceKind.COUNT_DIFFERENCE: StepKind.FOUND,
    PlaceKind.PROCESSING: StepKind.PROCESSED,
    PlaceKind.MASS_DIFFERENCE: StepKind.WEIGHED,
}


def kind_of(source: PlaceKind, target: PlaceKind, *, reverses: bool) -> StepKind:
    """The word for a move between two kinds of places."""
    if reverses:
        return StepKind.REVERSED
    return _BY_TARGET.get(target) or _BY_SOURCE.get(source) or StepKind.MOVED
