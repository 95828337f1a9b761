"""The whole genealogy of a heat or a bundle as nodes and edges, for programs that draw or check it.

Thousands of bundles are one answer: one statement walks down and reads what is told of each, and its rows become JSON
as they come. A schema that looks at every field would take longer than the database.
"""

from collections.abc import Iterable
from json.encoder import encode_basestring as quoted
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from inventory import lineage, visibility
from inventory.genealogy_models import BundleEdge
from inventory.models import Bundle, Place, StockBalance
from steelyard.api.calls import Written
from steelyard.core.actors import Actor
from steelyard.core.errors import Refused
from steelyard.core.i18n import N_

MOST_NODES = 10_000
_MOST_ROWS = 4 * MOST_NODES
"""A bundle comes once for each parent and each place at which some of it stands."""
_NODE = '{"bundle_id":%d,"tag":%s,"heat_id":%d,"piece_length_mm":%d,"place_kind":%s,"place":%s,"pieces":%d,"mass_g":%d}'
_EDGE = '{"parent_id":%d,"child_id":%d,"process_id":%d,"mass_g":%d}'


class GenealogyTooLarge(Refused):
    """More bundles than one answer holds."""

    code = "genealogy_too_large"
    message = N_("More than %(most)s bundles descend from this. Take them page by page.")


def genealogy(session: Session, actor: Actor, seeds: Select[Any]) -> Written:
    """The bundles that the actor sees of a descent, with where most of each stands, and the edges between them.

    Raises ``GenealogyTooLarge``.
    """
    rows = session.connection().execute(_walked(session, actor, seeds)).all()  # plain rows, no entities
    nodes = _nodes(rows)
    if len(nodes) > MOST_NODES or len(rows) > _MOST_ROWS:
        raise GenealogyTooLarge(most=MOST_NODES)
    edges = sorted({tuple(row[:4]) for row in rows if row[0] in nodes})
    told = ",".join(
        _NODE % (id_, quoted(tag), heat_id, length, quoted(kind), quoted(place), pieces, mass_g)
        for id_, (_, _, tag, heat_id, length, kind, place, pieces, mass_g) in sorted(nodes.items())
    )
    return Written(f'{{"nodes":[{told}],"edges":[{",".join(_EDGE % edge for edge in edges)}]}}')


def _walked(session: Session, actor: Actor, seeds: Select[Any]) -> Select[Any]:
    """The bundles of a descent, with each parent of each and each place at which some of it stands."""
    columns: tuple[Any, ...] = (
        BundleEdge.parent_id, BundleEdge.child_id, BundleEdge.process_id, BundleEdge.mass_g.label("share_g"),
        StockBalance.is_real, Bundle.id, Bundle.tag, Bundle.heat_id, Bundle.piece_length_mm,
        Place.kind, Place.code, StockBalance.pieces, StockBalance.mass_g,
    )  # fmt: skip
    return (
        select(*columns)
        .select_from(Bundle)
        .join(StockBalance, (StockBalance.bundle_id == Bundle.id) & (StockBalance.pieces > 0))
        .join(Place, Place.id == StockBalance.place_id)
        .outerjoin(BundleEdge, BundleEdge.child_id == Bundle.id)
        .where(lineage.among(session, Bundle.id, lineage.forward(seeds)), Bundle.voided == 0)
        .where(visibility.bundles(actor))
        .limit(_MOST_ROWS + 1)
    )


def _nodes(rows: Iterable[Any]) -> dict[int, tuple[Any, ...]]:
    """Of each bundle the place in the yard, else the one with most of it."""
    best: dict[int, tuple[Any, ...]] = {}
    for row in rows:
        one = row[4:]
        kept = best.get(one[1])
        if kept is None or (one[0], one[7]) > (kept[0], kept[7]):
            best[one[1]] = one
    return best
