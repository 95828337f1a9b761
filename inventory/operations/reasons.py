"""The reasons of a yard: begun with, added, retired and taken up again; and held against what a document says."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from inventory.masters.errors import LastReason, ReasonExists, ReasonRetired, ReasonUnknown
from inventory.masters.models import Reason
from inventory.models import Warehouse
from inventory.operations.scope import own_warehouse
from inventory.reasons import BEGINNING, CHOSEN, ReasonUse
from inventory.scanning import Operation
from inventory.states import OperationKind
from steelyard.core import audit
from steelyard.core.actors import Actor
from steelyard.core.errors import NotFound, Refused


def begin(session: Session, warehouse: Warehouse) -> None:
    """Give a new yard the reasons with which every yard begins."""
    session.add_all(
        Reason(warehouse_id=warehouse.id, use=use, code=code, name_zh=chinese, name_en=english)
        for use, reasons in BEGINNING.items()
        for code, chinese, english in reasons
    )


def add(
    session: Session,
    actor: Actor,
    warehouse_id: int,
    use: ReasonUse,
    code: str,
    name_zh: str,
    name_en: str | None = None,
) -> Reason:
    """Add a reason to a yard of the actor's organisation; raises ``NotFound`` and ``ReasonExists``.

    Without an English name the Chinese one stands for it.
    """
    warehouse = _locked(session, actor, warehouse_id)
    if _of(session, warehouse_id, use, [code]):
        raise ReasonExists(reason=code)
    reason = Reason(warehouse_id=warehouse_id, use=use, code=code, name_zh=name_zh, name_en=name_en or name_zh)
    session.add(reason)
    session.flush()
    audit.record(session, actor, "inventory.reason_added", f"reason:{warehouse.code}/{use}/{code}", {"name": name_zh})
    return reason


def own_reason(session: Session, actor: Actor, warehouse_id: int, reason_id: int) -> Reason:
    """A reason of a yard of the actor's organisation, the yard locked; raises ``NotFound``."""
    _locked(session, actor, warehouse_id)
    found = session.get(Reason, reason_id, populate_existing=True)
    if found is None or found.warehouse_id != warehouse_id:
        raise NotFound
    return found


def change(session: Session, actor: Actor, reason: Reason, *, is_retired: bool) -> Reason:
    """Retire a reason, or take it up again; what names it already keeps it. Raises ``LastReason``."""
    use = ReasonUse(reason.use)
    if is_retired and not reason.is_retired and use in CHOSEN:
        rest = select(Reason.id).filter_by(warehouse_id=reason.warehouse_id, use=use, is_retired=False)
        if session.scalars(rest.where(Reason.id != reason.id).limit(1)).first() is None:
            raise LastReason(reason=reason.code)
    if reason.is_retired is not is_retired:
        reason.is_retired = is_retired
        session.flush()
        action = "inventory.reason_retired" if is_retired else "inventory.reason_taken_up"
        audit.record(session, actor, action, f"reason:{reason.id}", {"use": use, "code": reason.code})
    return reason


def _locked(session: Session, actor: Actor, warehouse_id: int) -> Warehouse:
    """One's own yard: who holds it lets nobody else add or retire its reasons meanwhile."""
    warehouse = own_warehouse(session, actor, warehouse_id)
    session.refresh(warehouse, with_for_update={"key_share": True})
    return warehouse


def _of(session: Session, warehouse_id: int, use: ReasonUse, codes: Iterable[str]) -> dict[str, Reason]:
    query = select(Reason).where(Reason.warehouse_id == warehouse_id, Reason.use == use, Reason.code.in_(set(codes)))
    return {reason.code: reason for reason in session.scalars(query)}


def check(session: Session, warehouse_id: int, use: ReasonUse, codes: Sequence[str]) -> dict[str, Reason]:
    """The yard's reasons that bear ``codes``; raises ``ReasonUnknown`` and ``ReasonRetired``."""
    found = _of(session, warehouse_id, use, codes)
    for code in codes:
        if (refusal := _refusal(found, code)) is not None:
            raise refusal
    return found


def _refusal(found: dict[str, Reason], code: str) -> Refused | None:
    if code not in found:
        return ReasonUnknown(reason=code)
    return ReasonRetired(reason=code) if found[code].is_retired else None


def checked(session: Session, warehouse_id: int, operations: Sequence[Operation]) -> Sequence[Operation]:
    """Scans with the reports of defects refused whose reason the yard does not have, or no more.

    Asks the database once, and only where a defect is reported.
    """
    faults = {op.fault.kind for op in operations if op.kind is OperationKind.DEFECT and op.fault is not None}
    if not faults:
        return operations
    found = _of(session, warehouse_id, ReasonUse.DEFECT, faults)
    refusals = {code: refusal for code in faults if (refusal := _refusal(found, code)) is not None}
    return [_judged(operation, refusals) for operation in operations] if refusals else operations


def _judged(operation: Operation, refusals: dict[str, Refused]) -> Operation:
    if operation.kind is not OperationKind.DEFECT or operation.fault is None or operation.fault.kind not in refusals:
        return operation
    return replace(operation, unread=refusals[operation.fault.kind])
