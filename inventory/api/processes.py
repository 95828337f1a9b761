"""The API of what becomes of bundles: splits, merges, new tags, work on the steel, and undoing them."""

from typing import Any

from inventory import document_schemas as papers
from inventory import process_reading, rules
from inventory import process_schemas as schemas
from inventory.api.slice import Body, Record, blp
from inventory.genealogy_models import StockProcess
from inventory.making import Line, Loss, Order, Output
from inventory.operations import merging, processing, retagging, splitting, unmaking
from inventory.states import ProcessKind
from steelyard.api.calls import Call


@blp.list_("/warehouse/processes", rule=rules.SEE, query=schemas.ProcessQuery, returns=schemas.ProcessSummaryOut)
def list_processes(call: Call, query: Body) -> Any:
    """What was split, merged, tagged anew and worked on."""
    return call.page(process_reading.processes(call.actor, query), query, StockProcess.id)


@blp.get("/warehouse/processes/<id:process_id>", rule=rules.SEE, returns=schemas.ProcessOut)
def get_process(call: Call, process_id: int) -> Record:
    """One process: what went in, what came out, what was lost."""
    return process_reading.process(call.session, call.actor, process_id)


@blp.create("/warehouse/splits", rule=rules.KEEP, body=schemas.SplitIn, returns=schemas.ProcessOut)
def split_bundle(call: Call, body: Body) -> Record:
    """Split a bundle into parts that are all of it."""
    parts = [Output(**part) for part in body.pop("parts")]
    return _told(call, splitting.split(call.session, call.actor, **body, parts=parts))


@blp.create("/warehouse/merges", rule=rules.KEEP, body=schemas.MergeIn, returns=schemas.ProcessOut)
def merge_bundles(call: Call, body: Body) -> Record:
    """Tie bundles into one; of several heats, it is a bundle of several heats."""
    return _told(call, merging.merge(call.session, call.actor, **body))


@blp.create("/warehouse/retags", rule=rules.KEEP, body=schemas.RetagIn, returns=schemas.ProcessOut)
def retag_bundle(call: Call, body: Body) -> Record:
    """Give a bundle another tag; the old one leads to the new."""
    return _told(call, retagging.retag(call.session, call.actor, **body))


@blp.create("/warehouse/work", rule=rules.KEEP, body=schemas.WorkIn, returns=schemas.ProcessOut)
def post_work(call: Call, body: Body) -> Record:
    """Post work on the steel: cutting, heat treatment, threading, coating, rework."""
    warehouse_id = body.pop("warehouse_id")
    return _told(call, processing.post(call.session, call.actor, warehouse_id, order_of(body)))


@blp.act(
    "/warehouse/processes/<id:process_id>/reverse",
    rule=rules.KEEP,
    body=papers.ReversalIn,
    returns=schemas.ProcessOut,
)
def reverse_process(call: Call, body: Body, process_id: int) -> Record:
    """Undo a process whose bundles have not moved since; the answer is the counter-document."""
    return _told(call, unmaking.reverse(call.session, call.actor, process_id, body["reason"]))


def order_of(body: Body) -> Order:
    """The order that a body of ``POST /warehouse/work`` is."""
    lines = [
        Line(
            line["tags"],
            [Output(**output) for output in line["outputs"]],
            [Loss(**loss) for loss in line["losses"]],
            line["added_mass_g"],
        )
        for line in body["lines"]
    ]
    given = {"heatings": body["heatings"], "standard": body.get("standard")}
    return Order(
        ProcessKind(body["kind"]), lines, body.get("reason"), body.get("furnace_charge"),
        {name: value for name, value in given.items() if value}, body.get("event_at"),
    )  # fmt: skip


def _told(call: Call, process: StockProcess) -> Record:
    return process_reading.process(call.session, call.actor, process.id)
