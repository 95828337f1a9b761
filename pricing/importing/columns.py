"""What the columns of a price sheet hold, known by the words of the trade in their headings."""

import re
from collections.abc import Sequence
from enum import StrEnum
from hashlib import sha256

from pricing.importing.grids import Line, first_line
from pricing.sources.figures import fold


class Column(StrEnum):
    """What one column of a sheet holds."""

    PRODUCT = "product"
    SPECIFICATION = "specification"
    GRADE = "grade"
    MILL = "mill"
    PRICE = "price"
    CHANGE = "change"
    REMARK = "remark"
    STEEL_NUMBER = "steel_number"
    CITY = "city"
    DAY = "day"
    UNIT = "unit"
    STANDARD = "standard"
    IGNORED = "ignored"


REQUIRED = (Column.PRODUCT, Column.PRICE)

_WORDS: dict[Column, tuple[str, ...]] = {
    Column.PRODUCT: ("品名", "品种", "产品", "产品名称", "商品", "商品名称", "货名", "名称", "物资名称", "product"),
    Column.SPECIFICATION: (
        "规格", "规格型号", "型号规格", "型号", "尺寸", "产品规格", "外径*壁厚", "外径×壁厚",
        "spec", "specification", "size",
    ),
    Column.GRADE: ("材质", "钢种", "牌号", "材料", "材质牌号", "grade", "material"),
    Column.MILL: (
        "钢厂", "产地", "钢厂/产地", "产地/钢厂", "钢厂产地", "厂家", "生产厂家", "品牌", "生产企业", "厂商", "资源",
        "mill", "origin",
    ),
    Column.PRICE: (
        "价格", "单价", "报价", "市场价", "市场价格", "现货价", "现货价格", "今日价格", "今日价", "今日报价",
        "最新价", "最新价格",
        "最新报价", "出厂价", "出厂价格", "含税价", "含税价格", "现款价", "挂牌价", "成交价", "price", "quote",
    ),
    Column.CHANGE: ("涨跌", "升跌", "涨跌额", "日涨跌", "较昨日", "比昨日", "较上日", "较前日", "涨跌值", "change"),
    Column.REMARK: ("备注", "说明", "备注说明", "note", "remark", "remarks"),
    Column.STEEL_NUMBER: ("钢号", "钢厂代号", "代号"),
    Column.CITY: ("城市", "地区", "市场", "区域", "所在地", "city", "market"),
    Column.DAY: ("日期", "报价日期", "价格日期", "更新日期", "发布日期", "date", "day"),
    Column.UNIT: ("单位", "计量单位", "价格单位", "unit"),
    Column.STANDARD: ("标准", "执行标准", "产品标准", "standard"),
}  # fmt: skip
_COLUMN_OF = {fold(word).casefold(): column for column, words in _WORDS.items() for word in words}
_IN_BRACKETS = re.compile(r"[(\[【].*?[)\]】]")
_TRIMMED = "*:：.·、_-"


def heading(text: str) -> str:
    """A heading in the form in which it is compared: 价格（元/吨） is 价格."""
    return _IN_BRACKETS.sub("", fold(first_line(text))).strip(_TRIMMED).casefold()


def column_of(text: str) -> Column | None:
    """What a column with that heading holds, or None where the word is not known; a share in percent is none."""
    return None if "%" in fold(text) else _COLUMN_OF.get(heading(text))


def guess(header: Line) -> tuple[Column, ...]:
    """What each column holds; of two with the same meaning the first is taken, the other left to people."""
    found: list[Column] = []
    for text in header:
        column = column_of(text)
        found.append(Column.IGNORED if column is None or column in found else column)
    return tuple(found)


def signature(header: Line) -> str:
    """By which a sheet of the same columns is known again: a digest of its headings in their order."""
    return sha256("\x1f".join(heading(text) for text in header).encode()).hexdigest()[:32]


def misfits(columns: Sequence[Column]) -> tuple[Column, ...]:
    """The columns that a mapping lacks or names twice; none where it is sound."""
    named = [column for column in columns if column is not Column.IGNORED]
    return tuple(
        column
        for column in Column
        if sum(one is column for one in named) > 1 or (column in REQUIRED and column not in named)
    )


_UNIT_WORDS = {
    "CNY/t": ("元/吨", "元/t", "元每吨", "yuan/t", "cny/t", "rmb/t", "吨"),
    "CNY/kg": ("元/千克", "元/公斤", "元/kg", "yuan/kg", "cny/kg", "千克", "公斤"),
}
_UNIT_OF = {word: unit for unit, words in _UNIT_WORDS.items() for word in words}


def unit_of(text: str) -> str | None:
    """The unit of price that a text is, such as 元/吨; None where it is none that is known."""
    return _UNIT_OF.get(fold(text).casefold())


def unit_in(text: str) -> str | None:
    """The unit of price that stands in the brackets of a heading; None where none does."""
    inside = re.search(r"[(\[【](.*?)[)\]】]", fold(text))
    return unit_of(inside[1]) if inside else None
