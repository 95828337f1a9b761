"""Reading the stock: what lies where, of which heat, for whom."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from flask import url_for
from sqlalchemy import ColumnElement, Select, exists, func, select
from sqlalchemy.orm import Session, aliased

from inventory import arrivals, delivery_waiting, lineage, lying, visibility
from inventory.advice_models import ReceiptStop
from inventory.models import (
    Bundle,
    Encumbrance,
    Heat,
    Place,
    Product,
    Receipt,
    ReceiptLine,
    StockBalance,
    StockIssue,
    Stocktake,
    StocktakeCount,
    Warehouse,
)
from inventory.narrowing import narrowed
from inventory.quality import reading as quality
from inventory.searching import NOW, Ground, age_days, conditions, ground, of_cells, of_goods
from inventory.states import IssueStatus, PlaceKind, ReceiptStatus, StocktakeStatus
from steelyard.accounts.models import Organisation
from steelyard.api.pages import Waiting
from steelyard.core.actors import Actor, OrgKind, Role
from steelyard.core.database import db_now
from steelyard.core.errors import NotFound
from steelyard.core.i18n import N_
from steelyard.core.prepared import POSTGRESQL, dialect_of
from steelyard.core.units import Size

Record = dict[str, Any]
Page = tuple[list[Record], int | None]


def _columns(at: Ground) -> tuple[Any, ...]:
    cells = at.cells
    return (
        Bundle.id.label("bundle_id"), Bundle.tag, Bundle.warehouse_id, Warehouse.code.label("warehouse_code"),
        Bundle.product_id, Product.kind, Product.standard, Product.grade, Product.condition, Product.od_mm_x100,
        Product.wall_mm_x100,
        Product.length_mm.label("piece_fixed_mm"), Bundle.piece_length_mm, Bundle.heat_id, Heat.heat_number,
        Heat.mill_name, Bundle.certificate_number,
        Bundle.theoretical_mass_g, Bundle.certificate_mass_g, Bundle.weighed_mass_g,
        cells.owner_id.label("owner_org_id"), Organisation.name.label("owner_name"),
        Place.code.label("place"), Place.kind.label("place_kind"), cells.state,
        cells.pieces, cells.length_mm, cells.mass_g, at.held.label("encumbered"),
        lineage.IS_MIXED.label("mixed_heats"),
    )  # fmt: skip


def bundle_rows(actor: Actor, at: Ground = NOW) -> Select[Any]:
    """Every bundle that the actor sees, with where it stands: in the yard or where it went.

    On the ground of a past moment only what lay in the yards then.
    """
    query = _goods(at)
    return query.where(visibility.rows(actor)) if at is NOW else query


def _goods(at: Ground) -> Select[Any]:
    """Bundles in their cells. What only names them is joined from outside: where nobody asks for it, it is not read."""
    cells = at.cells
    return (
        select(*_columns(at))
        .select_from(Bundle)
        .join(at.source, (cells.bundle_id == Bundle.id) & (cells.pieces > 0))
        .outerjoin(Warehouse, Warehouse.id == Bundle.warehouse_id)
        .outerjoin(Product, Product.id == Bundle.product_id)
        .outerjoin(Heat, Heat.id == Bundle.heat_id)
        .outerjoin(Place, Place.id == cells.place_id)
        .outerjoin(Organisation, Organisation.id == cells.owner_id)
    )


def record(row: Any) -> Record:
    """A row as a plain record, with its size as text and whether it lies in the yard."""
    found = dict(row._mapping)
    size = Size(found["od_mm_x100"], found["wall_mm_x100"], found.pop("piece_fixed_mm"))
    return {**found, "size": size.text(), "in_stock": found["place_kind"] == PlaceKind.REAL}


def in_stock(session: Session, actor: Actor, wanted: Mapping[str, Any], at: Ground | None = None) -> Select[Any]:
    """What lies in the yards now, or lay there ``as_of`` a moment, under the filters ``wanted``.

    ``at`` is the ground of that moment where the caller has it already. Raises ``SizeUnreadable``.
    """
    at = at or ground(session, actor, wanted.get("as_of"))
    query = _goods(at).where(at.cells.is_real, *of_goods(session, actor, wanted, at))
    if at is not NOW:
        return query.where(*of_cells(wanted, at.cells))
    query = query.where(*lying.seen(actor))
    if dialect_of(session) != POSTGRESQL or wanted.get("heat_number") is not None:
        # Few bundles are of a heat, whether they lie there still or not: its index leads to them sooner.
        return query.where(*of_cells(wanted, at.cells))
    cell = aliased(StockBalance)
    here = select(cell.bundle_id).where(cell.is_real, cell.pieces > 0, *lying.own(actor, cell), *of_cells(wanted, cell))
    return query.where(lying.one_by_one(session, Bundle.id, here))


def stock(session: Session, actor: Actor, wanted: Mapping[str, Any]) -> Page:
    """A page of :func:`in_stock` with when each bundle came. ``wanted`` holds ``after`` and ``limit``, too."""
    moment = wanted.get("as_of")
    query = in_stock(session, actor, wanted)
    page_ = page_in_stock(session, query, wanted) if moment is None else page(session, query, Bundle.id, wanted)
    return dated(session, page_[0], moment), page_[1]


def page_in_stock(session: Session, query: Select[Any], wanted: Mapping[str, Any]) -> Page:
    """A page of what :func:`in_stock` found of the present.

    PostgreSQL is asked first which bundles are on it: it would put together all rows to sort them for these few.
    """
    if dialect_of(session) == POSTGRESQL:
        first = _first(query.with_only_columns(Bundle.id), Bundle.id, wanted)
        query = _goods(NOW).where(StockBalance.is_real, lying.one_by_one(session, Bundle.id, first))
    return page(session, query, Bundle.id, wanted)


def dated(session: Session, records: list[Record], moment: datetime | None = None) -> list[Record]:
    """The records with when each bundle came to the yard, and its age in days then."""
    came = arrivals.of_bundles(session, [one["bundle_id"] for one in records])
    now = moment or db_now(session)
    return [
        {**one, "arrived_at": came.get(one["bundle_id"]), "age_days": age_days(came.get(one["bundle_id"]), now)}
        for one in records
    ]


def bundles(session: Session, actor: Actor, wanted: Mapping[str, Any]) -> Page:
    """A page of all bundles, gone ones too, each once: where most of it stands."""
    many = wanted.get("tag") is None and wanted.get("heat_number") is None
    if (found := narrowed(session, actor, wanted)) is None:
        return [], None
    few, rest = found
    query = each(actor, many=many).where(*few, *conditions(session, actor, rest))
    return page(session, query, Bundle.id, wanted)


def each(actor: Actor, *, many: bool = False) -> Select[Any]:
    """Every bundle that the actor sees, each once: where most of it stands.

    With ``many`` it is planned for filters that may pass over most of what there ever was.
    """
    other = aliased(StockBalance)
    better = select(other.bundle_id).where(
        other.bundle_id == StockBalance.bundle_id,
        other.pieces > 0,
        (other.is_real > StockBalance.is_real)
        | ((other.is_real == StockBalance.is_real) & (other.pieces > StockBalance.pieces))
        | (
            (other.is_real == StockBalance.is_real)
            & (other.pieces == StockBalance.pieces)
            & (other.place_id < StockBalance.place_id)
        ),
    )
    if not many:
        # PostgreSQL does not join what has an offset, it asks it of each row: with one table less it plans sooner.
        better = better.offset(0)
    return bundle_rows(actor).where(~better.exists(), Bundle.voided == 0)


def page(session: Session, query: Select[Any], key: Any, wanted: Mapping[str, Any]) -> Page:
    """One page of records by keyset on ``key``, and the id behind which the next one begins."""
    limit = wanted.get("limit", 50)
    rows = session.execute(_first(query, key, wanted)).all()
    records = [record(row) for row in rows[:limit]]
    return records, (records[-1]["bundle_id"] if len(rows) > limit else None)


def _first(query: Select[Any], key: Any, wanted: Mapping[str, Any]) -> Select[Any]:
    """The rows of a page, and one more if there is one."""
    if wanted.get("after") is not None:
        query = query.where(key > wanted["after"])
    return query.order_by(key).limit(wanted.get("limit", 50) + 1)


def bundle(session: Session, actor: Actor, bundle_id: int) -> Record:
    """One bundle with all that is known of it; raises ``NotFound``."""
    rows = session.execute(
        bundle_rows(actor)
        .where(Bundle.id == bundle_id)
        .order_by(StockBalance.is_real.desc(), StockBalance.pieces.desc(), StockBalance.place_id)
    ).all()
    if not rows:
        raise NotFound
    receipt = session.execute(
        select(Receipt.number, Receipt.advice_number, Receipt.event_at)
        .join(ReceiptLine, ReceiptLine.receipt_id == Receipt.id)
        .where(ReceiptLine.bundle_id == bundle_id)
    ).one_or_none()
    holds = session.scalars(
        select(Encumbrance).where(Encumbrance.bundle_id == bundle_id).order_by(Encumbrance.id)
    ).all()
    (found,) = dated(session, [record(rows[0])])
    return {
        **found,
        "receipt_number": receipt.number if receipt else None,
        "advice_number": receipt.advice_number if receipt else None,
        "received_at": receipt.event_at if receipt else None,
        "made_by": lineage.made_by(session, bundle_id),
        "worked_on_by": lineage.worked_on_by(session, bundle_id),
        "heats": lineage.heats_of(session, [found["heat_id"]])[found["heat_id"]],
        "encumbrances": holds,
    }


def totals(session: Session, actor: Actor, wanted: Mapping[str, Any]) -> Record:
    """Bundles, pieces and mass in stock under the same filters as :func:`stock`."""
    query = in_stock(session, actor, wanted).subquery()
    row = session.execute(
        select(
            func.count().label("bundles"),
            func.coalesce(func.sum(query.c.pieces), 0).label("pieces"),
            func.coalesce(func.sum(query.c.mass_g), 0).label("mass_g"),
        )
    ).one()
    return {"bundles": row.bundles, "pieces": int(row.pieces), "mass_g": int(row.mass_g)}


def owners(session: Session, most: int) -> Sequence[Organisation]:
    """The first ``most`` organisations for which goods can be received: those that buy, make and trade."""
    kinds = (OrgKind.PIPE_MAKER, OrgKind.TRADER, OrgKind.OPERATOR)
    query = select(Organisation).where(Organisation.active, Organisation.kind.in_(kinds))
    return session.scalars(query.order_by(Organisation.name).limit(most)).all()


def waiting(session: Session, actor: Actor) -> list[Waiting]:
    """What waits for the people of a yard: counts to make, variances to approve, goods and lorries to send off.

    An owner reads which of his delivery orders have run out.
    """
    if actor.org_kind in (OrgKind.PIPE_MAKER, OrgKind.TRADER, OrgKind.OPERATOR):
        return [one for one in delivery_waiting.for_owner(session, actor) if one.count]
    if actor.org_kind is not OrgKind.WAREHOUSE:
        return []
    counting, variances = N_("%(count)s stocktakes are being counted"), N_("%(count)s variances wait for approval")
    loading = N_("%(count)s lorries are being loaded")
    found: list[Waiting] = []
    if actor.has_role(Role.COUNTER, Role.KEEPER, Role.ADMIN):
        open_ = _how_many(session, actor, Stocktake, Stocktake.status == StocktakeStatus.OPEN)
        found.append(Waiting(counting, open_, url_for("inventory_pages.stocktakes")))
    if actor.has_role(Role.INSPECTOR, Role.KEEPER, Role.ADMIN):
        closed = _how_many(session, actor, Stocktake, _may_approve(actor))
        found.append(Waiting(variances, closed, url_for("inventory_pages.stocktakes")))
        stopped = _how_many(session, actor, Receipt, _is_stopped())
        found.append(
            Waiting(N_("%(count)s receipts wait for a decision"), stopped, url_for("inventory_pages.receipts"))
        )
    if actor.has_role(Role.INSPECTOR, Role.ADMIN):
        reports, proposals = quality.waiting(session, actor)
        found.append(Waiting(N_("%(count)s defect reports are open"), reports, url_for("inventory_pages.defects")))
        to_decide = N_("%(count)s dispositions wait for your decision")
        found.append(Waiting(to_decide, proposals, url_for("inventory_pages.defects")))
    if actor.has_role(Role.KEEPER, Role.ADMIN):
        lorries = _how_many(session, actor, StockIssue, StockIssue.status == IssueStatus.OPEN)
        found.append(Waiting(loading, lorries, url_for("inventory_pages.issues")))
    found += delivery_waiting.for_yard(session, actor)
    return [one for one in found if one.count]


def _how_many(
    session: Session,
    actor: Actor,
    table: type[Stocktake] | type[StockIssue] | type[Receipt],
    condition: ColumnElement[bool],
) -> int:
    own = visibility.documents(actor, table.warehouse_id)
    return session.scalar(select(func.count()).select_from(table).where(own, condition)) or 0


def _is_stopped() -> ColumnElement[bool]:
    """A receipt waits for a decision: before its posting, or because it was weighed after it."""
    late = exists().where(ReceiptStop.receipt_id == Receipt.id, ReceiptStop.decision.is_(None))
    return (Receipt.status == ReceiptStatus.STOPPED) | ((Receipt.status == ReceiptStatus.POSTED) & late)


def _may_approve(actor: Actor) -> ColumnElement[bool]:
    counted = exists().where(StocktakeCount.stocktake_id == Stocktake.id, StocktakeCount.counted_by == actor.user_id)
    return (Stocktake.status == StocktakeStatus.CLOSED) & (Stocktake.closed_by != actor.user_id) & ~counted
