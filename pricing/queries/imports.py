"""What is read of imports: those of one's own organisation, and the trial that shows what a sheet would do."""

import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from pricing.changes import Change, Figure, change
from pricing.import_models import PriceImport, PriceImportMapping
from pricing.importing import recipe, sheets
from pricing.importing.recipe import Recipe
from pricing.models import PriceSeries
from pricing.operations.statements import batches
from pricing.queries import prices
from pricing.queries.believed import recent
from pricing.sources.base import Drop, ParsedRow, ParseResult, RawDocument
from steelyard.core.actors import Actor
from steelyard.core.errors import NotFound

UPLOAD = "upload:"


@dataclass(frozen=True, slots=True)
class Last:
    """The latest price of a series before this sheet."""

    series_id: int
    day: date | None = None
    figure: Figure | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """One row of a trial: kept with its series (existing where `last` is there), or dropped with its reason.

    `remark` is one that holds a figure, which is not taken.
    """

    row: int
    kept: ParsedRow | None
    dropped: Drop | None
    last: Last | None
    remark: str | None = None

    @property
    def move(self) -> Change | None:
        """The change against the latest price before."""
        if self.kept is None or self.last is None or self.last.figure is None:
            return None
        return change(Figure(self.kept.mantissa, self.kept.scale), None, self.last.figure)


@dataclass(frozen=True, slots=True)
class Trial:
    """What a sheet would do if it were confirmed now; `digest` names these bytes and this reading."""

    digest: str
    result: ParseResult
    missing: tuple[str, ...]
    remarks: Mapping[int, str]

    @property
    def ready(self) -> bool:
        """Whether it can be confirmed."""
        return bool(self.result.kept) and not self.missing


def imports(actor: Actor) -> Select[PriceImport]:
    """The imports of the caller's organisation."""
    return select(PriceImport).where(PriceImport.org_id == actor.org_id)


def one(session: Session, actor: Actor, import_id: int, *, locked: bool = False) -> PriceImport:
    """One import of the caller's organisation; raises `NotFound`."""
    query = imports(actor).where(PriceImport.id == import_id)
    found = session.scalars(query.with_for_update() if locked else query).one_or_none()
    if found is None:
        raise NotFound
    return found


def latest(session: Session, actor: Actor, state: str, most: int) -> Sequence[PriceImport]:
    """The latest imports in one state."""
    query = imports(actor).where(PriceImport.state == state).order_by(PriceImport.id.desc()).limit(most)
    return session.scalars(query).all()


def mappings(actor: Actor) -> Select[PriceImportMapping]:
    """The saved mappings of the caller's organisation."""
    return select(PriceImportMapping).where(PriceImportMapping.org_id == actor.org_id)


def mapping(session: Session, actor: Actor, mapping_id: int) -> PriceImportMapping:
    """One saved mapping; raises `NotFound`."""
    found = session.scalars(mappings(actor).where(PriceImportMapping.id == mapping_id)).one_or_none()
    if found is None:
        raise NotFound
    return found


def content(draft: PriceImport) -> bytes:
    """The bytes as they were brought."""
    return zlib.decompress(draft.packed)


def recipe_of(draft: PriceImport | PriceImportMapping) -> Recipe:
    """How the sheet is to be read, so far."""
    return recipe.from_document(draft.recipe)


def document_of(draft: PriceImport) -> RawDocument:
    """The sheet as the document that it will be."""
    found = recipe_of(draft)
    return RawDocument(found.family, UPLOAD + draft.file_name, draft.created_at, recipe.seal(found, content(draft)))


def sheet_of(session: Session, document_id: int) -> tuple[Recipe, bytes] | None:
    """How an imported document was read, and the bytes as they were brought; None for one of another source."""
    try:
        return recipe.unseal(prices.content(session, document_id))
    except ValueError:
        return None


def trial(draft: PriceImport) -> Trial:
    """Try the sheet as it is to be read now; nothing is written."""
    document = document_of(draft)
    result, remarks = sheets.parse_with_remarks(document)
    return Trial(document.sha256, result, recipe_of(draft).missing, remarks)


def open_trial(session: Session, actor: Actor, import_id: int) -> Trial | None:
    """The trial of a sheet that lies open, for work before a transaction of writing; None where there is none."""
    found = session.scalars(imports(actor).where(PriceImport.id == import_id)).one_or_none()
    return trial(found) if found is not None and found.confirmed_at is None and not recipe_of(found).missing else None


def lines(session: Session, tried: Trial, *, after: int = 0, limit: int | None = None) -> list[Line]:
    """The rows of a trial behind the line `after`, in the sheet's order, each with the latest price of its series."""
    kept = {row.row: row for row in tried.result.kept}
    dropped = {drop.row: drop for drop in tried.result.dropped}
    numbers = [number for number in sorted({*kept, *dropped}) if number > after][:limit]
    shown = [kept[number] for number in numbers if number in kept]
    lasts = dict(_lasts(session, {row.traits.code for row in shown}))
    found = [_line(number, kept.get(number), dropped.get(number), lasts) for number in numbers]
    return [replace(line, remark=tried.remarks.get(line.row)) for line in found]


def _line(number: int, kept: ParsedRow | None, dropped: Drop | None, lasts: dict[str, Last]) -> Line:
    return Line(number, kept, dropped, None if kept is None else lasts.get(kept.traits.code))


def _lasts(session: Session, codes: set[str]) -> Iterator[tuple[str, Last]]:
    """The series that are there already, each with its latest price that counts."""
    for batch in batches(sorted(codes)):
        ids = dict(session.execute(select(PriceSeries.code, PriceSeries.id).where(PriceSeries.code.in_(batch))).all())
        figures = recent(session, ids.values())
        for code, series_id in ids.items():
            known = figures.get(series_id)
            last = known.last if known else None
            yield code, Last(series_id, last.day, Figure(last.mantissa, last.scale)) if last else Last(series_id)
