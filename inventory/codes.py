"""Reading scanned codes: our own labels, strings and links of GS1, and the codes that mills print.

A mill's code has no standard: text of names and values (``炉号:26-0815;捆号:7``), JSON, or an address with a query.
What is none of these and looks like a tag is a tag. Imports neither flask nor sqlalchemy.
"""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from inventory import code_errors as errors
from inventory.labels import SCHEME, parse_bundle_uri

LONGEST_CODE = 2_000
LONGEST_TAG = 60
GROUP_SEPARATOR = "\x1d"
_SHOWN = 40
_SHORTEST_ELEMENT = 4
"""An identifier has two digits at least, and four where two do not tell it; what is shorter than that was cut."""
_SYMBOLOGY = re.compile(r"\][A-Za-z][0-9]")
_GS1_SYMBOLOGIES = frozenset({"]C1", "]d2", "]e0", "]J1", "]Q3"})
"""Symbology identifiers of ISO/IEC 15424 behind which a GS1 element string follows."""
_ELEMENTS = re.compile(r"00[0-9]{17,}|01[0-9]{13,}|\([0-9]{2,4}\)")
_LINK = re.compile(r"/0[01]/[0-9]+")
_PAIR = re.compile(r"\s*([^:：=]{1,24}?)\s*[:：=]\s*(.*)", re.DOTALL)
_NAMES: dict[str, tuple[str, ...]] = {
    "bundle": (
        "捆号", "捆包号", "扎号", "包号", "件号", "吊牌号", "标签号", "bundle", "bundleno", "bundlenumber", "tag",
        "tagno", "packno", "kh",
    ),
    "heat": ("炉号", "炉批号", "熔炼号", "heat", "heatno", "heatnumber", "lh"),
    "grade": ("牌号", "钢级", "钢号", "材质", "grade", "steelgrade"),
    "standard": ("标准", "执行标准", "standard"),
    "size": ("规格", "尺寸", "spec", "size"),
    "pieces": ("支数", "根数", "pieces", "pcs"),
    "mass": ("重量", "净重", "weight", "netweight"),
    "length": ("长度", "定尺", "length"),
    "condition": ("交货状态", "状态", "condition", "deliverycondition"),
    "certificate": ("质保书", "质保书号", "证书号", "certificate", "cert", "mtc"),
    "mill": ("厂家", "生产厂", "mill"),
    "other": (
        "毛重", "理重", "批号", "产地", "生产日期", "日期", "班次", "合同号",
        "grossweight", "lot", "batch", "date", "contract", "po",
    ),
}  # fmt: skip
_MEANING = {name: meaning for meaning, names in _NAMES.items() for name in names}


@dataclass(frozen=True, slots=True)
class Read:
    """What a code says. ``tag`` is what the bundle may be known by, ``sscc`` its number of 18 digits.

    ``yard`` is the code of the yard that printed a label of our own, ``heat`` the heat that a mill's code names.
    ``goods`` is what it says besides, as it is written there: grade, standard, size, pieces, mass, length, certificate
    and mill.
    """

    tag: str
    sscc: str | None = None
    yard: str | None = None
    heat: str | None = None
    goods: Mapping[str, str] = field(default_factory=dict, compare=False)


def meaning(name: str) -> str | None:
    """What a heading or the name before a value stands for: ``bundle``, ``heat``, ``size`` …; ``None`` if unknown."""
    return _MEANING.get(_key(name))


def read(text: str) -> Read:
    """What a scanned code says of its bundle.

    Raises ``CodeCutShort``, ``CheckDigitWrong``, ``IdentifierUnknown``, ``CodeContradictory``, ``CodeWithoutBundle``
    or ``CodeUnreadable``.
    """
    body, is_gs1 = _without_symbology(text.strip(" \t\r\n"))
    if not body:
        raise errors.CodeCutShort(text=shown(text))
    if body.startswith(SCHEME.partition(":")[0] + ":"):
        return _own(body)
    if is_gs1 or GROUP_SEPARATOR in body or _ELEMENTS.match(body):
        return _elements(body.lstrip(GROUP_SEPARATOR))
    if body[:1] in "{[":
        return _mill(_from_json(body), body)
    if re.match(r"https?://", body):
        return _address(body)
    pairs = _pairs(body)
    if pairs.keys() & _MEANING.keys():
        return _mill(pairs, body)
    return Read(_tag(body, body))


def shown(text: str) -> str:
    """The beginning of a code, as a sentence may quote it."""
    visible = "".join(char if char.isprintable() else "␝" for char in text[: _SHOWN + 1])
    return visible if len(visible) <= _SHOWN else f"{visible[:_SHOWN]}…"


def _without_symbology(text: str) -> tuple[str, bool]:
    """The text without the identifier that a handheld may put before it, and whether it said GS1."""
    if _SYMBOLOGY.match(text):
        return text[3:], text[:3] in _GS1_SYMBOLOGIES
    return text, False


def _tag(tag: str, text: str) -> str:
    tag = tag.strip()
    if not tag or len(tag) > LONGEST_TAG or not tag.isprintable():
        raise errors.CodeUnreadable(text=shown(text))
    return tag


def _own(text: str) -> Read:
    found = parse_bundle_uri(text)
    if found is None or text.endswith("%") or re.search(r"%[0-9A-Fa-f]?$", text):
        raise errors.CodeCutShort(text=shown(text))
    yard, tag = found
    return Read(_tag(tag, text), yard=yard)


def _elements(text: str) -> Read:
    """A string of GS1 element strings, as it was coded or as people read it, with its numbers in brackets."""
    from biip import ParseError
    from biip.gs1_messages import GS1Message

    try:
        message = GS1Message.parse_hri(text) if text.startswith("(") else GS1Message.parse(text)
    except ParseError:
        raise _reason(text) from None
    return _of_gs1(message.element_strings, text)


def _reason(text: str) -> Exception:
    """Why a string of GS1 cannot be read: walk to the element that stops it."""
    from biip import ParseError
    from biip.gs1_application_identifiers import GS1ApplicationIdentifier
    from biip.gs1_element_strings import GS1ElementString

    rest = re.sub(r"\(([0-9]{2,4})\)", rf"{GROUP_SEPARATOR}\1", text).lstrip(GROUP_SEPARATOR)
    while rest:
        try:
            GS1ApplicationIdentifier.extract(rest)
        except ParseError:
            if len(rest) < _SHORTEST_ELEMENT:
                return errors.CodeCutShort(text=shown(text))
            return errors.IdentifierUnknown(text=shown(rest))
        try:
            rest = rest[len(GS1ElementString.extract(rest)) :].lstrip(GROUP_SEPARATOR)
        except ParseError:
            return errors.CodeCutShort(text=shown(text))
    return errors.CodeUnreadable(text=shown(text))


def _of_gs1(elements: Iterable[Any], text: str) -> Read:
    """The bundle that element strings name: by its SSCC, else by the serial number of its article."""
    found: dict[str, str] = {}
    for element in elements:
        if element.sscc_error or element.gtin_error or element.gln_error:
            raise errors.CheckDigitWrong(number=element.value)
        if (before := found.setdefault(element.ai.ai, element.value)) != element.value:
            raise errors.CodeContradictory(said=shown(element.value), known=shown(before))
    tag = found.get("21", found.get("00"))
    if tag is None:
        raise errors.CodeWithoutBundle(text=shown(text))
    return Read(_tag(tag, text), sscc=found.get("00"), goods=_counted(found))


def _counted(found: Mapping[str, str]) -> dict[str, str]:
    """Pieces and net mass of a string of GS1: count of items (30, 37) and kilograms (310n, n decimals)."""
    count = found.get("30", found.get("37"))
    goods = {} if count is None else {"pieces": count}
    for places in range(6):
        if (value := found.get(f"310{places}")) is not None:
            goods["mass"] = f"{int(value) * 10 ** (6 - places)} mg"
    return goods


def _address(text: str) -> Read:
    """An address: a link of GS1, or a mill's page with the bundle in its query."""
    from biip import ParseError
    from biip.gs1_digital_link_uris import GS1DigitalLinkURI

    try:
        parts = urlsplit(text)
    except ValueError:
        raise errors.CodeUnreadable(text=shown(text)) from None
    if _LINK.search(parts.path):
        try:
            return _of_gs1(GS1DigitalLinkURI.parse(text).element_strings, text)
        except ParseError:
            raise errors.CodeCutShort(text=shown(text)) from None
    given = parse_qsl(parts.query, keep_blank_values=True)
    return _mill({_key(name): value for name, value in given}, text)


def _from_json(text: str) -> dict[str, str]:
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        raise errors.CodeCutShort(text=shown(text)) from None
    if isinstance(document, list) and len(document) == 1:
        document = document[0]
    if not isinstance(document, dict):
        raise errors.CodeWithoutBundle(text=shown(text))
    return {_key(name): str(value) for name, value in document.items() if isinstance(value, str | int)}


def _pairs(text: str) -> dict[str, str]:
    """The names and values of a text such as ``炉号:26-0815;规格:219*6,20#``; a comma within a value stays there."""
    found: dict[str, str] = {}
    last = None
    for part in re.split(r"[;；,，|\r\n\t]", text):
        pair = _PAIR.fullmatch(part)
        if pair is not None:
            last = _key(pair[1])
            found.setdefault(last, pair[2].strip())
        elif last is not None and part.strip():
            found[last] += f",{part.strip()}"
    return found


def _key(name: str) -> str:
    return re.sub(r"[\s._-]", "", name).casefold()


def _mill(pairs: Mapping[str, str], text: str) -> Read:
    """The bundle of a mill's code; without its number the code is cut short, or is none of a bundle."""
    said: dict[str, str] = {}
    goods: dict[str, str] = {}
    for name, value in pairs.items():
        meaning = _MEANING.get(name)
        if meaning not in ("bundle", "heat"):
            goods.setdefault(str(meaning), value.strip())
            continue
        if (before := said.setdefault(meaning, value.strip())) != value.strip():
            raise errors.CodeContradictory(said=shown(value), known=shown(before))
    if said.get("bundle"):
        return Read(_tag(said["bundle"], text), heat=said.get("heat") or None, goods=goods)
    known = pairs.keys() & _MEANING.keys()
    raise (errors.CodeCutShort if known else errors.CodeWithoutBundle)(text=shown(text))
