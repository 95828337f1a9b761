"""The names of goods as publishers print them, split into commodity, specification and grade."""

import re

from pricing.sources.figures import fold

_NAME = re.compile(r"([^()]+)(?:\((.+)\))?")
_STEEL_GRADE = re.compile(r"HRB\d{3}E?|HPB\d{3}|Q\d{3}[A-E]?|\d{2}Mn[A-Z]*|(?<!\d)\d{2}#")
_NUMERAL = re.compile(r"^[一二三四五六七八九十]+、")

UNITS = {"吨": "CNY/t", "元/吨": "CNY/t", "千克": "CNY/kg", "元/千克": "CNY/kg", "公斤": "CNY/kg"}
"""The publishers' words for a unit of price and the unit they stand for."""


def split_name(name: str) -> tuple[str, str | None]:
    """Commodity and specification of a name like 无缝钢管（219*6，20#）, both in half-width form."""
    match = _NAME.fullmatch(fold(name))
    return (match[1], match[2]) if match else (fold(name), None)


def steel_grade(specification: str | None) -> str | None:
    """The grade within a specification of steel, such as 20# or HRB400E; None where none is named."""
    found = _STEEL_GRADE.findall(specification or "")
    return found[-1] if found else None


def category_name(text: str) -> str:
    """A class heading without its numeral: 一、黑色金属 gives 黑色金属."""
    return _NUMERAL.sub("", text)
