"""Undoing a process by a counter-document, where nothing has happened to its bundles since."""

from sqlalchemy import BigInteger, and_, exists, func, select
from sqlalchemy.orm import Session, aliased

from inventory import errors, scanning
from inventory.genealogy_models import BundleEdge, StockProcess
from inventory.models import Bundle, StockMove
from inventory.operations import announcing, ledger, yard
from inventory.operations.moving import movement_of
from inventory.operations.processing import PREFIXES
from inventory.operations.scope import own_warehouse
from inventory.states import Document, ProcessKind
from steelyard.core import audit
from steelyard.core.actors import Actor
from steelyard.core.clock import business_date
from steelyard.core.errors import NotFound
from steelyard.core.numbering import next_number
from steelyard.core.rowset import rowset


def reverse(session: Session, actor: Actor, process_id: int, reason: str) -> StockProcess:
    """Undo a process: its inputs lie again where they lay, its outputs were never there and free their tags.

    Raises ``NotFound``, ``ProcessNotReversible``, and ``BundleEncumbered`` or ``BundleQuarantined`` where an output is
    held.
    """
    process = session.get(StockProcess, process_id)
    if process is None:
        raise NotFound
    warehouse = own_warehouse(session, actor, process.warehouse_id)
    edges = session.execute(
        select(BundleEdge.parent_id, BundleEdge.child_id).where(BundleEdge.process_id == process_id)
    ).all()
    children, bundles = {child for _, child in edges}, {id_ for edge in edges for id_ in edge}
    yard.lock_by_ids(session, bundles)
    moves = _moves(session, process, bundles)
    for bundle_id, hold in sorted(yard.held(session, children).items()):
        scanning.check_free(yard.bundle_view(bundle_id, session.get_one(Bundle, bundle_id).tag, [], hold))
    stamp = yard.stamp(session, actor, warehouse.id, yard.virtual_places(session, warehouse.id))
    counter = _counter_document(session, stamp, process, reason)
    postings = [
        ledger.Posting(
            movement_of(move).reversed(), Document.PROCESS, counter.number, stamp.recorded_at, reverses_id=move.id
        )
        for move in reversed(moves)
    ]
    ledger.post(session, stamp, postings)
    _void(session, counter, children)
    subject = f"process:{process.number}"
    audit.record(session, actor, "inventory.process_reversed", subject, {"by": counter.number, "reason": reason})
    announcing.announce(
        session, "process_reversed", subject, warehouse, [process.owner_id],
        {
            "process_id": process.id, "number": process.number, "by": counter.number, "kind": process.kind,
            "owner_org_id": process.owner_id,
        },
    )  # fmt: skip
    return counter


def _counter_document(session: Session, stamp: ledger.Stamp, process: StockProcess, reason: str) -> StockProcess:
    moment = stamp.recorded_at
    counter = StockProcess(
        number=next_number(session, PREFIXES.get(ProcessKind(process.kind), "JG"), business_date(moment)),
        warehouse_id=stamp.warehouse_id, owner_id=process.owner_id, kind=process.kind, reason=reason, parameters={},
        reverses_id=process.id, event_at=moment, recorded_at=moment, posted_by=stamp.actor_id,
    )  # fmt: skip
    session.add(counter)
    session.flush()
    return counter


def _moves(session: Session, process: StockProcess, bundles: set[int]) -> list[StockMove]:
    """The moves of the process in their order; raises ``ProcessNotReversible`` where a bundle has a later one.

    Later moves that were themselves undone left no trace in the balances, so they do not stand in the way.
    """
    undone = session.scalar(select(exists().where(StockProcess.reverses_id == process.id)))
    if undone or process.reverses_id is not None:
        raise errors.ProcessNotReversible(number=process.number)
    query = select(StockMove).where(StockMove.document_number == process.number).order_by(StockMove.id)
    moves = list(session.scalars(query))
    own = {move.id for move in moves}
    wanted = rowset(session, "wanted", {"id": BigInteger()}, [{"id": id_} for id_ in sorted(bundles)])
    counter = aliased(StockMove)
    stands = and_(StockMove.reverses_id.is_(None), ~exists().where(counter.reverses_id == StockMove.id))
    newest = select(func.max(StockMove.id)).join(wanted, wanted.c.id == StockMove.bundle_id).where(stands)
    if not own.issuperset(session.scalars(newest.group_by(StockMove.bundle_id))):
        raise errors.ProcessNotReversible(number=process.number)
    return moves


def _void(session: Session, counter: StockProcess, children: set[int]) -> None:
    counters = select(StockMove.bundle_id, func.max(StockMove.id)).where(StockMove.document_number == counter.number)
    last: dict[int, int] = dict(session.execute(counters.group_by(StockMove.bundle_id)).all())
    query = select(Bundle).where(Bundle.id.in_(children)).execution_options(populate_existing=True)
    for bundle in session.scalars(query):
        bundle.voided = last[bundle.id]
    session.flush()
