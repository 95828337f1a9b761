"""Trace (追溯): forward from a heat to its bundles and waybills, backward from a bundle to mill and certificate."""

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import BigInteger, Select, select, union_all
from sqlalchemy.orm import Session, aliased

from inventory import queries, visibility
from inventory.genealogy_models import HeatPart
from inventory.models import (
    Bundle,
    Heat,
    Place,
    Product,
    Receipt,
    StockIssue,
    StockMove,
)
from inventory.queries import Record
from inventory.states import Document, PlaceKind
from inventory.steps import StepKind, kind_of
from steelyard.core.actors import Actor
from steelyard.core.errors import NotFound, Refused
from steelyard.core.i18n import N_
from steelyard.core.rowset import rowset

MOST_STEPS = 10_000
"""Most moves of one trace; a bundle has a dozen, the longest known genealogy of a heat a few thousand."""
MOST_TRACED = 2_000
"""Most bundles of one trace of a heat."""


class TraceTooLong(Refused):
    """More moves or bundles than one trace holds."""

    code = "trace_too_long"
    message = N_(
        "This trace has more than %(bundles)s bundles or %(steps)s moves. Take descendants, recall list and moves page "
        "by page."
    )


def bundle_trace(session: Session, actor: Actor, bundle_id: int, newest: int | None = None) -> Record:
    """A bundle and its whole way, or the ``newest`` steps of it; raises ``NotFound`` and ``TraceTooLong``."""
    found = queries.bundle(session, actor, bundle_id)
    return {"bundle": found, "steps": steps(session, [bundle_id], newest)}


def heats(session: Session, actor: Actor, heat_number: str | None, after: int | None, limit: int) -> queries.Page:
    """Heats of which the actor sees a bundle, by number."""
    seen = select(Bundle.heat_id).where(visibility.bundles(actor))
    query = select(Heat).where(Heat.id.in_(seen))
    if heat_number is not None:
        query = query.where(Heat.heat_number == heat_number)
    if after is not None:
        query = query.where(Heat.id > after)
    rows = session.scalars(query.order_by(Heat.id).limit(limit + 1)).all()
    return [_heat(heat) for heat in rows[:limit]], (rows[limit - 1].id if len(rows) > limit else None)


def heat_trace(session: Session, actor: Actor, heat_id: int) -> Record:
    """A heat with all bundles of it that the actor sees, their ways, and where the mass went.

    Raises ``NotFound`` and ``TraceTooLong``.
    """
    heat = session.get(Heat, heat_id)
    found, more = heat_traces(session, actor, [_heat(heat)] if heat else [], MOST_TRACED)
    if not found:
        raise NotFound
    if more:
        raise TraceTooLong(bundles=MOST_TRACED, steps=MOST_STEPS)
    return found[0]


def heat_traces(session: Session, actor: Actor, heats_wanted: Sequence[Record], most: int) -> tuple[list[Record], bool]:
    """The traces of several heats in as many statements as one takes, without heats of which nothing is seen.

    A bundle of several heats belongs to the trace of each. No more than ``most`` bundles in all are read; the answer
    says whether there were more. Raises ``TraceTooLong``.
    """
    rows = session.execute(_bundles_of(session, actor, heats_wanted, most)).all()
    heats_of: dict[int, list[int]] = {}
    for bundle_id, heat_id in rows[:most]:
        heats_of.setdefault(bundle_id, []).append(heat_id)
    way = steps(session, heats_of)
    ways: dict[int, list[Record]] = {}
    for step in way:
        for heat_id in heats_of[step["bundle_id"]]:
            ways.setdefault(heat_id, []).append(step)
    bundles: dict[int, list[Record]] = {}
    for summary in _summaries(session, actor, heats_of, way):
        for heat_id in heats_of[summary["bundle_id"]]:
            bundles.setdefault(heat_id, []).append(summary)
    found = [
        {**heat, "bundles": bundles[heat["id"]], "steps": ways[heat["id"]], "balance": _balance(ways[heat["id"]])}
        for heat in heats_wanted
        if heat["id"] in ways
    ]
    return found, len(rows) > most


def _bundles_of(session: Session, actor: Actor, heats_wanted: Sequence[Record], most: int) -> Select[Any]:
    """The bundles of the heats, those of their mixtures too, each with the heat for which it was found."""
    ids = [{"id": heat["id"]} for heat in heats_wanted]
    wanted = rowset(session, "heats", {"id": BigInteger()}, ids)
    seen = (Bundle.voided == 0, visibility.bundles(actor))
    direct = select(Bundle.id, wanted.c.id.label("heat_id")).join(wanted, wanted.c.id == Bundle.heat_id).where(*seen)
    mixed = (
        select(Bundle.id, wanted.c.id.label("heat_id"))
        .join(HeatPart, HeatPart.heat_id == Bundle.heat_id)
        .join(wanted, wanted.c.id == HeatPart.part_id)
        .where(*seen)
    )
    both = union_all(direct, mixed).subquery("both")
    return select(both.c.id, both.c.heat_id).order_by(both.c.heat_id, both.c.id).limit(most + 1)


def _heat(heat: Heat) -> Record:
    return {"id": heat.id, "heat_number": heat.heat_number, "mill_name": heat.mill_name}


def steps(session: Session, bundle_ids: Collection[int], newest: int | None = None) -> list[Record]:
    """The moves of the bundles in order, or the ``newest`` of them, with documents, places and people's words.

    Raises ``TraceTooLong`` where all are asked for and are too many.
    """
    wanted = rowset(session, "wanted", {"id": BigInteger()}, [{"id": id_} for id_ in sorted(set(bundle_ids))])
    source, target = aliased(Place), aliased(Place)
    query = (
        select(StockMove, Bundle.tag, source.code, source.kind, target.code, target.kind)
        .join(wanted, wanted.c.id == StockMove.bundle_id)
        .join(Bundle, Bundle.id == StockMove.bundle_id)
        .join(source, source.id == StockMove.from_place_id)
        .join(target, target.id == StockMove.to_place_id)
        .order_by(StockMove.id.desc())
        .limit(MOST_STEPS + 1 if newest is None else newest)
    )
    rows = session.execute(query).all()[::-1]
    if newest is None and len(rows) > MOST_STEPS:
        raise TraceTooLong(bundles=MOST_TRACED, steps=MOST_STEPS)
    papers = papers_of(session, {move.document_number for move, *_ in rows if move.document_number})
    return [_step(papers, *row) for row in rows]


def _step(
    papers: dict[str, Record], move: StockMove, tag: str, source: str, source_kind: str, target: str, target_kind: str
) -> Record:
    number = move.document_number
    return {
        "move_id": move.id, "bundle_id": move.bundle_id, "tag": tag,
        "kind": kind_of(PlaceKind(source_kind), PlaceKind(target_kind), reverses=move.reverses_id is not None),
        "from_place": source, "from_kind": source_kind, "to_place": target, "to_kind": target_kind,
        "pieces": move.pieces, "length_mm": move.length_mm, "mass_g": move.mass_g,
        "document_kind": move.document_kind, "document_number": number, "reverses_id": move.reverses_id,
        "event_at": move.event_at, "recorded_at": move.recorded_at,
        "advice_number": None, "waybill_number": None, "plate": None, **papers.get(number or "", {}),
    }  # fmt: skip


def papers_of(session: Session, numbers: Collection[str]) -> dict[str, Record]:
    """What receipts and issues say beside the move: the advice, the waybill, the lorry."""
    receipts = select(Receipt.number, Receipt.advice_number, Receipt.plate).where(Receipt.number.in_(numbers))
    issues = select(StockIssue.number, StockIssue.waybill_number, StockIssue.plate).where(
        StockIssue.number.in_(numbers)
    )
    found: dict[str, Record] = {
        number: {"advice_number": advice, "plate": plate} for number, advice, plate in session.execute(receipts)
    }
    for number, waybill, plate in session.execute(issues):
        found[number] = {"waybill_number": waybill, "plate": plate}
    return found


def _summaries(session: Session, actor: Actor, ids: Collection[int], way: Sequence[Record]) -> list[Record]:
    """One record for each bundle: what it is, on which papers it came and went, where it is now."""
    wanted = rowset(session, "wanted", {"id": BigInteger()}, [{"id": id_} for id_ in sorted(ids)])
    rows = session.execute(
        queries.bundle_rows(actor).join(wanted, wanted.c.id == Bundle.id).order_by(Bundle.id, Product.id)
    )
    found: dict[int, Record] = {}
    for row in rows:
        entry = queries.record(row)
        kept = found.get(entry["bundle_id"])
        if kept is None or (entry["in_stock"] and not kept["in_stock"]):
            found[entry["bundle_id"]] = {**entry, "receipt_number": None, "advice_number": None, "waybill_number": None}
    for step in way:
        entry = found[step["bundle_id"]]
        if step["document_kind"] == Document.RECEIPT:
            entry["receipt_number"], entry["advice_number"] = step["document_number"], step["advice_number"]
        elif step["kind"] is StepKind.ISSUED:
            entry["waybill_number"] = step["waybill_number"]
        elif step["from_kind"] == PlaceKind.CUSTOMER and step["kind"] is not StepKind.WEIGHED:
            entry["waybill_number"] = None
    return list(found.values())


def _balance(way: Sequence[Record]) -> Record:
    """Mass in grams that came in, went out to customers, was lost or gained in counts, and must lie in stock."""
    flow = dict.fromkeys(PlaceKind, 0)
    for step in way:
        flow[PlaceKind(step["from_kind"])] -= step["mass_g"]
        flow[PlaceKind(step["to_kind"])] += step["mass_g"]
    other = sum(mass for kind, mass in flow.items() if kind not in {PlaceKind.REAL, PlaceKind.MILL, PlaceKind.CUSTOMER})
    return {
        "received_g": -flow[PlaceKind.MILL],
        "issued_g": flow[PlaceKind.CUSTOMER],
        "other_g": other,
        "in_stock_g": flow[PlaceKind.REAL],
    }
