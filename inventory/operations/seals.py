"""Sealing moves, edges, processes and their losses of each warehouse in chains of their own, off the scanners' way.

A seal in the transaction of a scan would put all scanners of a yard into one queue; so a job follows them.
"""

from collections.abc import Iterator, Mapping
from typing import Any, cast

from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.orm import Session

from inventory.genealogy_models import BundleEdge, ProcessLoss, StockProcess
from inventory.models import StockMove, Warehouse
from steelyard.core import sealing
from steelyard.core.sealing import SealReport

MOST_BLOCKS = 20
"""Blocks of one chain in one turn of the job: after a great import the next turns go on."""
Row = StockMove | BundleEdge | StockProcess | ProcessLoss
SEALED: Mapping[str, type[Row]] = {
    "moves": StockMove, "edges": BundleEdge, "processes": StockProcess, "losses": ProcessLoss,
}  # fmt: skip
"""What is sealed, by the word with which the names of its chains begin."""


def stream_of(what: str, warehouse_id: int) -> str:
    """The name of a warehouse's chain."""
    return f"{what}:{warehouse_id}"


def leaf(row: Row) -> dict[str, Any]:
    """What a seal covers of a row: everything, as plain JSON values."""
    plain: dict[str, Any] = {column.key: getattr(row, column.key) for column in type(row).__table__.columns}
    plain |= {name: plain[name].isoformat() for name in ("event_at", "recorded_at") if name in plain}
    return {name: value for name, value in plain.items() if name not in {"epoch", "txid"}}


def seal_ledger(session: Session) -> None:
    """Seal what is new in the chains of every warehouse."""
    for stream, table, own in _chains(session):
        for _ in range(MOST_BLOCKS):
            if sealing.seal(session, stream, table, leaf, where=own) is None:
                break


def verify_seals(session: Session, known: Mapping[str, Mapping[int, str]] | None = None) -> Iterator[SealReport]:
    """Prove the chains of every warehouse; ``known`` maps streams to the exported hashes of their blocks."""
    exported = known or {}
    for stream, table, own in _chains(session):
        yield sealing.verify_stream(session, stream, table, leaf, where=own, known=exported.get(stream))


def heads(session: Session) -> dict[str, dict[int, str]]:
    """The number and hash of the last block of each chain, to be kept where nobody of the yard can write."""
    found = {}
    for stream, _, _ in _chains(session):
        block = sealing.head(session, stream)
        if block is not None:
            found[block.stream] = {block.number: block.hash}
    return found


def _chains(session: Session) -> Iterator[tuple[str, type[Any], ColumnElement[bool]]]:
    """The chains by name, with their tables and the condition of what belongs to them."""
    for warehouse_id in session.scalars(select(Warehouse.id).order_by(Warehouse.id)).all():
        for what, table in SEALED.items():
            yield stream_of(what, warehouse_id), table, _own(table, warehouse_id)


def _own(table: type[Any], warehouse_id: int) -> ColumnElement[bool]:
    """What is of a warehouse: a loss where its process was."""
    if table is not ProcessLoss:
        return cast(ColumnElement[bool], table.warehouse_id == warehouse_id)
    return exists().where(StockProcess.id == ProcessLoss.process_id, StockProcess.warehouse_id == warehouse_id)
