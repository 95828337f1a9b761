"""History files: years of many series in one document, in a form of our own, read row by row.

The form is for archives that somebody holds a licence for and for moving histories between installations::

    {"steelyard": "price history", "version": 1}
    {"series": "billet-tangshan", "kind": "spot", "name": "…", "commodity": "…", …}
    0,2026-01-05,release,3050
    0,2026-01-06,10:51,3052.5,provisional
    0,2026-01-06,15:00,,withdrawn

A line that begins with ``{`` declares the next series, numbered from 0, before its first row. A row names number,
day, edition and value; a status other than final stands in a fifth cell. A withdrawal states no value.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import fields
from datetime import date
from io import BytesIO, TextIOWrapper
from typing import Any

from pricing.sources.base import (
    Contract,
    Drop,
    DropReason,
    Edition,
    Fault,
    Outcome,
    ParsedRow,
    ParseResult,
    RawDocument,
    SeriesTraits,
    Sheet,
    Source,
    Status,
    StreamBroken,
    judge,
)
from pricing.sources.traits import Adjustment, Kind, Weighing, is_edition
from steelyard.core.i18n import N_

FAMILY = "history"
CONTRACT = Contract(
    code="history",
    family=FAMILY,
    publisher="history",
    home="",
    licence=N_("as the holder of the archive has agreed"),
    frequency="daily",
    edition=Edition.RELEASE,
    calendar=N_("none"),
    enabled=False,
)
LONGEST_LINE = 4096
MOST_BYTES = 256 * 1024 * 1024
MOST_SERIES = 100_000
_WORD = re.compile(r"[a-z0-9][a-z0-9_.-]{0,99}")
_FIGURE = re.compile(r"(-?\d{1,15})(?:\.(\d{1,6}))?", re.ASCII)
_LONGEST = {"grade": 24, "contract": 24, "value_field": 24, "frequency": 24, "unit": 24, "currency": 24}
_CHOICES: dict[str, frozenset[str]] = {
    "kind": frozenset(Kind),
    "adjustment": frozenset(Adjustment),
    "weighing": frozenset(Weighing),
}
_OWN = frozenset({"code", "predecessor", "position", "tax_included"})
_TEXTS = tuple(one for one in fields(SeriesTraits) if one.name not in _OWN)
_REQUIRED = frozenset({"kind", "name", "commodity", "category", "market", "value_field", "frequency", "unit"})
_STATUSES = {"": Status.FINAL} | {str(status): status for status in Status}


def stream(document: RawDocument) -> Iterator[ParsedRow | Drop]:
    """The rows one after the other; raises `StreamBroken` for bytes that are no history."""
    if len(document.content) > MOST_BYTES:
        raise StreamBroken(Outcome.FAILED, Fault.TOO_LARGE, f"{len(document.content)} bytes")
    if document.http_status != 200:
        raise StreamBroken(Outcome.FAILED, Fault.UNREADABLE, f"HTTP {document.http_status}")
    lines = TextIOWrapper(BytesIO(document.content), encoding="utf-8-sig", newline="\n")
    try:
        yield from _rows(lines)
    except UnicodeDecodeError:
        raise StreamBroken(Outcome.FAILED, Fault.UNREADABLE, "UTF-8") from None


def _rows(lines: TextIOWrapper) -> Iterator[ParsedRow | Drop]:
    head = _object(lines.readline(LONGEST_LINE))
    if head.get("steelyard") != "price history" or head.get("version") != 1:
        raise StreamBroken(Outcome.FAILED, Fault.UNREADABLE, "no price history")
    reader = _Reader()
    number, line = 1, lines.readline(LONGEST_LINE)
    while line:
        number += 1
        if line[0] == "{":
            reader.declare(_declared(line, len(reader.series), number))
        else:
            yield reader.row(line.rstrip("\r\n"), number)
        line = lines.readline(LONGEST_LINE)


class _Reader:
    """Reads rows and remembers what many of them have in common: the series, the days, the editions."""

    def __init__(self) -> None:
        self.series: dict[str, SeriesTraits] = {}
        self._least: dict[str, int | None] = {}
        self._days: dict[str, date] = {}
        self._editions: set[str] = set()

    def declare(self, traits: SeriesTraits) -> None:
        """Take in the next series, which rows name by its number."""
        number = str(len(self.series))
        self.series[number] = traits
        self._least[number] = traits.least

    def row(self, line: str, number: int) -> ParsedRow | Drop:
        """One row, or why it is left out."""
        cells = line.split(",")
        traits = self.series.get(cells[0])
        if (
            traits is None
            or len(cells) not in (4, 5)
            or (cells[2] not in self._editions and not self._edition(cells[2]))
        ):
            return Drop(number, DropReason.NOT_A_ROW, line[:80])
        status = Status.FINAL if len(cells) == 4 else _STATUSES.get(cells[4])
        day = self._days.get(cells[1]) or self._day(cells[1])
        if status is None or day is None:
            return Drop(number, DropReason.NOT_A_ROW, line[:80])
        if status is Status.WITHDRAWN:
            return ParsedRow(traits, number, day, cells[2], 0, 0, None, status)
        match = _FIGURE.fullmatch(cells[3])
        if match is None:
            return Drop(number, DropReason.NO_VALUE, line[:80])
        decimals = (match[2] or "").rstrip("0")
        mantissa, least = int(match[1] + decimals), self._least[cells[0]]
        if least is not None and mantissa < least:
            return Drop(number, DropReason.OUT_OF_RANGE, line[:80])
        return ParsedRow(traits, number, day, cells[2], mantissa, len(decimals), None, status)

    def _edition(self, text: str) -> bool:
        if not is_edition(text):
            return False
        self._editions.add(text)
        return True

    def _day(self, text: str) -> date | None:
        try:
            return self._days.setdefault(text, date.fromisoformat(text)) if len(text) == 10 else None
        except ValueError:
            return None


def _object(line: str) -> dict[str, Any]:
    try:
        value = json.loads(line)
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, dict):
        raise StreamBroken(Outcome.FAILED, Fault.UNREADABLE, "no JSON object")
    return value


def _declared(line: str, position: int, number: int) -> SeriesTraits:
    """The series that a line declares; its code carries the family, so that it can be no other source's."""
    told = _object(line)
    word, former = told.pop("series", None), told.pop("predecessor", None)
    texts = {one.name: told.pop(one.name) for one in _TEXTS if told.get(one.name) is not None}
    tax = told.pop("tax_included", True)
    good = (
        isinstance(word, str)
        and _WORD.fullmatch(word) is not None
        and (former is None or (isinstance(former, str) and _WORD.fullmatch(former) is not None))
        and isinstance(tax, bool)
        and texts.keys() >= _REQUIRED
        and not any(value is not None for value in told.values())
        and all(_fits(name, value) for name, value in texts.items())
        and position < MOST_SERIES
    )
    if not good:
        raise StreamBroken(Outcome.SCHEMA_CHANGED, Fault.COLUMNS, f"line {number}")
    predecessor = None if former is None else f"{FAMILY}:{former}"
    return SeriesTraits(code=f"{FAMILY}:{word}", position=position, tax_included=tax, predecessor=predecessor, **texts)


def _fits(name: str, value: Any) -> bool:
    if not isinstance(value, str) or not value.strip() or not value.isprintable():
        return False
    if len(value) > _LONGEST.get(name, 120):
        return False
    return name not in _CHOICES or value in _CHOICES[name]


def parse(document: RawDocument) -> ParseResult:
    """The whole of a history that fits into the memory; never raises for what the bytes hold."""
    sheet = Sheet()
    try:
        for item in stream(document):
            if isinstance(item, Drop):
                sheet.dropped.append(item)
            else:
                sheet.kept.append(item)
    except StreamBroken as broken:
        return sheet.refuse(broken.outcome, broken.finding.fault, broken.finding.detail)
    return judge(CONTRACT, sheet)


SOURCE = Source(CONTRACT, parse, stream=stream)
