"""Finding a series by what a buyer types, whatever width or symbol: ``无缝钢管 219×6 20＃`` is ``219*6，20#``; pure."""

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

LONGEST = 120
MOST_TERMS = 12

_PLAIN = str.maketrans(
    {
        "×": "*", "✕": "*", "✖": "*", "╳": "*", "⨯": "*", "＊": "*", "·": " ", "、": " ",
        "φ": " ", "ϕ": " ", "ø": " ", "⌀": " ", "∅": " ", "∮": " ", "ф": " ", "～": "-", "~": "-", "—": "-", "–": "-",
        "♯": "#", "井": "#",
    }
)  # fmt: skip
"""Signs that are typed for each other; the sign of a diameter says nothing that the figure does not."""
_TIMES = re.compile(r"(?<=[\d.])(?:mm)?\s*[x*]\s*(?=\d)")
_TERM = re.compile(r"[\u3400-\u9fff]+|[a-z0-9#*./\-]+")
_ZEROS = re.compile(r"(\d\.\d*?)0+(?!\d)")


@lru_cache(maxsize=65_536)
def fold(text: str) -> str:
    """The text in the form in which what is typed and what was printed are compared."""
    plain = unicodedata.normalize("NFKC", text).casefold().translate(_PLAIN)
    return _ZEROS.sub(lambda match: match[1].rstrip("."), _TIMES.sub("*", plain))


def terms(query: str) -> tuple[str, ...]:
    """The words of a query, at most `MOST_TERMS`: runs of Chinese, and runs of letters, digits and their signs."""
    return tuple(_TERM.findall(fold(query[:LONGEST])))[:MOST_TERMS]


def matches(wanted: Iterable[str], texts: Iterable[str | None]) -> bool:
    """Whether every word stands in the texts; a figure must stand whole: 20# is not found in 120#."""
    heap = " ".join(fold(text) for text in texts if text)
    return all(_holds(heap, word) for word in wanted)


def _holds(heap: str, word: str) -> bool:
    return word in heap and (not (word[0].isdigit() or word[-1].isdigit()) or bool(_whole(word).search(heap)))


@lru_cache(maxsize=1024)
def _whole(word: str) -> re.Pattern[str]:
    """The word with no other digit beside a digit of its own; the beginning of a contract's code is enough."""
    before = r"(?<![\d.])" if word[0].isdigit() else ""
    after = r"(?!\d|\.\d)" if word[-1].isdigit() and not word[0].isalpha() else ""
    return re.compile(f"{before}{re.escape(word)}{after}")
