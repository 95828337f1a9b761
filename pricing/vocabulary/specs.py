"""Specifications as price sheets print them: a size, a grade, a standard and words, in any order.

A text is read from left to right, token by token; when one is left over, nothing of it is believed.
"""

import re
from dataclasses import dataclass, field

from pricing.vocabulary import grades, sizes, standards
from pricing.vocabulary.products import Form, form_of, product
from pricing.vocabulary.text import Reason, folded, refused
from steelyard.core.sizes import Size

CONDITIONS = ("连铸", "电炉", "热轧", "冷拔", "热扩", "锻造", "低合金", "普", "高线", "普线", "定尺", "HW", "HN", "HM")
"""Words within a specification that tell how the steel was made or which kind it is."""

_CONDITION = re.compile("|".join(CONDITIONS))
_BETWEEN = re.compile(r"[\s,;、()|∠]+")


@dataclass(frozen=True, slots=True)
class Spec:
    """A specification (规格). `text` joins size, words, grades and standard; `size` is given for pipes and rounds."""

    raw: str
    text: str | None
    reason: Reason | None = None
    figures: str | None = None
    size: Size | None = None
    grade: str | None = None
    standard: str | None = None
    conditions: tuple[str, ...] = ()


@dataclass(slots=True)
class _Reading:
    figures: list[sizes.Figures] = field(default_factory=list)
    grades: list[str] = field(default_factory=list)
    standards: list[str] = field(default_factory=list)
    conditions: list[str] = field(default_factory=list)


def spec(raw: str, product_name: str | None = None) -> Spec:
    """The specification that a text names; the product tells what a bare 16#, 3.0 or 219*6 measures."""
    why = refused(raw)
    if why is not None:
        return Spec(raw, None, why)
    form = form_of(product(product_name).text) if product_name else None
    reading, rest = _Reading(), _trimmed(folded(raw))
    while rest:
        taken = _take(reading, rest, form)
        if isinstance(taken, Reason):
            return Spec(raw, None, taken)
        rest = _trimmed(rest[taken:])
    return _joined(raw, reading)


def _trimmed(text: str) -> str:
    return _BETWEEN.sub("", text, count=1) if _BETWEEN.match(text) else text


def _take(reading: _Reading, text: str, form: Form | None) -> int | Reason:
    """Read one token at the beginning of the text; its length, or why it cannot be read."""
    named = standards.LETTERED.match(text) or standards.BARE_NUMBER.match(text)
    if named is not None:
        reading.standards.append(standards.named(text, named).text or "")
        return named.end()
    length = _take_grade(reading, text, form)
    if length:
        return length
    condition = _CONDITION.match(text)
    if condition is not None:
        reading.conditions.append(condition[0])
        return condition.end()
    match = sizes.SIZE.match(text)
    if match is None:
        return Reason.UNKNOWN
    figures = sizes.read(match, form)
    if isinstance(figures, Reason):
        return figures
    reading.figures.append(figures)
    return match.end()


def _take_grade(reading: _Reading, text: str, form: Form | None) -> int:
    """Read one grade, or two that share a tail; 16# is a grade unless it may be the number of a section."""
    name, length = grades.leading(text)
    if name is None or (re.fullmatch(r"\d{2}#", name) and form in (None, Form.SECTION)):
        return 0
    reading.grades.append(name)
    return length


def _joined(raw: str, reading: _Reading) -> Spec:
    if len(reading.figures) > 1 or len(reading.standards) > 1:
        return Spec(raw, None, Reason.AMBIGUOUS)
    figures = reading.figures[0] if reading.figures else None
    standard = reading.standards[0] if reading.standards else None
    conditions = tuple(dict.fromkeys(reading.conditions))
    names = list(dict.fromkeys(reading.grades))
    parts = [figures.text if figures else None, *conditions, *names, standard]
    text = " ".join(part for part in parts if part)
    if not text:
        return Spec(raw, None, Reason.UNKNOWN)
    return Spec(
        raw=raw,
        text=text,
        figures=figures.text if figures else None,
        size=figures.size if figures else None,
        grade="/".join(names) or None,
        standard=standard,
        conditions=conditions,
    )
