"""Our moves and processes as EPCIS events. Imports neither flask nor sqlalchemy.

What a kind of move is in the words of the standard stands in :data:`MOVES`, what a process is in :data:`PROCESSES`:
a new kind is one entry. Each move makes events of its own, never one together with another move, so that an event has
the same id in the history of a bundle, of its heat and of its order.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from enum import StrEnum
from typing import Any

from inventory.epcis.canonical import STANDARD_CONTEXT
from inventory.epcis.hashing import event_id
from inventory.epcis.identifiers import PREFIX, Names
from inventory.epcis.moments import written
from inventory.states import PROMISED, State
from inventory.steps import StepKind

Event = dict[str, Any]
ZONE = timezone(timedelta(hours=8))
"""The yards lie in one zone, UTC+8 without summer time."""
BY_STATE = {
    State.EXPECTED: "in_progress",
    State.QUARANTINE: "unavailable",
    State.AVAILABLE: "available",
    State.RESERVED: "reserved",
    State.PICKED: "in_progress",
    State.DEFECTIVE: "non_conformant",
    State.IN_PROCESSING: "in_progress",
}


class Kind(StrEnum):
    """What a move is to the outside: finer than ``StepKind``, because a change of owner or state is told apart."""

    RECEIVED = "received"
    STORED = "stored"
    INSPECTED = "inspected"
    HELD = "held"
    RESERVED = "reserved"
    PICKED = "picked"
    SOLD = "sold"
    SHIPPED = "shipped"
    RETURNED = "returned"
    LOST = "lost"
    FOUND = "found"
    PROCESSED = "processed"
    SCRAPPED = "scrapped"
    WEIGHED = "weighed"
    WEIGHED_AWAY = "weighed_away"


class Process(StrEnum):
    """What makes new bundles of old ones."""

    SPLIT = "split"
    MERGE = "merge"
    RETAG = "retag"
    CUT = "cut"
    HEAT_TREATMENT = "heat_treatment"
    FINISHING = "finishing"
    REWORK = "rework"


class Part(StrEnum):
    """What an event says beside its objects."""

    ORIGIN = "origin"  # ilmd: heat and product, at the first event alone
    MASS = "mass"
    LOCATION = "location"
    PAPERS = "papers"
    PARTIES = "parties"


@dataclass(frozen=True, slots=True)
class Shape:
    """An event of the standard. ``disposition`` ``None`` means: by the state in which the goods lie afterwards."""

    type: str
    action: str | None
    biz_step: str
    disposition: str | None
    parts: tuple[Part, ...] = ()


_ALL = (Part.MASS, Part.LOCATION, Part.PAPERS, Part.PARTIES)
MOVES: dict[Kind, tuple[Shape, ...]] = {
    Kind.RECEIVED: (
        Shape("ObjectEvent", "ADD", "commissioning", "active", (Part.ORIGIN,)),
        Shape("ObjectEvent", "OBSERVE", "receiving", None, _ALL),
        Shape("TransactionEvent", "ADD", "receiving", None, (Part.PAPERS,)),
    ),
    Kind.STORED: (Shape("ObjectEvent", "OBSERVE", "storing", None, (Part.MASS, Part.LOCATION)),),
    Kind.INSPECTED: (Shape("ObjectEvent", "OBSERVE", "inspecting", None, (Part.MASS, Part.LOCATION)),),
    Kind.HELD: (Shape("ObjectEvent", "OBSERVE", "holding", None, (Part.MASS, Part.LOCATION)),),
    Kind.RESERVED: (Shape("ObjectEvent", "OBSERVE", "reserving", None, (Part.MASS, Part.LOCATION)),),
    Kind.PICKED: (Shape("ObjectEvent", "OBSERVE", "picking", None, (Part.MASS, Part.LOCATION)),),
    Kind.SOLD: (Shape("ObjectEvent", "OBSERVE", "other", None, _ALL),),
    Kind.SHIPPED: (
        Shape("AggregationEvent", "ADD", "loading", "in_progress", (Part.MASS, Part.PAPERS)),
        Shape("ObjectEvent", "OBSERVE", "shipping", "in_transit", (Part.MASS, Part.PAPERS, Part.PARTIES)),
        Shape("TransactionEvent", "ADD", "shipping", "in_transit", (Part.PAPERS,)),
    ),
    Kind.RETURNED: (Shape("ObjectEvent", "OBSERVE", "shipping", "returned", (Part.MASS, Part.PAPERS, Part.PARTIES)),),
    Kind.LOST: (Shape("ObjectEvent", "OBSERVE", "stock_taking", "mismatch_quantity", (Part.MASS,)),),
    Kind.FOUND: (Shape("ObjectEvent", "OBSERVE", "stock_taking", None, (Part.MASS, Part.LOCATION)),),
    Kind.PROCESSED: (Shape("ObjectEvent", "OBSERVE", "entering_exiting", "in_progress", (Part.MASS,)),),
    Kind.SCRAPPED: (Shape("ObjectEvent", "DELETE", "destroying", "destroyed", (Part.MASS,)),),
    Kind.WEIGHED: (Shape("ObjectEvent", "OBSERVE", "inspecting", None, (Part.MASS,)),),
    Kind.WEIGHED_AWAY: (Shape("ObjectEvent", "OBSERVE", "inspecting", "in_transit", (Part.MASS, Part.PAPERS)),),
}
PROCESSES: dict[Process, Shape] = {
    Process.SPLIT: Shape("TransformationEvent", None, "commissioning", "active"),
    Process.MERGE: Shape("TransformationEvent", None, "commissioning", "active"),
    Process.RETAG: Shape("TransformationEvent", None, "commissioning", "active"),
    Process.CUT: Shape("TransformationEvent", None, "commissioning", "active"),
    Process.HEAT_TREATMENT: Shape("TransformationEvent", None, "commissioning", "active"),
    Process.FINISHING: Shape("TransformationEvent", None, "commissioning", "active"),
    Process.REWORK: Shape("TransformationEvent", None, "repairing", "active"),
}


@dataclass(frozen=True, slots=True)
class Goods:
    """A bundle as others know it; ``heats`` are the melts of one that is of several, each with its mill."""

    warehouse_code: str
    tag: str
    heat_number: str
    mill_name: str
    product: str
    certificate_number: str | None = None
    heats: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Move:
    """A move of the ledger. Places are ``None`` where they are virtual; ``mass_g`` in grams.

    ``has_left`` is of goods that lie on their lorry already, and are weighed there.
    """

    step: StepKind
    goods: Goods
    mass_g: int
    event_at: datetime
    recorded_at: datetime
    keeper_id: int
    from_owner_id: int
    to_owner_id: int
    from_state: State
    to_state: State
    from_place: str | None = None
    to_place: str | None = None
    document_number: str | None = None
    advice_number: str | None = None
    waybill_number: str | None = None
    plate: str | None = None
    has_left: bool = False

    @property
    def kind(self) -> Kind:
        """What the move is to the outside."""
        if self.step is StepKind.WEIGHED and self.has_left:
            return Kind.WEIGHED_AWAY
        if self.step is not StepKind.MOVED:
            return _OF_STEP[self.step]
        if self.from_owner_id != self.to_owner_id:
            return Kind.SOLD
        if self.from_state is self.to_state:
            return Kind.STORED
        if self.from_state in PROMISED and self.to_state is State.AVAILABLE:
            return Kind.STORED
        return _INTO.get(self.to_state, Kind.INSPECTED)


_INTO = {State.QUARANTINE: Kind.HELD, State.RESERVED: Kind.RESERVED, State.PICKED: Kind.PICKED}
_OF_STEP = {
    StepKind.RECEIVED: Kind.RECEIVED,
    StepKind.ISSUED: Kind.SHIPPED,
    StepKind.RETURNED: Kind.RETURNED,
    StepKind.LOST: Kind.LOST,
    StepKind.FOUND: Kind.FOUND,
    StepKind.PROCESSED: Kind.PROCESSED,
    StepKind.SCRAPPED: Kind.SCRAPPED,
    StepKind.WEIGHED: Kind.WEIGHED,
}


@dataclass(frozen=True, slots=True)
class Making:
    """A process: bundles with their masses in grams that went in and came out, losses left out."""

    process: Process
    inputs: Sequence[tuple[Goods, int]]
    outputs: Sequence[tuple[Goods, int]]
    event_at: datetime
    recorded_at: datetime
    number: str


def events_of_move(names: Names, move: Move, undone_at: datetime | None = None) -> list[Event]:
    """Return the events of a move; with ``undone_at`` the declarations that they did not occur."""
    shapes = MOVES[move.kind]
    return [_signed(names, event, undone_at) for shape in shapes if (event := _event(names, shape, move)) is not None]


def event_of_process(names: Names, made: Making, undone_at: datetime | None = None) -> Event:
    """Return the transformation that a process is; of bundles of several heats it names them all."""
    shape = PROCESSES[made.process]
    code = made.outputs[0][0].warehouse_code
    event: Event = {
        **_head(shape, made.event_at, made.recorded_at),
        "inputEPCList": [names.bundle(goods.warehouse_code, goods.tag) for goods, _ in made.inputs],
        "inputQuantityList": [_quantity(names, goods, mass) for goods, mass in made.inputs],
        "outputEPCList": [names.bundle(goods.warehouse_code, goods.tag) for goods, _ in made.outputs],
        "outputQuantityList": [_quantity(names, goods, mass) for goods, mass in made.outputs],
        "bizStep": shape.biz_step,
        "disposition": shape.disposition,
        "readPoint": {"id": names.place(code)},
        "bizTransactionList": [{"type": "prodorder", "bizTransaction": names.of("document", made.number)}],
    }
    if heats := made.outputs[0][0].heats:
        told = " + ".join(f"{number} ({mill})" for number, mill in heats)
        event["ilmd"] = {f"{PREFIX}:heat": told, f"{PREFIX}:severalHeats": f"({len(heats)})"}
    return _signed(names, event, undone_at)


def document(names: Names, events: Iterable[Event], created_at: datetime) -> dict[str, Any]:
    """Return the events as one document."""
    return {
        "@context": contexts(names),
        "type": "EPCISDocument",
        "schemaVersion": "2.0",
        "creationDate": written(created_at, ZONE),
        "epcisBody": {"eventList": list(events)},
    }


def contexts(names: Names) -> list[Any]:
    """Return the contexts in which our events are to be read."""
    return [STANDARD_CONTEXT, {PREFIX: names.namespace}]


def _event(names: Names, shape: Shape, move: Move) -> Event | None:
    papers = _papers(names, move) if Part.PAPERS in shape.parts else []
    if shape.type == "TransactionEvent" and not papers:
        return None
    goods = move.goods
    epcs = [names.bundle(goods.warehouse_code, goods.tag)]
    event = _head(shape, move.event_at, move.recorded_at)
    if shape.type == "AggregationEvent":
        lorry = move.plate or move.waybill_number or move.document_number or goods.tag
        event |= {"parentID": names.of("lorry", lorry), "childEPCs": epcs}
    else:
        event["epcList"] = epcs
    if Part.MASS in shape.parts:
        quantities = "childQuantityList" if shape.type == "AggregationEvent" else "quantityList"
        event[quantities] = [_quantity(names, goods, move.mass_g)]
    disposition = shape.disposition or BY_STATE[move.to_state]
    event |= {"action": shape.action, "bizStep": shape.biz_step, "disposition": disposition}
    event["readPoint"] = {"id": names.place(goods.warehouse_code)}
    if Part.LOCATION in shape.parts and move.to_place is not None:
        event["bizLocation"] = {"id": names.place(goods.warehouse_code, move.to_place)}
    if papers:
        event["bizTransactionList"] = papers
    if Part.PARTIES in shape.parts:
        event |= _parties(names, move)
    if Part.ORIGIN in shape.parts:
        event["ilmd"] = {
            f"{PREFIX}:heat": f"{goods.heat_number} ({goods.mill_name})",
            f"{PREFIX}:product": f"({goods.product})",
        }
    return event


def _head(shape: Shape, event_at: datetime, recorded_at: datetime) -> Event:
    return {
        "type": shape.type,
        "eventTime": written(event_at, ZONE),
        "eventTimeZoneOffset": "+08:00",
        "recordTime": written(recorded_at, ZONE),
    }


def _signed(names: Names, event: Event, undone_at: datetime | None) -> Event:
    identity = event_id(event, {PREFIX: names.namespace})
    signed = {"type": event["type"], "eventID": identity, **event}
    if undone_at is None:
        return signed
    declared = written(undone_at, ZONE)
    return {
        **signed, "recordTime": declared,
        "errorDeclaration": {"declarationTime": declared, "reason": "did_not_occur"},
    }  # fmt: skip


def _quantity(names: Names, goods: Goods, mass_g: int) -> dict[str, Any]:
    kilograms = Decimal(mass_g) / 1000
    return {
        "epcClass": names.lot(goods.heat_number, goods.mill_name, goods.product),
        "quantity": int(kilograms) if mass_g % 1000 == 0 else kilograms,
        "uom": "KGM",
    }


def _papers(names: Names, move: Move) -> list[dict[str, str]]:
    incoming = move.kind is Kind.RECEIVED
    numbers = (
        ("desadv", move.advice_number if incoming else move.document_number),
        ("recadv", move.document_number if incoming else None),
        ("bol", move.waybill_number),
        ("cert", move.goods.certificate_number),
    )
    return [
        {"type": kind, "bizTransaction": names.of("certificate" if kind == "cert" else "document", number)}
        for kind, number in numbers
        if number
    ]


def _parties(names: Names, move: Move) -> dict[str, list[dict[str, str]]]:
    """Who gave and who took: ownership always, possession where the goods entered or left the yard."""
    yard = names.of("party", move.keeper_id)
    giver, taker = names.of("party", move.from_owner_id), names.of("party", move.to_owner_id)
    mill = names.of("mill", move.goods.mill_name)
    given: dict[Kind, tuple[list[tuple[str, str]], list[tuple[str, str]]]] = {
        Kind.RECEIVED: ([("possessing_party", mill)], [("owning_party", taker), ("possessing_party", yard)]),
        Kind.SOLD: ([("owning_party", giver)], [("owning_party", taker)]),
        Kind.RETURNED: ([("possessing_party", yard)], [("possessing_party", mill)]),
        Kind.SHIPPED: ([("owning_party", giver), ("possessing_party", yard)], [("owning_party", taker)]),
    }
    sources, destinations = given[move.kind]
    return {
        "sourceList": [{"type": kind, "source": uri} for kind, uri in sources],
        "destinationList": [{"type": kind, "destination": uri} for kind, uri in destinations],
    }
