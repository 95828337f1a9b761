"""Documents that are carried out as a whole: one refusal refuses all of it."""

from collections.abc import Callable, Iterable

from inventory import errors
from inventory.quantities import Movement
from steelyard.core.errors import Refused


def all_or_none(tags: Iterable[str], act: Callable[[str], Movement]) -> list[Movement]:
    """Carry out ``act`` for every tag; raise the first refusal, with the codes of all by tag where there are more."""
    movements: list[Movement] = []
    refusals: dict[str, Refused] = {}
    seen: set[str] = set()
    for tag in tags:
        try:
            if tag in seen:
                raise errors.TagRepeated(tag=tag)
            seen.add(tag)
            movements.append(act(tag))
        except Refused as refusal:
            refusals.setdefault(tag, refusal)
    for first in refusals.values():
        if len(refusals) > 1:
            first.fields = {tag: [refusal.code] for tag, refusal in refusals.items()}
        raise first
    return movements
