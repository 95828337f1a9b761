"""What a store looks events up by, taken from a sound event. Imports neither flask nor sqlalchemy."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from inventory.epcis.canonical import Context
from inventory.epcis.moments import moment
from inventory.epcis.vocabulary import bare, prefixes_of

_PLAIN = {
    "epcList": "epc", "childEPCs": "child", "inputEPCList": "input", "outputEPCList": "output",
}  # fmt: skip
_CLASSES = {
    "quantityList": "class", "childQuantityList": "class", "inputQuantityList": "input_class",
    "outputQuantityList": "output_class",
}  # fmt: skip
_PAIRS = {"bizTransactionList": "bizTransaction", "sourceList": "source", "destinationList": "destination"}


@dataclass(frozen=True, slots=True)
class Described:
    """The columns and the terms of an event; moments in UTC."""

    event_at: datetime
    action: str | None
    biz_step: str | None
    disposition: str | None
    read_point: str | None
    biz_location: str | None
    declared_at: datetime | None
    error_reason: str | None
    terms: frozenset[tuple[str, str]]


def describe(event: Mapping[str, Any], contexts: Context) -> Described:
    """Return what an event is looked up by; words of the vocabulary in their short form."""
    prefixes = prefixes_of(contexts)

    def word(name: str) -> str | None:
        return bare(event[name], prefixes) if name in event else None

    error = event.get("errorDeclaration") or {}
    return Described(
        event_at=_moment(event["eventTime"]),
        action=event.get("action"),
        biz_step=word("bizStep"),
        disposition=word("disposition"),
        read_point=(event.get("readPoint") or {}).get("id"),
        biz_location=(event.get("bizLocation") or {}).get("id"),
        declared_at=_moment(error["declarationTime"]) if error else None,
        error_reason=bare(error["reason"], prefixes) if "reason" in error else None,
        terms=frozenset(_terms(event, prefixes)),
    )


def _moment(text: str) -> datetime:
    found = moment(text)
    if found is None:
        raise ValueError(f"{text} is no moment")
    return found.astimezone(UTC)


def _terms(event: Mapping[str, Any], prefixes: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    for name, kind in (("parentID", "parent"), ("transformationID", "transformation")):
        if name in event:
            yield kind, event[name]
    for name, kind in _PLAIN.items():
        for epc in event.get(name, ()):
            yield kind, epc
    for name, kind in _CLASSES.items():
        for element in event.get(name, ()):
            yield kind, element["epcClass"]
    for name, inner in _PAIRS.items():
        for element in event.get(name, ()):
            yield f"{inner}:{bare(element.get('type', ''), prefixes)}", element[inner]
    yield from _lasting(event.get("persistentDisposition", {}), prefixes)
    for identity in event.get("errorDeclaration", {}).get("correctiveEventIDs", ()):
        yield "corrective", identity


def _lasting(dispositions: Mapping[str, Sequence[str]], prefixes: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    for side, words in dispositions.items():
        for word in words:
            yield f"persistent_{side}", bare(word, prefixes)
