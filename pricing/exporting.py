"""Prices as tables for spreadsheet programs: what the pages show, with origin, in typed columns."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from flask_babel import gettext as _

from pricing import labels
from pricing.changes import Change
from pricing.models import PriceObservation, PriceSeries, RawDocument
from pricing.queries.board import Entry
from pricing.queries.imports import Line
from pricing.queries.prices import Revision
from pricing.sources.base import Status
from pricing.sources.catalogue import publisher
from steelyard.core.i18n import N_
from steelyard.core.spreadsheets import Cell, Column, Kind, Scaled, Table

Columns = tuple[tuple[str, Kind], ...]

BOARD: Columns = (
    (N_("Product"), Kind.TEXT),
    (N_("Market"), Kind.TEXT),
    (N_("Price"), Kind.DECIMAL),
    (N_("Unit"), Kind.TEXT),
    (N_("Change on the day"), Kind.DECIMAL),
    (N_("Change in a week"), Kind.DECIMAL),
    (N_("Change in a month"), Kind.DECIMAL),
    (N_("Date"), Kind.DAY),
    (N_("Freshness"), Kind.TEXT),
    (N_("Tax"), Kind.TEXT),
    (N_("Source"), Kind.TEXT),
    (N_("Price document"), Kind.INTEGER),
    (N_("Code"), Kind.TEXT),
)
HISTORY: Columns = (
    (N_("Date"), Kind.DAY),
    (N_("Edition"), Kind.TEXT),
    (N_("Price"), Kind.DECIMAL),
    (N_("Unit"), Kind.TEXT),
    (N_("Published change"), Kind.DECIMAL),
    (N_("How settled"), Kind.TEXT),
    (N_("Held back"), Kind.TEXT),
    (N_("Revision"), Kind.INTEGER),
    (N_("Revisions"), Kind.INTEGER),
    (N_("Published at"), Kind.MOMENT),
    (N_("Known since"), Kind.MOMENT),
    (N_("Price document"), Kind.INTEGER),
)
DOCUMENTS: Columns = (
    (N_("Price document"), Kind.INTEGER),
    (N_("Source"), Kind.TEXT),
    (N_("Fetched at"), Kind.MOMENT),
    (N_("Known since"), Kind.MOMENT),
    (N_("From day"), Kind.DAY),
    (N_("To day"), Kind.DAY),
    (N_("Rows"), Kind.INTEGER),
    (N_("Kept"), Kind.INTEGER),
    (N_("Dropped"), Kind.INTEGER),
    (N_("Address"), Kind.TEXT),
    ("SHA-256", Kind.TEXT),
)
ROWS: Columns = (
    (N_("Row"), Kind.INTEGER),
    (N_("Outcome"), Kind.TEXT),
    (N_("Reason"), Kind.TEXT),
    (N_("Text"), Kind.TEXT),
    (N_("Date"), Kind.DAY),
    (N_("Edition"), Kind.TEXT),
    (N_("Price"), Kind.DECIMAL),
    (N_("Unit"), Kind.TEXT),
)
TRIAL: Columns = (
    *ROWS, (N_("Price before"), Kind.DECIMAL), (N_("Change"), Kind.DECIMAL), (N_("Series"), Kind.TEXT),
    (N_("Remark with a figure"), Kind.TEXT),
)  # fmt: skip


def table(name: str, columns: Columns, rows: Iterable[Sequence[Cell]]) -> Table:
    """A table with its headings in the reader's language."""
    return Table(name, [Column(_(title), kind) for title, kind in columns], rows)


def board(entries: Iterable[Entry]) -> Table:
    """The price board."""
    return table(_("Price board"), BOARD, map(_entry, entries))


def _entry(entry: Entry) -> Sequence[Cell]:
    series, moves = entry.series, entry.moves
    return (
        series.name,
        series.market,
        Scaled(entry.mantissa, entry.scale),
        unit(series),
        _moved(moves.day),
        _moved(moves.week),
        _moved(moves.month),
        entry.day,
        _(labels.FRESHNESS[entry.freshness][0]),
        _("included") if series.tax_included else _("not included"),
        publisher(series.family),
        entry.document_id,
        series.code,
    )


def _moved(change: Change | None) -> Cell:
    return None if change is None else Scaled(change.mantissa, change.scale)


def unit(series: PriceSeries) -> str:
    """The unit of a series in words, its code where there are none."""
    return str(_(labels.UNITS[series.unit])) if series.unit in labels.UNITS else series.unit


def history(series: PriceSeries, rows: Iterable[Revision]) -> Table:
    """What is believed of a series, or every revision, each with its document."""
    return table(series.name, HISTORY, (_revision(unit(series), row) for row in rows))


def _revision(unit_name: str, row: Revision) -> Sequence[Cell]:
    return (
        row.day,
        labels.edition(row.edition),
        _stated(row),
        unit_name,
        None if row.change_mantissa is None else Scaled(row.change_mantissa, row.scale),
        _(labels.STATUSES[row.status]),
        _("Yes") if row.held else "",
        row.revision,
        row.revisions,
        row.published_at,
        row.known_from,
        row.document_id,
    )


def _stated(row: Revision | PriceObservation) -> Cell:
    """The figure, none where it was withdrawn."""
    return None if row.status == Status.WITHDRAWN else Scaled(row.mantissa, row.scale)


def documents(rows: Iterable[RawDocument]) -> Table:
    """The documents that were taken in."""
    return table(_("Price documents"), DOCUMENTS, map(_document, rows))


def _document(row: RawDocument) -> Sequence[Cell]:
    return (
        row.id, publisher(row.family), row.fetched_at, row.known_from, row.first_day, row.last_day,
        row.rows, row.kept, row.rows - row.kept, row.url, row.sha256,
    )  # fmt: skip


def document_rows(document: RawDocument, brought: Iterable[tuple[PriceObservation, PriceSeries]]) -> Table:
    """What a document added and every row of it that was dropped, with the reason."""
    return table(_("Document %(id)s", id=document.id), ROWS, _document_rows(document, brought))


def _document_rows(
    document: RawDocument, brought: Iterable[tuple[PriceObservation, PriceSeries]]
) -> Iterator[Sequence[Cell]]:
    for drop in document.dropped:
        reason = labels.DROPS[drop["reason"]]
        yield drop["row"], _("dropped"), _(reason), drop["text"], None, None, None, None
    for row, series in brought:
        yield None, _("kept"), None, series.name, row.day, labels.edition(row.edition), _stated(row), unit(series)


def trial(name: str, lines: Iterable[Line]) -> Table:
    """What would become of each row of a sheet."""
    return table(f"{name} {_('Dry run')}", TRIAL, map(_line, lines))


def _line(line: Line) -> Sequence[Any]:
    if line.kept is None:
        reason, text = (line.dropped.reason, line.dropped.text) if line.dropped else ("", "")
        return line.row, _("dropped"), _(labels.DROPS[reason]), text, *[None] * 8
    kept, before = line.kept, line.last.figure if line.last else None
    traits = kept.traits
    return (
        line.row,
        _("kept"),
        None,
        traits.name,
        kept.day,
        labels.edition(kept.edition),
        Scaled(kept.mantissa, kept.scale),
        _(labels.UNITS[traits.unit]),
        Scaled(before.mantissa, before.scale) if before else None,
        _moved(line.move),
        traits.code if line.last else _("new series"),
        line.remark,
    )
