"""The grammar of price formulas and the reading of a text into a syntax tree; pure.

Texts are bounded before they are read: their length, how deep brackets nest, and later how many parts there are.
"""

from functools import cache
from typing import TYPE_CHECKING

from pricing.formulas.errors import FormulaSyntax, FormulaTooLarge

if TYPE_CHECKING:
    from lark import Lark, Token, Tree

LONGEST = 1000
"""Characters of a formula; the longest clause seen in a trade contract has some 300."""
DEEPEST = 12
"""How deep brackets may nest."""

GRAMMAR = r"""
start: expr
expr: term (ADD term)*
term: factor (MUL factor)*
factor: ADD? _atom
_atom: number | call | "(" expr ")"
number: NUMBER | PERCENT
call: WORD "(" [_argument ("," _argument)*] ")"
_argument: option | expr | series | mass | period | name
option: WORD "=" (WORD | TENS | NUMBER | PERCENT)
series: BARE | QUOTED
mass: MASS
period: MONTH | NAMED_MONTH | DATE [TIME] | DATE _TO DATE
name: WORD | TENS

ADD: /[+-]/
MUL: /[*\/]/
_TO: /\.\.|~|至/
DATE.6: /\d{4}-\d{2}-\d{2}/
MONTH.5: /(19|20)\d{2}-(0[1-9]|1[0-2])(?!\d)/
TIME.5: /\d{2}:\d{2}/
NAMED_MONTH.5: /(M|交货月)([+-]\d{1,2})?(?![A-Za-z0-9_\u4e00-\u9fff])/
TENS.5: /10yuan|10元|十元/
MASS.4: /\d+(\.\d+)?(t|吨)/
PERCENT.4: /\d+(\.\d+)?%/
NUMBER: /\d+(\.\d+)?/
BARE.3: /[a-z][a-z0-9_]*([.:][a-z0-9_]+)+/
QUOTED: /"[^"]{1,160}"/
WORD: /[A-Za-z_][A-Za-z0-9_]*|[\u4e00-\u9fff]+/
%ignore /[ \t\r\n]+/
"""

_SHOWN = {
    "ADD": "+ -",
    "MUL": "* /",
    "NUMBER": "3800.50",
    "PERCENT": "3.6%",
    "MASS": "120.5t",
    "WORD": "month_avg / 月均",
    "LPAR": "(",
    "RPAR": ")",
    "COMMA": ",",
    "EQUAL": "=",
    "BARE": "series.code",
    "QUOTED": '"series code"',
    "MONTH": "2023-12",
    "NAMED_MONTH": "M",
    "DATE": "2023-12-29",
    "TIME": "17:00",
    "TENS": "10yuan",
    "_TO": "..",
}
# One character for one, so that a place in the text stays the same place.
_FULL_WIDTH = str.maketrans(
    {
        **{chr(code + 0xFEE0): chr(code) for code in range(0x21, 0x7F)},
        "\u3000": " ", "。": ".", "、": ",", "×": "*", "÷": "/", "－": "-", "−": "-", "—": "-", "–": "-",
        "～": "~", "“": '"', "”": '"', "「": '"', "」": '"',
    }
)  # fmt: skip


def read(text: str) -> "Tree[Token]":
    """The syntax tree of a text; raises `FormulaSyntax` with the place, `FormulaTooLarge`."""
    from lark import UnexpectedCharacters, UnexpectedToken

    bounded(text)
    plain = text.translate(_FULL_WIDTH)
    try:
        return _parser().parse(plain)
    except UnexpectedToken as error:
        ended = error.token.type == "$END"
        place = len(plain) if ended else (error.token.start_pos or 0)
        found = "…" if ended else repr(str(error.token)[:20])
        raise FormulaSyntax(
            position=place + 1, found=found, expected=_expected(error.accepts or error.expected)
        ) from None
    except UnexpectedCharacters as error:
        place = int(error.pos_in_stream or 0)  # type: ignore[redundant-expr]  # None where lark cannot tell
        raise FormulaSyntax(
            position=place + 1, found=repr(plain[place : place + 10]), expected=_expected(error.allowed or set())
        ) from None


def bounded(text: str) -> None:
    """Refuse a text that is too long or nests too deep: raises `FormulaTooLarge`."""
    if len(text) > LONGEST:
        raise FormulaTooLarge(what=f"{len(text)}", most=LONGEST)
    depth = deepest = 0
    for character in text.translate(_FULL_WIDTH):
        depth += (character == "(") - (character == ")")
        deepest = max(deepest, depth)
    if deepest > DEEPEST:
        raise FormulaTooLarge(what="(" * 3 + f"… {deepest}", most=DEEPEST)


@cache
def _parser() -> "Lark":
    from lark import Lark

    return Lark(GRAMMAR, parser="lalr", lexer="contextual", propagate_positions=True, maybe_placeholders=False)


def _expected(names: set[str]) -> str:
    shown = [text for name, text in _SHOWN.items() if name in names]
    return "  ".join(shown) or "…"
