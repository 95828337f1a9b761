"""The figures of a size: diameter, wall, thickness, width, ranges, inches, section numbers."""

import re
from dataclasses import dataclass

from pricing.vocabulary.products import Form
from pricing.vocabulary.text import Reason
from steelyard.core.sizes import NotAPipe, Size, parse_size
from steelyard.core.unit_text import UnitError

NOMINAL = {
    "1/8": 6, "1/4": 8, "3/8": 10, "1/2": 15, "3/4": 20, "1": 25, "1 1/4": 32, "1 1/2": 40, "2": 50, "2 1/2": 65,
    "3": 80, "3 1/2": 90, "4": 100, "5": 125, "6": 150, "8": 200, "10": 250, "12": 300, "14": 350, "16": 400,
    "18": 450, "20": 500, "24": 600,
}  # fmt: skip
"""Nominal pipe sizes in inches and their DN (ISO 6708); DN names a size and is no measure."""

_EIGHTHS = {"2分": "1/4", "3分": "3/8", "4分": "1/2", "6分": "3/4"}
"""The trade's 分, an eighth of an inch."""
_DECIMALS = {"1.25": "1 1/4", "1.5": "1 1/2", "2.5": "2 1/2", "3.5": "3 1/2", "0.5": "1/2", "0.75": "3/4"}

_FIGURE = r"\d{1,5}(?:\.\d{1,3})?"
_MM = r"(?:\s?(?:mm|毫米))?"
_INCHES = r"\d{1,2}[ -]\d/\d|\d/\d|\d{1,2}(?:\.\d{1,2})?"
_NOMINAL = rf'(?:DN\s?(?P<dn>\d{{1,4}})|(?P<inches>{_INCHES})\s?(?:"|英?寸|吋|in(?![a-z]))|(?P<eighths>\d分))'
SIZE = re.compile(
    rf"(?:{_NOMINAL}|(?P<sign>φ\s?)?(?P<low>{_FIGURE}){_MM}(?:\s?-\s?φ?(?P<high>{_FIGURE}))?(?P<mm>{_MM}))"
    rf"(?P<more>(?:\s?×\s?(?:{_FIGURE}(?:\s?(?:mm|毫米|m(?!m)|米))?|C\b)){{0,3}})"
    r"(?P<mark>#)?(?![\d.A-Za-z#×])",
    re.ASCII | re.IGNORECASE,
)
_MORE = re.compile(rf"×\s?(?:(?P<figure>{_FIGURE})\s?(?P<unit>mm|毫米|m|米)?|(?P<coil>C))", re.ASCII | re.IGNORECASE)
_BARE = {Form.ROUND: "φ{}", Form.FLAT: "{}mm"}


@dataclass(frozen=True, slots=True)
class Figures:
    """The normal form of a size; `size` where diameter and wall, or the diameter of a solid, are known as such."""

    text: str
    size: Size | None = None


def read(match: re.Match[str], form: Form | None) -> Figures | Reason:
    """The figures of a match of `SIZE`, or why they have no normal form."""
    more = _more(match["more"])
    if match["mark"]:
        return _section_number(match, form) if not more and not match["sign"] else Reason.UNKNOWN
    nominal = _nominal(match)
    if nominal is not None:
        return nominal if isinstance(nominal, Reason) else Figures("×".join([nominal, *more]))
    low, high = plain(match["low"]), match["high"] and plain(match["high"])
    if high is not None and not float(low) < float(high):
        return Reason.IMPOSSIBLE
    lead = low if high is None else f"{low}-{high}"
    is_round = bool(match["sign"]) or (form is Form.ROUND and len(more) < 2)
    if not more:
        return _single(lead, is_round, bool(match["mm"].strip()) or _has_unit(match), form, high is None)
    text = "×".join([f"φ{lead}" if is_round and len(more) == 1 else lead, *more])
    return _measured(text, form, high is None)


def plain(figure: str) -> str:
    """A figure without needless zeros: 3.0 is 3, 4.50 is 4.5, 064 is 64."""
    whole, _, fraction = figure.partition(".")
    fraction = fraction.rstrip("0")
    whole = whole.lstrip("0") or "0"
    return f"{whole}.{fraction}" if fraction else whole


def _has_unit(match: re.Match[str]) -> bool:
    return bool(re.search(r"mm|毫米", match[0], re.IGNORECASE))


def _more(text: str) -> list[str]:
    """The figures behind the first, in millimetres: 6m is 6000."""
    found = []
    for part in _MORE.finditer(text):
        if part["coil"]:
            found.append("C")
        elif (part["unit"] or "").lower() in ("m", "米"):
            metres, _, fraction = part["figure"].partition(".")
            found.append(plain(f"{metres}{fraction.ljust(3, '0')}"))
        else:
            found.append(plain(part["figure"]))
    return found


def _nominal(match: re.Match[str]) -> str | Reason | None:
    """DN of a size given in DN, inches or 分; None where it is given in millimetres."""
    if match["dn"]:
        return f"DN{plain(match['dn'])}" if int(match["dn"]) in NOMINAL.values() else Reason.UNKNOWN
    if match["eighths"]:
        inches = _EIGHTHS.get(match["eighths"], "")
    elif match["inches"]:
        inches = match["inches"].replace("-", " ")
        inches = _DECIMALS.get(plain(inches), plain(inches)) if "/" not in inches else inches
    else:
        return None
    return f"DN{NOMINAL[inches]}" if inches in NOMINAL else Reason.UNKNOWN


def _section_number(match: re.Match[str], form: Form | None) -> Figures | Reason:
    if match["high"] or form is None:
        return Reason.AMBIGUOUS
    return Figures(f"{plain(match['low'])}#") if form is Form.SECTION else Reason.UNKNOWN


def _single(lead: str, is_round: bool, has_unit: bool, form: Form | None, is_exact: bool) -> Figures | Reason:
    if is_round:
        return _measured(f"φ{lead}", form, is_exact)
    if has_unit:
        return Figures(f"{lead}mm")
    return Figures(_BARE[form].format(lead)) if form in _BARE else Reason.AMBIGUOUS


def _measured(text: str, form: Form | None, is_exact: bool) -> Figures | Reason:
    """The figures with the size that they mean, where it is that of a pipe or a solid round."""
    if not is_exact or not (text.startswith("φ") or form is Form.TUBE):
        return Figures(text)
    try:
        size = parse_size(text)
    except NotAPipe:
        return Reason.IMPOSSIBLE
    except UnitError:  # finer, thinner or wider than the yard's own sizes: a size of the market all the same
        return Figures(text)
    return Figures(size.text(), size)
