"""The whole genealogy of a heat or a bundle as nodes and edges, for programs that draw or check it."""

from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from inventory import lineage, visibility
from inventory.genealogy_models import BundleEdge
from inventory.models import Bundle, Place, StockBalance
from inventory.queries import Record
from steelyard.core.actors import Actor
from steelyard.core.errors import Refused
from steelyard.core.i18n import N_

MOST_NODES = 10_000


class GenealogyTooLarge(Refused):
    """More bundles than one answer holds."""

    code = "genealogy_too_large"
    message = N_("More than %(most)s bundles descend from this. Take them page by page.")


def genealogy(session: Session, actor: Actor, seeds: Select[Any]) -> Record:
    """The bundles that the actor sees of a descent, with where most of each stands, and the edges between them.

    Two statements, each with the recursion in the database. Raises ``GenealogyTooLarge``.
    """
    nodes = _nodes(session, actor, seeds)
    if len(nodes) > MOST_NODES:
        raise GenealogyTooLarge(most=MOST_NODES)
    found = lineage.forward(seeds)
    edges = select(BundleEdge.parent_id, BundleEdge.child_id, BundleEdge.process_id, BundleEdge.mass_g).join(
        found, found.c.id == BundleEdge.parent_id
    )
    return {
        "nodes": [dict(zip(_NODE, row, strict=False)) for _, row in sorted(nodes.items())],
        "edges": [
            {"parent_id": parent, "child_id": child, "process_id": process, "mass_g": mass}
            for parent, child, process, mass in session.execute(edges)
            if parent in nodes and child in nodes
        ],
    }


_NODE = ("bundle_id", "tag", "heat_id", "piece_length_mm", "place_kind", "place", "mass_g", "pieces", "is_real")


def _nodes(session: Session, actor: Actor, seeds: Select[Any]) -> dict[int, Any]:
    found = lineage.forward(seeds)
    query = (
        select(
            Bundle.id, Bundle.tag, Bundle.heat_id, Bundle.piece_length_mm, Place.kind, Place.code,
            StockBalance.mass_g, StockBalance.pieces, StockBalance.is_real,
        )
        .join(found, found.c.id == Bundle.id)
        .join(StockBalance, (StockBalance.bundle_id == Bundle.id) & (StockBalance.pieces > 0))
        .join(Place, Place.id == StockBalance.place_id)
        .where(visibility.bundles(actor))
        .limit(4 * MOST_NODES)
    )  # fmt: skip
    best: dict[int, Any] = {}
    for row in session.execute(query):
        kept = best.get(row.id)
        if kept is None or (row.is_real, row.pieces) > (kept.is_real, kept.pieces):
            best[row.id] = row
    return best
