"""Deciding on receipts that stopped, and on late weighings of posted ones: always by another person."""

from sqlalchemy.orm import Session

from inventory import arrival_errors
from inventory.models import Receipt
from inventory.operations import receipts, reweighing, taking_back, weighings
from inventory.operations.receipts import Held
from inventory.states import Decision, ReceiptStatus
from steelyard.core import audit
from steelyard.core.actors import Actor
from steelyard.core.database import db_now


def decide(session: Session, actor: Actor, receipt_id: int, decision: Decision, because: str) -> Receipt:
    """Decide on a receipt that stopped; who posted or weighed it does not.

    Raises ``ReceiptNotStopped``, ``StopperMayNotDecide``, ``NotWeighed``, ``BundleNotHere`` and ``BundleMovedOn``.
    """
    load = receipts.locked(session, actor, receipt_id)
    receipt = load.receipt
    stop = reweighing.open_stop(session, receipt_id)
    if stop is None or receipt.status not in (ReceiptStatus.STOPPED, ReceiptStatus.POSTED):
        raise arrival_errors.ReceiptNotStopped(number=receipt.number)
    if stop.stopped_by == actor.user_id:
        raise arrival_errors.StopperMayNotDecide(number=receipt.number)
    if decision is Decision.ACCEPT_WEIGHED and not weighings.standing(session, receipt.number):
        raise arrival_errors.NotWeighed(number=receipt.number)
    now = db_now(session)
    stop.decision, stop.because, stop.decided_at, stop.decided_by = decision, because, now, actor.user_id
    detail = {"decision": decision, "because": because}
    audit.record(session, actor, "inventory.receipt_decided", f"receipt:{receipt.number}", detail)
    if decision is Decision.REFUSE:
        return _send_back(session, actor, load, because)
    if receipt.status == ReceiptStatus.POSTED:
        return reweighing.settle(session, actor, load, decision, because)
    if decision is Decision.REOPEN:
        receipt.status = ReceiptStatus.OPEN
        session.flush()
        receipts.tell(session, load, "receipt_reopened", {"because": because})
        return receipt
    return receipts.post(session, actor, load, weighed=decision is Decision.ACCEPT_WEIGHED)


def _send_back(session: Session, actor: Actor, load: Held, because: str) -> Receipt:
    taking_back.all_of(session, actor, load, because)
    load.receipt.status = ReceiptStatus.REFUSED
    session.flush()
    receipts.tell(session, load, "receipt_refused", {"because": because})
    return load.receipt
