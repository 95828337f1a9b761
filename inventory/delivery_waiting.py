"""Delivery orders on the home pages: what waits for the yard, and for their owners."""

from flask import url_for
from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from inventory import visibility
from inventory.delivery_models import DeliveryOrder
from inventory.states import DeliveryStatus
from steelyard.api.pages import Waiting
from steelyard.core.actors import Actor, OrgKind, Role
from steelyard.core.database import db_now
from steelyard.core.i18n import N_


def for_yard(session: Session, actor: Actor) -> list[Waiting]:
    """Orders for which a keeper allocates or picks, and those that have run out."""
    if actor.org_kind is not OrgKind.WAREHOUSE or not actor.has_role(Role.KEEPER, Role.ADMIN):
        return []
    valid = DeliveryOrder.valid_until >= db_now(session)
    return [
        _waiting(session, actor, N_("%(count)s delivery orders wait for goods"), _in(DeliveryStatus.PLACED) & valid),
        _waiting(
            session, actor, N_("%(count)s delivery orders are to be picked"), _in(DeliveryStatus.ALLOCATED) & valid
        ),
        _waiting(session, actor, N_("%(count)s delivery orders have run out; free what they keep"), _open() & ~valid),
    ]


def for_owner(session: Session, actor: Actor) -> list[Waiting]:
    """Orders of one's own that have run out with goods undelivered."""
    if not actor.has_role(Role.SELLER, Role.BUYER, Role.ADMIN):
        return []
    late = _open() & (DeliveryOrder.valid_until < db_now(session)) & (DeliveryOrder.owner_id == actor.org_id)
    return [_waiting(session, actor, N_("%(count)s of your delivery orders have run out"), late)]


def _in(status: DeliveryStatus) -> ColumnElement[bool]:
    return DeliveryOrder.status == status


def _open() -> ColumnElement[bool]:
    return DeliveryOrder.status.in_((DeliveryStatus.PLACED, DeliveryStatus.ALLOCATED))


def _waiting(session: Session, actor: Actor, label: str, condition: ColumnElement[bool]) -> Waiting:
    own = visibility.documents(actor, DeliveryOrder.warehouse_id, DeliveryOrder.owner_id)
    count = session.scalar(select(func.count()).select_from(DeliveryOrder).where(own, condition)) or 0
    return Waiting(label, count, url_for("inventory_pages.delivery_orders"))
