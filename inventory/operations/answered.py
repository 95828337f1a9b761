"""The first answers to scans: kept with what is written, and given again to whoever repeats the operation."""

import hashlib
from collections.abc import Collection, Iterable, Mapping
from functools import cache
from typing import Any, cast

from sqlalchemy import BigInteger, String, Table, select, true
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from inventory import errors
from inventory.models import ScanAnswer
from inventory.operations import gathering
from inventory.operations.gathering import First
from inventory.operations.ledger import Stamp
from inventory.scanning import Answer, Operation, refused
from inventory.states import Outcome
from steelyard.core.batch import Batch, Write
from steelyard.core.models import UtcDateTime, canonical_json
from steelyard.core.prepared import POSTGRESQL, given, packed
from steelyard.core.rowset import RowTypes, rowset

_STR, _INT, _MOMENT = String(), BigInteger(), UtcDateTime()
_TYPES: RowTypes = {
    "warehouse_id": _INT, "client_op_id": _STR, "fingerprint": _STR, "answer": _STR,
    "recorded_at": _MOMENT, "actor_id": _INT,
}  # fmt: skip


def fingerprint(operation: Operation) -> str:
    """What must be equal for a repeat to be the same operation, as it is kept."""
    return hashlib.sha256(operation.fingerprint().encode()).hexdigest()


def fresh(operations: Iterable[Operation], kept: First) -> dict[str, Operation]:
    """The operations that were not answered before, each id once."""
    found: dict[str, Operation] = {}
    for operation in operations:
        if operation.client_op_id not in kept:
            found.setdefault(operation.client_op_id, operation)
    return found


def first(operations: Mapping[str, Operation], answers: Iterable[Answer]) -> First:
    """The answers by the ids of their operations, with the fingerprints."""
    return {one.client_op_id: (fingerprint(operations[one.client_op_id]), one) for one in answers}


def to(operation: Operation, mark: str, answer: Answer) -> Answer:
    """The first answer, unless the id was used for another operation."""
    if fingerprint(operation) != mark:
        return refused(operation, errors.OperationIdReused(client_op_id=operation.client_op_id))
    return answer


def add(batch: Batch, stamp: Stamp, ids: Iterable[str], answers: First) -> None:
    """Add the answers to the operations ``ids`` to what ``batch`` writes."""
    rows = (_row(stamp, id_, *answers[id_]) for id_ in ids)
    given_ = packed(batch.dialect, "answers", _TYPES, rows)
    batch.add(_answered(batch.dialect, one=given_.one), given_)


def quicker(session: Session, stamp: Stamp, ids: Iterable[str], answers: First, written: Collection[str]) -> First:
    """What another request answered meanwhile, where ours was not written; a refusal is as good as ours.

    Raises ``OperationInFlight`` where ours was no refusal: then nothing may stay of it.
    """
    kept = set(written)
    late = [id_ for id_ in ids if id_ not in kept]
    for id_ in late:
        if answers[id_][1].outcome is Outcome.DONE:
            raise errors.OperationInFlight(client_op_id=id_)
    return _kept(session, stamp.warehouse_id, late) if late else {}


def _kept(session: Session, warehouse_id: int, ids: Iterable[str]) -> First:
    wanted = rowset(session, "wanted", {"id": _STR}, [{"id": id_} for id_ in sorted(set(ids))])
    query = (
        select(ScanAnswer.client_op_id, ScanAnswer.fingerprint, ScanAnswer.answer)
        .join(wanted, wanted.c.id == ScanAnswer.client_op_id)
        .where(ScanAnswer.warehouse_id == warehouse_id)
    )
    return {id_: (mark, gathering.answer_of(document)) for id_, mark, document in session.execute(query)}


@cache
def _answered(dialect: str, *, one: bool) -> Write:
    rows, table = given(dialect, "answers", _TYPES, one=one), cast(Table, ScanAnswer.__table__)
    source = select(*(rows.c[name] for name in _TYPES)).where(true())
    upsert: Any = postgresql if dialect == POSTGRESQL else sqlite
    insert = upsert.insert(table).from_select(list(_TYPES), source).on_conflict_do_nothing()
    return Write("answered", insert, table.c.client_op_id)


def _row(stamp: Stamp, client_op_id: str, mark: str, answer: Answer) -> dict[str, Any]:
    return {
        "warehouse_id": stamp.warehouse_id,
        "client_op_id": client_op_id,
        "fingerprint": mark,
        "answer": canonical_json(answer.document()),
        "recorded_at": stamp.recorded_at,
        "actor_id": stamp.actor_id,
    }
