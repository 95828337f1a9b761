"""Editions of the standards: which one a certificate is to be read by, and from when each was in force.

Of GB/T 5310 two editions are known: 2023 took the place of 2017 on 2024-04-01. What could be cited of the edition of
2023 is that, and not its tables: so no limits of it are carried, and whoever reads a certificate of it is told by which
edition its values were compared. Imports neither flask nor sqlalchemy.
"""

import re
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from inventory.certificates.limits import Grade, plain_standard


@dataclass(frozen=True, slots=True)
class Edition:
    """An edition of a standard, the first day on which it was in force, and where that is said."""

    standard: str
    year: int
    in_force: date
    source: str


EDITIONS = (
    Edition(
        "GB/T 5310", 2023, date(2024, 4, 1), "https://www.chinesestandard.net/AMP/BOOK.amp.aspx/GBT5310-2023"
    ),
)  # fmt: skip
"""Editions later than those of which limits are carried (:data:`inventory.certificates.limits.SOURCES`)."""


class By(StrEnum):
    """How the edition of a certificate is known: it says the year, or it was issued when the edition was in force."""

    STATED = "stated"
    DATE = "date"


@dataclass(frozen=True, slots=True)
class Comparison:
    """The edition whose limits were ``used``, the one by which the paper is to be read, and how that is known."""

    standard: str
    used: int
    asked: int
    by: By

    @property
    def is_other(self) -> bool:
        """Whether the values were compared by another edition than the paper's."""
        return self.used != self.asked


_YEAR = re.compile(r"[-—–－]\s*((?:19|20)\d{2})(?!\d)")


def compared(grade: Grade, standard: str | None, issued_on: date) -> Comparison:
    """By which edition a certificate was compared, and which is its own.

    ``standard`` is what the certificate says; the year of a standard for pipe that only refers to the steel's is not
    the steel's year.
    """
    used = grade.chemistry[0].source.year
    year = _YEAR.search(standard or "") if plain_standard(standard) == grade.standard else None
    if year is not None:
        return Comparison(grade.standard, used, int(year[1]), By.STATED)
    later = [one.year for one in EDITIONS if one.standard == grade.standard and one.in_force <= issued_on]
    return Comparison(grade.standard, used, max([used, *later]), By.DATE)
