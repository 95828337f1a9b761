"""Event ids that follow from what an event says: the hash of the Core Business Vocabulary 2.0, section 8.9.

It covers the fields that our own events use; what lies outside (sensors, fields of others) raises ``ValueError``.
The tests compare it with the PyPI package ``epcis-event-hash-generator``. Imports neither flask nor sqlalchemy.
"""

import hashlib
from collections.abc import Callable, Mapping
from datetime import UTC
from decimal import Decimal
from typing import Any

from inventory.epcis.moments import moment, written
from inventory.epcis.vocabulary import bare

Prefixes = Mapping[str, str]
_LIST_OF_EPCS = ("epcList", "inputEPCList", "childEPCs", "outputEPCList")
_LIST_OF_QUANTITIES = ("quantityList", "childQuantityList", "inputQuantityList", "outputQuantityList")
_ORDER = (
    "eventTime", "eventTimeZoneOffset", "certificationInfo", "parentID", "epcList", "inputEPCList", "childEPCs",
    "quantityList", "childQuantityList", "inputQuantityList", "outputEPCList", "outputQuantityList", "action",
    "transformationID", "bizStep", "disposition", "readPoint", "bizLocation",
)  # fmt: skip
_AFTERWARDS = {"bizTransactionList": "bizTransaction", "sourceList": "source", "destinationList": "destination"}
LARGEST_EXPONENT = 15
_LEFT_OUT = frozenset({"type", "eventID", "recordTime", "errorDeclaration", "@context"})
_WEB = {"bizStep": "BizStep", "disposition": "Disp", "bizTransaction": "BTT", "source": "SDT", "destination": "SDT"}


def event_id(event: Mapping[str, Any], prefixes: Prefixes) -> str:
    """Return the hash of an event as ``ni:///sha-256;…?ver=CBV2.0``; ``prefixes`` are those of its context.

    A declaration of an error has the id of the event that it corrects, because it is left out of the hash.
    """
    digest = hashlib.sha256(plain_text(event, prefixes).encode()).hexdigest()
    return f"ni:///sha-256;{digest}?ver=CBV2.0"


def plain_text(event: Mapping[str, Any], prefixes: Prefixes) -> str:
    """Return the text that is hashed; raises ``ValueError`` for an event with other fields than ours have."""
    unknown = set(event) - set(_ORDER) - set(_AFTERWARDS) - _LEFT_OUT - {"ilmd"}
    if unknown:
        raise ValueError(f"the hash of {', '.join(sorted(unknown))} is not computed here")
    ordered = "".join(_field(name, event[name]) for name in _ORDER if name in event)
    rest = [_pairs(name, inner, event[name]) for name, inner in _AFTERWARDS.items() if event.get(name)]
    if event.get("ilmd"):
        rest.append("ilmd" + "".join(sorted(_own(name, value, prefixes) for name, value in event["ilmd"].items())))
    return f"eventType={event['type']}{ordered}{''.join(sorted(rest))}"


def _field(name: str, value: Any) -> str:
    if name in _LIST_OF_EPCS:
        return _listed(name, value, lambda epc: f"epc={_text(epc)}")
    if name in _LIST_OF_QUANTITIES:
        return _listed(name, value, _quantity)
    if name in {"readPoint", "bizLocation"}:
        return f"{name}id={_text(value['id'])}"
    if name == "eventTime":
        at = moment(value)
        if at is None:
            raise ValueError(f"{value} is no moment")
        return f"{name}={written(at, UTC).replace('+00:00', 'Z')}"
    return f"{name}={_word(name, value)}"


def _listed(name: str, values: list[Any], write: Callable[[Any], str]) -> str:
    return name + "".join(sorted(write(value) for value in values)) if values else ""


def _quantity(element: Mapping[str, Any]) -> str:
    parts = (f"{name}={_text(element[name])}" for name in ("epcClass", "quantity", "uom") if name in element)
    return "quantityElement" + "".join(parts)


def _pairs(name: str, inner: str, values: list[Mapping[str, Any]]) -> str:
    def write(value: Mapping[str, Any]) -> str:
        kind = f"type={_word(inner, value['type'])}" if "type" in value else ""
        return f"{kind}{inner}={_text(value[inner])}"

    return _listed(name, values, write)


def _own(name: str, value: Any, prefixes: Prefixes) -> str:
    prefix, _, rest = name.partition(":")
    return f"{{{prefixes[prefix]}}}{rest}={_text(value)}"


def _word(name: str, value: str) -> str:
    """Return a word of the vocabulary as the URI of its web page, anything else as it is."""
    short = bare(value)
    web = _WEB.get(name)
    return _text(value) if web is None or ":" in short else f"https://ref.gs1.org/cbv/{web}-{short}"


def _text(value: Any) -> str:
    """Return a value as the hash wants it: numbers without superfluous zeros."""
    text = str(value).strip()
    try:
        number = Decimal(text)
    except ArithmeticError:
        return text
    if not number.is_finite() or abs(number.adjusted()) > LARGEST_EXPONENT:
        return text
    return str(int(number)) if number == int(number) else str(float(number))
