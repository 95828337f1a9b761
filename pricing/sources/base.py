"""What every source says of itself and what every parser answers.

A parser is a pure function from the publisher's bytes to a `ParseResult`. It never raises for what a
publisher may send, and it fails closed: a document that breaks the source's contract keeps nothing at all.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence, Set
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from hashlib import sha256

from pricing.fetching.plans import FetchPlan
from pricing.sources.traits import DERIVED_EDITIONS as DERIVED_EDITIONS
from pricing.sources.traits import Edition as Edition
from pricing.sources.traits import SeriesTraits as SeriesTraits

MAX_DOCUMENT_BYTES = 8 * 1024 * 1024
"""The largest document that is looked at; the largest known real page has 709 KB."""


class Outcome(StrEnum):
    """How the reading of one document ended."""

    OK = "ok"
    NO_SESSION = "no_session"
    NOT_YET = "not_yet"
    NOT_MODIFIED = "not_modified"
    EMPTY = "empty"
    BLOCKED = "blocked"
    SCHEMA_CHANGED = "schema_changed"
    FAILED = "failed"


class Fault(StrEnum):
    """What is wrong with a document that was refused."""

    ABSENT = "absent"
    BLOCKED = "blocked"
    COLUMNS = "columns"
    CONFLICT = "conflict"
    DATE = "date"
    EMPTY = "empty"
    INSTRUMENT_MISSING = "instrument_missing"
    NUMERIC_SHARE = "numeric_share"
    ROW_COUNT = "row_count"
    TOO_LARGE = "too_large"
    TRUNCATED = "truncated"
    UNREADABLE = "unreadable"
    UNSETTLED = "unsettled"


class DropReason(StrEnum):
    """Why one row of a document is not kept."""

    CATEGORY = "category"
    CONFLICT = "conflict"
    DUPLICATE = "duplicate"
    NOT_FOLLOWED = "not_followed"
    NOT_A_PRICE = "not_a_price"
    NOT_A_ROW = "not_a_row"
    NOT_FUTURES = "not_futures"
    NOT_QUOTED = "not_quoted"
    NO_DAY = "no_day"
    NO_PRODUCT = "no_product"
    NO_SESSION = "no_session"
    NO_TERMS = "no_terms"
    NO_VALUE = "no_value"
    OUT_OF_RANGE = "out_of_range"
    PRICE_RANGE = "price_range"
    REFUSED = "refused"
    SECOND_PRINTING = "second_printing"
    SLID = "slid"
    SUBTOTAL = "subtotal"
    UNKNOWN_UNIT = "unknown_unit"
    UNSETTLED = "unsettled"


VALUELESS = (DropReason.NO_VALUE, DropReason.OUT_OF_RANGE, DropReason.UNSETTLED)
"""Why a row that names an instrument gives no usable price."""


class Status(StrEnum):
    """How settled an observation is in the publisher's own eyes.

    A withdrawn one takes back what was said of its day and edition and states no figure of its own: whatever
    mantissa its row carries, 0 is stored, and no consumer uses it.
    """

    PROVISIONAL = "provisional"
    FINAL = "final"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class RawDocument:
    """What a publisher sent, byte for byte, with the time (aware) at which it was fetched."""

    source: str
    url: str
    fetched_at: datetime
    content: bytes
    http_status: int = 200
    requested_day: date | None = None

    sha256: str = field(init=False)
    """The hexadecimal digest of the bytes."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "sha256", sha256(self.content).hexdigest())


@dataclass(frozen=True, slots=True)
class ParsedRow:
    """One price as printed: `mantissa` / 10**`scale` in the series' unit; the change, where printed, has the
    same scale. `edition` is a word of `Edition` or a time of day such as 10:51.
    """

    traits: SeriesTraits
    row: int
    day: date
    edition: str
    mantissa: int
    scale: int
    change_mantissa: int | None = None
    status: Status = Status.FINAL
    published_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Drop:
    """A row that was not kept; `text` is a short piece of it for the reader."""

    row: int
    reason: DropReason
    text: str


@dataclass(frozen=True, slots=True)
class Finding:
    """The fault that refused a document, with the figures that show it."""

    fault: Fault
    detail: str


@dataclass(frozen=True, slots=True)
class ParseResult:
    """What one document gave: kept and dropped rows add up to `rows`, always."""

    outcome: Outcome
    rows: int
    kept: tuple[ParsedRow, ...] = ()
    dropped: tuple[Drop, ...] = ()
    finding: Finding | None = None

    def __post_init__(self) -> None:
        if len(self.kept) + len(self.dropped) != self.rows:
            raise AssertionError(f"{len(self.kept)} kept + {len(self.dropped)} dropped are not {self.rows} rows")
        if self.kept and self.outcome is not Outcome.OK:
            raise AssertionError("a refused document keeps nothing")


@dataclass(frozen=True, slots=True)
class Contract:
    """What a source promises; `tolerance_pct` and `numeric_share_pct` are whole percents.

    `family` names the statistic: sources of one family state values of the same series, two families never
    do.
    """

    code: str
    family: str
    publisher: str
    home: str
    licence: str
    frequency: str
    edition: Edition
    calendar: str
    expected_rows: int | None = None
    tolerance_pct: int = 20
    numeric_share_pct: int = 90
    required: frozenset[str] = frozenset()
    min_seconds_between_requests: int = 10
    enabled: bool = True
    legal_note: str = ""

    @property
    def fewest_rows(self) -> int:
        """The least number of rows a whole document may have."""
        return 0 if self.expected_rows is None else -(-self.expected_rows * (100 - self.tolerance_pct) // 100)

    @property
    def most_rows(self) -> int | None:
        """The greatest number of rows, or None where any number will do."""
        return None if self.expected_rows is None else self.expected_rows * (100 + self.tolerance_pct) // 100


@dataclass(slots=True)
class Sheet:
    """Collects the rows of one document while it is read."""

    kept: list[ParsedRow] = field(default_factory=list)
    dropped: list[Drop] = field(default_factory=list)

    @property
    def rows(self) -> int:
        """How many rows were seen so far."""
        return len(self.kept) + len(self.dropped)

    def drop(self, row: int, reason: DropReason, text: str) -> None:
        """Note that a row is left out and why."""
        self.dropped.append(Drop(row, reason, text[:80]))

    def valueless(self) -> int:
        """How many rows named an instrument and gave no usable price."""
        return sum(self.count(reason) for reason in VALUELESS)

    def count(self, reason: DropReason) -> int:
        """How many rows were left out for that reason."""
        return sum(drop.reason is reason for drop in self.dropped)

    def close(self) -> ParseResult:
        """The result of a document that keeps its contract."""
        return ParseResult(Outcome.OK, self.rows, tuple(self.kept), tuple(self.dropped))

    def refuse(self, outcome: Outcome, fault: Fault, detail: str) -> ParseResult:
        """The result of a document that keeps nothing: the rows that could be read are dropped with it."""
        spoiled = [Drop(row.row, DropReason.REFUSED, row.traits.name[:80]) for row in self.kept]
        dropped = tuple(sorted((*self.dropped, *spoiled), key=lambda drop: drop.row))
        return ParseResult(outcome, self.rows, (), dropped, Finding(fault, detail))


def refused(outcome: Outcome, fault: Fault, detail: str) -> ParseResult:
    """The result of a document in which no row was reached."""
    return Sheet().refuse(outcome, fault, detail)


def turned_away(document: RawDocument, marks: Sequence[bytes]) -> ParseResult | None:
    """The answer for a document that is no document: blocked, absent, empty or too large; None when it is
    worth reading.

    `marks` are byte strings that only a publisher's challenge page holds.
    """
    head = document.content[:4096]
    if document.http_status in (403, 412, 429) or any(mark in head for mark in marks):
        return refused(Outcome.BLOCKED, Fault.BLOCKED, f"HTTP {document.http_status}")
    if document.http_status in (404, 410):
        day = document.requested_day
        weekend = day is not None and day.isoweekday() > 5
        return refused(Outcome.NO_SESSION if weekend else Outcome.NOT_YET, Fault.ABSENT, f"HTTP {document.http_status}")
    if document.http_status != 200:
        return refused(Outcome.FAILED, Fault.UNREADABLE, f"HTTP {document.http_status}")
    if not document.content.strip():
        return refused(Outcome.EMPTY, Fault.EMPTY, "0 bytes")
    if len(document.content) > MAX_DOCUMENT_BYTES:
        return refused(Outcome.FAILED, Fault.TOO_LARGE, f"{len(document.content)} bytes")
    return None


def judge(contract: Contract, sheet: Sheet) -> ParseResult:
    """Hold a sheet that was read to the end against the source's contract."""
    commodities = {row.traits.commodity for row in sheet.kept}
    breach = breach_of(contract, len(sheet.kept), sheet.valueless(), commodities)
    if breach is not None:
        outcome, finding = breach
        return sheet.refuse(outcome, finding.fault, finding.detail)
    return _without_repeats(sheet)


def breach_of(contract: Contract, priced: int, valueless: int, commodities: Set[str]) -> tuple[Outcome, Finding] | None:
    """What a document breaks of its source's contract, None where it keeps it.

    `valueless` rows named an instrument and gave no usable price; the others that were dropped do not count.
    """
    named = priced + valueless
    if named == 0:
        return Outcome.EMPTY, Finding(Fault.EMPTY, "no instrument")
    if priced * 100 < named * contract.numeric_share_pct:
        return Outcome.SCHEMA_CHANGED, Finding(Fault.NUMERIC_SHARE, f"{priced}/{named}")
    if named < contract.fewest_rows or (contract.most_rows is not None and named > contract.most_rows):
        fault = Fault.TRUNCATED if named < contract.fewest_rows else Fault.ROW_COUNT
        return Outcome.SCHEMA_CHANGED, Finding(fault, f"{named}/{contract.expected_rows}")
    missing = contract.required - commodities
    if missing:
        return Outcome.SCHEMA_CHANGED, Finding(Fault.INSTRUMENT_MISSING, ", ".join(sorted(missing)))
    return None


def _without_repeats(sheet: Sheet) -> ParseResult:
    """Drop a row that repeats another; two values for one thing refuse the document."""
    first: dict[tuple[str, date, str], ParsedRow] = {}
    for row in list(sheet.kept):
        known = first.setdefault((row.traits.code, row.day, row.edition), row)
        if known is row:
            continue
        if (known.mantissa, known.scale) != (row.mantissa, row.scale):
            return sheet.refuse(Outcome.SCHEMA_CHANGED, Fault.CONFLICT, row.traits.name)
        sheet.kept.remove(row)
        sheet.drop(row.row, DropReason.DUPLICATE, row.traits.name)
    return sheet.close()


@dataclass(frozen=True, slots=True)
class Source:
    """A contract and the parser that reads documents of its shape; `fetch` where it can be fetched.

    A source of documents too large for the memory has `stream` too: it gives row after row as `parse` would, and
    raises `StreamBroken` where the document breaks off. Its rows are held against the contract at the end.
    """

    contract: Contract
    parse: Callable[[RawDocument], ParseResult]
    day_of_url: Callable[[str], date | None] = lambda url: None
    fetch: FetchPlan | None = None
    stream: Callable[[RawDocument], Iterator[ParsedRow | Drop]] | None = None

    @property
    def keyring(self) -> str:
        """The name under which the source's keys are kept."""
        return (self.fetch.keyring if self.fetch else "") or self.contract.code


class StreamBroken(Exception):  # what happened to the stream, not a fault of the program
    """Raised by a stream that finds the document to be no such document; nothing of it is kept."""

    def __init__(self, outcome: Outcome, fault: Fault, detail: str) -> None:
        super().__init__(detail)
        self.outcome = outcome
        self.finding = Finding(fault, detail)


class Registry:
    """The sources by code; a new source takes one module and one line in `catalogue.py`."""

    def __init__(self, sources: Iterable[Source]) -> None:
        self._sources: dict[str, Source] = {}
        for source in sources:
            if self._sources.setdefault(source.contract.code, source) is not source:
                raise ValueError(f"source {source.contract.code} is registered twice")

    def __iter__(self) -> Iterator[Source]:
        return iter(self._sources.values())

    def get(self, code: str) -> Source | None:
        """The source of that code, or None."""
        return self._sources.get(code)
