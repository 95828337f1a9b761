"""Health, metrics, and the feed of changes."""

from typing import Any

from flask import Blueprint, Response, current_app, jsonify
from marshmallow import fields
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from sqlalchemy import text

from steelyard.api.access import PUBLIC, rule
from steelyard.api.blueprint import SliceBlueprint
from steelyard.api.calls import Call
from steelyard.api.fields import Flag, Int, ListOf, Nested, Text, Timestamp
from steelyard.api.schemas import LARGEST_PAGE, QuerySchema, Schema
from steelyard.api.services import services
from steelyard.core.clock import utc_now
from steelyard.core.outbox import read_events
from steelyard.core.sequence import Cursor

READ_EVENTS = rule("events:read")

probes = Blueprint("probes", __name__)
blp = SliceBlueprint("system", __name__, description="The feed of changes, and whether the server answers.")


@probes.get("/healthz")
def healthz() -> Response:
    """Answer that the process lives."""
    return jsonify(status="ok")


@probes.get("/readyz")
def readyz() -> Response:
    """Answer that the database answers; 503 by the error handler where it does not."""
    with services().db.read() as session:
        session.execute(text("SELECT 1"))
    return jsonify(status="ok")


@probes.get("/metrics")
def metrics() -> Response:
    """Give the counters in Prometheus' text format."""
    return Response(
        generate_latest(current_app.extensions["steelyard_metrics"].registry),
        content_type=CONTENT_TYPE_LATEST,
    )


healthz.rule = readyz.rule = metrics.rule = PUBLIC  # type: ignore[attr-defined]  # read by the test that walks all routes


class Pong(Schema):
    """The server's time."""

    pong = Flag(required=True)
    at = Timestamp(required=True)


@blp.quick("/ping", returns=Pong)
def ping() -> dict[str, Any]:
    """Answer with the server's time, without the database."""
    return {"pong": True, "at": utc_now().isoformat()}


class EventQuery(QuerySchema):
    """Where to read on."""

    after = Text(max=80, pattern="[A-Za-z0-9_-]{1,80}")
    limit = Int(min=1, max=LARGEST_PAGE, load_default=100)


class EventOut(Schema):
    """A change, with CloudEvents' attributes."""

    specversion = fields.Constant("1.0")
    id = fields.String(required=True)
    source = fields.String(required=True)
    type = fields.String(required=True)
    subject = fields.String(required=True)
    time = Timestamp(required=True)
    datacontenttype = fields.Constant("application/json")
    data = fields.Dict(keys=fields.String(), values=fields.Raw(), required=True)


class Feed(Schema):
    """Events in the order of the feed; ``next`` is the cursor to read on from, also when nothing came."""

    items = ListOf(Nested(EventOut), max=LARGEST_PAGE, required=True)
    next = fields.String(required=True, allow_none=True)


@blp.get("/events", rule=READ_EVENTS, query=EventQuery, returns=Feed)
def events(call: Call, query: dict[str, Any]) -> dict[str, Any]:
    """Read the outbox from a cursor: what concerns the caller's organisation, the operator everything."""
    cursor = Cursor.decode(query.get("after"))
    org_id = None if call.actor.is_operator else call.actor.org_id
    found = read_events(call.session, after=cursor, limit=query["limit"], org_id=org_id)
    items = [
        {
            "id": event.cursor.encode(),
            "source": "steelyard",
            "type": event.type,
            "subject": event.subject,
            "time": event.occurred_at,
            "data": event.data,
        }
        for event in found
    ]
    return {"items": items, "next": found[-1].cursor.encode() if found else query.get("after")}
