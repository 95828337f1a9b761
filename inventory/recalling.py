"""Trace over the genealogy and the moves (追溯): descendants, ancestors, the recall list, the balance of a heat.

Each reads the recursion in the database, bounded and paged; bundles that the reader does not see are left out, but what
his own goods were made of is named to him.
"""

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from sqlalchemy import CTE, BigInteger, Select, exists, func, select
from sqlalchemy.orm import Session, aliased

from inventory import lineage, queries, visibility
from inventory.genealogy_models import BundleEdge, ProcessLoss, StockProcess
from inventory.models import Bundle, Heat, Place, StockBalance, StockIssue, StockMove
from inventory.queries import Page, Record
from inventory.states import COATING_ADDED, PlaceKind
from steelyard.core.actors import Actor
from steelyard.core.errors import NotFound, Refused
from steelyard.core.i18n import N_
from steelyard.core.rowset import rowset

MOST_RECALLED = 50_000
"""Most bundles of one recall list; the longest known genealogy of a heat holds a few thousand."""
_CHUNK = 1_000


class RecallTooLong(Refused):
    """More descendants than one list holds."""

    code = "recall_too_long"
    message = N_("More than %(most)s bundles descend from this. Take them page by page over the API.")


def heat(session: Session, actor: Actor, heat_id: int) -> Heat:
    """A heat of which the actor sees a bundle, also one that is only a part of it; raises ``NotFound``."""
    seen = lineage.of_heat(heat_id).where(visibility.bundles(actor)).limit(1)
    found = session.get(Heat, heat_id)
    if found is None or session.scalars(seen).first() is None:
        raise NotFound
    return found


def descendants(session: Session, actor: Actor, seeds: Select[Any], wanted: Mapping[str, Any]) -> Page:
    """A page of the bundles and of all that was made of them, with their parents."""
    query = queries.each(actor).where(lineage.among(session, Bundle.id, lineage.forward(seeds)))
    records, after = queries.page(session, query, Bundle.id, wanted)
    parents = _parents(session, [record["bundle_id"] for record in records])
    return [{**record, "parents": parents.get(record["bundle_id"], [])} for record in records], after


def ancestors(session: Session, actor: Actor, bundle_id: int, wanted: Mapping[str, Any]) -> Page:
    """A page of what a bundle was made of, itself included; raises ``NotFound`` for one that the actor does not see.

    ``shown`` says whether the actor may read more of it than is told here.
    """
    _check(session, actor, bundle_id)
    found = lineage.among(session, Bundle.id, lineage.backward(lineage.of_bundle(bundle_id)))
    query = (
        select(
            Bundle.id.label("bundle_id"), Bundle.tag, Bundle.heat_id, Heat.heat_number, Heat.mill_name,
            Bundle.certificate_number, lineage.IS_MIXED.label("mixed_heats"),
            visibility.bundles(actor).label("shown"),
        )
        .join(Heat, Heat.id == Bundle.heat_id)
        .where(found)
    )  # fmt: skip
    limit = wanted.get("limit", 50)
    if wanted.get("after") is not None:
        query = query.where(Bundle.id > wanted["after"])
    rows = session.execute(query.order_by(Bundle.id).limit(limit + 1)).all()
    parents = _parents(session, [row.bundle_id for row in rows[:limit]])
    records = [{**row._mapping, "parents": parents.get(row.bundle_id, [])} for row in rows[:limit]]
    return records, (rows[limit - 1].bundle_id if len(rows) > limit else None)


def _check(session: Session, actor: Actor, bundle_id: int) -> None:
    query = select(Bundle.id).where(Bundle.id == bundle_id, Bundle.voided == 0, visibility.bundles(actor))
    if session.scalars(query).one_or_none() is None:
        raise NotFound


def seeds_of_bundle(session: Session, actor: Actor, bundle_id: int) -> Select[Any]:
    """The seeds of the descent of a bundle that the actor sees; raises ``NotFound``."""
    _check(session, actor, bundle_id)
    return lineage.of_bundle(bundle_id)


def seeds_of_heat(session: Session, actor: Actor, heat_id: int) -> Select[Any]:
    """The seeds of the descent of a heat of which the actor sees a bundle; raises ``NotFound``."""
    heat(session, actor, heat_id)
    return lineage.of_heat(heat_id)


def _parents(session: Session, bundle_ids: Collection[int]) -> dict[int, list[Record]]:
    ids = [{"id": id_} for id_ in sorted(set(bundle_ids))]
    wanted = rowset(session, "wanted", {"id": BigInteger()}, ids)
    query = (
        select(
            BundleEdge.child_id, BundleEdge.parent_id.label("bundle_id"), Bundle.tag, BundleEdge.pieces,
            BundleEdge.length_mm, BundleEdge.mass_g, StockProcess.id.label("process_id"), StockProcess.number,
            StockProcess.kind,
        )
        .join(wanted, wanted.c.id == BundleEdge.child_id)
        .join(Bundle, Bundle.id == BundleEdge.parent_id)
        .join(StockProcess, StockProcess.id == BundleEdge.process_id)
        .order_by(BundleEdge.id)
    )  # fmt: skip
    found: dict[int, list[Record]] = {}
    for row in session.execute(query):
        record = dict(row._mapping)
        found.setdefault(record.pop("child_id"), []).append(record)
    return found


def recall(session: Session, actor: Actor, seeds: Select[Any], wanted: Mapping[str, Any]) -> Page:
    """A page of where every descendant lies or went; what was made into others is left out, they stand for it."""
    found = lineage.among(session, Bundle.id, lineage.forward(seeds))
    query = queries.each(actor).where(found, Place.kind != PlaceKind.PROCESSING)
    records, after = queries.page(session, query, Bundle.id, wanted)
    return _with_papers(session, records), after


def whole_recall(session: Session, actor: Actor, seeds: Select[Any]) -> Iterator[Record]:
    """All rows of the recall list, the recursion read once; raises ``RecallTooLong``."""
    found = lineage.forward(seeds)
    ids = session.scalars(select(found.c.id).limit(MOST_RECALLED + 1)).all()
    if len(ids) > MOST_RECALLED:
        raise RecallTooLong(most=MOST_RECALLED)
    return _in_chunks(session, actor, sorted(ids))


def _in_chunks(session: Session, actor: Actor, ids: list[int]) -> Iterator[Record]:
    for start in range(0, len(ids), _CHUNK):
        chunk = [{"id": id_} for id_ in ids[start : start + _CHUNK]]
        wanted = rowset(session, "wanted", {"id": BigInteger()}, chunk)
        query = queries.each(actor).join(wanted, wanted.c.id == Bundle.id).where(Place.kind != PlaceKind.PROCESSING)
        rows = session.execute(query.order_by(Bundle.id))
        yield from _with_papers(session, [queries.record(row) for row in rows])


def _with_papers(session: Session, records: list[Record]) -> list[Record]:
    """The records with the waybill, lorry and moment by which each left the yard."""
    left = [{"id": record["bundle_id"]} for record in records if record["place_kind"] == PlaceKind.CUSTOMER]
    wanted = rowset(session, "wanted", {"id": BigInteger()}, left)
    query = (
        select(StockMove.bundle_id, StockIssue.number, StockIssue.waybill_number, StockIssue.plate, StockMove.event_at)
        .join(wanted, wanted.c.id == StockMove.bundle_id)
        .join(Place, Place.id == StockMove.to_place_id)
        .join(StockIssue, StockIssue.number == StockMove.document_number)
        .where(Place.kind == PlaceKind.CUSTOMER, StockMove.pieces > 0)
        .order_by(StockMove.id)
    )
    papers = {bundle_id: rest for bundle_id, *rest in session.execute(query)}
    names = ("issue_number", "waybill_number", "plate", "left_at")
    nothing = [None] * len(names)
    return [{**record, **dict(zip(names, papers.get(record["bundle_id"], nothing), strict=True))} for record in records]


def mass_balance(session: Session, actor: Actor, seeds: Select[Any]) -> Record:
    """Where the steel of a descent is: what came in is what is in stock, what went out and what was lost.

    Over the bundles that the actor sees: lengths in millimetres and masses in grams, from the balances.
    """
    found = lineage.forward(seeds)
    stood = _standing(session, actor, found)
    lost = _lost(session, actor, found)
    added = lost.pop(COATING_ADDED, (0, 0))
    nothing = (0, 0)
    received = _negative(stood.get(PlaceKind.MILL, nothing))
    scrapped = _minus(stood.get(PlaceKind.SCRAP, nothing), _sum(lost.values()))
    weighed = _sum([stood.get(PlaceKind.MASS_DIFFERENCE, nothing), added])
    incoming = {
        "received": received,
        "joined": _negative(stood.get(PlaceKind.PROCESSING, nothing)),
        "coating": added,
    }
    outgoing = {
        "in_stock": stood.get(PlaceKind.REAL, nothing),
        "issued": stood.get(PlaceKind.CUSTOMER, nothing),
        **lost,
        "scrapped": scrapped,
        "count_difference": stood.get(PlaceKind.COUNT_DIFFERENCE, nothing),
        "mass_difference": weighed,
    }
    total = _sum(incoming.values())
    return {
        "incoming": _lines(incoming, keep=("received",)),
        "outgoing": _lines(outgoing, keep=("in_stock", "issued")),
        "length_mm": total[0],
        "mass_g": total[1],
        "holds": total == _sum(outgoing.values()),
    }


Amount = tuple[int, int]
"""Length and mass."""


def _lines(amounts: Mapping[str, Amount], keep: Collection[str]) -> list[Record]:
    return [
        {"what": what, "length_mm": length, "mass_g": mass}
        for what, (length, mass) in amounts.items()
        if length or mass or what in keep
    ]


def _sum(amounts: Collection[Amount]) -> Amount:
    return sum(length for length, _ in amounts), sum(mass for _, mass in amounts)


def _negative(amount: Amount) -> Amount:
    return -amount[0], -amount[1]


def _minus(one: Amount, other: Amount) -> Amount:
    return one[0] - other[0], one[1] - other[1]


def _standing(session: Session, actor: Actor, found: CTE) -> dict[str, Amount]:
    query = (
        select(Place.kind, func.sum(StockBalance.length_mm), func.sum(StockBalance.mass_g))
        .join(Bundle, Bundle.id == StockBalance.bundle_id)
        .join(Place, Place.id == StockBalance.place_id)
        .where(lineage.among(session, StockBalance.bundle_id, found), visibility.bundles(actor))
        .group_by(Place.kind)
    )
    return {kind: (int(length), int(mass)) for kind, length, mass in session.execute(query)}


def _lost(session: Session, actor: Actor, found: CTE) -> dict[str, Amount]:
    counter = aliased(StockProcess)
    query = (
        select(ProcessLoss.kind, func.sum(ProcessLoss.length_mm), func.sum(ProcessLoss.mass_g))
        .join(Bundle, Bundle.id == ProcessLoss.parent_id)
        .where(lineage.among(session, ProcessLoss.parent_id, found), visibility.bundles(actor))
        .where(~exists().where(counter.reverses_id == ProcessLoss.process_id))
        .group_by(ProcessLoss.kind)
    )
    return {kind: (int(length), int(mass)) for kind, length, mass in session.execute(query)}
