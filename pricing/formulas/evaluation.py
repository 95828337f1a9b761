"""The arithmetic of a formula: exact fractions, every step and every day written down; pure.

The result depends on the tree, the sheets and the moment only, so that whoever has those three can recompute it.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from fractions import Fraction
from typing import Any

from pricing.derived.rounding import shown, to_steps
from pricing.derived.vat import rate_on
from pricing.formulas.averaging import Day, average
from pricing.formulas.canonical import canonical, decimal
from pricing.formulas.errors import FormulaDividesByZero, LimitsCrossed, PriceOutOfRange, VatUnknown
from pricing.formulas.kinds import Kind, check
from pricing.formulas.sheets import Sheets, need_of
from pricing.formulas.tree import (
    FEN,
    Average,
    Bare,
    Binary,
    Bounded,
    Cash,
    Freight,
    Lock,
    Negative,
    Node,
    Number,
    Round,
    Settlement,
)
from steelyard.core.clock import business_date
from steelyard.core.units import PRICE_MOST_FEN_PER_T, amount_fen

FEN_PER_YUAN = 100


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the arithmetic: the part of the formula in both languages, the figures, the exact result."""

    part: str
    part_zh: str
    figures: str
    exact: Fraction
    source: str = ""

    @property
    def value(self) -> str:
        """The result for the eye."""
        return shown(self.exact)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a formula gives: fen per tonne, or for a settlement fen; with all that led there."""

    kind: Kind
    fen: int
    provisional: bool
    days: tuple[Day, ...]
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class _Value:
    """A figure on its way, and the last day that speaks in it."""

    amount: Fraction
    last_day: date | None = None


@dataclass(slots=True)
class _Run:
    """One evaluation."""

    sheets: Sheets
    moment: datetime
    days: list[Day] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)
    provisional: bool = False

    def value(self, node: Node) -> _Value:
        return _EVALUATORS[type(node)](self, node)

    def note(self, node: Node, figures: str, exact: Fraction, source: str = "") -> None:
        self.steps.append(Step(canonical(node), canonical(node, chinese=True), figures, exact, source))


def evaluate(node: Node, sheets: Sheets, moment: datetime) -> Outcome:
    """Price a formula whose month is named, as of a moment (aware).

    Raises `WindowUnfinished`, `DayMissing`, `NoFigures`, `FormulaDividesByZero`, `LimitsCrossed`, `PriceOutOfRange`,
    `VatUnknown`.
    """
    run = _Run(sheets, moment)
    kind = check(node)
    fen = _settled(run, node) if isinstance(node, Settlement) else _price_fen(run.value(node).amount)
    taxed = Kind.TAXED if kind is Kind.NUMBER else kind
    return Outcome(taxed, fen, run.provisional, tuple(run.days), tuple(run.steps))


def _price_fen(yuan: Fraction) -> int:
    """The last rounding has made it whole fen already."""
    fen = yuan * FEN_PER_YUAN
    assert fen.denominator == 1
    if not 0 < fen <= PRICE_MOST_FEN_PER_T:
        raise PriceOutOfRange(price=shown(yuan))
    return int(fen)


def _settled(run: _Run, node: Settlement) -> int:
    final, provisional = (_price_fen(run.value(part).amount) for part in (node.final, node.provisional))
    fen = amount_fen(final - provisional, node.mass_g)
    prices = " - ".join(shown(Fraction(price, FEN_PER_YUAN)) for price in (final, provisional))
    figures = f"({prices}) × {decimal(Fraction(node.mass_g, 1_000_000))} t"
    run.note(node, figures, Fraction(fen, FEN_PER_YUAN))
    return fen


def _number(run: _Run, node: Number) -> _Value:
    return _Value(node.value)


def _average(run: _Run, node: Average) -> _Value:
    need = need_of(node, run.moment)
    found = average(node, need, run.sheets[need])
    run.days.extend(found.days)
    run.provisional |= found.provisional
    run.note(node, f"{shown(found.total)} / {found.count}", found.total / found.count)
    return _Value(found.total / found.count, found.last_day)


def _negative(run: _Run, node: Negative) -> _Value:
    part = run.value(node.part)
    return _Value(-part.amount, part.last_day)


def _binary(run: _Run, node: Binary) -> _Value:
    left, right = run.value(node.left), run.value(node.right)
    if node.sign == "/" and right.amount == 0:
        raise FormulaDividesByZero(position=node.at + 1)
    result = _ARITHMETIC[node.sign](left.amount, right.amount)
    run.note(node, f"{shown(left.amount)} {node.sign} {shown(right.amount)}", result)
    return _Value(result, _later(left, right))


_ARITHMETIC: dict[str, Callable[[Fraction, Fraction], Fraction]] = {
    "+": lambda left, right: left + right,
    "-": lambda left, right: left - right,
    "*": lambda left, right: left * right,
    "/": lambda left, right: left / right,
}


def _bounded(run: _Run, node: Bounded) -> _Value:
    part = run.value(node.part)
    low = None if node.low is None else run.value(node.low)
    high = None if node.high is None else run.value(node.high)
    if low is not None and high is not None and low.amount > high.amount:
        raise LimitsCrossed(position=node.at + 1, low=shown(low.amount), high=shown(high.amount))
    result = part
    if low is not None and part.amount < low.amount:
        result = _Value(low.amount, _later(part, low))
    if high is not None and result.amount > high.amount:
        result = _Value(high.amount, _later(part, high))
    limits = [f"≥ {shown(low.amount)}"] if low else []
    limits += [f"≤ {shown(high.amount)}"] if high else []
    run.note(node, f"{shown(part.amount)}, {', '.join(limits)}", result.amount)
    return result


def _locked(run: _Run, node: Lock) -> _Value:
    """A lock whose moment is still to come may yet change: the price is provisional."""
    before = run.moment
    run.provisional |= node.moment > before
    run.moment = min(before, node.moment)
    try:
        part = run.value(node.part)
    finally:
        run.moment = before
    run.note(node, shown(part.amount), part.amount)
    return part


def _cash(run: _Run, node: Cash) -> _Value:
    part = run.value(node.part)
    result = part.amount * (1 - node.yearly * node.days / 360)
    figures = f"{shown(part.amount)} × (1 - {decimal(node.yearly * 100)}% × {node.days} / 360)"
    run.note(node, figures, result)
    return _Value(result, part.last_day)


def _bare(run: _Run, node: Bare) -> _Value:
    """Where the formula names no rate, that of the last day which speaks in the price, else of the moment."""
    part = run.value(node.part)
    rate, source = node.rate, ""
    if rate is None:
        day = part.last_day or business_date(run.moment)
        found = rate_on(day)
        if found is None:
            raise VatUnknown(position=node.at + 1, day=day.isoformat())
        rate, source = found.rate, f"{found.source} ({found.first_day.isoformat()})"
    result = part.amount / (1 + rate)
    run.note(node, f"{shown(part.amount)} / {shown(1 + rate)}", result, source)
    return _Value(result, part.last_day)


def _freight(run: _Run, node: Freight) -> _Value:
    amount = run.value(node.amount)
    run.note(node, f"{node.origin} → {node.destination}: {shown(amount.amount)}", amount.amount)
    return amount


def _rounded(run: _Run, node: Round) -> _Value:
    part = run.value(node.part)
    fen = to_steps(part.amount * FEN_PER_YUAN, FEN[node.unit])
    result = Fraction(fen, FEN_PER_YUAN)
    run.note(node, f"{shown(part.amount)} → {shown(result)}", result)
    return _Value(result, part.last_day)


def _later(*values: _Value) -> date | None:
    return max((one.last_day for one in values if one.last_day is not None), default=None)


_EVALUATORS: dict[type, Callable[[_Run, Any], _Value]] = {
    Number: _number,
    Average: _average,
    Negative: _negative,
    Binary: _binary,
    Bounded: _bounded,
    Lock: _locked,
    Cash: _cash,
    Bare: _bare,
    Freight: _freight,
    Round: _rounded,
}
