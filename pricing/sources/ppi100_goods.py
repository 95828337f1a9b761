"""What the basis tables of 100ppi (生意社) have in common: the goods that are followed, and their series.

Two things are never compared as they stand: its coke is first grade, the contract's lies between first and second;
its iron ore is per wet tonne, the contract per dry tonne. Goods in other units (gold and hogs by weight, eggs by the
kilogram, glass by the square metre) are not followed.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from pricing.sources.base import Contract, DropReason, Edition, ParsedRow, SeriesTraits, Sheet
from pricing.sources.figures import scaled
from steelyard.core.i18n import N_

FAMILY = "ppi100.basis"
CONTRACT = Contract(
    code=FAMILY,
    family=FAMILY,
    publisher="生意社",
    home="https://www.100ppi.com/sf/",
    licence=N_("none given: for the operator's own eyes"),
    frequency="daily",
    edition=Edition.RELEASE,
    calendar=N_("sessions of the exchange, in the evening"),
    expected_rows=8,
    required=frozenset({"rb", "hc"}),
    min_seconds_between_requests=30,
    enabled=False,
    legal_note=N_("100ppi licenses its tables to nobody. Ask it before you switch this on."),
)
GOODS: Mapping[str, str] = {
    "螺纹钢": "rb",
    "热轧卷板": "hc",
    "线材": "wr",
    "不锈钢": "ss",
    "铁矿石": "i",
    "焦炭": "j",
    "焦煤": "jm",
    "硅铁": "sf",
    "锰硅": "sm",
}
"""The goods that are followed by name, all in yuan per tonne, in the order of the board."""
CODES = {code: name for name, code in GOODS.items()}
NOTES = {
    "i": "spot per wet tonne, contract per dry tonne",
    "j": "spot of first grade, contract between first and second grade",
}
UNITS = {"spot": "CNY/t", "spot_minus_futures": "CNY/t", "spot_over_futures": "%", "futures_over_spot": "%"}
"""What is kept; the words of a basis say which is subtracted from which, since the tables differ in its sign."""


@dataclass(frozen=True, slots=True)
class Line:
    """One good of one day: figures as printed by what they are."""

    number: int
    code: str
    day: date
    figures: Mapping[str, str]


def series_traits(code: str, value_field: str) -> SeriesTraits:
    """The series of one figure of one good; a basis may be negative and so is an index."""
    return SeriesTraits(
        code=f"{FAMILY}:{code}:{value_field}",
        kind="spot" if value_field == "spot" else "index",
        name=f"{CODES[code]}（生意社）",
        commodity=code,
        category=CODES[code],
        market="全国",
        value_field=value_field,
        frequency="daily",
        unit=UNITS[value_field],
        position=list(CODES).index(code),
        instrument=f"ppi100.{code}",
        source="100ppi.com",
        methodology=NOTES.get(code),
    )


def take(sheet: Sheet, line: Line, value_field: str) -> None:
    """Keep one figure of a line, or note why not; a percentage loses its sign of percent."""
    text = line.figures[value_field]
    figure = scaled(text.rstrip("%"), least_scale=0)
    traits = series_traits(line.code, value_field)
    if figure is None:
        sheet.drop(line.number, DropReason.NO_VALUE, f"{traits.name} {value_field} {text}")
    elif traits.least is not None and figure[0] < traits.least:
        sheet.drop(line.number, DropReason.OUT_OF_RANGE, f"{traits.name} {value_field} {text}")
    else:
        sheet.kept.append(ParsedRow(traits, line.number, line.day, CONTRACT.edition, *figure))
