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
}
_BY_SOURCE = {
    PlaceKind.MILL: StepKind.RECEIVED,
    PlaceKind.COUNT_DIFFERENCE: StepKind.FOUND,
    PlaceKind.PROCESSING: StepKind.PROCESSED,
}


def kind_of(source: PlaceKind, target: PlaceKind, *, reverses: bool) -> StepKind:
    """The word for a move between two kinds of places."""
    if reverses:
        return StepKind.REVERSED
    if PlaceKind.MASS_DIFFERENCE in (source, target):  # what has left is weighed on its lorry, too
        return StepKind.WEIGHED
    return _BY_TARGET.get(target) or _BY_SOURCE.get(source) or StepKind.MOVED
