"""Reports of defects that were scanned: written and numbered before the movements that set the bundles aside.

A fixed number of statements for any number of reports, none where there are none.
"""

from collections.abc import Iterable, Sequence

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from inventory.models import Bundle, Heat, Place, ReceiptLine, ScanAnswer
from inventory.operations import announcing, gathering
from inventory.operations.gathering import Gathered
from inventory.operations.scope import own_warehouse
from inventory.quality.kinds import DefectStatus
from inventory.quality.models import Defect
from inventory.scanning import Effect, Judgement, Reported
from inventory.states import ArrivalState, Outcome
from steelyard.core import audit
from steelyard.core.actors import Actor
from steelyard.core.clock import business_date
from steelyard.core.errors import NotFound
from steelyard.core.numbering import next_numbers
from steelyard.core.outbox import Notice


def keep(session: Session, actor: Actor, found: Gathered, judgement: Judgement) -> None:
    """Write the reports among the effects; each of them and its answer get the number."""
    effects = [effect for effect in judgement.effects if isinstance(effect, Reported)]
    if not effects:
        return
    written = _written(session, actor, found, effects)
    session.add_all(written)
    session.flush()
    heats = dict(
        session.execute(select(Heat.id, Heat).where(Heat.id.in_({defect.heat_id for defect in written}))).all()
    )
    answers = {answer.client_op_id: answer for answer in judgement.answers}
    for defect, effect in zip(written, effects, strict=True):
        heat = heats[defect.heat_id]
        effect.report.number = defect.number
        effect.report.told = {
            "defect_id": defect.id, "number": defect.number, "kind": defect.kind, "severity": defect.severity,
            "heat_number": heat.heat_number, "mill_name": heat.mill_name, "bundle_id": defect.bundle_id,
            "pieces": defect.pieces,
        }  # fmt: skip
        answers[effect.operation.client_op_id].params.update(number=defect.number, defect_id=defect.id)
        audit.record(session, actor, "inventory.defect_reported", f"defect:{defect.number}", {"kind": defect.kind})
    keep_arriving(session, [effect.report.bundle_id for effect in effects if effect.report.is_expected])


def _written(session: Session, actor: Actor, found: Gathered, effects: Sequence[Reported]) -> list[Defect]:
    bundle_ids, place_ids = ({getattr(one.report, name) for one in effects} for name in ("bundle_id", "place_id"))
    heats = dict(session.execute(select(Bundle.id, Bundle.heat_id).where(Bundle.id.in_(bundle_ids))).all())
    places = dict(session.execute(select(Place.id, Place.code).where(Place.id.in_(place_ids))).all())
    numbers = next_numbers(session, "BL", business_date(found.now), len(effects))
    return [
        Defect(
            number=number, warehouse_id=found.ground.id, heat_id=heats[one.report.bundle_id],
            bundle_id=one.report.bundle_id, kind=one.report.fault.kind, severity=one.report.fault.severity,
            pieces=one.report.pieces, place=places[one.report.place_id], remark=one.report.fault.remark,
            status=DefectStatus.OPEN, event_at=one.operation.event_at, reported_at=found.now,
            reported_by=actor.user_id,
        )
        for number, one in zip(numbers, effects, strict=True)
    ]  # fmt: skip


def keep_arriving(session: Session, bundle_ids: Sequence[int]) -> None:
    """Let reported bundles that are still being received go to quarantine when their receipt is posted."""
    if bundle_ids:
        lines = update(ReceiptLine).where(ReceiptLine.bundle_id.in_(bundle_ids))
        session.execute(lines.values(state=ArrivalState.QUARANTINE))


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
