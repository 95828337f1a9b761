"""The life of a receipt: opened, posted, or stopped for another person's decision."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from inventory import arrival_errors, errors, tolerances
from inventory.advice_models import ReceiptStop, StockAdvice, StockAdviceArrival
from inventory.models import Bundle, Product, Receipt, ReceiptLine, Warehouse
from inventory.operations import advices, announcing, ledger, weighings, yard
from inventory.operations.awaiting import expected_of
from inventory.operations.scope import own_warehouse
from inventory.operations.yard import Stood
from inventory.quantities import Movement
from inventory.spreading import spread
from inventory.states import Document, PlaceKind, ReceiptSource, ReceiptStatus, State
from inventory.tolerances import Load
from steelyard.accounts.models import Organisation
from steelyard.core import audit
from steelyard.core.actors import Actor
from steelyard.core.clock import business_date
from steelyard.core.database import db_now
from steelyard.core.errors import NotFound
from steelyard.core.numbering import next_number

MOST_NAMED = 5
"""Most tags that a sentence names."""


@dataclass(slots=True)
class Held:
    """A receipt locked with its bundles: where each stands, and in which state it is to be."""

    receipt: Receipt
    warehouse: Warehouse
    bundles: list[tuple[Bundle, Product, str]]
    stood: Mapping[int, list[Stood]]
    advice: StockAdvice | None


def open_receipt(
    session: Session,
    actor: Actor,
    warehouse_id: int,
    *,
    advice_number: str | None = None,
    owner_id: int | None = None,
    plate: str | None = None,
) -> Receipt:
    """Open a receipt for a lorry: by an advice, or without one for a named owner.

    Raises ``NotFound``, ``AdviceUnknown``, ``AdviceAmbiguous`` and ``OwnerUnknown``.
    """
    warehouse = own_warehouse(session, actor, warehouse_id)
    advice = advices.meant_for(session, warehouse_id, advice_number, owner_id) if advice_number else None
    owner = session.get(Organisation, advice.owner_id if advice else owner_id or 0)
    if owner is None or not owner.active:
        raise errors.OwnerUnknown
    now = db_now(session)
    receipt = Receipt(
        number=next_number(session, "RK", business_date(now)), warehouse_id=warehouse_id, owner_id=owner.id,
        status=ReceiptStatus.OPEN, source=ReceiptSource.ANNOUNCED if advice else ReceiptSource.BLIND,
        advice_number=advice.number if advice else None, plate=plate or (advice.plate if advice else None),
        event_at=now, recorded_at=now, received_by=actor.user_id,
    )  # fmt: skip
    session.add(receipt)
    session.flush()
    audit.record(session, actor, "inventory.receipt_opened", f"receipt:{receipt.number}")
    announcing.announce(
        session, "receipt_opened", f"receipt:{receipt.number}", warehouse, [owner.id],
        {"receipt_id": receipt.id, "number": receipt.number, "advice_number": receipt.advice_number},
    )  # fmt: skip
    return receipt


def own(session: Session, actor: Actor, receipt_id: int) -> Receipt:
    """A receipt of the actor's own yard, locked; raises ``NotFound``."""
    query = select(Receipt).where(Receipt.id == receipt_id).with_for_update()
    found = session.scalars(query.execution_options(populate_existing=True)).one_or_none()
    if found is None:
        raise NotFound
    own_warehouse(session, actor, found.warehouse_id)
    return found


def _open(receipt: Receipt) -> Receipt:
    if receipt.status != ReceiptStatus.OPEN:
        raise arrival_errors.ReceiptClosed(number=receipt.number)
    return receipt


def locked(session: Session, actor: Actor, receipt_id: int) -> Held:
    """A receipt and its bundles, the bundles locked first; raises ``NotFound`` and ``ReceiptChanged``."""
    known = session.get(Receipt, receipt_id)
    if known is None:
        raise NotFound
    warehouse = own_warehouse(session, actor, known.warehouse_id)
    ids = _bundle_ids(session, receipt_id)
    yard.lock_by_ids(session, ids)
    receipt = own(session, actor, receipt_id)
    if _bundle_ids(session, receipt_id) != ids:
        raise arrival_errors.ReceiptChanged(number=receipt.number)
    query = (
        select(Bundle, Product, ReceiptLine.state)
        .join(ReceiptLine, ReceiptLine.bundle_id == Bundle.id)
        .join(Product, Product.id == Bundle.product_id)
        .where(ReceiptLine.receipt_id == receipt_id, Bundle.voided == 0)
        .order_by(Bundle.id)
        .execution_options(populate_existing=True)
    )
    bundles = [(bundle, product, state) for bundle, product, state in session.execute(query)]
    advice = None
    if receipt.source == ReceiptSource.ANNOUNCED:
        same = (StockAdvice.owner_id == receipt.owner_id, StockAdvice.number == receipt.advice_number)
        advice = session.scalars(select(StockAdvice).where(*same).with_for_update()).one_or_none()
    return Held(receipt, warehouse, bundles, yard.standing(session, ids), advice)


def _bundle_ids(session: Session, receipt_id: int) -> list[int]:
    query = select(ReceiptLine.bundle_id).where(ReceiptLine.receipt_id == receipt_id)
    return list(session.scalars(query.order_by(ReceiptLine.bundle_id)))


def finish(session: Session, actor: Actor, receipt_id: int, *, partial: bool = False) -> Receipt:
    """Post a receipt, or stop it for a decision where it is beyond a tolerance.

    Raises ``ReceiptClosed``, ``ReceiptEmpty``, ``ReceiptShort`` unless ``partial``, and ``BundleNotHere``.
    """
    load = locked(session, actor, receipt_id)
    receipt = _open(load.receipt)
    if not load.bundles:
        raise arrival_errors.ReceiptEmpty(number=receipt.number)
    if not partial:
        _check_whole(session, load)
    found = findings(session, load)
    if not found:
        return post(session, actor, load, weighed=True)
    receipt.status = ReceiptStatus.STOPPED
    stop(session, actor, load, found)
    return receipt


def stop(session: Session, actor: Actor, load: Held, found: list[dict[str, Any]]) -> None:
    """Ask for another person's decision on what was found."""
    receipt = load.receipt
    stopped = ReceiptStop(
        receipt_id=receipt.id, findings=found, stopped_at=db_now(session), stopped_by=actor.user_id
    )  # fmt: skip
    session.add(stopped)
    session.flush()
    audit.record(session, actor, "inventory.receipt_stopped", f"receipt:{receipt.number}", {"findings": found})
    tell(session, load, "receipt_stopped", {"findings": found})


def _check_whole(session: Session, load: Held) -> None:
    if load.advice is None:
        return
    lines = expected_of(session, [load.advice.id]).get(load.advice.id, [])
    missing = sum(line.missing for line in lines)
    if missing:
        named = [line.tag for line in lines if line.missing and line.tag is not None]
        shown = ", ".join(named[:MOST_NAMED]) + ("…" if len(named) > MOST_NAMED or not named else "")
        raise arrival_errors.ReceiptShort(missing=missing, tags=shown)


def load_of(session: Session, receipt: Receipt, bundles: Sequence[tuple[Bundle, Product, str]]) -> Load:
    """What the lorry brought by the bridge, by its papers and by theory, and what of it was not announced."""
    tickets = weighings.standing(session, receipt.number)
    stated = [bundle.certificate_mass_g for bundle, _, _ in bundles]
    known = [mass for mass in stated if mass is not None]
    least, most = tolerances.bounds((product.standard, bundle.theoretical_mass_g) for bundle, product, _ in bundles)
    return Load(
        net_g=sum(ticket.net_g for ticket in tickets) if tickets else None,
        advised_g=sum(known) if known and len(known) == len(stated) else None,
        theory_g=sum(bundle.theoretical_mass_g for bundle, _, _ in bundles),
        least_g=least,
        most_g=most,
        extra=_extra(session, receipt, [bundle for bundle, _, _ in bundles]),
    )


def _extra(session: Session, receipt: Receipt, bundles: Sequence[Bundle]) -> tuple[str, ...]:
    """The tags of bundles of an announced receipt that no line of its advice announced."""
    same = (StockAdvice.owner_id == receipt.owner_id, StockAdvice.number == receipt.advice_number)
    if receipt.source != ReceiptSource.ANNOUNCED or session.scalar(select(StockAdvice.id).where(*same)) is None:
        return ()
    ids = [bundle.id for bundle in bundles]
    query = select(StockAdviceArrival.bundle_id).where(StockAdviceArrival.bundle_id.in_(ids))
    announced = set(session.scalars(query))
    return tuple(bundle.tag for bundle in bundles if bundle.id not in announced)


def findings(session: Session, load: Held) -> list[dict[str, Any]]:
    """What of a locked receipt is beyond a tolerance, each with its figures."""
    brought = load_of(session, load.receipt, load.bundles)
    return tolerances.findings(brought, tolerance(load.advice, load.warehouse))


def tolerance(advice: StockAdvice | None, warehouse: Warehouse) -> int:
    """How far the weighbridge may be off, in ‰: what the contract says, else what the yard has set."""
    agreed = advice is not None and advice.tolerance_agreed
    return advice.tolerance_permille if advice is not None and agreed else warehouse.tolerance_permille


def post(session: Session, actor: Actor, load: Held, *, weighed: bool) -> Receipt:
    """Bring the books to what was weighed, and the bundles to the state in which they may be used."""
    receipt = load.receipt
    virtual = yard.virtual_places(session, receipt.warehouse_id)
    stamp = yard.stamp(session, actor, receipt.warehouse_id, virtual)
    here = [_here(bundle, load.stood.get(bundle.id, [])) for bundle, _, _ in load.bundles]
    tickets = weighings.standing(session, receipt.number) if weighed else []
    booked = [stood.quantity.mass_g for stood in here]
    masses = spread(sum(ticket.net_g for ticket in tickets), booked) if tickets else booked
    movements: list[Movement] = []
    final: list[Movement] = []
    for (bundle, _, state), stood, mass_g in zip(load.bundles, here, masses, strict=True):
        quantity = stood.quantity._replace(mass_g=mass_g)
        difference = weighings.difference(
            bundle.id, stood.position, stood.quantity.mass_g, mass_g, virtual[PlaceKind.MASS_DIFFERENCE]
        )
        movements += [] if difference is None else [difference]
        ready = stood.position._replace(state=State(state))
        final.append(Movement(bundle.id, quantity, stood.position.at(virtual[PlaceKind.MILL]), ready))
        if stood.position.state is State.EXPECTED:
            movements.append(Movement(bundle.id, quantity, stood.position, ready))
    postings = [ledger.Posting(one, Document.RECEIPT, receipt.number, stamp.recorded_at) for one in movements]
    ledger.post(session, stamp, postings)
    if tickets:
        rows = [{"id": one[0].id, "weighed_mass_g": mass} for one, mass in zip(load.bundles, masses, strict=True)]
        session.execute(update(Bundle), rows)
    receipt.status = ReceiptStatus.POSTED
    session.flush()
    if load.advice is not None:
        advices.settle(session, load.advice)
    data = announcing.load_of(session, final)
    audit.record(session, actor, "inventory.receipt_posted", f"receipt:{receipt.number}", {"tags": data["tags"]})
    tell(session, load, "receipt_posted", {"source": receipt.source, **data})
    return receipt


def _here(bundle: Bundle, stood: Sequence[Stood]) -> Stood:
    for at in stood:
        if at.kind is PlaceKind.REAL:
            return at
    raise errors.BundleNotHere(tag=bundle.tag)


def tell(session: Session, load: Held, type_: str, more: Mapping[str, Any]) -> None:
    """Publish what happened to a receipt, for its owner and the yard."""
    receipt = load.receipt
    announcing.announce(
        session, type_, f"receipt:{receipt.number}", load.warehouse, [receipt.owner_id],
        {
            "receipt_id": receipt.id, "number": receipt.number, "advice_number": receipt.advice_number,
            "owner_org_id": receipt.owner_id, **more,
        },
    )  # fmt: skip
