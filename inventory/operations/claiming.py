"""Claims to the mill (质量异议): what is demanded for a defect, what the mill answers, what it ends with."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from inventory.models import Heat, Warehouse
from inventory.operations import announcing, reporting
from inventory.quality.errors import ClaimStep
from inventory.quality.kinds import ClaimStatus
from inventory.quality.models import Claim, Defect
from steelyard.core import audit
from steelyard.core.actors import Actor
from steelyard.core.clock import business_date
from steelyard.core.database import db_now
from steelyard.core.errors import NotFound
from steelyard.core.numbering import next_number


def send(session: Session, actor: Actor, defect_id: int, demand: str, amount_fen: int) -> Claim:
    """Make a claim for a report, settled or not; ``amount_fen`` in fen. Raises ``NotFound``."""
    defect, warehouse = reporting.own_defect(session, actor, defect_id)
    now = db_now(session)
    claim = Claim(
        number=next_number(session, "SP", business_date(now)), defect_id=defect.id, status=ClaimStatus.SENT,
        demand=demand, amount_fen=amount_fen, sent_at=now, sent_by=actor.user_id,
    )  # fmt: skip
    session.add(claim)
    session.flush()
    _told(session, actor, warehouse, defect, claim, "claim_sent")
    return claim


def answer(session: Session, actor: Actor, claim_id: int, text: str) -> Claim:
    """Note what the mill answers; a later answer takes the place of the first. Raises ``NotFound``, ``ClaimStep``."""
    claim, defect, warehouse = _own(session, actor, claim_id)
    claim.status, claim.answer = ClaimStatus.ANSWERED, text
    claim.answered_at, claim.answered_by = db_now(session), actor.user_id
    session.flush()
    _told(session, actor, warehouse, defect, claim, "claim_answered")
    return claim


def settle(session: Session, actor: Actor, claim_id: int, settled_fen: int) -> Claim:
    """Note what the mill pays in the end, in fen, 0 where nothing. Raises ``NotFound`` and ``ClaimStep``."""
    claim, defect, warehouse = _own(session, actor, claim_id)
    claim.status, claim.settled_fen = ClaimStatus.SETTLED, settled_fen
    claim.settled_at, claim.settled_by = db_now(session), actor.user_id
    session.flush()
    _told(session, actor, warehouse, defect, claim, "claim_settled")
    return claim


def _own(session: Session, actor: Actor, claim_id: int) -> tuple[Claim, Defect, Warehouse]:
    """An unsettled claim of the actor's yard, locked."""
    claim = session.scalars(select(Claim).where(Claim.id == claim_id).with_for_update()).one_or_none()
    if claim is None:
        raise NotFound
    defect, warehouse = reporting.own_defect(session, actor, claim.defect_id)
    if claim.status == ClaimStatus.SETTLED:
        raise ClaimStep(number=claim.number)
    return claim, defect, warehouse


def _told(session: Session, actor: Actor, warehouse: Warehouse, defect: Defect, claim: Claim, type_: str) -> None:
    """Claims are between the yard and the mill: of the owners none is told."""
    heat = session.get_one(Heat, defect.heat_id)
    data: dict[str, Any] = {
        "claim_id": claim.id, "number": claim.number, "defect_number": defect.number, "status": claim.status,
        "mill_name": heat.mill_name, "amount_fen": claim.amount_fen, "settled_fen": claim.settled_fen,
    }  # fmt: skip
    audit.record(session, actor, f"inventory.{type_}", f"claim:{claim.number}", {"amount_fen": claim.amount_fen})
    mill = {heat.mill_org_id} if heat.mill_org_id is not None else set()
    announcing.announce(session, type_, f"claim:{claim.number}", warehouse, mill, data)
