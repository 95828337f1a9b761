"""The reasons of a yard: begun with, added, retired and taken up again; and held against what a document says."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from inventory.masters.errors import LastReason, ReasonExists, ReasonRetired, ReasonUnknown
from inventory.masters.models import Reason
from inventory.models import Warehouse
from inventory.operations import parts
from inventory.operations.parts import WAREHOUSE, Query, Rows
from inventory.operations.scope import own_warehouse
from inventory.reasons import BEGINNING, CHOSEN, ReasonUse
from inventory.scanning import Operation
from inventory.states import OperationKind
from steelyard.core import audit
from steelyard.core.actors import Actor
from steelyard.core.errors import NotFound, Refused
from steelyard.core.prepared import one_of


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
    retired = {code: reason.is_retired for code, reason in found.items()}
    for code in codes:
        if (refusal := _refusal(retired, code)) is not None:
            raise refusal
    return found


def _refusal(retired: dict[str, bool], code: str) -> Refused | None:
    """Why a reason cannot be given: the yard does not have it, or it is retired."""
    if code not in retired:
        return ReasonUnknown(reason=code)
    return ReasonRetired(reason=code) if retired[code] else None


def of_faults(dialect: str) -> Iterator[Query]:
    """The part that reads the yard's reasons of defects that bear the codes ``fault_kinds``."""
    query = select(Reason.code, Reason.is_retired).where(Reason.warehouse_id == WAREHOUSE)
    query = query.where(Reason.use == ReasonUse.DEFECT, one_of(dialect, Reason.code, "fault_kinds"))
    yield parts.whole(dialect, "reason", query)


def checked(operations: Sequence[Operation], rows: Rows) -> list[Operation]:
    """Scans with the reports of defects refused whose reason the yard does not have, or no more."""
    retired: dict[str, bool] = dict(rows.get("reason", ()))
    return [_checked(one, retired) for one in operations]


def _checked(one: Operation, retired: dict[str, bool]) -> Operation:
    if one.kind is not OperationKind.DEFECT or one.fault is None or one.unread is not None:
        return one
    refusal = _refusal(retired, one.fault.kind)
    return one if refusal is None else replace(one, unread=refusal)
