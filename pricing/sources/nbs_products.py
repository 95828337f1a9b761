"""The products of the statistics bureau's releases as series, and which of them follow an earlier specification.

The basket changes every few years: a product of another specification is another series, and nothing is spliced.
Its name is its code, with the dashes of a range brought to one sign; the rest is as printed, in half-width form.
"""

from dataclasses import dataclass

from pricing.sources.figures import fold
from pricing.sources.goods import split_name, steel_grade
from pricing.sources.traits import SeriesTraits
from pricing.vocabulary import spec

FAMILY = "nbs.ten_day"
FREQUENCY = "ten_day"
FERROUS = "黑色金属"
_DASHES = str.maketrans(dict.fromkeys("—–－~～", "-"))


@dataclass(frozen=True, slots=True)
class Succession:
    """A product that took another's place in the basket; `source` names where the former one is printed."""

    product: str
    former: str
    source: str


SUCCESSIONS = (
    Succession("螺纹钢（Φ20mm，HRB400E）", "螺纹钢（Φ16-25mm，HRB400）", "release of 2018-10 中旬"),
    Succession("线材（Φ8-10mm，HPB300）", "线材（Φ6.5mm，HPB300）", "release of 2018-10 中旬"),
    Succession("热轧普通板卷（4.75-11.5mm，Q235）", "热轧普通薄板（3mm，Q235）", "release of 2018-10 中旬"),
)
"""Changes of the ferrous basket between the releases of 2018 and those of 2026. The other three ferrous products
(普通中板, 无缝钢管, 角钢) kept their specification.
"""


def _plain(name: str) -> str:
    return fold(name).translate(_DASHES)


_FORMER = {_plain(one.product): _plain(one.former) for one in SUCCESSIONS}


def series_code(name: str, unit: str) -> str:
    """The code of a product's series: its printed name in half-width form with the unit of mass."""
    return f"{FAMILY}:{_plain(name)}:{unit.rpartition('/')[2]}"


def series_traits(name: str, unit: str, category: str, position: int) -> SeriesTraits:
    """The series of one product. What the vocabulary cannot read stays as printed."""
    commodity, printed = split_name(name)
    former = _FORMER.get(_plain(name))
    read = spec(printed, commodity) if printed and category == FERROUS else None
    grade = (read.grade or steel_grade(printed)) if read is not None else None
    return SeriesTraits(
        code=series_code(name, unit),
        kind="spot",
        name=name,
        commodity=commodity,
        category=category,
        market="全国",
        value_field="average",
        frequency=FREQUENCY,
        unit=unit,
        position=position,
        specification=(read.text if read is not None else None) or printed,
        spec_raw=printed,
        grade=grade,
        predecessor=series_code(former, unit) if former else None,
    )
