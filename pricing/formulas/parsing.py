"""From the text of a formula to its tree: words are looked up, arguments checked, bounds kept; pure."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from pricing.formulas import words
from pricing.formulas.arguments import (
    Argument,
    Mass,
    Moment,
    Name,
    Series,
    at,
    end_of,
    figure,
    grams,
    period,
    start,
)
from pricing.formulas.canonical import canonical
from pricing.formulas.errors import (
    FormulaArguments,
    FormulaBadFigure,
    FormulaTooLarge,
    FormulaUnknownWord,
)
from pricing.formulas.grammar import bounded, read
from pricing.formulas.kinds import check
from pricing.formulas.tree import (
    Average,
    Bare,
    Binary,
    Bounded,
    Cash,
    Freight,
    Last,
    Lock,
    Missing,
    Month,
    NamedMonth,
    Negative,
    Node,
    Number,
    Round,
    Settlement,
    Span,
    Unfinished,
    Unit,
    Window,
    series_of,
    walk,
)

if TYPE_CHECKING:
    from lark import Token, Tree

MOST_PARTS = 80
MOST_SERIES = 12
MOST_SESSIONS = 260
MOST_DAYS = 3660


@dataclass(frozen=True, slots=True)
class _Call:
    """A function as it was written."""

    name: str
    at: int
    given: tuple[Argument, ...]
    options: Mapping[str, str]

    def refused(self) -> FormulaArguments:
        return FormulaArguments(position=self.at + 1, form=words.form(self.name))

    def take(self, *kinds: Any) -> tuple[Any, ...]:
        """The arguments, which must be as many and of these kinds."""
        if len(self.given) != len(kinds) or not all(map(isinstance, self.given, kinds)):
            raise self.refused()
        return self.given


def parse(text: str) -> Node:
    """The tree of a formula; it always ends in a rounding, or is a settlement of rounded prices.

    Raises `FormulaSyntax`, `FormulaTooLarge`, `FormulaUnknownWord`, `FormulaArguments`, `FormulaBadFigure`,
    `FormulaMixesKinds`; each says where.
    """
    node = finished(_node(read(text).children[0]))
    parts = sum(1 for _ in walk(node))
    if parts > MOST_PARTS:
        raise FormulaTooLarge(what=str(parts), most=MOST_PARTS)
    if len(series_of(node)) > MOST_SERIES:
        raise FormulaTooLarge(what=str(len(series_of(node))), most=MOST_SERIES)
    check(node)
    for chinese in (False, True):
        bounded(canonical(node, chinese=chinese))  # what is kept must be readable again
    return node


def finished(node: Node) -> Node:
    """The formula with its last rounding written out: to the fen where it names no other."""
    if isinstance(node, Settlement):
        return Settlement(_rounded(node.final), _rounded(node.provisional), node.mass_g, node.at)
    return _rounded(node)


def _rounded(node: Node) -> Node:
    return node if isinstance(node, Round) else Round(node, Unit.FEN, node.at)


def _node(tree: Any) -> Node:
    name = str(tree.data)
    if name in {"expr", "term"}:
        return _chain(tree)
    if name == "factor":
        part = _node(tree.children[-1])
        negative = len(tree.children) == 2 and str(tree.children[0]) == "-"
        return Negative(part, at(tree)) if negative else part
    if name == "number":
        return Number(figure(tree.children[0]), at(tree))
    return _build(_call(tree))


def _chain(tree: "Tree[Token]") -> Node:
    """``a - b + c`` is ``(a - b) + c``."""
    items: list[Any] = list(tree.children)
    if len(items) // 2 > MOST_PARTS:
        raise FormulaTooLarge(what=str(len(items) // 2), most=MOST_PARTS)
    node = _node(items[0])
    for sign, right in zip(items[1::2], items[2::2], strict=True):
        node = Binary(str(sign), node, _node(right), sign.start_pos or 0)
    return node


def _call(tree: "Tree[Token]") -> _Call:
    items: list[Any] = list(tree.children)
    word = items[0]
    name = words.FUNCTION_OF.get(str(word))
    if name is None:
        known = " ".join(forms[0] + "/" + forms[1] for forms in words.FUNCTIONS.values())
        raise FormulaUnknownWord(position=start(word) + 1, word=str(word), known=known)
    options: dict[str, str] = {}
    given: list[Argument] = []
    for item in items[1:]:
        if item.data == "option":
            _option(item, options)
        elif options:
            raise FormulaArguments(position=at(item) + 1, form=words.form(name))
        else:
            given.append(_argument(item))
    return _Call(name, start(word), tuple(given), options)


def _option(tree: "Tree[Token]", options: dict[str, str]) -> None:
    word, value = tree.children
    name = words.OPTION_OF.get(str(word))
    if name is None or name in options:
        known = " ".join("/".join(forms) for forms in words.OPTIONS.values())
        raise FormulaUnknownWord(position=start(word) + 1, word=str(word), known=known)
    meant = words.VALUE_OF[name].get(str(value))
    if meant is None:
        known = " ".join("/".join(forms[:2]) for forms in words.VALUES[name].values())
        raise FormulaUnknownWord(position=start(value) + 1, word=str(value), known=known)
    options[name] = meant


def _argument(tree: "Tree[Token]") -> Argument:
    token: Any = tree.children[0]
    match str(tree.data):
        case "series":
            return Series(str(token).strip('"'))
        case "mass":
            return Mass(grams(token))
        case "name":
            return Name(str(token))
        case "period":
            return period(list(tree.children))
        case _:
            return _node(tree)


def _average(call: _Call, series: str, window: Window) -> Node:
    missing = Missing(call.options.get("missing", Missing.REFUSE))
    unfinished = Unfinished(call.options.get("open", Unfinished.REFUSE))
    return Average(series, window, missing, unfinished, call.at)


def _month_avg(call: _Call) -> Node:
    series, window = call.take(Series, Month | NamedMonth)
    return _average(call, series.code, window)


def _avg(call: _Call) -> Node:
    series, window = call.take(Series, Span | Month | NamedMonth)
    return _average(call, series.code, window)


def _last_avg(call: _Call) -> Node:
    series, count, day = call.take(Series, Number, date)
    if count.value.denominator != 1 or not 1 <= count.value <= MOST_SESSIONS:
        raise FormulaBadFigure(position=count.at + 1, figure=str(count.value), rule=f"1–{MOST_SESSIONS}")
    return _average(call, series.code, Last(int(count.value), day))


def _on(call: _Call) -> Node:
    series, day = call.take(Series, date)
    return _average(call, series.code, Span(day, day))


def _fixed(call: _Call) -> Node:
    (number,) = call.take(Number)
    return Number(number.value, call.at)


def _lock(call: _Call) -> Node:
    part, moment = call.take(Node, Moment | date)
    return Lock(part, moment.moment if isinstance(moment, Moment) else end_of(moment), call.at)


def _cap(call: _Call) -> Node:
    part, high = call.take(Node, Node)
    return Bounded(part, None, high, call.at)


def _floor(call: _Call) -> Node:
    part, low = call.take(Node, Node)
    return Bounded(part, low, None, call.at)


def _collar(call: _Call) -> Node:
    part, low, high = call.take(Node, Node, Node)
    return Bounded(part, low, high, call.at)


def _cash(call: _Call) -> Node:
    part, yearly, days = call.take(Node, Number, Number)
    if not 0 < yearly.value < 1:
        raise FormulaBadFigure(position=yearly.at + 1, figure=str(yearly.value), rule="0%–100%")
    if days.value.denominator != 1 or not 1 <= days.value <= MOST_DAYS:
        raise FormulaBadFigure(position=days.at + 1, figure=str(days.value), rule=f"1–{MOST_DAYS}")
    return Cash(part, yearly.value, int(days.value), call.at)


def _bare(call: _Call) -> Node:
    if len(call.given) == 1:
        (part,) = call.take(Node)
        return Bare(part, None, call.at)
    part, rate = call.take(Node, Number)
    if not 0 <= rate.value < 1:
        raise FormulaBadFigure(position=rate.at + 1, figure=str(rate.value), rule="0%–100%")
    return Bare(part, rate.value, call.at)


def _freight(call: _Call) -> Node:
    origin, destination, amount = call.take(Name | Series, Name | Series, Node)
    return Freight(_city(origin), _city(destination), amount, call.at)


def _city(given: Name | Series) -> str:
    return given.text if isinstance(given, Name) else given.code


def _round(call: _Call) -> Node:
    part, unit = call.take(Node, Name)
    meant = words.UNIT_OF.get(unit.text)
    if meant is None:
        known = " ".join("/".join(forms[:2]) for forms in words.UNITS.values())
        raise FormulaUnknownWord(position=call.at + 1, word=unit.text, known=known)
    return Round(part, Unit(meant), call.at)


def _settle_up(call: _Call) -> Node:
    final, provisional, mass = call.take(Node, Node, Mass)
    return Settlement(final, provisional, mass.grams, call.at)


_BUILDERS: dict[str, Callable[[_Call], Node]] = {
    "month_avg": _month_avg,
    "avg": _avg,
    "last_avg": _last_avg,
    "on": _on,
    "fixed": _fixed,
    "lock": _lock,
    "cap": _cap,
    "floor": _floor,
    "collar": _collar,
    "cash": _cash,
    "bare": _bare,
    "freight": _freight,
    "round": _round,
    "settle_up": _settle_up,
}


def _build(call: _Call) -> Node:
    averages = _BUILDERS[call.name] in (_month_avg, _avg, _last_avg, _on)
    if call.options and not averages:
        raise call.refused()
    return _BUILDERS[call.name](call)
