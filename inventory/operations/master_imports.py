"""Bringing master data on a sheet: it is tried row by row, and taken in as a whole or not at all."""

import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, cast

from sqlalchemy import BigInteger, Boolean, Integer, String, Table, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from inventory.masters import errors, rows, sheets, trial
from inventory.masters.models import MasterImport, Reason
from inventory.masters.rows import Judged
from inventory.masters.sheets import OF_A_YARD, MasterKind
from inventory.models import Place, Product
from inventory.operations.scope import own_warehouse
from inventory.states import PlaceKind
from steelyard.accounts.operations import organisations
from steelyard.api.locales import say
from steelyard.core import audit
from steelyard.core.actors import Actor
from steelyard.core.database import db_now
from steelyard.core.errors import NotFound
from steelyard.core.rowset import RowTypes, rowset

BROUGHT, TAKEN, PUT_AWAY = "brought", "taken", "put_away"
AT_ONCE = 10_000
"""Rows of one statement of writing."""
MOST_OWNERS = 2_000
MOST_TOLD = 100
"""Wrong rows that a refusal names; the trial has all."""
_PLACE: RowTypes = {
    "warehouse_id": BigInteger(), "parent_id": BigInteger(), "code": String(), "name": String(), "kind": String(),
    "is_real": Boolean(), "capacity_g": BigInteger(), "capacity_mm": Integer(), "is_blocked": Boolean(),
    "walking_order": Integer(), "version": Integer(),
}  # fmt: skip
_PRODUCT: RowTypes = {
    "key": String(), "kind": String(), "standard": String(), "grade": String(), "od_mm_x100": Integer(),
    "wall_mm_x100": Integer(), "length_mm": Integer(), "length_kind": String(), "density_kg_per_m3": Integer(),
    "condition": String(),
}  # fmt: skip
_REASON: RowTypes = {
    "warehouse_id": BigInteger(), "use": String(), "code": String(), "name_zh": String(), "name_en": String(),
    "is_retired": Boolean(), "version": Integer(),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Brought:
    """A sheet and what its rows say, or why it cannot be read."""

    kind: MasterKind
    file_name: str
    content: bytes
    found: list[Judged] | errors.MasterSheetUnreadable


def look_at(kind: MasterKind, file_name: str, content: bytes) -> Brought:
    """Read a sheet; slow work that needs no database. Never raises for what it holds."""
    try:
        return Brought(kind, file_name, content, rows.judge(sheets.read(content, kind), kind))
    except errors.MasterSheetUnreadable as fault:
        return Brought(kind, file_name, content, fault)


def start(session: Session, actor: Actor, brought: Brought, warehouse_id: int | None) -> MasterImport:
    """Keep a sheet for its trial; nothing of it is taken yet.

    Raises the ``MasterSheetUnreadable`` that fits, ``NotYoursToImport`` and ``NotFound``.
    """
    if isinstance(brought.found, errors.MasterSheetUnreadable):
        raise brought.found
    if (brought.kind in OF_A_YARD) != (warehouse_id is not None):
        raise errors.NotYoursToImport
    if warehouse_id is not None:
        own_warehouse(session, actor, warehouse_id)
    if brought.kind is MasterKind.OWNERS:
        if not actor.is_operator:
            raise errors.NotYoursToImport
        if len(brought.found) > MOST_OWNERS:
            raise errors.MasterSheetTooLarge(detail=str(len(brought.found)), most=MOST_OWNERS)
    document = MasterImport(
        org_id=actor.org_id, warehouse_id=warehouse_id, kind=brought.kind, file_name=brought.file_name,
        content=zlib.compress(brought.content), state=BROUGHT, rows=len(brought.found), brought_at=db_now(session),
        brought_by=actor.user_id,
    )  # fmt: skip
    session.add(document)
    session.flush()
    told = {"kind": brought.kind, "rows": len(brought.found)}
    audit.record(session, actor, "inventory.master_sheet_brought", f"master_import:{document.id}", told)
    return document


def one(session: Session, actor: Actor, import_id: int, *, locked: bool = False) -> MasterImport:
    """A sheet of the actor's organisation; raises ``NotFound``."""
    query = select(MasterImport).where(MasterImport.id == import_id, MasterImport.org_id == actor.org_id)
    found = session.scalars(query.with_for_update() if locked else query).one_or_none()
    if found is None:
        raise NotFound
    return found


def read_again(document: MasterImport) -> list[Judged]:
    """What the rows say, from the bytes that were kept; slow."""
    brought = look_at(MasterKind(document.kind), document.file_name, zlib.decompress(document.content))
    assert not isinstance(brought.found, errors.MasterSheetUnreadable)
    return brought.found


def tried(session: Session, document: MasterImport, read: Sequence[Judged]) -> list[Judged]:
    """What would become of each row now."""
    return trial.judge(session, MasterKind(document.kind), document.warehouse_id, read)


def take(session: Session, actor: Actor, import_id: int, read: Sequence[Judged]) -> MasterImport:
    """Take in a sheet whose rows are all good; ``read`` is what :func:`read_again` gave.

    Raises ``NotFound``, ``MasterImportClosed``, and ``MasterRowsWrong`` with the wrong rows: then nothing is written.
    """
    document = _close(session, actor, import_id, TAKEN)
    judged = tried(session, document, read)
    wrong = [row for row in judged if row.values is None]
    if wrong:
        named = {str(row.row): [say(str(row.reason), **(row.params or {}))] for row in wrong[:MOST_TOLD]}
        raise errors.MasterRowsWrong(fields=named, count=len(wrong), row=wrong[0].row)
    new = [row for row in judged if not row.is_known]
    try:
        _WRITERS[MasterKind(document.kind)](session, actor, document, new)
    except IntegrityError:
        raise errors.MasterRowsRaced from None
    document.taken = len(new)
    session.flush()
    audit.record(
        session, actor, "inventory.master_sheet_taken", f"master_import:{document.id}",
        {"kind": document.kind, "rows": document.rows, "new": len(new)},
    )  # fmt: skip
    return document


def put_away(session: Session, actor: Actor, import_id: int) -> MasterImport:
    """Put a sheet away; raises ``NotFound`` and ``MasterImportClosed``."""
    document = _close(session, actor, import_id, PUT_AWAY)
    session.flush()
    audit.record(session, actor, "inventory.master_sheet_put_away", f"master_import:{document.id}")
    return document


def _close(session: Session, actor: Actor, import_id: int, state: str) -> MasterImport:
    document = one(session, actor, import_id, locked=True)
    if document.state != BROUGHT:
        raise errors.MasterImportClosed
    document.state, document.closed_at, document.closed_by = state, db_now(session), actor.user_id
    return document


def _places(session: Session, actor: Actor, document: MasterImport, new: Sequence[Judged]) -> None:
    """Level by level from the top, so that the place above is there when those below it are written."""
    assert document.warehouse_id is not None
    left = [dict(row.values) for row in new if row.values is not None]
    parents = {row["parent"] for row in left} - {None}
    ids: dict[str | None, int | None] = {None: None}
    ids |= {code: place.id for code, place in trial.places_of(session, document.warehouse_id, parents).items()}
    while left:
        level = [row for row in left if row["parent"] in ids]
        fixed = {
            "warehouse_id": document.warehouse_id, "kind": PlaceKind.REAL.value, "is_real": True, "version": 1,
        }  # fmt: skip
        _insert(session, Place, _PLACE, [{**row, **fixed, "parent_id": ids[row["parent"]]} for row in level])
        written = {row["code"] for row in level}
        left = [row for row in left if row["code"] not in written]
        made = trial.places_of(session, document.warehouse_id, written & parents)
        ids |= {code: place.id for code, place in made.items()}


def _products(session: Session, actor: Actor, document: MasterImport, new: Sequence[Judged]) -> None:
    specs = [row.values["spec"] for row in new if row.values is not None]
    told = [
        {
            "key": spec.key, "kind": spec.kind.value, "standard": spec.standard, "grade": spec.grade,
            "od_mm_x100": spec.size.od_mm_x100, "wall_mm_x100": spec.size.wall_mm_x100,
            "length_mm": spec.size.length_mm, "length_kind": spec.length_kind.value,
            "density_kg_per_m3": spec.density_kg_per_m3, "condition": spec.condition and spec.condition.value,
        }
        for spec in specs
    ]  # fmt: skip
    _insert(session, Product, _PRODUCT, told)


def _owners(session: Session, actor: Actor, document: MasterImport, new: Sequence[Judged]) -> None:
    for row in new:
        assert row.values is not None
        organisations.found(session, actor, kind=row.values["kind"], name=row.values["name"])


def _reasons(session: Session, actor: Actor, document: MasterImport, new: Sequence[Judged]) -> None:
    fixed = {"warehouse_id": document.warehouse_id, "version": 1}
    _insert(session, Reason, _REASON, [{**row.values, **fixed} for row in new if row.values is not None])


def _insert(
    session: Session, model: type[Place] | type[Product] | type[Reason], types: RowTypes, told: Sequence[dict[str, Any]]
) -> None:
    table = cast(Table, model.__table__)
    for first in range(0, len(told), AT_ONCE):
        part = rowset(session, "given", types, told[first : first + AT_ONCE])
        session.execute(table.insert().from_select(list(types), select(*(part.c[name] for name in types))))


_WRITERS: dict[MasterKind, Callable[[Session, Actor, MasterImport, Sequence[Judged]], None]] = {
    MasterKind.PLACES: _places, MasterKind.PRODUCTS: _products, MasterKind.OWNERS: _owners,
    MasterKind.REASONS: _reasons,
}  # fmt: skip
