"""All that scans are judged by, in two statements: one that locks, one that reads what stands after the lock is held.

The second is one query over many tables: each row of its answer is the name of a part and a JSON list.
"""

import json
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import BigInteger, String, Text, bindparam, cast, func, literal_column, select, true, union_all
from sqlalchemy.orm import Session

from inventory.models import Bundle, Heat, Place, ScanAnswer, StockBalance, Warehouse
from inventory.operations import parts
from inventory.operations.announcing import Ground
from inventory.operations.parts import ORG, WAREHOUSE, Parts, Query, Rows, Wanted, part
from inventory.operations.yard import Stood, bundle_view
from inventory.quality import standing
from inventory.quantities import Position, Quantity
from inventory.scanning import Answer, BundleView
from inventory.states import Outcome, PlaceKind, State
from steelyard.api.idempotency import IdempotencyKey, Once
from steelyard.core.actors import Actor
from steelyard.core.database import clock_text, moment_of
from steelyard.core.errors import NotFound
from steelyard.core.prepared import POSTGRESQL, alone, dialect_of, listed, one_of, run

FEW = 10
"""For so many bundles or fewer PostgreSQL takes longer to plan a statement than to carry it out."""
First = dict[str, tuple[str, Answer]]
"""The first answer to each operation id, with the fingerprint of the operation that it answered."""


@dataclass(frozen=True, slots=True)
class Label:
    """What an event tells of a bundle besides its quantity."""

    bundle_id: int
    tag: str
    heat_number: str
    certificate_number: str | None

    def told(self) -> dict[str, Any]:
        """The label as part of an event; many are told at once, and ``asdict`` takes ten times as long."""
        return {
            "bundle_id": self.bundle_id, "tag": self.tag, "heat_number": self.heat_number,
            "certificate_number": self.certificate_number,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Asked:
    """What a batch of operations names: codes of places, ids of operations, and the request's own key.

    ``more`` is what operations of some kinds are judged by besides.
    """

    places: Collection[str]
    operation_ids: Collection[str]
    once: Once | None = None
    more: Wanted = field(default_factory=dict)


@dataclass(slots=True)
class Gathered:
    """The yard as it stands for a batch of operations; ``repeated`` is the hash under which the key came before.

    ``rows`` are those of all parts, also of what was asked for besides.
    """

    ground: Ground
    now: datetime
    labels: dict[int, Label]
    virtual: dict[PlaceKind, int] = field(default_factory=dict)
    places: dict[str, int] = field(default_factory=dict)
    blocked: frozenset[int] = frozenset()
    bundles: dict[str, BundleView] = field(default_factory=dict)
    kept: First = field(default_factory=dict)
    repeated: str | None = None
    rows: Rows = field(default_factory=dict)


def lock(session: Session, actor: Actor, warehouse_id: int, tags: Collection[str]) -> dict[int, Label]:
    """Lock the bundles that bear ``tags`` in the actor's own warehouse, in the order of their ids."""
    dialect = dialect_of(session)
    one = len(tags) <= 1
    wanted = alone(tags) if one else listed(dialect, tags)
    given = {"warehouse_id": warehouse_id, "org_id": actor.org_id, "tags": wanted}
    locked = _locked(dialect, one=one, few=len(tags) <= FEW)
    return {row[0]: Label(*row[:4]) for row in run(session, locked, given)}


@cache
def _locked(dialect: str, *, one: bool, few: bool) -> Any:
    """The statement that locks; for a ``few`` on PostgreSQL what follows in the transaction is planned once for all."""
    columns: list[Any] = [Bundle.id, Bundle.tag, Heat.heat_number, Bundle.certificate_number]
    if few and dialect == POSTGRESQL:
        columns.append(func.set_config("plan_cache_mode", "force_generic_plan", true()))
    return (
        select(*columns)
        .join(Heat, Heat.id == Bundle.heat_id)
        .join(Warehouse, Warehouse.id == Bundle.warehouse_id)
        .where(Warehouse.id == WAREHOUSE, Warehouse.org_id == ORG, Bundle.voided == 0)
        .where(Bundle.warehouse_id == WAREHOUSE, one_of(dialect, Bundle.tag, "tags", one=one))
        .order_by(Bundle.id)
        .with_for_update(of=Bundle, key_share=True)
    )


def gather(session: Session, actor: Actor, warehouse_id: int, labels: dict[int, Label], asked: Asked) -> Gathered:
    """Read what stands, in a statement after the one that locked; raises ``NotFound`` for a foreign warehouse."""
    dialect = dialect_of(session)
    named = {"bundle_ids": labels, "codes": asked.places, "operation_ids": asked.operation_ids}
    one = all(len(values) <= 1 for values in named.values())
    given = {
        "warehouse_id": warehouse_id,
        "org_id": actor.org_id,
        "user_id": actor.user_id,
        "once_key": asked.once.key if asked.once is not None else "",
        **{name: alone(values) if one else listed(dialect, values) for name, values in named.items()},
        **parts.given(dialect, asked.more),
    }
    rows = parts.answered(session, _question(dialect, tuple(asked.more), one=one), given)
    if not rows.get("warehouse"):
        raise NotFound
    found = Gathered(Ground(*rows["warehouse"][0]), moment_of(rows["now"][0][0]), labels, rows=rows)
    found.virtual = {PlaceKind(kind): id_ for kind, id_ in rows.get("virtual", ())}
    found.places = {code: id_ for code, id_, _ in rows.get("place", ())}
    found.blocked = frozenset(id_ for _, id_, blocked in rows.get("place", ()) if blocked)
    found.kept = {id_: (mark, answer_of(json.loads(text))) for id_, mark, text in rows.get("kept", ())}
    found.repeated = next((hash_ for (hash_,) in rows.get("key", ())), None)
    stood: dict[int, list[Stood]] = {}
    for bundle_id, place_id, owner_id, state, kind, *amounts in rows.get("stood", ()):
        position = Position(place_id, owner_id, State(state))
        stood.setdefault(bundle_id, []).append(Stood(position, PlaceKind(kind), Quantity(*amounts)))
    holds = standing.strongest(rows.get("held", ()))
    found.bundles = {
        label.tag: bundle_view(id_, label.tag, stood.get(id_, []), holds.get(id_)) for id_, label in labels.items()
    }
    return found


def answer_of(document: dict[str, Any]) -> Answer:
    """The answer that a kept document holds."""
    return Answer(**{**document, "outcome": Outcome(document["outcome"])})


@cache
def _question(dialect: str, more: tuple[Parts, ...], *, one: bool) -> Any:
    common = (*_ground(dialect), *_bundles(dialect, one=one), *_named(dialect, one=one))
    return union_all(*common, *(each for parts_of in more for each in parts_of(dialect)))


def _ground(dialect: str) -> Iterator[Query]:
    own = select(Warehouse).where(Warehouse.id == WAREHOUSE, Warehouse.org_id == ORG)
    yield part(dialect, "warehouse", own, Warehouse.id, Warehouse.org_id, Warehouse.code)
    virtual = select(Place).where(Place.warehouse_id == WAREHOUSE, Place.is_real.is_(False))
    yield part(dialect, "virtual", virtual, Place.kind, Place.id)
    yield part(dialect, "now", select(literal_column("1")), clock_text(dialect))


def _bundles(dialect: str, *, one: bool) -> Iterator[Query]:
    balance = StockBalance
    stood = select(balance).join(Place, Place.id == balance.place_id)
    stood = stood.where(one_of(dialect, balance.bundle_id, "bundle_ids", one=one), balance.pieces > 0)
    amounts = (balance.pieces, balance.length_mm, balance.mass_g)
    yield part(
        dialect, "stood", stood, balance.bundle_id, balance.place_id, balance.owner_id, balance.state, Place.kind,
        *amounts,
    )  # fmt: skip
    for query, columns in standing.holds(one_of(dialect, Bundle.id, "bundle_ids", one=one)):
        yield part(dialect, "held", query, *columns)


def _named(dialect: str, *, one: bool) -> Iterator[Query]:
    real = select(Place).where(one_of(dialect, Place.code, "codes", one=one))
    real = real.where(Place.warehouse_id == WAREHOUSE, Place.is_real.is_(True))
    yield part(dialect, "place", real, Place.code, Place.id, Place.is_blocked)
    kept = select(ScanAnswer).where(one_of(dialect, ScanAnswer.client_op_id, "operation_ids", one=one))
    kept = kept.where(ScanAnswer.warehouse_id == WAREHOUSE)
    yield part(dialect, "kept", kept, ScanAnswer.client_op_id, ScanAnswer.fingerprint, cast(ScanAnswer.answer, Text))
    came = select(IdempotencyKey).where(IdempotencyKey.user_id == bindparam("user_id", type_=BigInteger()))
    came = came.where(IdempotencyKey.org_id == ORG, IdempotencyKey.key == bindparam("once_key", type_=String()))
    yield part(dialect, "key", came, IdempotencyKey.request_hash)
