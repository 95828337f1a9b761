"""Reading what became of bundles: processes with what went in, came out and was lost; title transfers; mixed heats."""

from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import BigInteger, Select, and_, or_, select
from sqlalchemy.orm import Session, aliased

from inventory import lineage, visibility
from inventory.genealogy_models import (
    BundleEdge,
    ProcessLoss,
    StockProcess,
    TitleTransfer,
    TitleTransferLine,
)
from inventory.models import Bundle, Heat, Place, StockMove
from inventory.queries import Record
from steelyard.accounts.models import Organisation
from steelyard.core.actors import Actor
from steelyard.core.errors import NotFound
from steelyard.core.rowset import rowset

_AMOUNTS = ("pieces", "length_mm", "mass_g")


def processes(actor: Actor, wanted: Mapping[str, Any]) -> Select[StockProcess]:
    """Processes, narrowed by yard, kind, number and furnace charge."""
    query = select(StockProcess).where(visibility.documents(actor, StockProcess.warehouse_id, StockProcess.owner_id))
    for name in ("warehouse_id", "kind", "number", "furnace_charge"):
        if wanted.get(name) is not None:
            query = query.where(getattr(StockProcess, name) == wanted[name])
    return query


def open_to(session: Session, actor: Actor, bundle: Record) -> set[int]:
    """The ids of a bundle's processes that the reader may open: what was done before he owned it was another's."""
    ids = [told["id"] for told in (bundle["made_by"], bundle["worked_on_by"]) if told is not None]
    query = processes(actor, {}).where(StockProcess.id.in_(ids)).with_only_columns(StockProcess.id)
    return set(session.scalars(query)) if ids else set()


def process(session: Session, actor: Actor, process_id: int) -> Record:
    """A process with its lines; raises ``NotFound``."""
    found = session.scalars(processes(actor, {}).where(StockProcess.id == process_id)).one_or_none()
    if found is None:
        raise NotFound
    undone = session.scalars(select(StockProcess.number).where(StockProcess.reverses_id == process_id)).one_or_none()
    reverses = session.get(StockProcess, found.reverses_id) if found.reverses_id else None
    return {
        **{column.key: getattr(found, column.key) for column in StockProcess.__table__.columns},
        "owner_org_id": found.owner_id,
        "owner_name": session.get_one(Organisation, found.owner_id).name,
        "reversed_by": undone,
        "reverses": reverses.number if reverses else None,
        "heatings": found.parameters.get("heatings", []),
        "standard": found.parameters.get("standard"),
        "lines": _lines(session, actor, found),
    }


def _lines(session: Session, actor: Actor, found: StockProcess) -> list[Record]:
    """What went in, came out and was lost, line by line; a counter-document has no lines of its own."""
    lines: dict[int, Record] = {}
    sides: dict[tuple[int, str, int], None] = {}
    edges = select(BundleEdge.line, BundleEdge.parent_id, BundleEdge.child_id).where(BundleEdge.process_id == found.id)
    for line, parent_id, child_id in session.execute(edges.order_by(BundleEdge.id)):
        sides[line, "inputs", parent_id] = sides[line, "outputs", child_id] = None
    losses = session.scalars(select(ProcessLoss).where(ProcessLoss.process_id == found.id).order_by(ProcessLoss.id))
    lost: dict[tuple[int, str], dict[str, int]] = {}
    for loss in losses:
        sides[loss.line, "inputs", loss.parent_id] = None
        total = lost.setdefault((loss.line, loss.kind), dict.fromkeys(_AMOUNTS, 0))
        for name in _AMOUNTS:
            total[name] += getattr(loss, name)
    bundles = _moved(session, actor, found.number, {bundle_id for _, _, bundle_id in sides})
    for line, side, bundle_id in sides:
        entry = lines.setdefault(line, {"line": line, "inputs": [], "outputs": [], "losses": []})
        entry[side].append(bundles[bundle_id])
    for (line, kind), total in lost.items():
        lines[line]["losses"].append({"kind": kind, **total})
    return [lines[number] for number in sorted(lines)]


def _moved(session: Session, actor: Actor, number: str, bundle_ids: Collection[int]) -> dict[int, Record]:
    """Each bundle with how much of it the document took out of the yard or brought into it.

    ``shown`` says whether the reader still sees the bundle itself: it may be another's by now, or was never there.
    """
    source, target = aliased(Place), aliased(Place)
    wanted = rowset(session, "wanted", {"id": BigInteger()}, [{"id": id_} for id_ in sorted(bundle_ids)])
    query = (
        select(
            Bundle.id.label("bundle_id"), Bundle.tag, Heat.heat_number, Heat.mill_name, Bundle.piece_length_mm,
            lineage.IS_MIXED.label("mixed_heats"),
            StockMove.pieces, StockMove.length_mm, StockMove.mass_g,
            and_(visibility.bundles(actor), Bundle.voided == 0).label("shown"),
        )
        .join(wanted, wanted.c.id == StockMove.bundle_id)
        .join(Bundle, Bundle.id == StockMove.bundle_id)
        .join(Heat, Heat.id == Bundle.heat_id)
        .join(source, source.id == StockMove.from_place_id)
        .join(target, target.id == StockMove.to_place_id)
        .where(StockMove.document_number == number, or_(source.is_real, target.is_real))
    )  # fmt: skip
    return {row.bundle_id: dict(row._mapping) for row in session.execute(query)}


def titles(actor: Actor, wanted: Mapping[str, Any]) -> Select[TitleTransfer]:
    """Title transfers of the yards one runs and of goods one gave, or got once they were confirmed."""
    got = (TitleTransfer.to_owner_id == actor.org_id) & (TitleTransfer.status == "confirmed")
    seen = or_(visibility.documents(actor, TitleTransfer.warehouse_id, TitleTransfer.from_owner_id), got)
    query = select(TitleTransfer).where(seen)
    for name in ("warehouse_id", "status", "order_number"):
        if wanted.get(name) is not None:
            query = query.where(getattr(TitleTransfer, name) == wanted[name])
    return query


def title(session: Session, actor: Actor, transfer_id: int) -> Record:
    """A title transfer with its bundles; raises ``NotFound``."""
    found = session.scalars(titles(actor, {}).where(TitleTransfer.id == transfer_id)).one_or_none()
    if found is None:
        raise NotFound
    rows = session.execute(
        select(
            Bundle.id.label("bundle_id"),
            Bundle.tag,
            Heat.heat_number,
            Bundle.certificate_number,
            lineage.IS_MIXED.label("mixed_heats"),
        )
        .join(TitleTransferLine, TitleTransferLine.bundle_id == Bundle.id)
        .join(Heat, Heat.id == Bundle.heat_id)
        .where(TitleTransferLine.transfer_id == transfer_id)
        .order_by(Bundle.id)
    )
    return {
        **{column.key: getattr(found, column.key) for column in TitleTransfer.__table__.columns},
        "from_owner_org_id": found.from_owner_id,
        "to_owner_org_id": found.to_owner_id,
        "from_owner_name": session.get_one(Organisation, found.from_owner_id).name,
        "to_owner_name": session.get_one(Organisation, found.to_owner_id).name,
        "lines": [dict(row._mapping) for row in rows],
    }
