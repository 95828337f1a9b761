"""The gate (出门): pick-up code and plate are checked, the lorry is weighed, and what was picked leaves as an issue.

What is held, reported or pledged at that moment stays: holds lock the bundles as this does, and are read after it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from inventory import allocating as planning
from inventory import delivery_errors, errors, scanning
from inventory.delivery_models import DeliveryOrder, GatePass, PickupAttempt, StockAllocation
from inventory.models import Bundle, StockIssue, Warehouse
from inventory.operations import (
    allocating,
    candidates,
    deliveries,
    holding,
    issuing,
    ledger,
    outgoing,
    weighings,
    yard,
)
from inventory.operations.outgoing import Weighed, plain
from inventory.operations.weighbridge import SecondWeight
from inventory.operations.weighings import Ticket
from inventory.operations.yard import Stood
from inventory.quantities import Movement, Quantity
from inventory.states import (
    AllocationState,
    DeliveryStatus,
    Document,
    IssueStatus,
    PlaceKind,
    Rest,
    State,
)
from steelyard.accounts.secrets import verify_password
from steelyard.core import audit
from steelyard.core.actors import Actor
from steelyard.core.clock import business_date
from steelyard.core.database import Database, db_now
from steelyard.core.errors import TooManyRequests
from steelyard.core.numbering import next_number

WINDOW = timedelta(minutes=15)
MOST_WRONG = 5
"""Wrong codes of an order within the window, after which no more are looked at until it has passed."""


@dataclass(frozen=True, slots=True)
class Leaving:
    """A lorry at the gate. ``rest`` is what becomes of goods that are kept for the order and not on it.

    It was weighed wholly, ``ticket``, or empty before, so that ``second`` is its weight with the goods.
    """

    plate: str
    rest: Rest
    ticket: Ticket | None = None
    difference_reason: str | None = None
    second: SecondWeight | None = None


@dataclass(frozen=True, slots=True)
class Tried:
    """What became of a pick-up code; ``proved`` is the hash that it was compared with, ``wait_s`` how long to wait."""

    is_right: bool
    proved: str = ""
    wait_s: int | None = None


def try_code(db: Database, actor: Actor, order_id: int, code: str) -> Tried:
    """Try a pick-up code. It is counted before it is compared, so that many at once are no more guesses than one.

    The slow comparison holds no lock. Raises ``NotFound``.
    """
    with db.write() as session:
        order = deliveries.order_here(session, actor, order_id, lock=True)
        now = db_now(session)
        wrong = (PickupAttempt.order_id == order_id, PickupAttempt.made_at > now - WINDOW, ~PickupAttempt.is_right)
        count, first = session.execute(select(func.count(), func.min(PickupAttempt.made_at)).where(*wrong)).one()
        if count >= MOST_WRONG:
            return Tried(is_right=False, wait_s=max(1, int((first + WINDOW - now).total_seconds())))
        attempt = PickupAttempt(order_id=order_id, made_at=now, made_by=actor.user_id, is_right=False)
        session.add(attempt)
        session.flush()
        attempt_id, proved = attempt.id, order.pass_hash
    is_right = verify_password(proved, code)
    with db.write() as session:
        if is_right:
            session.execute(update(PickupAttempt).where(PickupAttempt.id == attempt_id).values(is_right=True))
        else:
            _tell_wrong(session, actor, order_id, int(count) + 1)
    return Tried(is_right, proved)


def _tell_wrong(session: Session, actor: Actor, order_id: int, count: int) -> None:
    order = deliveries.order_here(session, actor, order_id)
    audit.record(session, actor, "inventory.pass_code_wrong", f"delivery:{order.number}", {"count": count})
    warehouse = session.get_one(Warehouse, order.warehouse_id)
    told = {"count": count, "locked": count >= MOST_WRONG}
    deliveries.tell(session, "pass_code_wrong", warehouse, order, told)


def pass_out(session: Session, actor: Actor, order_id: int, leaving: Leaving, tried: Tried) -> GatePass:
    """Let the lorry go with what was picked: an issue is posted, and the gate pass names it.

    Raises ``NotFound``, ``TooManyRequests``, ``PassCodeWrong``, ``DeliveryEnded``, ``DeliveryExpired``,
    ``PlateDiffers``, ``NothingPicked``, ``PickedNotHere``, ``BundleQuarantined``, ``BundleEncumbered``,
    ``WeightDiffers`` and what a ticket of the weighbridge is refused for.
    """
    order = deliveries.locked(session, actor, order_id, deliveries.order_here, deliveries.kept_bundles(session))
    if tried.wait_s is not None:
        raise TooManyRequests(tried.wait_s)
    if not tried.is_right or tried.proved != order.pass_hash:
        raise delivery_errors.PassCodeWrong
    deliveries.check_valid(order, db_now(session))
    if plain(leaving.plate) != plain(order.plate):
        raise delivery_errors.PlateDiffers(number=order.number, plate=order.plate)
    kept = deliveries.open_allocations(session, order.id)
    picked = [one for one in kept if one.state == AllocationState.PICKED]
    if not picked:
        raise delivery_errors.NothingPicked(number=order.number)
    load = _load(session, order, picked)
    ticket, booked = _ticket(session, actor, order, leaving), {id_: at.quantity.mass_g for id_, at in load.items()}
    weighed = outgoing.masses(
        session, order.warehouse_id, order.tolerance_permille, booked, ticket, leaving.difference_reason
    )
    document = _issue(session, actor, order)
    outgoing.keep(session, actor, order.warehouse_id, document.number, ticket)
    movements = _carry_out(session, actor, order, document, load, weighed)
    _settle(session, actor, picked, movements)
    passed = _pass(session, actor, order, document, leaving)
    warehouse = session.get_one(Warehouse, order.warehouse_id)
    issuing.tell_posted(session, warehouse, document, movements, order.waybill_number)
    _settle_rest(session, actor, order, [one for one in kept if one not in picked], leaving.rest)
    audit.record(session, actor, "inventory.gate_passed", f"delivery:{order.number}", {"pass": passed.number})
    told = {"gate_pass_id": passed.id, "gate_pass": passed.number, "issue": document.number, "plate": document.plate}
    deliveries.tell(session, "gate_passed", warehouse, order, told)
    return passed


def _load(session: Session, order: DeliveryOrder, picked: Sequence[StockAllocation]) -> dict[int, Stood]:
    """Where each picked bundle lies; raises unless all lie there as they were picked and nothing holds them."""
    ids = [one.bundle_id for one in picked]
    tags: dict[int, str] = dict(session.execute(select(Bundle.id, Bundle.tag).where(Bundle.id.in_(ids))).all())
    stood, held = yard.standing(session, ids), yard.held(session, ids)
    reported = holding.reports(session, ids)
    load = {}
    for id_ in ids:
        scanning.check_free(yard.bundle_view(id_, tags[id_], [], held.get(id_)))
        if id_ in reported:
            raise errors.BundleQuarantined(tag=tags[id_], reference=reported[id_])
        here = next((at for at in stood.get(id_, []) if at.kind is PlaceKind.REAL), None)
        if here is None or (here.position.state, here.position.owner_id) != (State.PICKED, order.owner_id):
            raise delivery_errors.PickedNotHere(tag=tags[id_], number=order.number)
        load[id_] = here
    return load


def _ticket(session: Session, actor: Actor, order: DeliveryOrder, leaving: Leaving) -> Ticket | None:
    """The whole ticket of the weighbridge; raises ``PlateDiffers`` where it was opened for another lorry."""
    weighed = Weighed(leaving.ticket, leaving.second)
    ticket = outgoing.whole(session, actor, order.warehouse_id, weighed)
    if leaving.second is not None and ticket is not None and plain(ticket.plate) != plain(order.plate):
        raise delivery_errors.PlateDiffers(number=order.number, plate=order.plate)
    return ticket


def _issue(session: Session, actor: Actor, order: DeliveryOrder) -> StockIssue:
    now = db_now(session)
    document = StockIssue(
        number=next_number(session, "CK", business_date(now)), warehouse_id=order.warehouse_id,
        owner_id=order.owner_id, waybill_number=order.waybill_number or order.number, plate=order.plate,
        status=IssueStatus.POSTED, opened_at=now, opened_by=actor.user_id, posted_at=now, posted_by=actor.user_id,
    )  # fmt: skip
    session.add(document)
    session.flush()
    audit.record(session, actor, "inventory.issue_posted", f"issue:{document.number}")
    return document


def _carry_out(
    session: Session, actor: Actor, order: DeliveryOrder, document: StockIssue,
    load: Mapping[int, Stood], weighed: Mapping[int, int],
) -> list[Movement]:  # fmt: skip
    """Post the differences of the weighbridge, then the way out; return the latter."""
    virtual = yard.virtual_places(session, order.warehouse_id)
    stamp = yard.stamp(session, actor, order.warehouse_id, virtual)
    postings, out = [], []
    for id_, at in load.items():
        mass_g = weighed.get(id_, at.quantity.mass_g)
        place = virtual[PlaceKind.MASS_DIFFERENCE]
        more = weighings.difference(id_, at.position, at.quantity.mass_g, mass_g, place)
        if more is not None:
            postings.append(ledger.Posting(more, Document.DELIVERY, order.number, stamp.recorded_at))
        quantity = at.quantity._replace(mass_g=mass_g)
        out.append(Movement(id_, quantity, at.position, at.position.at(virtual[PlaceKind.CUSTOMER])))
    postings += [ledger.Posting(one, Document.ISSUE, document.number, stamp.recorded_at) for one in out]
    ledger.post(session, stamp, postings)
    return out


def _settle(session: Session, actor: Actor, picked: Sequence[StockAllocation], movements: Sequence[Movement]) -> None:
    left, now = {one.bundle_id: one.quantity for one in movements}, db_now(session)
    for one in picked:
        quantity = left[one.bundle_id]
        one.state, one.pieces, one.mass_g = AllocationState.ISSUED, quantity.pieces, quantity.mass_g
        one.ended_at, one.ended_by = now, actor.user_id
    session.flush()


def _pass(session: Session, actor: Actor, order: DeliveryOrder, document: StockIssue, leaving: Leaving) -> GatePass:
    now = db_now(session)
    passed = GatePass(
        number=next_number(session, "CM", business_date(now)), order_id=order.id, issue_id=document.id,
        passed_at=now, passed_by=actor.user_id, difference_reason=leaving.difference_reason,
    )  # fmt: skip
    session.add(passed)
    deliveries.touch(session, order)
    return passed


def _settle_rest(
    session: Session, actor: Actor, order: DeliveryOrder, rest: Sequence[StockAllocation], what: Rest
) -> None:
    """Keep or free what stayed behind; the order ends when nothing is kept and all that was ordered has left."""
    if what is Rest.RELEASE:
        allocating.free(session, actor, order, rest, "released at the gate")
    if what is Rest.RELEASE or (not rest and _is_filled(session, order)):
        allocating.end(session, actor, order, DeliveryStatus.COMPLETED, None)


def _is_filled(session: Session, order: DeliveryOrder) -> bool:
    query = (
        select(StockAllocation.line_id, func.sum(StockAllocation.pieces), func.sum(StockAllocation.mass_g))
        .where(StockAllocation.order_id == order.id, StockAllocation.state == AllocationState.ISSUED)
        .group_by(StockAllocation.line_id)
    )
    left = {line: Quantity(int(pieces), 0, int(mass)) for line, pieces, mass in session.execute(query)}
    lines = candidates.lines_of(session, order.id)
    return all(line.id in left and planning.is_filled(candidates.whole(line), left[line.id]) for line in lines)
