"""Grades of steel: one spelling each, alternatives and ranges, and the names that a newer standard replaced."""

import re
from dataclasses import dataclass

from pricing.vocabulary.text import Reason, folded, refused

RENAMED = {f"Q345{quality}": f"Q355{quality}" for quality in "BCD"}
"""Grades of GB/T 1591-2008 and those that took their place in GB/T 1591-2018. The yield strength is another
(upper instead of lower), so the price series are linked and never one.
"""

CARBON = frozenset({"08", *(f"{number}" for number in range(10, 90, 5))})
"""Grades of GB/T 699, which the trade writes with # (20#), and the standard without."""

_KNOWN = (
    *("20G", "20MnG", "25MnG", "12CrMoG", "15CrMoG", "12Cr1MoVG", "12Cr2MoG", "10Cr9Mo1VNbN", "12Cr5Mo", "1Cr5Mo"),
    *("16Mn", "20Mn", "27SiMn", "35Mn", "40Mn", "45Mn", "65Mn", "45Mn2", "20MnSi", "30MnSi", "60Si2Mn", "60Si2MnA"),
    *("20Cr", "40Cr", "20CrMo", "30CrMo", "35CrMo", "42CrMo", "20CrMnTi", "20CrNiMo", "38CrMoAl", "30CrMnSi", "50CrVA"),
    *("GCr15", "GCr15SiMn", "Cr12", "Cr12MoV", "3Cr2W8V", "5CrMnMo", "5CrNiMo", "4Cr5MoSiV1", "H13"),
    *("0Cr18Ni9", "1Cr18Ni9Ti", "06Cr19Ni10", "022Cr19Ni10", "0Cr17Ni12Mo2", "06Cr17Ni12Mo2"),
    *("201", "202", "304", "304L", "304H", "310S", "316", "316L", "316Ti", "321", "347", "347H", "409", "410", "430"),
    *("08Al", "08F", "10F", "SPHC", "SPHD", "SPHE", "SPCC", "SPCD", "SS400", "DC01", "DC03", "DC04", "SAE1006"),
    *("SAE1008", "SGCC", "DX51D", "DX51D+Z", "ST37", "ST44", "ST52", "CCSA", "CCSB", "CCSD", "AH32", "AH36", "DH36"),
    *("H40", "J55", "K55", "M65", "N80", "N80-1", "N80Q", "L80", "L80-1", "P110", "Q125"),
    *("82B", "72A", "77B", "T22", "T11", "P11", "P22", "P91", "Zamak-3", "Zamak-5"),
)
_BY_FOLD = {name.casefold(): name for name in _KNOWN}
_ELEMENT = r"(?:Cr|Mn|Si|Mo|Ni|Ti|Al|Nb|Cu|Re|V|W|B|N)"
_LIST = "|".join(re.escape(name) for name in sorted(_KNOWN, key=len, reverse=True))
_ONE = (
    r"(?:HRBF?\d{3}E?|HPB\d{3}|RRB\d{3}|CRB\d{3}H?|Q\d{3}(?:NH|GJ)?[A-E]?|\d{2}WW\d{3,4}|WW\d{3,4}"
    rf"|(?:X(?:42|46|52|56|60|65|70|80)|L(?:210|245|290|320|360|390|415|450|485|555))[MNQ]?|{_LIST}"
)
TOKEN = re.compile(
    rf"(?:(?i:{_ONE}))|G?\d{{0,3}}(?:{_ELEMENT}\d{{0,2}}){{1,6}}[AEGH]?|\d{{2}}(?:#|号钢?|钢))(?![A-Za-z])", re.ASCII
)
"""One grade as it stands within a text; chemical names (GB/T 221) count in their exact letters only."""
PAIRS = re.compile(
    rf"(?P<first>\d{{2}})(?P<sign>[/-])(?P<second>\d{{2}})(?P<tail>#|(?:{_ELEMENT}\d{{0,2}}){{1,6}}[AEGH]?)", re.ASCII
)
"""Two grades that share their tail: 35/42CrMo, 45-70#."""
_SEVERAL = re.compile(rf"\d{{2}}#-\d{{2}}#|(?:{TOKEN.pattern})(?:\s?/\s?(?:{TOKEN.pattern}))*", re.ASCII)


@dataclass(frozen=True, slots=True)
class Grade:
    """A grade (材质, 牌号). `renamed_to` names the grade of a newer standard that took its place, if any."""

    raw: str
    text: str | None
    reason: Reason | None = None
    renamed_to: str | None = None


def grade(raw: str) -> Grade:
    """The grade that a text names: 20, 20# and 20号钢 are 20#, 35/42CrMo is 35CrMo/42CrMo."""
    why = refused(raw)
    if why is not None:
        return Grade(raw, None, why)
    plain = folded(raw).strip("() ")
    text, length = (f"{plain}#", len(plain)) if plain in CARBON else leading(plain)
    if text is None or length < len(plain):
        return Grade(raw, None, Reason.UNKNOWN)
    return Grade(raw, text, None, RENAMED.get(text))


def leading(text: str) -> tuple[str | None, int]:
    """The grade, the alternatives or the range of grades at the beginning of a text, and how long it is there."""
    match = PAIRS.match(text)
    name = _pair(match) if match else None
    if match is None or name is None:
        match = _SEVERAL.match(text)
        name = _several(match[0]) if match else None
    return (name, match.end()) if match and name else (None, 0)


def find_grades(text: str) -> list[str]:
    """The grades that stand within a text, in their order."""
    found = (_canonical(match[0]) for match in TOKEN.finditer(folded(text)))
    return [name for name in found if name]


def _one(text: str) -> str | None:
    """The spelling of a single grade, or None where it is none."""
    return _canonical(text) if TOKEN.fullmatch(text) else None


def _canonical(token: str) -> str | None:
    """The one spelling of a match of `TOKEN`; None for a carbon grade that is none of GB/T 699."""
    known = _BY_FOLD.get(token.casefold())
    if known is not None:
        return known
    number = re.match(r"(\d{2})(?:#|号钢?|钢)\Z", token)
    if number is not None:
        return f"{number[1]}#" if number[1] in CARBON else None
    return token if re.search("[a-z]", token) and re.search(_ELEMENT, token) else token.upper()


def _pair(match: re.Match[str]) -> str | None:
    """Two grades that share a tail written out: 35CrMo/42CrMo, 45#-70#."""
    first, second = _one(match["first"] + match["tail"]), _one(match["second"] + match["tail"])
    return None if first is None or second is None else f"{first}{match['sign']}{second}"


def _several(text: str) -> str | None:
    separator = "-" if re.fullmatch(r"\d{2}#-\d{2}#", text) else "/"
    names = [_one(part.strip()) for part in text.split(separator)]
    return None if None in names else separator.join(name for name in names if name)
