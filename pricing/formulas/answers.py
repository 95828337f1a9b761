"""The answer of a formula as a document: all that went into a price, so that anyone can do it again; pure.

It holds text and integers only, so that its canonical JSON and the digest of that are the same on every machine.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256
from typing import Any

from pricing.derived.rounding import shown
from pricing.formulas.averaging import Day
from pricing.formulas.canonical import canonical, quoted
from pricing.formulas.evaluation import Outcome, Step
from pricing.formulas.sheets import Need, Sheet
from pricing.formulas.tree import LANGUAGE, Last, Month, Node, Span

METHODOLOGY = "F1"
"""Version of the rules by which days are chosen and figures read; published on the methodology page."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a formula gave as of a moment: ``fen`` per tonne, of a settlement an amount."""

    formula: Node
    month: Month | None
    as_of: datetime
    outcome: Outcome
    sheets: Mapping[Need, Sheet]

    @property
    def fen(self) -> int:
        """The price in fen per tonne, or the amount in fen."""
        return self.outcome.fen

    def document(self) -> dict[str, Any]:
        """The answer as JSON."""
        return {
            "formula": canonical(self.formula),
            "formula_zh": canonical(self.formula, chinese=True),
            "language": LANGUAGE,
            "methodology": METHODOLOGY,
            "as_of": self.as_of.isoformat(),
            "month": None if self.month is None else f"{self.month.year}-{self.month.month:02d}",
            "kind": str(self.outcome.kind),
            "fen": self.outcome.fen,
            "provisional": self.outcome.provisional,
            "days": [_day(day) for day in self.outcome.days],
            "steps": [_step(step) for step in self.outcome.steps],
            "sessions": [_sessions(need, sheet) for need, sheet in self.sheets.items()],
        }


def digest(document: Mapping[str, Any]) -> str:
    """The SHA-256 of an answer's canonical JSON."""
    text = json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return sha256(text.encode()).hexdigest()


def _day(day: Day) -> dict[str, Any]:
    figure = day.figure
    return {
        "series": day.series,
        "day": day.day.isoformat(),
        "state": str(day.state),
        "value": None if figure is None else shown(figure.value),
        "used": None if day.used is None else shown(day.used),
        "taken_from": None if day.taken_from is None else day.taken_from.isoformat(),
        "edition": None if figure is None else figure.edition,
        "revision": None if figure is None else figure.revision,
        "document_id": None if figure is None else figure.document_id,
        "known_from": None if figure is None else figure.known_from.isoformat(),
        "assumed": day.assumed,
    }


def _step(step: Step) -> dict[str, Any]:
    exact = step.exact
    return {
        "part": step.part,
        "part_zh": step.part_zh,
        "figures": step.figures,
        "value": step.value,
        "exact": f"{exact.numerator}/{exact.denominator}",
        "source": step.source,
    }


def _sessions(need: Need, sheet: Sheet) -> dict[str, Any]:
    window = need.window
    span = isinstance(window, Span)
    return {
        "series": need.series,
        "name": quoted(need.series),
        "first": window.first.isoformat() if isinstance(window, Span) else None,
        "last": (window.last if isinstance(window, Span) else window.day).isoformat(),
        "count": None if span or not isinstance(window, Last) else window.count,
        "moment": need.moment.isoformat(),
        "calendar": sheet.calendar,
        "unit": sheet.unit,
        "sessions": [day.isoformat() for day in sheet.sessions],
        "earlier": [day.isoformat() for day in sheet.earlier],
        "assumed": sorted(day.isoformat() for day in sheet.assumed),
    }


def pinned(sessions: Sequence[Mapping[str, Any]]) -> dict[Need, Sheet]:
    """The sheets that an answer pins: their sessions, without figures."""
    found: dict[Need, Sheet] = {}
    for one in sessions:
        last = date.fromisoformat(one["last"])
        window = Last(one["count"], last) if one["first"] is None else Span(date.fromisoformat(one["first"]), last)
        need = Need(one["series"], window, datetime.fromisoformat(one["moment"]))
        days = {name: tuple(map(date.fromisoformat, one[name])) for name in ("sessions", "earlier", "assumed")}
        found[need] = Sheet(
            days["sessions"], days["earlier"], {}, one["calendar"], one["unit"], frozenset(days["assumed"])
        )
    return found
