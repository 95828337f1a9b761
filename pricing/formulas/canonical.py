"""The one text in which a formula is kept, in English and in Chinese words; reading it gives the same tree."""

import re
from datetime import timedelta
from fractions import Fraction

from pricing.formulas import words
from pricing.formulas.tree import (
    Average,
    Bare,
    Binary,
    Bounded,
    Cash,
    Freight,
    Last,
    Lock,
    Month,
    NamedMonth,
    Negative,
    Node,
    Number,
    Round,
    Settlement,
    Span,
    Window,
    children,
)
from steelyard.core.clock import SHANGHAI

_BARE = re.compile(r"[a-z][a-z0-9_]*([.:][a-z0-9_]+)+")
_WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_]*|[\u4e00-\u9fff]+")
_NAMES: dict[type, str] = {
    Bounded: "collar",
    Lock: "lock",
    Cash: "cash",
    Bare: "bare",
    Freight: "freight",
    Round: "round",
    Settlement: "settle_up",
}
_STRENGTH = {"+": 1, "-": 1, "*": 2, "/": 2}


def canonical(node: Node, *, chinese: bool = False) -> str:
    """The formula as it is kept: every choice written out, one space around signs."""
    return _Writer(chinese).text(node)


def decimal(value: Fraction) -> str:
    """A figure with a finite number of decimals, in digits."""
    sign, digits = "-" if value < 0 else "", ""
    whole, rest = divmod(abs(value.numerator), value.denominator)
    while rest:
        digit, rest = divmod(rest * 10, value.denominator)
        digits += str(digit)
    return f"{sign}{whole}.{digits}" if digits else f"{sign}{whole}"


class _Writer:
    """Writes one formula in the words of one language."""

    def __init__(self, chinese: bool) -> None:
        self._chinese = chinese

    def text(self, node: Node) -> str:
        match node:
            case Number():
                return decimal(node.value)
            case Average():
                return self._average(node)
            case Negative():
                return f"-{self._wrapped(node.part, 3)}"
            case Binary():
                return self._binary(node)
            case _:
                return self._function(node)

    def _binary(self, node: Binary) -> str:
        strength = _STRENGTH[node.sign]
        return f"{self._wrapped(node.left, strength)} {node.sign} {self._wrapped(node.right, strength + 1)}"

    def _wrapped(self, node: Node, least: int) -> str:
        strength = _STRENGTH[node.sign] if isinstance(node, Binary) else 2.5 if isinstance(node, Negative) else 3
        return self.text(node) if strength >= least else f"({self.text(node)})"

    def _average(self, node: Average) -> str:
        name, window = self._window(node.window)
        options = [self._option("missing", node.missing)]
        if node.unfinished != "refuse":
            options.append(self._option("open", node.unfinished))
        return self._call(name, quoted(node.series), *window, *options)

    def _window(self, window: Window) -> tuple[str, list[str]]:
        match window:
            case Month():
                return "month_avg", [f"{window.year}-{window.month:02d}"]
            case NamedMonth():
                moved = f"{window.offset:+d}" if window.offset else ""
                return "month_avg", [words.MONTH[self._chinese] + moved]
            case Last():
                return "last_avg", [str(window.count), window.day.isoformat()]
            case Span() if window.first == window.last:
                return "on", [window.first.isoformat()]
            case Span():
                return "avg", [f"{window.first.isoformat()}..{window.last.isoformat()}"]

    def _option(self, name: str, value: str) -> str:
        table = words.VALUES[name]
        return f"{words.word(words.OPTIONS, name, chinese=self._chinese)}={table[value][self._chinese]}"

    def _function(self, node: Node) -> str:
        name = _NAMES[type(node)]
        parts = [self.text(child) for child in children(node)]
        match node:
            case Bounded():
                name = "cap" if node.low is None else "floor" if node.high is None else "collar"
            case Lock():
                parts += [moment_text(node)]
            case Cash():
                parts += [f"{decimal(node.yearly * 100)}%", str(node.days)]
            case Bare() if node.rate is not None:
                parts += [f"{decimal(node.rate * 100)}%"]
            case Freight():
                parts = [_city(node.origin), _city(node.destination), *parts]
            case Round():
                parts += [words.UNITS[node.unit][self._chinese]]
            case Settlement():
                parts += [decimal(Fraction(node.mass_g, 1_000_000)) + ("吨" if self._chinese else "t")]
        return self._call(name, *parts)

    def _call(self, name: str, *arguments: str) -> str:
        return f"{words.word(words.FUNCTIONS, name, chinese=self._chinese)}({', '.join(arguments)})"


def _city(name: str) -> str:
    return name if _WORD.fullmatch(name) else f'"{name}"'


def quoted(code: str) -> str:
    """A series' code as a formula names it: in quotes unless it is a plain code."""
    return code if _BARE.fullmatch(code) else f'"{code}"'


def moment_text(node: Lock) -> str:
    """The moment of a lock in Shanghai's time; midnight is the end of the day before."""
    local = node.moment.astimezone(SHANGHAI)
    if (local.hour, local.minute) == (0, 0):
        return (local.date() - timedelta(days=1)).isoformat()
    return f"{local:%Y-%m-%d %H:%M}"
