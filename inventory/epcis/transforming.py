"""Processes in the history of bundles: each line of a document is one transformation, told once."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import BigInteger, String, select
from sqlalchemy.orm import Session, aliased

from inventory import lineage
from inventory.epcis import mapping
from inventory.epcis.identifiers import Names
from inventory.epcis.mapping import Event, Goods, Making, Process
from inventory.genealogy_models import BundleEdge, StockProcess
from inventory.models import Bundle, Heat, Place, Product, StockMove, Warehouse
from inventory.states import ProcessKind
from steelyard.core.rowset import rowset

PROCESS_OF = {
    ProcessKind.SPLIT: Process.SPLIT,
    ProcessKind.MERGE: Process.MERGE,
    ProcessKind.RETAG: Process.RETAG,
    ProcessKind.CUT: Process.CUT,
    ProcessKind.HEAT_TREATMENT: Process.HEAT_TREATMENT,
    ProcessKind.THREADING: Process.FINISHING,
    ProcessKind.COATING: Process.FINISHING,
    ProcessKind.REWORK: Process.REWORK,
}
Key = tuple[int, int]
"""A process and one of its lines."""


@dataclass(slots=True)
class Transformations:
    """The lines of the processes that moves stand on, and which of them were told."""

    makings: Mapping[Key, Making]
    lines: Mapping[tuple[str, int], Key]
    """By the number of the document and a bundle that it took or made."""
    told: set[Key] = field(default_factory=set)
    undone: set[Key] = field(default_factory=set)
    _of_move: dict[int, Key] = field(default_factory=dict)

    def events_of(self, names: Names, move: StockMove) -> list[Event]:
        """The event that a move of a process is part of, or none where it was told already."""
        if move.reverses_id is not None:
            key = self._of_move.get(move.reverses_id)
            if key is None or key in self.undone:
                return []
            self.undone.add(key)
            return [mapping.event_of_process(names, self.makings[key], undone_at=move.recorded_at)]
        key = self.lines.get((move.document_number or "", move.bundle_id))
        if key is None:
            return []
        self._of_move[move.id] = key
        if key in self.told:
            return []
        self.told.add(key)
        return [mapping.event_of_process(names, self.makings[key])]


def transformations(session: Session, numbers: Collection[str]) -> Transformations:
    """The processes with these numbers, those that reversed others left out, because they have no lines."""
    wanted = rowset(session, "wanted", {"number": String()}, [{"number": number} for number in sorted(set(numbers))])
    processes = {
        process.id: process
        for process in session.scalars(select(StockProcess).join(wanted, wanted.c.number == StockProcess.number))
    }
    ids = rowset(session, "processes", {"id": BigInteger()}, [{"id": id_} for id_ in sorted(processes)])
    edges = select(BundleEdge).join(ids, ids.c.id == BundleEdge.process_id).order_by(BundleEdge.id)
    sides: dict[Key, tuple[dict[int, None], dict[int, None]]] = {}
    for edge in session.scalars(edges):
        inputs, outputs = sides.setdefault((edge.process_id, edge.line), ({}, {}))
        inputs[edge.parent_id] = outputs[edge.child_id] = None
    bundles = {id_ for inputs, outputs in sides.values() for id_ in (*inputs, *outputs)}
    goods, masses = _goods(session, bundles), _masses(session, numbers)
    makings: dict[Key, Making] = {}
    lines: dict[tuple[str, int], Key] = {}
    for key, (inputs, outputs) in sides.items():
        process = processes[key[0]]
        number = process.number
        makings[key] = Making(
            PROCESS_OF[ProcessKind(process.kind)],
            [(goods[id_], masses[number, id_]) for id_ in inputs],
            [(goods[id_], masses[number, id_]) for id_ in outputs],
            process.event_at, process.recorded_at, number,
        )  # fmt: skip
        lines |= {(number, id_): key for id_ in (*inputs, *outputs)}
    return Transformations(makings, lines)


def goods_of(code: str, bundle: Bundle, heat: Heat, product: Product) -> Goods:
    """A bundle as others know it."""
    return Goods(
        code, bundle.tag, heat.heat_number, heat.mill_name,
        f"{product.size_text} {product.grade} {product.standard_text}", bundle.certificate_number,
    )  # fmt: skip


def _goods(session: Session, bundle_ids: Collection[int]) -> dict[int, Goods]:
    wanted = rowset(session, "wanted", {"id": BigInteger()}, [{"id": id_} for id_ in sorted(bundle_ids)])
    query = (
        select(Warehouse.code, Bundle, Heat, Product)
        .join(wanted, wanted.c.id == Bundle.id)
        .join(Warehouse, Warehouse.id == Bundle.warehouse_id)
        .join(Heat, Heat.id == Bundle.heat_id)
        .join(Product, Product.id == Bundle.product_id)
        .select_from(Bundle)
    )
    rows = session.execute(query).all()
    melts = lineage.heats_of(session, {row.Heat.id for row in rows})
    heats = {id_: tuple((one.heat_number, one.mill_name) for one in found) for id_, found in melts.items()}
    return {
        row.Bundle.id: replace(goods_of(*row), heats=several if len(several := heats[row.Heat.id]) > 1 else ())
        for row in rows
    }


def _masses(session: Session, numbers: Collection[str]) -> dict[tuple[str, int], int]:
    """How much of each bundle a document took out of the yard or brought into it."""
    source, target = aliased(Place), aliased(Place)
    wanted = rowset(session, "wanted", {"number": String()}, [{"number": number} for number in sorted(set(numbers))])
    query: Any = (
        select(StockMove.document_number, StockMove.bundle_id, StockMove.mass_g)
        .join(wanted, wanted.c.number == StockMove.document_number)
        .join(source, source.id == StockMove.from_place_id)
        .join(target, target.id == StockMove.to_place_id)
        .where(source.is_real | target.is_real)
    )
    return {(number, bundle_id): mass for number, bundle_id, mass in session.execute(query)}
