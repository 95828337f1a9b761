"""Title transfer (过户): goods change their owner where they lie, ordered by their owner, confirmed by the yard."""

from collections.abc import Sequence

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from inventory import documents, errors, making
from inventory.genealogy_models import TitleTransfer, TitleTransferLine
from inventory.models import Bundle
from inventory.operations import announcing, ledger, yard
from inventory.operations.scope import own_warehouse
from inventory.operations.together import all_or_none
from inventory.quantities import Movement
from inventory.scanning import YardView
from inventory.states import Document, TitleStatus
from steelyard.accounts.models import Organisation
from steelyard.core import audit
from steelyard.core.actors import Actor, OrgKind
from steelyard.core.clock import business_date
from steelyard.core.database import db_now
from steelyard.core.errors import NotFound
from steelyard.core.numbering import next_number

OWNERS = frozenset({OrgKind.PIPE_MAKER, OrgKind.TRADER, OrgKind.OPERATOR})
"""The kinds of organisations that own goods in a yard."""


def request(
    session: Session, actor: Actor, warehouse_id: int, to_owner_id: int, order_number: str, tags: Sequence[str]
) -> TitleTransfer:
    """Order that bundles of the actor's organisation become another's; nothing moves before the yard confirms.

    Raises ``NotFound``, ``OwnerUnknown``, ``OwnersEqual``, ``OrderTaken``, and the first refusal of a bundle. A bundle
    of another owner is as unknown to this one as a tag that nobody bears.
    """
    warehouse = documents.warehouse(session, actor, warehouse_id)
    _check_owner(session, actor.org_id, to_owner_id)
    view = yard.look(session, warehouse.id, tags, [], yard.virtual_places(session, warehouse.id))
    _check_order(session, actor.org_id, order_number)
    for tag in tags:
        bundle = view.bundles.get(tag)
        if bundle is not None and (bundle.position is None or bundle.position.owner_id != actor.org_id):
            del view.bundles[tag]
    movements = _movements(view, tags, actor.org_id, to_owner_id)
    now = db_now(session)
    found = TitleTransfer(
        number=next_number(session, "GH", business_date(now)), warehouse_id=warehouse.id,
        from_owner_id=actor.org_id, to_owner_id=to_owner_id, order_number=order_number,
        status=TitleStatus.REQUESTED, requested_at=now, requested_by=actor.user_id,
    )  # fmt: skip
    session.add(found)
    session.flush()
    session.add_all(TitleTransferLine(transfer_id=found.id, bundle_id=one.bundle_id) for one in movements)
    session.flush()
    audit.record(session, actor, "inventory.title_requested", f"title:{found.number}", {"tags": list(tags)})
    announcing.announce(
        session, "title_requested", f"title:{found.number}", warehouse, [actor.org_id],
        {"transfer_id": found.id, "number": found.number, "order_number": order_number, "owner_org_id": actor.org_id},
    )  # fmt: skip
    return found


def confirm(session: Session, actor: Actor, transfer_id: int) -> TitleTransfer:
    """Carry out the owner's order, all of it or nothing; who ordered it does not confirm it.

    Raises ``NotFound``, ``TitleDecided``, ``RequesterMayNotConfirm``, and the first refusal of a bundle.
    """
    found = _own(session, actor, transfer_id)
    warehouse = own_warehouse(session, actor, found.warehouse_id)
    named = select(Bundle.tag, Bundle.id).join(TitleTransferLine, TitleTransferLine.bundle_id == Bundle.id)
    ordered = dict(session.execute(named.where(TitleTransferLine.transfer_id == transfer_id).order_by(Bundle.id)).all())
    tags = list(ordered)
    virtual = yard.virtual_places(session, warehouse.id)
    view = yard.look(session, warehouse.id, tags, [], virtual)
    for tag, bundle_id in ordered.items():
        if view.bundle(tag).bundle_id != bundle_id:  # the tag was freed, and another bundle bears it now
            raise errors.BundleUnknown(tag=tag)
    found = _open(session, actor, transfer_id)
    _check_owner(session, found.from_owner_id, found.to_owner_id)
    movements = _movements(view, tags, found.from_owner_id, found.to_owner_id)
    stamp = yard.stamp(session, actor, warehouse.id, virtual)
    _decide(session, actor, found, TitleStatus.CONFIRMED)
    ledger.post(
        session, stamp, [ledger.Posting(one, Document.TITLE, found.number, stamp.recorded_at) for one in movements]
    )
    audit.record(session, actor, "inventory.title_transferred", f"title:{found.number}", {"tags": tags})
    announcing.announce(
        session, "title_transferred", f"title:{found.number}", warehouse, [found.from_owner_id, found.to_owner_id],
        {
            "transfer_id": found.id, "number": found.number, "order_number": found.order_number,
            "from_owner_org_id": found.from_owner_id, "owner_org_id": found.to_owner_id,
            **announcing.load_of(session, movements),
        },
    )  # fmt: skip
    return found


def refuse(session: Session, actor: Actor, transfer_id: int, reason: str) -> TitleTransfer:
    """Refuse the owner's order; he may send it again. Raises ``NotFound`` and ``TitleDecided``."""
    warehouse = own_warehouse(session, actor, _own(session, actor, transfer_id).warehouse_id)
    found = _open(session, actor, transfer_id)
    found.reason = reason
    _decide(session, actor, found, TitleStatus.REFUSED)
    audit.record(session, actor, "inventory.title_refused", f"title:{found.number}", {"reason": reason})
    announcing.announce(
        session, "title_refused", f"title:{found.number}", warehouse, [found.from_owner_id],
        {
            "transfer_id": found.id, "number": found.number, "order_number": found.order_number, "reason": reason,
            "owner_org_id": found.from_owner_id,
        },
    )  # fmt: skip
    return found


def _check_owner(session: Session, from_owner_id: int, to_owner_id: int) -> None:
    if from_owner_id == to_owner_id:
        raise errors.OwnersEqual
    owner = session.get(Organisation, to_owner_id)
    if owner is None or not owner.active or owner.kind not in OWNERS:
        raise errors.OwnerUnknown


def _check_order(session: Session, owner_id: int, order_number: str) -> None:
    taken = exists().where(
        TitleTransfer.from_owner_id == owner_id,
        TitleTransfer.order_number == order_number,
        TitleTransfer.status != TitleStatus.REFUSED,
    )
    if session.scalar(select(taken)):
        raise errors.OrderTaken(number=order_number)


def _movements(view: YardView, tags: Sequence[str], giver: int, taker: int) -> list[Movement]:
    def sell(tag: str) -> Movement:
        here = making.free(view, tag, giver)
        bundle = view.bundles[tag]
        return Movement(bundle.bundle_id, bundle.quantity, here, here._replace(owner_id=taker))

    return all_or_none(tags, sell)


def _own(session: Session, actor: Actor, transfer_id: int) -> TitleTransfer:
    found = session.get(TitleTransfer, transfer_id)
    if found is None:
        raise NotFound
    own_warehouse(session, actor, found.warehouse_id)
    return found


def _open(session: Session, actor: Actor, transfer_id: int) -> TitleTransfer:
    """The transfer, locked, after its bundles; raises ``TitleDecided`` and ``RequesterMayNotConfirm``."""
    query = select(TitleTransfer).where(TitleTransfer.id == transfer_id).with_for_update()
    found = session.scalars(query.execution_options(populate_existing=True)).one()
    if found.status != TitleStatus.REQUESTED:
        raise errors.TitleDecided(number=found.number)
    if found.requested_by == actor.user_id:
        raise errors.RequesterMayNotConfirm(number=found.number)
    return found


def _decide(session: Session, actor: Actor, found: TitleTransfer, status: TitleStatus) -> None:
    found.status, found.decided_at, found.decided_by = status, db_now(session), actor.user_id
    session.flush()
