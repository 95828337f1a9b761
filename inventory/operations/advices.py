"""Advices of goods to come (到货通知): made by owners and keepers, or by the deliveries of group purchases."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from inventory import arrival_errors, errors, visibility
from inventory.advice_models import StockAdvice, StockAdviceArrival, StockAdviceLine
from inventory.matching import Goods, Said, product_of
from inventory.models import Bundle, Product, Warehouse
from inventory.operations import announcing
from inventory.operations.awaiting import expected_of
from inventory.operations.scope import own_warehouse
from inventory.rules import OWNING
from inventory.states import AdviceSource, AdviceStatus
from inventory.tolerances import CUSTOM_PERMILLE
from steelyard.accounts.models import Organisation
from steelyard.core import audit
from steelyard.core.actors import Actor, OrgKind
from steelyard.core.database import db_now
from steelyard.core.errors import NotFound
from steelyard.core.units import Size, UnitError, parse_size

FULL_FROM_PERMILLE = 950
"""A line of which only the mass was said has come when 95% of it has: deliveries are due within ±5%."""
MOST_LINES = 500


@dataclass(frozen=True, slots=True)
class Announced:
    """A line of an advice: one bundle by its tag, or several alike. ``mass_g`` is that of the line, in grams."""

    tag: str | None = None
    bundles: int | None = None
    product_id: int | None = None
    goods: str | None = None
    heat_number: str | None = None
    mill_name: str | None = None
    certificate_number: str | None = None
    pieces: int | None = None
    piece_length_mm: int | None = None
    mass_g: int | None = None


@dataclass(frozen=True, slots=True)
class Announcement:
    """What is announced; without a warehouse it is left to the driver to which yard he goes.

    ``tolerance_permille`` is the contract's; without one the yard's holds.
    """

    number: str
    owner_id: int
    lines: Sequence[Announced]
    warehouse_id: int | None = None
    plate: str | None = None
    tolerance_permille: int | None = None
    source: AdviceSource = AdviceSource.TYPED


def announce(session: Session, actor: Actor, wanted: Announcement) -> StockAdvice:
    """Keep an advice of the actor's own goods, or for the actor's own yard.

    Raises ``NotFound``, ``OwnerUnknown``, ``AdviceTaken``, ``TagRepeated`` and ``ProductUnknown``.
    """
    if actor.org_kind is OrgKind.WAREHOUSE:
        if wanted.warehouse_id is None:
            raise NotFound
        own_warehouse(session, actor, wanted.warehouse_id)
    else:
        if wanted.owner_id != actor.org_id:
            raise errors.OwnerUnknown
        if wanted.warehouse_id is not None:
            seen = select(Warehouse.id).where(Warehouse.id == wanted.warehouse_id, visibility.warehouses(actor))
            if session.scalar(seen) is None:
                raise NotFound
    _check(session, wanted)
    advice = _keep(session, wanted, actor.user_id)
    audit.record(session, actor, "inventory.goods_announced", f"advice:{advice.id}", {"number": advice.number})
    _tell(session, advice, "goods_announced")
    return advice


def _check(session: Session, wanted: Announcement) -> None:
    owner = session.get(Organisation, wanted.owner_id)
    if owner is None or not owner.active or owner.kind not in OWNING:
        raise errors.OwnerUnknown
    if session.scalar(select(_same(wanted.owner_id, wanted.number))):
        raise arrival_errors.AdviceTaken(number=wanted.number)
    tags = [line.tag for line in wanted.lines if line.tag is not None]
    for place, tag in enumerate(tags):
        if tag in tags[:place]:
            raise errors.TagRepeated(tag=tag)
    chosen = {line.product_id for line in wanted.lines if line.product_id is not None}
    known = set(session.scalars(select(Product.id).where(Product.id.in_(chosen))))
    for missing in sorted(chosen - known):
        raise errors.ProductUnknown(product_id=missing)


def _same(owner_id: int, number: str) -> Any:
    return exists().where(StockAdvice.owner_id == owner_id, StockAdvice.number == number)


def _keep(session: Session, wanted: Announcement, user_id: int | None) -> StockAdvice:
    advice = StockAdvice(
        number=wanted.number, warehouse_id=wanted.warehouse_id, owner_id=wanted.owner_id, source=wanted.source,
        plate=wanted.plate, status=AdviceStatus.OPEN, tolerance_agreed=wanted.tolerance_permille is not None,
        tolerance_permille=CUSTOM_PERMILLE if wanted.tolerance_permille is None else wanted.tolerance_permille,
        created_at=db_now(session), created_by=user_id,
    )  # fmt: skip
    session.add(advice)
    session.flush()
    for line in wanted.lines:
        given = asdict(line)
        given["bundles"] = 1 if line.tag is not None else line.bundles
        session.add(StockAdviceLine(advice_id=advice.id, **given))
    session.flush()
    return advice


def _tell(session: Session, advice: StockAdvice, type_: str) -> None:
    if advice.warehouse_id is None:
        return
    warehouse = session.get_one(Warehouse, advice.warehouse_id)
    data = {"advice_id": advice.id, "number": advice.number, "owner_org_id": advice.owner_id}
    announcing.announce(session, type_, f"advice:{advice.id}", warehouse, [advice.owner_id], data)


def from_delivery(session: Session, data: Mapping[str, Any]) -> None:
    """Keep the advice of a group purchase's delivery, once; the yard is not known before the lorry comes."""
    if session.scalar(select(_same(data["member_org_id"], data["number"]))):
        return
    goods = " ".join(str(data[name]) for name in ("size", "grade", "standard"))
    line = Announced(
        product_id=product_like(session, data["size"], data["grade"], data["standard"]), goods=goods,
        mill_name=data["mill_name"], mass_g=data["mass_g"],
    )  # fmt: skip
    wanted = Announcement(
        data["number"], data["member_org_id"], [line], source=AdviceSource.DELIVERY,
        tolerance_permille=data.get("tolerance_permille"),
    )  # fmt: skip
    _keep(session, wanted, None)


def product_like(session: Session, size: str, grade: str | None, standard: str | None) -> int | None:
    """The only product of the catalogue that has this size, grade and standard; ``None`` for none or several."""
    try:
        found: Size = parse_size(size)
    except UnitError:
        return None
    query = select(Product).where(Product.od_mm_x100 == found.od_mm_x100)
    catalogue = [
        Goods(one.id, one.standard, one.grade, one.size, one.density_kg_per_m3, one.condition)
        for one in session.scalars(query)
    ]
    one = product_of(catalogue, Said(size=found, grade=grade or None, standard=standard or None), None)
    return one.id if one else None


def withdraw(session: Session, actor: Actor, advice_id: int) -> StockAdvice:
    """Take back an advice of which nothing has come, or end one whose rest will not; raises ``AdviceClosed``."""
    query = select(StockAdvice).where(StockAdvice.id == advice_id).with_for_update()
    advice = session.scalars(query.execution_options(populate_existing=True)).one_or_none()
    if advice is None:
        raise NotFound
    if advice.owner_id != actor.org_id:
        if advice.warehouse_id is None:
            raise NotFound
        own_warehouse(session, actor, advice.warehouse_id)
    if advice.status != AdviceStatus.OPEN:
        raise arrival_errors.AdviceClosed(number=advice.number)
    came = any(line.came for line in expected_of(session, [advice.id]).get(advice.id, []))
    advice.status = AdviceStatus.DONE if came else AdviceStatus.WITHDRAWN
    session.flush()
    audit.record(session, actor, "inventory.advice_withdrawn", f"advice:{advice.id}", {"number": advice.number})
    _tell(session, advice, "advice_withdrawn")
    return advice


def meant_for(session: Session, warehouse_id: int, number: str, owner_id: int | None = None) -> StockAdvice:
    """The open advice of that number that the yard may receive; raises ``AdviceUnknown`` and ``AdviceAmbiguous``."""
    query = select(StockAdvice).where(
        StockAdvice.number == number,
        StockAdvice.status == AdviceStatus.OPEN,
        StockAdvice.warehouse_id.is_(None) | (StockAdvice.warehouse_id == warehouse_id),
    )
    if owner_id is not None:
        query = query.where(StockAdvice.owner_id == owner_id)
    found = session.scalars(query.order_by(StockAdvice.id)).all()
    if not found:
        raise arrival_errors.AdviceUnknown(number=number)
    if len(found) > 1:
        raise arrival_errors.AdviceAmbiguous(number=number)
    return found[0]


def settle(session: Session, advice: StockAdvice) -> None:
    """Close the advice when all of it has come, open it again when something was taken back."""
    lines = expected_of(session, [advice.id]).get(advice.id, [])
    mass = func.sum(func.coalesce(Bundle.weighed_mass_g, Bundle.certificate_mass_g, Bundle.theoretical_mass_g))
    query = (
        select(StockAdviceArrival.advice_line_id, mass)
        .join(Bundle, Bundle.id == StockAdviceArrival.bundle_id)
        .where(Bundle.voided == 0, StockAdviceArrival.advice_line_id.in_([line.line_id for line in lines]))
        .group_by(StockAdviceArrival.advice_line_id)
    )
    came = {line_id: int(total) for line_id, total in session.execute(query)}
    whole = all(
        not line.missing
        if line.bundles is not None
        else came.get(line.line_id, 0) * 1000 >= (line.mass_g or 0) * FULL_FROM_PERMILLE
        for line in lines
    )
    if advice.status != AdviceStatus.WITHDRAWN:
        advice.status = AdviceStatus.DONE if whole else AdviceStatus.OPEN
    session.flush()


def taken_back(session: Session, bundle_id: int) -> None:
    """Open the advice again of a bundle whose arrival was undone."""
    query = (
        select(StockAdvice)
        .join(StockAdviceLine, StockAdviceLine.advice_id == StockAdvice.id)
        .join(StockAdviceArrival, StockAdviceArrival.advice_line_id == StockAdviceLine.id)
        .where(StockAdviceArrival.bundle_id == bundle_id)
        .with_for_update(of=StockAdvice)
    )
    session.flush()
    advice = session.scalars(query).one_or_none()
    if advice is not None:
        settle(session, advice)
