"""All that scans are judged by, in two statements: one that locks, one that reads what stands after the lock is held.

The second is one query over many tables: each row of its answer is the name of a part and a JSON list.
"""

import json
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Select, String, Text, cast, func, literal_column, select, union_all
from sqlalchemy.orm import Session

from inventory.models import Bundle, Encumbrance, Heat, Place, ScanAnswer, StockBalance, Warehouse
from inventory.operations.announcing import Ground
from inventory.operations.yard import Stood, bundle_view
from inventory.quantities import Position, Quantity
from inventory.scanning import Answer, BundleView
from inventory.states import Outcome, PlaceKind, State
from steelyard.api.idempotency import IdempotencyKey, Once
from steelyard.core.actors import Actor
from steelyard.core.database import clock_text, moment_of
from steelyard.core.errors import NotFound
from steelyard.core.rowset import rowset

First = dict[str, tuple[str, Answer]]
"""The first answer to each operation id, with the fingerprint of the operation that it answered."""


@dataclass(frozen=True, slots=True)
class Label:
    """What an event tells of a bundle besides its quantity."""

    bundle_id: int
    tag: str
    heat_number: str
    certificate_number: str | None


@dataclass(frozen=True, slots=True)
class Asked:
    """What a batch of operations names: tags, codes of places, ids of operations, and the request's own key."""

    tags: Collection[str]
    places: Collection[str]
    operation_ids: Collection[str]
    once: Once | None = None


@dataclass(slots=True)
class Gathered:
    """The yard as it stands for a batch of operations; ``repeated`` is the hash under which the key came before."""

    ground: Ground
    now: datetime
    labels: dict[int, Label]
    virtual: dict[PlaceKind, int] = field(default_factory=dict)
    places: dict[str, int] = field(default_factory=dict)
    bundles: dict[str, BundleView] = field(default_factory=dict)
    kept: First = field(default_factory=dict)
    repeated: str | None = None


def lock(session: Session, actor: Actor, warehouse_id: int, tags: Collection[str]) -> dict[int, Label]:
    """Lock the bundles that bear ``tags`` in the actor's own warehouse, in the order of their ids."""
    wanted = rowset(session, "wanted", {"tag": String()}, [{"tag": tag} for tag in sorted(set(tags))])
    query = (
        select(Bundle.id, Bundle.tag, Heat.heat_number, Bundle.certificate_number)
        .join(wanted, wanted.c.tag == Bundle.tag)
        .join(Heat, Heat.id == Bundle.heat_id)
        .join(Warehouse, Warehouse.id == Bundle.warehouse_id)
        .where(Warehouse.id == warehouse_id, Warehouse.org_id == actor.org_id, Bundle.voided == 0)
        .order_by(Bundle.id)
        .with_for_update(of=Bundle, key_share=True)
    )
    return {row.id: Label(*row) for row in session.execute(query)}


def gather(session: Session, actor: Actor, warehouse_id: int, labels: dict[int, Label], asked: Asked) -> Gathered:
    """Read what stands, in a statement after the one that locked; raises ``NotFound`` for a foreign warehouse."""
    parts: dict[str, list[list[Any]]] = {}
    for part, row in session.execute(_question(session, actor, warehouse_id, list(labels), asked)):
        parts.setdefault(part, []).append(json.loads(row))
    if not parts.get("warehouse"):
        raise NotFound
    found = Gathered(Ground(*parts["warehouse"][0]), moment_of(parts["now"][0][0]), labels)
    found.virtual = {PlaceKind(kind): id_ for kind, id_ in parts.get("virtual", ())}
    found.places = dict(parts.get("place", ()))
    found.kept = {id_: (mark, answer_of(json.loads(text))) for id_, mark, text in parts.get("kept", ())}
    found.repeated = next((hash_ for (hash_,) in parts.get("key", ())), None)
    stood: dict[int, list[Stood]] = {}
    for bundle_id, place_id, owner_id, state, kind, *amounts in parts.get("stood", ()):
        position = Position(place_id, owner_id, State(state))
        stood.setdefault(bundle_id, []).append(Stood(position, PlaceKind(kind), Quantity(*amounts)))
    held = dict(parts.get("held", ()))
    found.bundles = {
        label.tag: bundle_view(id_, label.tag, stood.get(id_, []), held.get(id_)) for id_, label in labels.items()
    }
    return found


def answer_of(document: dict[str, Any]) -> Answer:
    """The answer that a kept document holds."""
    return Answer(**{**document, "outcome": Outcome(document["outcome"])})


def _question(session: Session, actor: Actor, warehouse_id: int, ids: Collection[int], asked: Asked) -> Any:
    return union_all(
        *_ground(session, actor, warehouse_id),
        *_bundles(session, ids),
        *_named(session, actor, warehouse_id, asked),
    )


def _ground(session: Session, actor: Actor, warehouse_id: int) -> Iterator[Select[Any]]:
    own = select(Warehouse).where(Warehouse.id == warehouse_id, Warehouse.org_id == actor.org_id)
    yield _part(session, "warehouse", own, Warehouse.id, Warehouse.org_id, Warehouse.code)
    virtual = select(Place).where(Place.warehouse_id == warehouse_id, Place.is_real.is_(False))
    yield _part(session, "virtual", virtual, Place.kind, Place.id)
    yield _part(session, "now", select(literal_column("1")), clock_text(session))


def _bundles(session: Session, ids: Collection[int]) -> Iterator[Select[Any]]:
    if not ids:
        return
    balance = StockBalance
    wanted = rowset(session, "standing", {"id": BigInteger()}, [{"id": id_} for id_ in sorted(ids)])
    standing = (
        select(balance)
        .join(wanted, wanted.c.id == balance.bundle_id)
        .join(Place, Place.id == balance.place_id)
        .where(balance.pieces > 0)
    )
    amounts = (balance.pieces, balance.length_mm, balance.mass_g)
    yield _part(
        session, "stood", standing, balance.bundle_id, balance.place_id, balance.owner_id, balance.state, Place.kind,
        *amounts,
    )  # fmt: skip
    bound = rowset(session, "bound", {"id": BigInteger()}, [{"id": id_} for id_ in sorted(ids)])
    held = (
        select(Encumbrance)
        .join(bound, bound.c.id == Encumbrance.bundle_id)
        .where(Encumbrance.lifted_at.is_(None))
        .group_by(Encumbrance.bundle_id)
    )
    yield _part(session, "held", held, Encumbrance.bundle_id, func.min(Encumbrance.reference))


def _named(session: Session, actor: Actor, warehouse_id: int, asked: Asked) -> Iterator[Select[Any]]:
    if asked.places:
        codes = rowset(session, "codes", {"code": String()}, [{"code": code} for code in sorted(set(asked.places))])
        real = select(Place).join(codes, codes.c.code == Place.code)
        real = real.where(Place.warehouse_id == warehouse_id, Place.is_real.is_(True))
        yield _part(session, "place", real, Place.code, Place.id)
    ids = rowset(session, "asked", {"id": String()}, [{"id": id_} for id_ in sorted(set(asked.operation_ids))])
    kept = select(ScanAnswer).join(ids, ids.c.id == ScanAnswer.client_op_id)
    kept = kept.where(ScanAnswer.warehouse_id == warehouse_id)
    yield _part(session, "kept", kept, ScanAnswer.client_op_id, ScanAnswer.fingerprint, cast(ScanAnswer.answer, Text))
    if asked.once is not None:
        came = select(IdempotencyKey).filter_by(user_id=actor.user_id, org_id=actor.org_id, key=asked.once.key)
        yield _part(session, "key", came, IdempotencyKey.request_hash)


def _part(session: Session, name: str, query: Select[Any], *columns: ColumnElement[Any] | Any) -> Select[Any]:
    sqlite = session.get_bind().dialect.name == "sqlite"
    packed = (func.json_array if sqlite else func.jsonb_build_array)(*columns)
    part = literal_column(f"'{name}'", Text()).label("part")
    return query.with_only_columns(part, cast(packed, Text).label("row"))  # type: ignore[return-value]  # one Select
