"""What stands between the brackets of a function: figures, periods, masses, names; each within its bounds, pure."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from pricing.formulas.errors import FormulaBadFigure
from pricing.formulas.tree import Month, NamedMonth, Node, Span
from steelyard.core.clock import SHANGHAI

if TYPE_CHECKING:
    from lark import Token, Tree

MOST_SPAN_DAYS = 400
MOST_YUAN = 10**8
MOST_DECIMALS = 6
MOST_MONTHS_AWAY = 24
MOST_TONNES = 10**6
YEARS = range(1990, 2100)
_ONE_FORM = re.compile(r"(\d+)(?:\.(\d+))?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Series:
    """A series' code where one was written."""

    code: str


@dataclass(frozen=True, slots=True)
class Name:
    """A word that stands alone: a city, a unit of rounding."""

    text: str


@dataclass(frozen=True, slots=True)
class Mass:
    """A mass in grams."""

    grams: int


@dataclass(frozen=True, slots=True)
class Moment:
    """A day with a time of day, Shanghai's."""

    moment: datetime


Argument = Node | Series | Name | Mass | Moment | Month | NamedMonth | Span | date


def period(tokens: list[Any]) -> Month | NamedMonth | Span | Moment | date:
    """A month, a named month, a day, a day with a time, or two days."""
    first = tokens[0]
    if first.type == "MONTH":
        return Month(*map(int, _within(first, int(first[:4])).split("-")))
    if first.type == "NAMED_MONTH":
        moved = int(re.sub(r"^(M|交货月)", "", str(first)) or 0)
        if abs(moved) > MOST_MONTHS_AWAY:
            raise FormulaBadFigure(position=start(first) + 1, figure=str(first), rule=f"±{MOST_MONTHS_AWAY}")
        return NamedMonth(moved)
    day = _day(first)
    if len(tokens) == 1:
        return day
    if tokens[1].type == "TIME":
        return Moment(_moment(day, tokens[1]))
    last = _day(tokens[1])
    if not timedelta(0) <= last - day <= timedelta(days=MOST_SPAN_DAYS):
        rule = f"0–{MOST_SPAN_DAYS} d"
        raise FormulaBadFigure(position=start(first) + 1, figure=f"{first}..{tokens[1]}", rule=rule)
    return Span(day, last)


def _within(token: Any, year: int) -> str:
    if year not in YEARS:
        raise FormulaBadFigure(position=start(token) + 1, figure=str(token), rule=f"{YEARS[0]}–{YEARS[-1]}")
    return str(token)


def _day(token: Any) -> date:
    try:
        return date.fromisoformat(_within(token, int(token[:4])))
    except ValueError:
        raise FormulaBadFigure(
            position=start(token) + 1, figure=str(token), rule=f"{YEARS[0]}-01-01–{YEARS[-1]}-12-31"
        ) from None


def _moment(day: date, token: Any) -> datetime:
    try:
        return datetime.combine(day, time.fromisoformat(str(token)), SHANGHAI).astimezone(UTC)
    except ValueError:
        raise FormulaBadFigure(position=start(token) + 1, figure=str(token), rule="00:00–23:59") from None


def end_of(day: date) -> datetime:
    """Midnight at the end of a day in Shanghai."""
    return datetime.combine(day + timedelta(days=1), time(), SHANGHAI).astimezone(UTC)


def figure(token: Any) -> Fraction:
    """The exact figure of a number or a percentage."""
    text = str(token).rstrip("%")
    found = _ONE_FORM.fullmatch(text)
    decimals = len(found[2] or "") if found else MOST_DECIMALS + 1
    if found is None or len(found[1]) > 12 or decimals > MOST_DECIMALS or Fraction(text) > MOST_YUAN:
        rule = f"0–{MOST_YUAN}, {MOST_DECIMALS} decimals"
        raise FormulaBadFigure(position=start(token) + 1, figure=str(token)[:20], rule=rule)
    return Fraction(text) / (100 if str(token).endswith("%") else 1)


def grams(token: Any) -> int:
    """The grams of a mass in tonnes."""
    text = str(token).rstrip("t吨")
    found = Fraction(text) * 1_000_000 if len(text) <= 14 else Fraction(0)
    if found.denominator != 1 or not 0 < found <= MOST_TONNES * 1_000_000:
        raise FormulaBadFigure(position=start(token) + 1, figure=str(token)[:20], rule=f"0.000001–{MOST_TONNES} t")
    return int(found)


def at(tree: "Tree[Token]") -> int:
    """The place of a part in the text, from 0."""
    return int(getattr(tree.meta, "start_pos", 0))


def start(token: Any) -> int:
    """The place of a token in the text, from 0."""
    return int(token.start_pos or 0)
