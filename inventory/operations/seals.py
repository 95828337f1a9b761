"""Sealing the moves of each warehouse in a chain of its own, off the way of the scanners.

A seal in the transaction of a scan would put all scanners of a yard into one queue; so a job follows them.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from inventory.models import StockMove, Warehouse
from steelyard.core import sealing
from steelyard.core.sealing import SealReport

MOST_BLOCKS = 20
"""Blocks of one warehouse in one turn of the job: after a great import the next turns go on."""


def stream_of(warehouse_id: int) -> str:
    """The name of a warehouse's chain."""
    return f"moves:{warehouse_id}"


def leaf(move: StockMove) -> dict[str, Any]:
    """What a seal covers of a move: everything, as plain JSON values."""
    moments = {name: getattr(move, name).isoformat() for name in ("event_at", "recorded_at")}
    plain = {column.key: getattr(move, column.key) for column in StockMove.__table__.columns}
    return {name: moments.get(name, value) for name, value in plain.items() if name not in {"epoch", "txid"}}


def seal_moves(session: Session) -> None:
    """Seal the new moves of every warehouse."""
    for warehouse_id in session.scalars(select(Warehouse.id).order_by(Warehouse.id)).all():
        own = StockMove.warehouse_id == warehouse_id
        for _ in range(MOST_BLOCKS):
            if sealing.seal(session, stream_of(warehouse_id), StockMove, leaf, where=own) is None:
                break


def verify_seals(session: Session, known: Mapping[str, Mapping[int, str]] | None = None) -> Iterator[SealReport]:
    """Prove the chain of every warehouse; ``known`` maps streams to the exported hashes of their blocks."""
    exported = known or {}
    for warehouse_id in session.scalars(select(Warehouse.id).order_by(Warehouse.id)).all():
        stream = stream_of(warehouse_id)
        own = StockMove.warehouse_id == warehouse_id
        yield sealing.verify_stream(session, stream, StockMove, leaf, where=own, known=exported.get(stream))


def heads(session: Session) -> dict[str, dict[int, str]]:
    """The number and hash of the last block of each chain, to be kept where nobody of the yard can write."""
    found = {}
    for warehouse_id in session.scalars(select(Warehouse.id).order_by(Warehouse.id)).all():
        block = sealing.head(session, stream_of(warehouse_id))
        if block is not None:
            found[block.stream] = {block.number: block.hash}
    return found
