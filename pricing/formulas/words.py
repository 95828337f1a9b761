"""The words of the language: each has one English and one Chinese form, and some have further ones."""

from pricing.formulas.tree import Missing, Unfinished, Unit

FUNCTIONS: dict[str, tuple[str, ...]] = {
    "month_avg": ("month_avg", "月均", "月均价"),
    "avg": ("avg", "均价", "区间均价"),
    "last_avg": ("last_avg", "近日均", "近均"),
    "on": ("on", "当日", "当日价"),
    "fixed": ("fixed", "固定", "一口价"),
    "lock": ("lock", "锁定", "锁价"),
    "cap": ("cap", "封顶"),
    "floor": ("floor", "保底"),
    "collar": ("collar", "区间"),
    "cash": ("cash", "现款", "承兑贴现"),
    "bare": ("bare", "裸价"),
    "freight": ("freight", "运费差"),
    "round": ("round", "取整"),
    "settle_up": ("settle_up", "追补", "结算价追补"),
}
OPTIONS: dict[str, tuple[str, ...]] = {"missing": ("missing", "缺日"), "open": ("open", "未完")}
VALUES: dict[str, dict[str, tuple[str, ...]]] = {
    "missing": {
        Missing.SKIP: ("skip", "跳过"),
        Missing.PREVIOUS: ("previous", "沿用", "沿用前值"),
        Missing.REFUSE: ("refuse", "拒绝"),
    },
    "open": {
        Unfinished.REFUSE: ("refuse", "拒绝"),
        Unfinished.PROVISIONAL: ("provisional", "暂估"),
    },
}
UNITS: dict[str, tuple[str, ...]] = {
    Unit.FEN: ("fen", "分"),
    Unit.JIAO: ("jiao", "角"),
    Unit.YUAN: ("yuan", "元"),
    Unit.TEN_YUAN: ("10yuan", "十元", "10元"),
}
MONTH = ("M", "交货月")
FORMS: dict[str, tuple[str, str]] = {
    "month_avg": ("month_avg(series, 2023-12, missing=refuse)", "月均(序列, 2023-12, 缺日=拒绝)"),
    "avg": ("avg(series, 2023-12-26..2024-01-25)", "均价(序列, 2023-12-26至2024-01-25)"),
    "last_avg": ("last_avg(series, 5, 2023-12-29)", "近日均(序列, 5, 2023-12-29)"),
    "on": ("on(series, 2023-12-29)", "当日(序列, 2023-12-29)"),
    "fixed": ("fixed(3800)", "固定(3800)"),
    "lock": (
        "lock(on(series, 2023-12-15) + 60, 2023-12-15 17:00)",
        "锁定(当日(序列, 2023-12-15) + 60, 2023-12-15 17:00)",
    ),
    "cap": ("cap(price, 4200)", "封顶(价格, 4200)"),
    "floor": ("floor(price, 3900)", "保底(价格, 3900)"),
    "collar": ("collar(price, 3900, 4200)", "区间(价格, 3900, 4200)"),
    "cash": ("cash(price, 3.6%, 180)", "现款(价格, 3.6%, 180)"),
    "bare": ("bare(price, 13%)", "裸价(价格, 13%)"),
    "freight": ("freight(天津, 聊城, 85)", "运费差(天津, 聊城, 85)"),
    "round": ("round(price, yuan)", "取整(价格, 元)"),
    "settle_up": ("settle_up(final, provisional, 120.5t)", "追补(最终价, 暂定价, 120.5吨)"),
}
"""How each function is written; shown where one was written otherwise, and in the help."""


def _lookup(table: dict[str, tuple[str, ...]]) -> dict[str, str]:
    return {word: name for name, words in table.items() for word in words}


FUNCTION_OF = _lookup(FUNCTIONS)
OPTION_OF = _lookup(OPTIONS)
VALUE_OF = {option: _lookup(values) for option, values in VALUES.items()}
UNIT_OF = _lookup(UNITS)


def form(name: str) -> str:
    """How a function is written, in both languages."""
    return " / ".join(FORMS[name])


def word(table: dict[str, tuple[str, ...]], name: str, *, chinese: bool) -> str:
    """The one form in which a word is written in canonical text."""
    return table[name][1 if chinese else 0]
