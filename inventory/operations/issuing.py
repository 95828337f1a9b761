"""Issuing (出库): bundles leave the yard on a lorry, on a waybill."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy import exists, select
from sqlalchemy.orm import Session, aliased

from inventory import errors, scanning
from inventory.gate_errors import TicketOfAnotherLorry
from inventory.models import Bundle, StockIssue, StockMove, Warehouse
from inventory.operations import announcing, ledger, outgoing, weighings, yard
from inventory.operations.moving import movement_of
from inventory.operations.outgoing import Weighed
from inventory.operations.scope import own_document, own_warehouse
from inventory.operations.together import all_or_none
from inventory.quantities import Movement
from inventory.scanning import IssueView
from inventory.states import Document, IssueStatus, PlaceKind
from steelyard.accounts.models import Organisation
from steelyard.core import audit
from steelyard.core.actors import Actor
from steelyard.core.clock import business_date
from steelyard.core.database import db_now
from steelyard.core.numbering import next_number

NOT_WEIGHED = Weighed()


@dataclass(frozen=True, slots=True)
class Loading:
    """What is to leave: for whom, on which waybill and lorry; ``tags`` may be scanned later."""

    owner_id: int
    waybill_number: str
    plate: str
    tags: Sequence[str] = ()


def open_issue(session: Session, actor: Actor, warehouse_id: int, loading: Loading) -> StockIssue:
    """Open an issue and load the bundles named, all or none; raises the first refusal, or ``OwnerUnknown``."""
    own_warehouse(session, actor, warehouse_id)
    if not session.scalar(select(exists().where(Organisation.id == loading.owner_id, Organisation.active))):
        raise errors.OwnerUnknown
    virtual = yard.virtual_places(session, warehouse_id)
    view = yard.look(session, warehouse_id, loading.tags, [], virtual)
    draft = IssueView(0, "", loading.owner_id, IssueStatus.OPEN)
    movements = all_or_none(loading.tags, lambda tag: scanning.issue(view, tag, draft))
    now = db_now(session)
    document = StockIssue(
        number=next_number(session, "CK", business_date(now)), warehouse_id=warehouse_id,
        owner_id=loading.owner_id, waybill_number=loading.waybill_number, plate=loading.plate,
        status=IssueStatus.OPEN, opened_at=now, opened_by=actor.user_id,
    )  # fmt: skip
    session.add(document)
    session.flush()
    postings = [ledger.Posting(movement, Document.ISSUE, document.number, now) for movement in movements]
    ledger.post(session, yard.stamp(session, actor, warehouse_id, virtual), postings)
    audit.record(session, actor, "inventory.issue_opened", f"issue:{document.number}", {"tags": list(loading.tags)})
    return document


def issue_at_once(session: Session, actor: Actor, warehouse_id: int, loading: Loading) -> StockIssue:
    """Load the bundles named and let the lorry go."""
    document = open_issue(session, actor, warehouse_id, loading)
    return post_issue(session, actor, document.id)


def post_issue(session: Session, actor: Actor, issue_id: int, weighed: Weighed = NOT_WEIGHED) -> StockIssue:
    """Let the lorry go: the issue takes no more bundles and is announced; what was weighed is what has left.

    Raises ``NotFound``, ``IssueClosed`` and ``IssueEmpty``, ``BundleQuarantined`` where a quality hold was placed on
    something that is loaded already: it is taken off first; ``WeightDiffers``, ``TicketOfAnotherLorry`` and what a
    ticket of the weighbridge is refused for.
    """
    document, warehouse, movements = _load_locked(session, actor, issue_id)
    if document.status != IssueStatus.OPEN:
        raise errors.IssueClosed(number=document.number)
    if not movements:
        raise errors.IssueEmpty(number=document.number)
    _check_free(session, movements)
    movements = _weigh(session, actor, document, movements, weighed)
    document.status = IssueStatus.POSTED
    document.posted_at, document.posted_by = db_now(session), actor.user_id
    session.flush()
    audit.record(session, actor, "inventory.issue_posted", f"issue:{document.number}")
    tell_posted(session, warehouse, document, movements, document.waybill_number)
    return document


def _weigh(
    session: Session, actor: Actor, document: StockIssue, movements: list[Movement], weighed: Weighed
) -> list[Movement]:
    """Keep the ticket and book what the weighbridge says otherwise; the load as it has left."""
    ticket = outgoing.whole(session, actor, document.warehouse_id, weighed)
    if ticket is None:
        return movements
    if outgoing.plain(ticket.plate) != outgoing.plain(document.plate):
        raise TicketOfAnotherLorry(ticket=ticket.ticket_number, plate=document.plate)
    booked = {one.bundle_id: one.quantity.mass_g for one in movements}
    masses = outgoing.masses(session, document.warehouse_id, None, booked, ticket, weighed.difference_reason)
    outgoing.keep(session, actor, document.warehouse_id, document.number, ticket)
    document.difference_reason = weighed.difference_reason
    virtual = yard.virtual_places(session, document.warehouse_id)
    stamp, place = yard.stamp(session, actor, document.warehouse_id, virtual), virtual[PlaceKind.MASS_DIFFERENCE]
    found = [
        weighings.difference(one.bundle_id, one.target, one.quantity.mass_g, masses[one.bundle_id], place)
        for one in movements
    ]
    more = [one for one in found if one is not None]
    ledger.post(
        session, stamp, [ledger.Posting(one, Document.ISSUE, document.number, stamp.recorded_at) for one in more]
    )
    return _together([*movements, *more])


def _load_locked(session: Session, actor: Actor, issue_id: int) -> tuple[StockIssue, Warehouse, list[Movement]]:
    """The issue and what is loaded, all of it locked; bundles before the issue, as everywhere.

    A bundle that was loaded meanwhile is locked in another round, for which issue and bundles are let go.
    """
    locked: set[int] = set()
    while True:
        attempt = session.begin_nested()
        if locked:
            yard.lock_by_ids(session, locked)
        document, warehouse = own_document(session, actor, StockIssue, issue_id)
        movements = loaded(session, document)
        found = {movement.bundle_id for movement in movements}
        if document.status != IssueStatus.OPEN or found <= locked:
            attempt.commit()
            return document, warehouse, movements
        attempt.rollback()
        locked |= found


def _check_free(session: Session, movements: Sequence[Movement]) -> None:
    ids = [movement.bundle_id for movement in movements]
    for bundle_id, hold in sorted(yard.held(session, ids).items()):
        scanning.check_free(yard.bundle_view(bundle_id, session.get_one(Bundle, bundle_id).tag, [], hold))


def loaded(session: Session, document: StockIssue) -> list[Movement]:
    """What lies on the lorry: the moves of the issue that were not reversed, in their order, as it was weighed."""
    counter = aliased(StockMove)
    query = (
        select(StockMove)
        .where(
            StockMove.document_number == document.number,
            StockMove.reverses_id.is_(None),
            ~exists().where(counter.reverses_id == StockMove.id),
        )
        .order_by(StockMove.id)
    )
    return _together([movement_of(move) for move in session.scalars(query)])


def _together(movements: Sequence[Movement]) -> list[Movement]:
    """One movement out for each bundle, with the differences that the weighbridge made of its mass."""
    found: dict[int, Movement] = {}
    for one in movements:
        out = found.get(one.bundle_id)
        if out is not None:
            sign = 1 if one.target == out.target else -1
            mass_g = out.quantity.mass_g + sign * one.quantity.mass_g
            one = replace(out, quantity=out.quantity._replace(mass_g=mass_g))
        found[one.bundle_id] = one
    return list(found.values())


def tell_posted(
    session: Session, warehouse: Warehouse, document: StockIssue, movements: Sequence[Movement], waybill: str | None
) -> None:
    """Publish ``issue_posted``, by which the waybill of the lorry learns what lies on it."""
    announcing.announce(
        session, "issue_posted", f"issue:{document.number}", warehouse, [document.owner_id],
        {
            "issue_id": document.id, "number": document.number, "waybill_number": waybill,
            "plate": document.plate, "owner_org_id": document.owner_id, **announcing.load_of(session, movements),
        },
    )  # fmt: skip
