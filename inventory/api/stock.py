"""The API of stock: bundles, their labels, holds and ways, and the heats that they come from."""

from typing import Any

from inventory import labelling, queries, rules, schemas, tracing
from inventory.api.slice import Body, Record, blp
from inventory.operations import encumbrances
from steelyard.api.calls import Call


@blp.list_("/stock", rule=rules.SEE, query=schemas.StockQuery, returns=schemas.StockOut)
def list_stock(call: Call, query: Body) -> Any:
    """What lies in the yards now."""
    return queries.stock(call.session, call.actor, query)


@blp.list_("/bundles", rule=rules.SEE, query=schemas.StockQuery, returns=schemas.StockOut)
def list_bundles(call: Call, query: Body) -> Any:
    """All bundles, gone ones too."""
    return queries.bundles(call.session, call.actor, query)


@blp.get("/bundles/<id:bundle_id>", rule=rules.SEE, returns=schemas.BundleOut)
def get_bundle(call: Call, bundle_id: int) -> Record:
    """One bundle."""
    return queries.bundle(call.session, call.actor, bundle_id)


@blp.get("/bundles/<id:bundle_id>/trace", rule=rules.SEE, returns=schemas.BundleTraceOut)
def trace_bundle(call: Call, bundle_id: int) -> Record:
    """The way of a bundle from the mill to the waybill."""
    return tracing.bundle_trace(call.session, call.actor, bundle_id)


@blp.file("/bundles/<id:bundle_id>/label", rule=rules.SEE, media_type="application/pdf")
def label_bundle(call: Call, bundle_id: int) -> bytes:
    """The bundle's tag to print."""
    return labelling.label(call.session, call.actor, bundle_id)


@blp.create(
    "/bundles/<id:bundle_id>/encumbrances", rule=rules.HOLD, body=schemas.EncumbranceIn, returns=schemas.EncumbranceOut
)
def place_encumbrance(call: Call, body: Body, bundle_id: int) -> Any:
    """Keep a bundle from leaving."""
    return encumbrances.place_in_own_yard(call.session, call.actor, bundle_id, **body)


@blp.act("/encumbrances/<id:encumbrance_id>/lift", rule=rules.HOLD, returns=schemas.EncumbranceOut)
def lift_encumbrance(call: Call, encumbrance_id: int) -> Any:
    """Let a bundle leave again."""
    return encumbrances.lift(call.session, call.actor, encumbrance_id)


@blp.list_("/heats", rule=rules.SEE, query=schemas.HeatQuery, returns=schemas.HeatOut)
def list_heats(call: Call, query: Body) -> Any:
    """Heats of which one sees a bundle."""
    return tracing.heats(call.session, call.actor, query.get("heat_number"), query.get("after"), query["limit"])


@blp.get("/heats/<id:heat_id>/trace", rule=rules.SEE, returns=schemas.HeatTraceOut)
def trace_heat(call: Call, heat_id: int) -> Record:
    """Where a heat went: its bundles, their ways, the balance of its mass."""
    return tracing.heat_trace(call.session, call.actor, heat_id)
