"""VAT on steel goods (增值税): the rates with the texts that set them and the days on which they hold; pure."""

from dataclasses import dataclass
from datetime import date
from fractions import Fraction


@dataclass(frozen=True, slots=True)
class Rate:
    """One rate, from its first day until the next one's."""

    rate: Fraction
    first_day: date
    source: str


RATES = (
    Rate(Fraction(17, 100), date(1994, 1, 1), "《增值税暂行条例》(国务院令第134号) 第二条"),
    Rate(Fraction(16, 100), date(2018, 5, 1), "财税〔2018〕32号 第一条"),
    Rate(Fraction(13, 100), date(2019, 4, 1), "财政部 税务总局 海关总署公告2019年第39号 第一条"),
    Rate(Fraction(13, 100), date(2026, 1, 1), "《中华人民共和国增值税法》第十条"),
)
"""For goods in general, steel among them. The regulations of 1993, the cuts of 2018 and 2019, the law of 2024."""


def rate_on(day: date) -> Rate | None:
    """The rate of a day; None before 1994, when there was no such tax."""
    return next((one for one in reversed(RATES) if one.first_day <= day), None)
