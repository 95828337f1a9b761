"""Processes (加工、拆捆、并捆、换标): bundles go in, others come out, and what is lost has a name.

Inputs move to the virtual place ``processing``, outputs come from it, losses go from it to scrap, so that at that
place each line of a process leaves no length and no mass behind. What went in stands there as ``in_processing``, what
came out as ``expected``, so that a bundle that was made and went on is still found where it ended.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from sqlalchemy import BigInteger, Integer, String, Table, select
from sqlalchemy.orm import Session

from inventory import conserving, errors, making
from inventory.conserving import Balanced, Wanted
from inventory.genealogy_models import BundleEdge, ProcessLoss, StockProcess
from inventory.making import Line, Order, Output
from inventory.models import TAG, Bundle, Product, Warehouse
from inventory.operations import announcing, heats, holding, ledger, yard
from inventory.operations.products import product_for
from inventory.operations.scope import own_warehouse
from inventory.quantities import Movement, Position, Quantity
from inventory.scanning import YardView
from inventory.states import COATING_ADDED, PIECES_STAY, Document, PlaceKind, ProcessKind, State
from inventory.weights import Masses, theoretical_mass_g
from steelyard.core import audit
from steelyard.core.actors import Actor
from steelyard.core.clock import business_date
from steelyard.core.numbering import next_number
from steelyard.core.rowset import RowTypes, rowset

PREFIXES = {ProcessKind.SPLIT: "CF", ProcessKind.MERGE: "BK", ProcessKind.RETAG: "HB"}
EVENTS = {
    ProcessKind.SPLIT: "bundle_split", ProcessKind.MERGE: "bundles_merged", ProcessKind.RETAG: "bundle_retagged",
}  # fmt: skip
_INT, _STR, _SMALL = BigInteger(), String(), Integer()
_AMOUNT_TYPES: RowTypes = {"pieces": _INT, "length_mm": _INT, "mass_g": _INT}
_EDGE_TYPES: RowTypes = {
    "warehouse_id": _INT, "process_id": _INT, "line": _SMALL, "parent_id": _INT, "child_id": _INT, **_AMOUNT_TYPES,
}  # fmt: skip
_LOSS_TYPES: RowTypes = {
    "process_id": _INT, "line": _SMALL, "parent_id": _INT, "kind": _STR, **_AMOUNT_TYPES,
}  # fmt: skip
_BUNDLE_TYPES: RowTypes = {
    "warehouse_id": _INT, "tag": _STR, "voided": _INT, "product_id": _INT, "heat_id": _INT, "owner_id": _INT,
    "certificate_number": _STR, "pieces": _INT, "piece_length_mm": _INT, "theoretical_mass_g": _INT,
    "certificate_mass_g": _INT, "weighed_mass_g": _INT,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Taken:
    """A bundle that goes in: what it is, and where and how much of it lies."""

    bundle: Bundle
    product: Product
    position: Position
    quantity: Quantity


@dataclass(slots=True)
class Run:
    """A line of the order with its quantities; ``rows`` are the new bundles, ``made`` their ids."""

    number: int
    line: Line
    inputs: list[Taken]
    balanced: Balanced
    rows: list[dict[str, Any]]
    targets: list[Position]
    made: list[int]


def post(session: Session, actor: Actor, warehouse_id: int, order: Order) -> StockProcess:
    """Post a process with its moves and its genealogy, all or nothing.

    Raises ``ProcessIncomplete``, ``TagRepeated``, ``TagTaken``, ``BundleUnknown``, ``BundleNotHere``,
    ``AlreadyIssued``, ``WrongOwner``, ``BundleEncumbered``, ``BundleNotWorkable``, ``PlaceUnknown``,
    ``ProductUnknown``, ``ProductsDiffer``, ``ProcessNotConserved``, ``MassImplausible``, ``EventInFuture``,
    ``EventTooOld``.
    """
    warehouse = own_warehouse(session, actor, warehouse_id)
    order.check()
    virtual = yard.virtual_places(session, warehouse_id)
    places = {one.place for line in order.lines for one in line.outputs if one.place is not None}
    view = yard.look(session, warehouse_id, order.tags, places, virtual)
    stamp = yard.stamp(session, actor, warehouse_id, virtual)
    if order.event_at is not None:
        errors.check_moment(order.event_at, stamp.recorded_at)
    taken = _take(session, view, order)
    runs = [_run(session, actor, view, order, number, taken) for number in range(1, len(order.lines) + 1)]
    _name(session, warehouse, runs)
    process = _document(session, stamp, order, runs)
    _make_bundles(session, warehouse, runs)
    movements = [movement for run in runs for movement in _movements(run, virtual)]
    postings = [ledger.Posting(one, Document.PROCESS, process.number, process.event_at) for one in movements]
    ledger.post(session, stamp, postings)
    _write_genealogy(session, process, runs)
    if order.kind in making.IN_QUARANTINE:
        holding.pass_on(
            session, actor, {child: [one.bundle.id for one in run.inputs] for run in runs for child in run.made}
        )
    _tell(session, actor, warehouse, process, runs)
    return process


def _take(session: Session, view: YardView, order: Order) -> dict[str, Taken]:
    """The inputs by tag; all belong to the owner of the first."""
    owner_id = making.lying(view.bundle(order.tags[0])).owner_id
    states = making.states_for(order.kind)
    held = order.kind in making.IN_QUARANTINE
    positions = {tag: making.free(view, tag, owner_id, states, in_quarantine=held) for tag in order.tags}
    ids = [{"id": view.bundles[tag].bundle_id} for tag in positions]
    wanted = rowset(session, "wanted", {"id": _INT}, ids)
    query = (
        select(Bundle, Product).join(wanted, wanted.c.id == Bundle.id).join(Product, Product.id == Bundle.product_id)
    )
    rows = session.execute(query.execution_options(populate_existing=True))
    return {
        bundle.tag: Taken(bundle, product, positions[bundle.tag], view.bundles[bundle.tag].quantity)
        for bundle, product in rows
    }


def _run(session: Session, actor: Actor, view: YardView, order: Order, number: int, taken: Mapping[str, Taken]) -> Run:
    line = order.lines[number - 1]
    inputs = [taken[tag] for tag in line.tags]
    first = inputs[0]
    for other in inputs[1:]:
        lengths_differ = other.bundle.piece_length_mm != first.bundle.piece_length_mm
        if other.bundle.product_id != first.bundle.product_id or (order.kind in PIECES_STAY and lengths_differ):
            raise errors.ProductsDiffer(tag=other.bundle.tag)
    balanced = conserving.balance(
        [one.quantity for one in inputs],
        [Wanted(one.pieces, _length(order.kind, one), one.mass_g) for one in line.outputs],
        [Wanted(one.pieces, one.length_mm, one.mass_g) for one in line.losses],
        added_g=line.added_mass_g,
        pieces_stay=order.kind in PIECES_STAY,
    )
    heat_id = heats.of_all(session, {one.bundle.heat_id for one in inputs})
    rows = [
        _row(session, actor, order, inputs, heat_id, output, quantity)
        for output, quantity in zip(line.outputs, balanced.outputs, strict=True)
    ]
    targets = [
        first.position._replace(
            place_id=first.position.place_id if one.place is None else view.open_place(one.place),
            state=making.state_after(order.kind, first.position.state),
        )
        for one in line.outputs
    ]
    return Run(number, line, inputs, balanced, rows, targets, [])


def _length(kind: ProcessKind, output: Output) -> int | None:
    """The length of all pieces, where it is said; cutting has to say it."""
    if output.piece_length_mm is not None:
        return output.pieces * output.piece_length_mm
    if kind is ProcessKind.CUT:
        raise errors.ProcessIncomplete(field="piece_length_mm")
    return None


def _row(
    session: Session, actor: Actor, order: Order, inputs: Sequence[Taken], heat_id: int,
    output: Output, quantity: Quantity,
) -> dict[str, Any]:  # fmt: skip
    """What the new bundle is; its masses are checked against theory, a mass that was said counts as weighed."""
    first = inputs[0]
    length = output.piece_length_mm or first.bundle.piece_length_mm
    product = product_for(session, actor, order, first, output, length)
    theory = theoretical_mass_g(product.size, quantity.pieces, length, product.density_kg_per_m3)
    if not Masses(theory, None, quantity.mass_g).is_plausible:
        raise errors.MassImplausible(tag=output.tag or first.bundle.tag, theory_g=theory)
    papers = {one.bundle.certificate_number for one in inputs}
    same = first.bundle if order.kind is ProcessKind.RETAG else None
    return {
        "tag": output.tag, "voided": 0, "product_id": product.id, "heat_id": heat_id,
        "owner_id": first.position.owner_id, "certificate_number": papers.pop() if len(papers) == 1 else None,
        "pieces": quantity.pieces, "piece_length_mm": length, "theoretical_mass_g": theory,
        "certificate_mass_g": same.certificate_mass_g if same else None,
        "weighed_mass_g": same.weighed_mass_g if same else output.mass_g,
    }  # fmt: skip


def _name(session: Session, warehouse: Warehouse, runs: Sequence[Run]) -> None:
    """Give every new bundle its tag; raises ``TagTaken``."""
    for run in runs:
        first = run.inputs[0].bundle.tag
        known = select(Bundle.tag).where(Bundle.warehouse_id == warehouse.id, Bundle.voided == 0)
        taken: set[str] = set()
        if any(row["tag"] is None for row in run.rows):
            taken = set(session.scalars(known.where(Bundle.tag.startswith(f"{first[: TAG - 8]}", autoescape=True))))
        for row, tag in zip(
            run.rows, making.name_tags(first, [row["tag"] for row in run.rows], taken, TAG), strict=True
        ):
            row["tag"] = tag
    tags = [row["tag"] for run in runs for row in run.rows]
    if len(set(tags)) < len(tags):
        raise errors.TagRepeated(tag=next(tag for tag in tags if tags.count(tag) > 1))
    wanted = rowset(session, "wanted", {"tag": _STR}, [{"tag": tag} for tag in tags])
    query = select(Bundle.tag).join(wanted, wanted.c.tag == Bundle.tag)
    for tag in session.scalars(query.where(Bundle.warehouse_id == warehouse.id, Bundle.voided == 0)):
        raise errors.TagTaken(tag=tag)


def _document(session: Session, stamp: ledger.Stamp, order: Order, runs: Sequence[Run]) -> StockProcess:
    process = StockProcess(
        number=next_number(session, PREFIXES.get(order.kind, "JG"), business_date(stamp.recorded_at)),
        warehouse_id=stamp.warehouse_id, owner_id=runs[0].inputs[0].position.owner_id, kind=order.kind,
        reason=order.reason, furnace_charge=order.furnace_charge, parameters=dict(order.parameters),
        event_at=order.event_at or stamp.recorded_at, recorded_at=stamp.recorded_at, posted_by=stamp.actor_id,
    )  # fmt: skip
    session.add(process)
    session.flush()
    return process


def _make_bundles(session: Session, warehouse: Warehouse, runs: Sequence[Run]) -> None:
    rows = [{"warehouse_id": warehouse.id, **row} for run in runs for row in run.rows]
    insert_rows(session, Bundle, _BUNDLE_TYPES, rows)
    ids = yard.lock_by_tags(session, warehouse.id, [row["tag"] for row in rows])
    for run in runs:
        run.made = [ids[row["tag"]] for row in run.rows]


def insert_rows(session: Session, table: Any, types: RowTypes, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows in one statement."""
    if not rows:
        return
    given = rowset(session, "given", types, rows)
    source = select(*(given.c[name] for name in types))
    session.execute(cast(Table, table.__table__).insert().from_select(list(types), source))


def _movements(run: Run, virtual: Mapping[PlaceKind, int]) -> list[Movement]:
    found = []
    for index, one in enumerate(run.inputs):
        here = one.position
        inside = Position(virtual[PlaceKind.PROCESSING], here.owner_id, State.IN_PROCESSING)
        found.append(Movement(one.bundle.id, one.quantity, here, inside))
        if added := run.balanced.added[index]:
            found.append(
                Movement(one.bundle.id, Quantity(0, 0, added), here.at(virtual[PlaceKind.MASS_DIFFERENCE]), inside)
            )
        lost = (
            Quantity(*(sum(part) for part in zip(*run.balanced.lost[index], strict=True))) if run.line.losses else None
        )
        if lost is not None and any(lost):
            found.append(Movement(one.bundle.id, lost, inside, here.at(virtual[PlaceKind.SCRAP])))
    for id_, quantity, target in zip(run.made, run.balanced.outputs, run.targets, strict=True):
        outside = Position(virtual[PlaceKind.PROCESSING], target.owner_id, State.EXPECTED)
        found.append(Movement(id_, quantity, outside, target))
    return found


def _write_genealogy(session: Session, process: StockProcess, runs: Sequence[Run]) -> None:
    edges, losses = [], []
    for run in runs:
        for index, one in enumerate(run.inputs):
            common = {"process_id": process.id, "line": run.number, "parent_id": one.bundle.id}
            for child_id, quantity in zip(run.made, run.balanced.edges[index], strict=True):
                if any(quantity):
                    whole = {**common, "warehouse_id": process.warehouse_id, "child_id": child_id}
                    edges.append({**whole, **quantity._asdict()})
            for loss, quantity in zip(run.line.losses, run.balanced.lost[index], strict=True):
                if any(quantity):
                    losses.append({**common, "kind": loss.kind, **quantity._asdict()})
            if added := run.balanced.added[index]:
                losses.append({**common, "kind": COATING_ADDED, "pieces": 0, "length_mm": 0, "mass_g": added})
    insert_rows(session, BundleEdge, _EDGE_TYPES, edges)
    insert_rows(session, ProcessLoss, _LOSS_TYPES, losses)


def _tell(session: Session, actor: Actor, warehouse: Warehouse, process: StockProcess, runs: Sequence[Run]) -> None:
    subject = f"process:{process.number}"
    took = [tag for run in runs for tag in run.line.tags]
    made = [
        {"bundle_id": id_, "tag": row["tag"], **quantity._asdict()}
        for run in runs
        for id_, row, quantity in zip(run.made, run.rows, run.balanced.outputs, strict=True)
    ]
    told = {"inputs": took, "outputs": [one["tag"] for one in made]}
    event = EVENTS.get(process_kind := ProcessKind(process.kind), "processing_posted")
    audit.record(session, actor, f"inventory.{event}", subject, {"kind": process_kind, **told})
    announcing.announce(
        session, event, subject, warehouse, [process.owner_id],
        {
            "process_id": process.id, "number": process.number, "kind": process.kind,
            "owner_org_id": process.owner_id, "inputs": took, "outputs": made,
            **{name: sum(one[name] for one in made) for name in ("pieces", "length_mm", "mass_g")},
        },
    )  # fmt: skip
