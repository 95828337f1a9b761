"""Whether a document or an event has the form that EPCIS 2.0 gives it, as a list of what is wrong and where.

The rules are those of the standard's clauses on events and of its JSON binding, written down once more in our own
words: the official JSON schema grants no licence to ship it. The tests hold both against each other.
Imports neither flask nor sqlalchemy.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from inventory.epcis import vocabulary as words
from inventory.epcis.moments import is_offset, moment

MOST_FAULTS = 20
DEEPEST = 24
LONGEST_URI = 500
LONGEST_TEXT = 20_000
_URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\s\x00-\x20<>\"{}|\\^`]+")
_VERSION = re.compile(r"\d+(\.\d+)*", re.ASCII)
_UOM = re.compile(r"[A-Z0-9]{2,3}", re.ASCII)
_HEX = re.compile(r"[A-Fa-f0-9]+", re.ASCII)

Check = Callable[[Any], "Faults"]
Faults = list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Record:
    """An object: its fields with their checks, those that are needed, whether names of one's own may be added."""

    fields: Mapping[str, Check]
    needs: tuple[str, ...] = ()
    open: bool = field(default=False)

    def __call__(self, value: Any) -> Faults:
        """Return what is wrong with an object."""
        if not isinstance(value, Mapping):
            return [("", "must be an object")]
        faults: Faults = [(name, "is missing") for name in self.needs if name not in value]
        for name, inner in value.items():
            check = self.fields.get(name)
            if check is not None:
                faults += [(_joined(name, path), text) for path, text in check(inner)]
            elif not self.open or not _URI.fullmatch(name):
                faults.append((name, "is not a field of this object; a field of one's own has a prefix or is a URI"))
        return faults


def _joined(name: str, path: str) -> str:
    return name if not path else f"{name}{path}" if path.startswith("[") else f"{name}.{path}"


def _many(check: Check, *, least: int = 0, unique: bool = False) -> Check:
    def look(value: Any) -> Faults:
        if not isinstance(value, list):
            return [("", "must be a list")]
        if len(value) < least:
            return [("", "must not be empty")]
        if unique and len({str(item) for item in value}) < len(value):
            return [("", "names something twice")]
        found: Faults = []
        for number, item in enumerate(value):
            found += [(f"[{number}]{'.' if path and path[0] != '[' else ''}{path}", text) for path, text in check(item)]
        return found

    return look


def _text(shape: re.Pattern[str] | None, sentence: str, longest: int = LONGEST_TEXT) -> Check:
    def look(value: Any) -> Faults:
        right = isinstance(value, str) and len(value) <= longest and (shape is None or shape.fullmatch(value))
        return [] if right else [("", sentence)]

    return look


def _word(known: frozenset[str]) -> Check:
    def look(value: Any) -> Faults:
        if isinstance(value, str) and (value in known or (_URI.fullmatch(value) and len(value) <= LONGEST_URI)):
            return [] if not value.startswith("urn:epcglobal:cbv") else [("", "use the short word of the vocabulary")]
        return [("", "is neither a word of the vocabulary nor a URI")]

    return look


def _number(value: Any) -> Faults:
    right = isinstance(value, int | Decimal) and not isinstance(value, bool)
    return [] if right else [("", "must be a number")]


def _flag(value: Any) -> Faults:
    return [] if isinstance(value, bool) else [("", "must be true or false")]


def _moment(value: Any) -> Faults:
    right = isinstance(value, str) and moment(value) is not None
    return [] if right else [("", "must be a moment with its offset, such as 2026-09-01T10:00:00+08:00")]


def _offset(value: Any) -> Faults:
    return [] if isinstance(value, str) and is_offset(value) else [("", "must be an offset such as +08:00")]


def _action(value: Any) -> Faults:
    return [] if isinstance(value, str) and value in words.ACTIONS else [("", "must be ADD, OBSERVE or DELETE")]


def _open(value: Any) -> Faults:
    return [] if isinstance(value, Mapping) else [("", "must be an object")]


uri = _text(_URI, "must be a URI", LONGEST_URI)
_named = Record({"id": uri}, ("id",), open=True)
_quantity = Record(
    {"epcClass": uri, "quantity": _number, "uom": _text(_UOM, "must be a code of a unit")}, ("epcClass",)
)


def _certifications(value: Any) -> Faults:
    return _many(uri)(value) if isinstance(value, list) else uri(value)


def _contexts(value: Any) -> Faults:
    for item in value if isinstance(value, list) else [value]:
        if not isinstance(item, Mapping) and uri(item):
            return [("", "must be URIs and objects")]
    return []


def _persistent(value: Any) -> Faults:
    dispositions = _many(_word(words.DISPOSITIONS), least=1, unique=True)
    faults = Record({"set": dispositions, "unset": dispositions})(value)
    return faults or ([] if "set" in value or "unset" in value else [("", "must set or unset something")])


_metadata = Record(
    {
        **dict.fromkeys(("time", "startTime", "endTime"), _moment),
        **dict.fromkeys(("deviceID", "deviceMetadata", "rawData", "dataProcessingMethod", "bizRules"), uri),
    },
    open=True,
)
_report = Record(
    {
        **dict.fromkeys(
            ("deviceID", "deviceMetadata", "rawData", "dataProcessingMethod", "bizRules", "microorganism",
             "chemicalSubstance", "coordinateReferenceSystem", "uriValue"), uri,
        ),
        **dict.fromkeys(
            ("value", "minValue", "maxValue", "meanValue", "sDev", "percRank", "percValue"), _number,
        ),
        **dict.fromkeys(("type", "exception", "stringValue", "uom"), _text(None, "must be a text")),
        "time": _moment,
        "component": _word(words.COMPONENTS),
        "booleanValue": _flag,
        "hexBinaryValue": _text(_HEX, "must be hexadecimal"),
    },
    ("type",),
    open=True,
)  # fmt: skip
_sensor = Record({"sensorMetadata": _metadata, "sensorReport": _many(_report)}, ("sensorReport",), open=True)
_error = Record(
    {"declarationTime": _moment, "reason": _word(words.ERROR_REASONS), "correctiveEventIDs": _many(uri)},
    ("declarationTime",),
    open=True,
)


def _party(name: str) -> Check:
    return _many(Record({"type": _word(words.PARTIES), name: uri}, ("type", name)))


_EVERY: dict[str, Check] = {
    "@context": _contexts,
    "type": _text(None, "must be a text", LONGEST_URI),
    "eventTime": _moment,
    "recordTime": _moment,
    "eventTimeZoneOffset": _offset,
    "eventID": uri,
    "certificationInfo": _certifications,
    "errorDeclaration": _error,
    "bizStep": _word(words.BIZ_STEPS),
    "disposition": _word(words.DISPOSITIONS),
    "readPoint": _named,
    "bizLocation": _named,
    "bizTransactionList": _many(
        Record({"type": _word(words.BIZ_TRANSACTIONS), "bizTransaction": uri}, ("bizTransaction",))
    ),
    "sourceList": _party("source"),
    "destinationList": _party("destination"),
    "sensorElementList": _many(_sensor),
}
_epcs, _unique_epcs, _quantities = _many(uri), _many(uri, unique=True), _many(_quantity)
_NEEDED = ("type", "eventTime", "eventTimeZoneOffset")
_GROUP: dict[str, Check] = {
    "action": _action, "parentID": uri, "childEPCs": _epcs, "childQuantityList": _quantities,
}  # fmt: skip
_ilmd = Record({}, open=True)
_BY_TYPE: dict[str, Record] = {
    "ObjectEvent": Record(
        {**_EVERY, "action": _action, "epcList": _unique_epcs, "quantityList": _quantities,
         "persistentDisposition": _persistent, "ilmd": _ilmd}, (*_NEEDED, "action"), open=True,
    ),
    "AggregationEvent": Record({**_EVERY, **_GROUP}, (*_NEEDED, "action"), open=True),
    "AssociationEvent": Record({**_EVERY, **_GROUP}, (*_NEEDED, "action", "parentID"), open=True),
    "TransactionEvent": Record(
        {**_EVERY, "action": _action, "parentID": uri, "epcList": _epcs, "quantityList": _quantities},
        (*_NEEDED, "action", "bizTransactionList"), open=True,
    ),
    "TransformationEvent": Record(
        {**_EVERY, "inputEPCList": _unique_epcs, "outputEPCList": _unique_epcs, "inputQuantityList": _quantities,
         "outputQuantityList": _quantities, "transformationID": uri, "persistentDisposition": _persistent,
         "ilmd": _ilmd}, _NEEDED, open=True,
    ),
}  # fmt: skip


def faults_of_event(event: Any) -> Faults:
    """Return what is wrong with one event: where, and what; nothing for a sound one."""
    if not isinstance(event, Mapping):
        return [("", "must be an object")]
    kind = event.get("type")
    if not isinstance(kind, str):
        return [("type", "is missing" if kind is None else "must be a text")]
    if kind in _BY_TYPE:
        return (_BY_TYPE[kind](event) or _whole(kind, event))[:MOST_FAULTS]
    if not _URI.fullmatch(kind):
        return [("type", "is neither a type of event of the standard nor a URI")]
    known = {name: check for name, check in _EVERY.items() if name in event}
    return Record({**dict.fromkeys(event, lambda value: []), **known}, _NEEDED)(event)[:MOST_FAULTS]


def _has(event: Mapping[str, Any], *names: str) -> bool:
    return any(event.get(name) for name in names)


def _whole(kind: str, event: Mapping[str, Any]) -> Faults:
    """What the fields of a sound event must have in common."""
    if kind == "TransformationEvent":
        whole = _has(event, "inputEPCList", "inputQuantityList") and _has(event, "outputEPCList", "outputQuantityList")
        part = "transformationID" in event and _has(
            event, "inputEPCList", "inputQuantityList", "outputEPCList", "outputQuantityList"
        )
        return [] if whole or part else [("", "names no inputs and outputs, nor one of them and a transformationID")]
    deletes = event["action"] == "DELETE"
    if kind in {"AggregationEvent", "AssociationEvent"}:
        faults: Faults = [] if deletes or _has(event, "childEPCs", "childQuantityList") else [("", "names no children")]
        needs_parent = event["action"] != "OBSERVE" and "parentID" not in event
        return [*faults, ("parentID", "is missing")] if needs_parent else faults
    if kind == "TransactionEvent":
        listed = "epcList" in event or _has(event, "quantityList")
        faults = [] if event["bizTransactionList"] else [("bizTransactionList", "must not be empty")]
        return faults if listed or deletes else [*faults, ("", "names no objects")]
    sensed = _has(event, "sensorElementList") and "readPoint" in event
    if not ("epcList" in event or _has(event, "quantityList") or sensed):
        return [("", "names no objects")]
    return [("ilmd", "belongs to the action ADD")] if "ilmd" in event and event["action"] != "ADD" else []


def faults_of_text(value: Any, depth: int = 0) -> Faults:
    """Return whether something is nested too deeply or holds text that cannot be stored."""
    if depth > DEEPEST:
        return [("", f"is nested more than {DEEPEST} deep")]
    if isinstance(value, Mapping):
        return [fault for pair in value.items() for item in pair for fault in faults_of_text(item, depth + 1)][:1]
    if isinstance(value, list):
        return [fault for item in value for fault in faults_of_text(item, depth + 1)][:1]
    if isinstance(value, str) and ("\0" in value or len(value) > LONGEST_TEXT):
        return [("", "holds a text that is too long or has a character that cannot be stored")]
    return []


_HEAD: dict[str, Check] = {
    "@context": _contexts, "type": _text(None, "must be a text"), "id": uri, "epcisBody": _open,
    "schemaVersion": _text(_VERSION, "must be a version such as 2.0"), "creationDate": _moment,
}  # fmt: skip
_DOCUMENTS = {
    "EPCISDocument": Record(
        {**_HEAD, **dict.fromkeys(("instanceIdentifier", "sender", "receiver"), _text(None, "must be a text")),
         "epcisHeader": _open}, ("@context", "schemaVersion", "creationDate", "epcisBody"), open=True,
    ),
    "EPCISQueryDocument": Record(_HEAD, ("@context", "epcisBody"), open=True),
}  # fmt: skip


def events_of(document: Any) -> tuple[list[Any], Faults]:
    """Return the events of a document, and what is wrong with what surrounds them."""
    kind = document.get("type") if isinstance(document, Mapping) else None
    if not isinstance(kind, str) or kind not in _DOCUMENTS:
        return [], [("type", "must be EPCISDocument or EPCISQueryDocument")]
    faults = _DOCUMENTS[kind](document) or faults_of_text(document)
    if faults:
        return [], faults[:MOST_FAULTS]
    path, found = "epcisBody", document["epcisBody"]
    for name in ("eventList",) if kind == "EPCISDocument" else ("queryResults", "resultsBody", "eventList"):
        path = f"{path}.{name}"
        found = found.get(name) if isinstance(found, Mapping) else None
    return (found, []) if isinstance(found, list) else ([], [(path, "must be a list of events")])
