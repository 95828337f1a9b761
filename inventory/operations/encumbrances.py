"""Encumbrances: what keeps a bundle from leaving the yard. Whoever places one knows why; the yard only obeys.

Placing locks the bundle's row as leaving does, so that a bundle cannot leave while its pledge is being committed.
"""

from sqlalchemy.orm import Session

from inventory import errors
from inventory.models import Bundle, Encumbrance
from inventory.operations import yard
from inventory.operations.scope import own_warehouse
from inventory.states import EncumbranceKind
from steelyard.core import audit
from steelyard.core.actors import Actor
from steelyard.core.database import db_now
from steelyard.core.errors import NotFound


def place(session: Session, actor: Actor, bundle_id: int, kind: EncumbranceKind, reference: str) -> Encumbrance:
    """Hold a bundle that lies in the yard; the caller has checked that ``actor`` may.

    Raises ``NotFound``, ``AlreadyIssued`` and ``BundleNotHere``.
    """
    bundle = session.get(Bundle, bundle_id)
    if bundle is None:
        raise NotFound
    yard.lock_by_ids(session, [bundle_id])
    view = yard.bundle_view(bundle_id, bundle.tag, yard.standing(session, [bundle_id]).get(bundle_id, []), None)
    if view.position is None:
        raise errors.AlreadyIssued(tag=bundle.tag) if view.issued else errors.BundleNotHere(tag=bundle.tag)
    found = Encumbrance(
        bundle_id=bundle_id, kind=kind, reference=reference, placed_at=db_now(session), placed_by=actor.user_id
    )
    session.add(found)
    session.flush()
    audit.record(
        session, actor, "inventory.encumbrance_placed", f"bundle:{bundle_id}", {"kind": kind, "reference": reference}
    )
    return found


def place_in_own_yard(
    session: Session, actor: Actor, bundle_id: int, kind: EncumbranceKind, reference: str
) -> Encumbrance:
    """Hold a bundle of the actor's own yard; raises as :func:`place` does."""
    bundle = session.get(Bundle, bundle_id)
    if bundle is None:
        raise NotFound
    own_warehouse(session, actor, bundle.warehouse_id)
    return place(session, actor, bundle_id, kind, reference)


def lift(session: Session, actor: Actor, encumbrance_id: int) -> Encumbrance:
    """Lift an encumbrance in the actor's own yard; raises ``NotFound`` and ``EncumbranceLifted``."""
    found = session.get(Encumbrance, encumbrance_id)
    if found is None:
        raise NotFound
    own_warehouse(session, actor, session.get_one(Bundle, found.bundle_id).warehouse_id)
    yard.lock_by_ids(session, [found.bundle_id])
    session.refresh(found)
    if found.lifted_at is not None:
        raise errors.EncumbranceLifted
    found.lifted_at, found.lifted_by = db_now(session), actor.user_id
    session.flush()
    audit.record(
        session, actor, "inventory.encumbrance_lifted", f"bundle:{found.bundle_id}", {"reference": found.reference}
    )
    return found
