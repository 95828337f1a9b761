"""Sealing the moves and the genealogy of each warehouse in chains of their own, off the way of the scanners.

A seal in the transaction of a scan would put all scanners of a yard into one queue; so a job follows them.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from inventory.genealogy_models import BundleEdge
from inventory.models import StockMove, Warehouse
from steelyard.core import sealing
from steelyard.core.sealing import SealReport

MOST_BLOCKS = 20
"""Blocks of one chain in one turn of the job: after a great import the next turns go on."""
SEALED: Mapping[str, type[StockMove] | type[BundleEdge]] = {"moves": StockMove, "edges": BundleEdge}
"""What is sealed, by the word with which the names of its chains begin."""


def stream_of(what: str, warehouse_id: int) -> str:
    """The name of a warehouse's chain."""
    return f"{what}:{warehouse_id}"


def leaf(row: StockMove | BundleEdge) -> dict[str, Any]:
    """What a seal covers of a move or of an edge of the genealogy: everything, as plain JSON values."""
    plain: dict[str, Any] = {column.key: getattr(row, column.key) for column in type(row).__table__.columns}
    plain |= {name: plain[name].isoformat() for name in ("event_at", "recorded_at") if name in plain}
    return {name: value for name, value in plain.items() if name not in {"epoch", "txid"}}


def seal_ledger(session: Session) -> None:
    """Seal the new moves and the new edges of the genealogy of every warehouse."""
    for what, table, warehouse_id in _chains(session):
        own = table.warehouse_id == warehouse_id
        for _ in range(MOST_BLOCKS):
            if sealing.seal(session, stream_of(what, warehouse_id), table, leaf, where=own) is None:
                break


def verify_seals(session: Session, known: Mapping[str, Mapping[int, str]] | None = None) -> Iterator[SealReport]:
    """Prove the chains of every warehouse; ``known`` maps streams to the exported hashes of their blocks."""
    exported = known or {}
    for what, table, warehouse_id in _chains(session):
        stream, own = stream_of(what, warehouse_id), table.warehouse_id == warehouse_id
        yield sealing.verify_stream(session, stream, table, leaf, where=own, known=exported.get(stream))


def heads(session: Session) -> dict[str, dict[int, str]]:
    """The number and hash of the last block of each chain, to be kept where nobody of the yard can write."""
    found = {}
    for what, _, warehouse_id in _chains(session):
        block = sealing.head(session, stream_of(what, warehouse_id))
        if block is not None:
            found[block.stream] = {block.number: block.hash}
    return found


def _chains(session: Session) -> list[tuple[str, type[Any], int]]:
    warehouses = session.scalars(select(Warehouse.id).order_by(Warehouse.id)).all()
    return [(what, table, id_) for id_ in warehouses for what, table in SEALED.items()]
