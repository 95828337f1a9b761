"""The API of scanning devices: what they take along, and what their users gave up."""

from typing import Any

from inventory import device_schemas, devices, documents, rules
from inventory.api.slice import Body, Record, blp
from steelyard.api.calls import Call
from steelyard.api.pages import session_token
from steelyard.core import audit
from steelyard.core.errors import NotFound


@blp.get("/warehouse/device", rule=rules.REPORT, returns=device_schemas.DeviceOut)
def get_device(call: Call) -> Record:
    """Who scans, what time it is, and the tasks of his yards; a page gets a fresh token to send with."""
    actor = call.actor
    return {
        "user_id": actor.user_id,
        "user_name": actor.user_name,
        "org_id": actor.org_id,
        "org_name": actor.org_name,
        "server_time": call.db_now(),
        "csrf_token": session_token(),
        "yards": devices.yards(call.session, actor),
    }


@blp.list_(
    "/warehouses/<id:warehouse_id>/kit",
    rule=rules.SEE_YARD,
    query=device_schemas.KitQuery,
    returns=device_schemas.KitBundleOut,
)
def list_kit(call: Call, query: Body, warehouse_id: int) -> Any:
    """The bundles of a section of the yard, for a device to hold."""
    return devices.kit(call.session, call.actor, warehouse_id, query)


@blp.act("/warehouse/given-up", rule=rules.REPORT, body=device_schemas.GivenUpsIn, returns=device_schemas.GivenUpsOut)
def give_up(call: Call, body: Body) -> Record:
    """Note in the audit trail which refused scans were given up, and why; stock does not change."""
    own = {yard.id: yard for yard in documents.own_warehouses(call.session, call.actor)}
    if (yard := own.get(body["warehouse_id"])) is None:
        raise NotFound
    scans = body["scans"]
    audit.record(call.session, call.actor, "inventory.scans_given_up", f"warehouse:{yard.code}", {"scans": scans})
    return {"noted": len(scans)}
