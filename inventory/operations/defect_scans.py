"""Reports of defects that were scanned: written and numbered before the movements that set the bundles aside.

Two statements for any number of reports, none where there are none.
"""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any, cast

from sqlalchemy import BigInteger, Integer, String, Table, select, update
from sqlalchemy.orm import Session

from inventory.models import Bundle, Heat, Place, ReceiptLine, ScanAnswer, StockBalance
from inventory.operations import announcing, gathering, parts, reasons
from inventory.operations.gathering import Gathered
from inventory.operations.parts import Query, Wanted
from inventory.operations.scope import own_warehouse
from inventory.quality.kinds import DefectStatus
from inventory.quality.models import Defect
from inventory.scanning import Effect, Judgement, Operation, Reported
from inventory.setting_aside import SetAside
from inventory.states import ArrivalState, OperationKind, Outcome
from steelyard.core import audit
from steelyard.core.actors import Actor
from steelyard.core.batch import Batch, Write
from steelyard.core.clock import business_date
from steelyard.core.errors import NotFound
from steelyard.core.models import UtcDateTime
from steelyard.core.numbering import next_numbers
from steelyard.core.outbox import Notice
from steelyard.core.prepared import dialect_of, given, listed, one_of, packed, run
from steelyard.core.rowset import RowTypes

_INT, _STR, _MOMENT = BigInteger(), String(), UtcDateTime()
_TYPES: RowTypes = {
    "number": _STR, "warehouse_id": _INT, "heat_id": _INT, "bundle_id": _INT, "kind": _STR, "severity": _STR,
    "pieces": Integer(), "place": _STR, "remark": _STR, "status": _STR, "event_at": _MOMENT, "reported_at": _MOMENT,
    "reported_by": _INT, "version": Integer(),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Heat:
    """The heat of a reported bundle."""

    id: int
    heat_number: str
    mill_name: str


def wanted(operations: Iterable[Operation], labels: Collection[int]) -> Wanted:
    """What reports are judged by, as parts of a larger question: the yard's reasons, and what the bundles are."""
    faults = [one.fault for one in operations if one.kind is OperationKind.DEFECT and one.fault is not None]
    lists: dict[str, Collection[Any]] = {"fault_kinds": {one.kind for one in faults}, "reported_ids": labels}
    return {reasons.of_faults: lists, _facts: {}} if faults else {}


def _facts(dialect: str) -> Iterator[Query]:
    """Of the bundles ``reported_ids`` the heats, and the codes of the places at which they lie."""
    heat = select(Heat).join(Bundle, Bundle.heat_id == Heat.id).where(one_of(dialect, Bundle.id, "reported_ids"))
    yield parts.part(dialect, "heat", heat, Bundle.id, Heat.id, Heat.heat_number, Heat.mill_name)
    at = select(Place.id, Place.code).join(StockBalance, StockBalance.place_id == Place.id).distinct()
    at = at.where(one_of(dialect, StockBalance.bundle_id, "reported_ids"), StockBalance.pieces > 0)
    yield parts.whole(dialect, "place_at", at)


def keep(session: Session, actor: Actor, found: Gathered, judgement: Judgement) -> None:
    """Write the reports among the effects; each of them and its answer get the number."""
    effects = [effect for effect in judgement.effects if isinstance(effect, Reported)]
    if not effects:
        return
    heats = {bundle_id: _Heat(*heat) for bundle_id, *heat in found.rows["heat"]}
    codes: dict[int, str] = {id_: code for code, id_ in found.places.items()} | dict(found.rows["place_at"])
    numbers = next_numbers(session, "BL", business_date(found.now), len(effects))
    rows = [
        {
            "number": number, "warehouse_id": found.ground.id, "heat_id": heats[effect.report.bundle_id].id,
            "bundle_id": effect.report.bundle_id, "kind": effect.report.fault.kind,
            "severity": effect.report.fault.severity, "pieces": effect.report.pieces,
            "place": codes[effect.report.place_id], "remark": effect.report.fault.remark,
            "status": DefectStatus.OPEN, "event_at": effect.operation.event_at,
            "reported_at": found.now, "reported_by": actor.user_id, "version": 1,
        }
        for number, effect in zip(numbers, effects, strict=True)
    ]  # fmt: skip
    dialect = dialect_of(session)
    reports = packed(dialect, "reports", _TYPES, rows)
    ids = {number: id_ for id_, number in run(session, _reported(dialect, one=reports.one), reports.parameters)}
    answers = {answer.client_op_id: answer for answer in judgement.answers}
    for number, effect in zip(numbers, effects, strict=True):
        answers[effect.operation.client_op_id].params.update(number=number, defect_id=ids[number])
        _tell(effect.report, number, ids[number], heats[effect.report.bundle_id])


def _tell(report: SetAside, number: str, id_: int, heat: _Heat) -> None:
    report.number = number
    report.told = {
        "defect_id": id_, "number": number, "kind": report.fault.kind, "severity": report.fault.severity,
        "heat_number": heat.heat_number, "mill_name": heat.mill_name, "bundle_id": report.bundle_id,
        "pieces": report.pieces,
    }  # fmt: skip


@cache
def _reported(dialect: str, *, one: bool) -> Any:
    rows, table = given(dialect, "reports", _TYPES, one=one), cast(Table, Defect.__table__)
    insert = table.insert().from_select(list(_TYPES), select(*(rows.c[name] for name in _TYPES)))
    return insert.returning(table.c.id, table.c.number)


def acts(effects: Iterable[Effect]) -> list[audit.Act]:
    """What the audit trail notes of the reports."""
    return [
        audit.Act("inventory.defect_reported", f"defect:{one.report.number}", {"kind": one.report.fault.kind})
        for one in effects
        if isinstance(one, Reported)
    ]


def add(batch: Batch, effects: Iterable[Effect]) -> None:
    """Add to ``batch`` what becomes of the bundles that are reported while they are being received."""
    reports = [effect.report for effect in effects if isinstance(effect, Reported)]
    keep_arriving(batch, [report.bundle_id for report in reports if report.is_expected])


def keep_arriving(batch: Batch, bundle_ids: Collection[int]) -> None:
    """Let reported bundles that are still being received go to quarantine when their receipt is posted."""
    if bundle_ids:
        batch.add(_kept_arriving(batch.dialect), arriving_ids=listed(batch.dialect, bundle_ids))


@cache
def _kept_arriving(dialect: str) -> Write:
    table = cast(Table, ReceiptLine.__table__)
    lines = update(table).where(one_of(dialect, table.c.bundle_id, "arriving_ids"))
    return Write("kept_arriving", lines.values(state=ArrivalState.QUARANTINE))


def notices(found: Gathered, effects: Iterable[Effect]) -> list[Notice]:
    """One event for each report, which the owner and the warehouse may read."""
    told: list[Notice] = []
    for effect in effects:
        if isinstance(effect, Reported):
            one = effect.report
            told += announcing.notices(
                "defect_reported", f"defect:{one.number}", found.ground, {one.owner_id: one.told}
            )
    return told


def report_of(session: Session, actor: Actor, warehouse_id: int, client_op_id: str) -> int:
    """The id of the report that a scan wrote in the actor's own yard; raises ``NotFound``."""
    own_warehouse(session, actor, warehouse_id)
    kept = session.get(ScanAnswer, (warehouse_id, client_op_id))
    answer = gathering.answer_of(kept.answer) if kept is not None else None
    if answer is None or answer.outcome is not Outcome.DONE or "defect_id" not in answer.params:
        raise NotFound
    return int(answer.params["defect_id"])
