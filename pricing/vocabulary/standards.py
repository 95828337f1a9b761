"""Standards that goods are delivered to: 8163, GB8163-2008 and GB/T 8163—2018 are one standard in several editions."""

import re
from dataclasses import dataclass

from pricing.vocabulary.text import Reason, folded, refused

TITLES = {
    "699": "优质碳素结构钢",
    "700": "碳素结构钢",
    "1499.1": "钢筋混凝土用钢 第1部分：热轧光圆钢筋",
    "1499.2": "钢筋混凝土用钢 第2部分：热轧带肋钢筋",
    "1591": "低合金高强度结构钢",
    "3077": "合金结构钢",
    "3087": "低中压锅炉用无缝钢管",
    "3091": "低压流体输送用焊接钢管",
    "5310": "高压锅炉用无缝钢管",
    "6479": "高压化肥设备用无缝钢管",
    "8162": "结构用无缝钢管",
    "8163": "输送流体用无缝钢管",
    "9711": "石油天然气工业 管线输送系统用钢管",
    "9948": "石油裂化用无缝钢管",
    "13296": "锅炉、热交换器用不锈钢无缝钢管",
    "13793": "直缝电焊钢管",
    "14975": "结构用不锈钢无缝钢管",
    "14976": "流体输送用不锈钢无缝钢管",
    "17396": "液压支柱用热轧无缝钢管",
    "18248": "气瓶用无缝钢管",
    "18984": "低温管道用无缝钢管",
}
"""National standards of the trade, by number: the number tells which one is meant, whether a print says GB or GB/T."""

BARE = frozenset({"3087", "3091", "5310", "6479", "8162", "8163", "9711", "9948", "13793", "14976", "17396", "18248"})
"""The numbers by which the trade names a standard of pipe without any letters."""

_BODY = r"(?P<body>GB\s?/?\s?T|GB|YB\s?/?\s?T|YB|SY\s?/?\s?T|SY|HG\s?/?\s?T|JIS\s?G|API|ASTM|ASME|EN|DIN|ISO)"
_NUMBER = r"(?P<number>[A-Z]{0,2}\d{1,5}[A-Z]{0,2}(?:\.\d{1,2}|-\d{1,2}(?!\d))?)"
_YEAR = r"(?:\s?[-:]\s?(?P<year>(?:19|20)\d{2}))?"
_RECOMMENDED = frozenset({"GBT", "YBT", "SYT", "HGT"})
LETTERED = re.compile(rf"{_BODY}[\s.]?{_NUMBER}{_YEAR}(?![A-Za-z0-9])", re.ASCII | re.IGNORECASE)
BARE_NUMBER = re.compile(rf"(?P<number>{'|'.join(sorted(BARE))})(?:-(?P<year>(?:19|20)\d{{2}}))?(?![\d.×-])", re.ASCII)


@dataclass(frozen=True, slots=True)
class Standard:
    """A standard (标准): `text` like GB/T 8163-2018; without a year no edition is meant. `key` leaves it out."""

    raw: str
    text: str | None
    reason: Reason | None = None
    key: str | None = None
    year: int | None = None


def standard(raw: str) -> Standard:
    """The standard that a text names: 8163, GB/T8163, GB 8163-2018 or ASTM A106."""
    why = refused(raw)
    if why is not None:
        return Standard(raw, None, why)
    plain = folded(raw).strip("() ")
    match = LETTERED.fullmatch(plain) or BARE_NUMBER.fullmatch(plain)
    return named(raw, match) if match else Standard(raw, None, Reason.UNKNOWN)


def named(raw: str, match: re.Match[str]) -> Standard:
    """The standard of a match of `LETTERED` or `BARE_NUMBER`."""
    letters = re.sub(r"[\s/]", "", (match.groupdict().get("body") or "GBT").upper())
    number, year = match["number"].upper(), match["year"]
    if letters == "GB" and number in TITLES:
        letters = "GBT"
    body = {"JISG": "JIS G"}.get(letters) or (f"{letters[:-1]}/T" if letters in _RECOMMENDED else letters)
    key = f"{body} {number}"
    return Standard(raw, f"{key}-{year}" if year else key, None, key, int(year) if year else None)
