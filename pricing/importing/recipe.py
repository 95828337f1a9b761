"""How one sheet is to be read, as a person confirmed it, and the envelope in which it stays with the sheet's bytes.

A document that is stored as an envelope can be read again years later without anything else; its digest covers
the bytes and the way of reading them, so a dry run is valid for these bytes and this reading only.
"""

import json
from dataclasses import dataclass
from datetime import date, time
from typing import Any

from pricing.importing import terms
from pricing.importing.columns import Column, misfits
from pricing.importing.terms import Clause
from pricing.sources.figures import fold

MAGIC = b"STEELYARD PRICE SHEET 1\n"
PREFIX = "sheet."
LONGEST_PROVIDER = 40
LONGEST_FAMILY = 60
"""The room for the code of a source; a name may grow when its signs are made plain."""
LONGEST_MARKET = 40
LONGEST_NOTE = 300
LONGEST_FILE_NAME = 120


@dataclass(frozen=True, slots=True)
class Recipe:
    """Whose sheet it is and by what permission, where in the bytes it stands, and what its columns and terms mean.

    `sheet` and `header` count from 0, `header` -1 is a table without one; `day` None leaves the day to a column;
    `moment` is the time of day of the edition, in Shanghai.
    """

    provider: str
    permission: str
    market: str
    file_name: str
    sheet: int
    header: int
    columns: tuple[Column, ...]
    clauses: tuple[Clause, ...]
    day: date | None = None
    moment: time | None = None

    def as_document(self) -> dict[str, Any]:
        """The recipe as a JSON document."""
        return {
            "provider": self.provider,
            "permission": self.permission,
            "market": self.market,
            "file_name": self.file_name,
            "sheet": self.sheet,
            "header": self.header,
            "columns": [str(column) for column in self.columns],
            "terms": terms.as_document(self.clauses),
            "day": None if self.day is None else self.day.isoformat(),
            "time": None if self.moment is None else self.moment.isoformat("minutes"),
        }

    @property
    def missing(self) -> tuple[str, ...]:
        """What only people can say and have not said yet, by the names of the fields."""
        told = {
            "columns": not misfits(self.columns),
            "provider": family_of(self.provider) != PREFIX,
            "permission": bool(self.permission),
            "market": bool(self.market) or Column.CITY in self.columns,
            "day": self.day is not None or Column.DAY in self.columns,
            "tax": any(clause.terms.tax_included is not None for clause in self.clauses),
        }
        return tuple(name for name, is_told in told.items() if not is_told)

    @property
    def family(self) -> str:
        """The code of the source, which is the statistic's as well: one for each provider, never shared by two."""
        return family_of(self.provider)


def family_of(provider: str) -> str:
    """The code under which a provider's sheets are kept."""
    return PREFIX + fold(provider).casefold()


def provider_of(family: str) -> str | None:
    """Whose sheets are kept under a code; None for one of another kind."""
    return family.removeprefix(PREFIX) if family.startswith(PREFIX) and len(family) > len(PREFIX) else None


def from_document(document: dict[str, Any]) -> Recipe:
    """A recipe from its JSON document; raises ValueError, KeyError or TypeError for one that is none."""
    return Recipe(
        provider=str(document["provider"]),
        permission=str(document["permission"]),
        market=str(document["market"]),
        file_name=str(document["file_name"]),
        sheet=_index(document["sheet"], 0),
        header=_index(document["header"], -1),
        columns=tuple(Column(one) for one in document["columns"]),
        clauses=terms.from_document(document["terms"]),
        day=None if document["day"] is None else date.fromisoformat(document["day"]),
        moment=None if document["time"] is None else time.fromisoformat(document["time"]).replace(tzinfo=None),
    )


def _index(value: object, least: int) -> int:
    if type(value) is not int or value < least:
        raise ValueError("not the place of a line")
    return value


def canonical(document: Any) -> str:
    """A JSON document in the one spelling by which digests are made."""
    return json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def seal(recipe: Recipe, content: bytes) -> bytes:
    """The envelope of a sheet: one line that names the format, one with the recipe, then the bytes as they came."""
    return MAGIC + canonical(recipe.as_document()).encode() + b"\n" + content


def unseal(envelope: bytes) -> tuple[Recipe, bytes]:
    """Recipe and bytes of an envelope; raises ValueError for what is none."""
    if not envelope.startswith(MAGIC):
        raise ValueError("not an envelope of a price sheet")
    line, _, content = envelope.removeprefix(MAGIC).partition(b"\n")
    try:
        return from_document(json.loads(line)), content
    except (KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ValueError(f"not a recipe: {error}") from error
