"""EPCIS 2.0 over HTTP: partners capture events and query them; our own histories go out as documents.

The routes follow the standard's REST binding instead of our conventions (docs/adr/0019).
"""

from typing import Any
from urllib.parse import quote, urlencode

from flask import Response, request

from inventory import rules
from inventory.api.slice import blp
from inventory.epcis import capturing, exporting, locations, querying, reading
from inventory.epcis.canonical import STANDARD_CONTEXT, dumps
from inventory.epcis.capturing import Behaviour, Delivery, Sent
from inventory.epcis.errors import QueryParameterWrong, ValidationFailed
from inventory.epcis.installation import names
from inventory.epcis.querying import Wanted
from steelyard.api import bindings
from steelyard.api.bindings import Binding, NotAcceptable, Reply
from steelyard.api.calls import Call
from steelyard.api.json_body import parse_json
from steelyard.core.errors import BadRequest, NotFound

ROOT = "/api/v1/epcis"
VERSION = "2.0"
JSON_LD = "application/ld+json"


def _versions() -> None:
    """Raise ``NotAcceptable`` where the caller speaks no version that we speak."""
    for standard in ("EPCIS", "CBV"):
        said = {part: _version(request.headers.get(f"GS1-{standard}-{part}")) for part in ("Min", "Max", "Version")}
        spoken = _version(VERSION)
        assert spoken is not None
        low, high, used = said["Min"], said["Max"], said["Version"]
        if (low and low > spoken) or (high and high < spoken) or (used and used[:2] != spoken):
            raise NotAcceptable
    if request.headers.get("GS1-EPC-Format", "No_Preference") not in {"No_Preference", "Never_Translates"}:
        raise NotAcceptable


def _version(text: str | None) -> tuple[int, ...] | None:
    if text is None:
        return None
    parts = text.split(".")
    if len(parts) > 4 or not all(part.isascii() and part.isdigit() and len(part) < 5 for part in parts):
        raise NotAcceptable
    return tuple(int(part) for part in parts)


EPCIS = Binding(
    takes=("application/json", JSON_LD),
    offers=("application/json", JSON_LD),
    problems={
        400: "epcisException:ValidationException", 401: "epcisException:SecurityException",
        403: "epcisException:SecurityException", 404: "epcisException:NoSuchResourceException",
        406: "epcisException:NotAcceptableException", 409: "epcisException:ResourceAlreadyExistsException",
        413: "epcisException:CaptureLimitExceededException", 415: "epcisException:UnsupportedMediaTypeException",
    },
    versions=_versions,
)  # fmt: skip


@blp.after_request  # type: ignore[untyped-decorator]  # flask-smorest ships no types
def name_the_versions(response: Response) -> Response:
    """Say in every answer of these routes, refusals and ``OPTIONS`` too, what is spoken and how much is taken."""
    if request.path.startswith(ROOT) or request.path.endswith("/epcis"):
        response.headers.update({
            "GS1-EPCIS-Version": VERSION, "GS1-EPCIS-Min": VERSION, "GS1-EPCIS-Max": VERSION,
            "GS1-CBV-Version": VERSION, "GS1-CBV-Min": VERSION, "GS1-CBV-Max": VERSION,
            "GS1-EPC-Format": "Never_Translates",
        })  # fmt: skip
        if request.path == f"{ROOT}/capture":
            response.headers["GS1-EPCIS-Capture-Limit"] = str(capturing.MOST_EVENTS)
            response.headers["GS1-EPCIS-Capture-File-Size-Limit"] = str(capturing.MOST_BYTES)
            response.headers["GS1-Capture-Error-Behaviour"] = _behaviour(strict=False)
    return response


def _document() -> Any:
    return parse_json(bindings.body(capturing.MOST_BYTES), exact=True)


def _behaviour(*, strict: bool = True) -> Behaviour:
    said = request.headers.get("GS1-Capture-Error-Behaviour", "rollback")
    if said == "proceed":
        return "proceed"
    if said != "rollback" and strict:
        raise ValidationFailed(where="GS1-Capture-Error-Behaviour", what="must be rollback or proceed")
    return "rollback"


def _delivery() -> tuple[Delivery, Behaviour]:
    return capturing.read_document(_document()), _behaviour()


def _sent() -> Sent:
    return capturing.read_event(_document())


def _query() -> Wanted:
    return querying.understand({name: request.args.getlist(name) for name in request.args})


def _page_only() -> Wanted:
    wanted = _query()
    for name in request.args:
        if name not in {"perPage", "nextPageToken"}:
            raise QueryParameterWrong(name=name[:80])
    return wanted


def _nothing() -> None:
    for name in request.args:
        raise QueryParameterWrong(name=name[:80])


def _link(token: str | None) -> dict[str, str]:
    if token is None:
        return {}
    following = [(name, value) for name, value in request.args.items() if name != "nextPageToken"]
    address = f"{quote(request.path, safe='/:')}?{urlencode([*following, ('nextPageToken', token)])}"
    return {"Link": f'<{address}>; rel="next"'}


_EVENT = {"type": "object", "required": ["type"], "properties": {"type": {"type": "string"}}}
_DOCUMENT = {
    "type": "object",
    "description": "An EPCISDocument or EPCISQueryDocument by the official JSON schema of EPCIS 2.0.",
    "required": ["type", "epcisBody"],
    "properties": {
        "type": {"type": "string", "enum": ["EPCISDocument", "EPCISQueryDocument"]},
        "epcisBody": {"type": "object"},
    },
}  # fmt: skip
_JOB = {
    "type": "object",
    "required": ["captureID", "running", "success", "captureErrorBehaviour", "errors"],
    "properties": {
        "captureID": {"type": "string"}, "running": {"type": "boolean"}, "success": {"type": "boolean"},
        "createdAt": {"type": "string", "format": "date-time"},
        "finishedAt": {"type": "string", "format": "date-time"},
        "captureErrorBehaviour": {"type": "string", "enum": ["rollback", "proceed"]},
        "errors": {"type": "array", "items": {"type": "object"}},
    },
}  # fmt: skip
_TYPES = {
    "type": "object",
    "required": ["type", "member"],
    "properties": {"type": {"const": "Collection"}, "member": {"type": "array", "items": {"type": "string"}}},
}
_PAGE = [one for one in querying.parameters() if one["name"] in {"perPage", "nextPageToken"}]
_BEHAVIOUR = {
    "name": "GS1-Capture-Error-Behaviour", "in": "header",
    "schema": {"type": "string", "enum": ["rollback", "proceed"], "default": "rollback"},
}  # fmt: skip


@blp.bound(
    "POST", "/epcis/capture", rule=rules.CAPTURE, binding=EPCIS, read=_delivery,
    body=_DOCUMENT, returns=_JOB, status=202, parameters=[_BEHAVIOUR],
)  # fmt: skip
def capture_events(call: Call, given: tuple[Delivery, Behaviour]) -> Reply:
    """Capture a document of events: all or nothing, or with ``proceed`` those that are sound."""
    job = capturing.capture(call.session, call.actor, *given)
    place = {"Location": f"{ROOT}/capture/{job.capture_id}"}
    return Reply(dumps(reading.job_document(job)), 202, place)


@blp.bound(
    "GET", "/epcis/capture", rule=rules.SEE, binding=EPCIS, read=_page_only, parameters=_PAGE,
    returns={"type": "array", "items": _JOB},
)  # fmt: skip
def list_captures(call: Call, given: Wanted) -> Reply:
    """One's own capture jobs, the newest first."""
    found, token = reading.jobs(call.session, call.actor, given)
    return Reply(dumps(found), headers=_link(token))


@blp.bound("GET", "/epcis/capture/<capture_id>", rule=rules.SEE, binding=EPCIS, read=_nothing, returns=_JOB)
def get_capture(call: Call, given: None, capture_id: str) -> Reply:
    """What became of a capture."""
    return Reply(dumps(reading.job(call.session, call.actor, capture_id[:80])))


@blp.bound(
    "POST", "/epcis/events", rule=rules.CAPTURE, binding=EPCIS, read=_sent, body=_EVENT, returns=_EVENT, status=201
)
def capture_event(call: Call, given: Sent) -> Reply:
    """Capture one event; it brings its own ``@context``."""
    capturing.capture_one(call.session, call.actor, given)
    event = reading.one(call.session, call.actor, given.event_id, given.fingerprint)
    return Reply(dumps(event), 201, {"Location": f"{ROOT}/events/{quote(given.event_id, safe='')}"})


@blp.bound(
    "GET", "/epcis/events", rule=rules.SEE, binding=EPCIS, read=_query, returns=_DOCUMENT,
    parameters=querying.parameters(),
)  # fmt: skip
def query_events(call: Call, given: Wanted) -> Reply:
    """Events that one's organisation captured, by the parameters of the SimpleEventQuery."""
    return _answer(call, given)


def _answer(call: Call, wanted: Wanted) -> Reply:
    locations.resolve(call.session, call.actor, names(), wanted)
    events, token = reading.query(call.session, call.actor, wanted)
    return Reply(dumps(reading.query_document(call.session, events), ordered=False), headers=_link(token))


@blp.bound(
    "GET", "/epcis/eventTypes/<event_type>/events", rule=rules.SEE, binding=EPCIS, read=_query, returns=_DOCUMENT,
    parameters=querying.parameters(),
)  # fmt: skip
def query_events_of_type(call: Call, given: Wanted, event_type: str) -> Reply:
    """The same query among the events of a type."""
    return _answer(call, querying.narrowed(given, "eventType", event_type))


@blp.bound(
    "GET", "/epcis/bizSteps/<path:biz_step>/events", rule=rules.SEE, binding=EPCIS, read=_query, returns=_DOCUMENT,
    parameters=querying.parameters(),
)  # fmt: skip
def query_events_of_step(call: Call, given: Wanted, biz_step: str) -> Reply:
    """The same query among the events of a business step."""
    return _answer(call, querying.narrowed(given, "EQ_bizStep", biz_step))


@blp.bound(
    "GET", "/epcis/bizLocations/<path:biz_location>/events", rule=rules.SEE, binding=EPCIS, read=_query,
    returns=_DOCUMENT, parameters=querying.parameters(),
)  # fmt: skip
def query_events_at_location(call: Call, given: Wanted, biz_location: str) -> Reply:
    """The same query among the events at a location; ``WD_bizLocation`` takes what lies below it, too."""
    return _answer(call, querying.narrowed(given, "EQ_bizLocation", biz_location))


@blp.bound(
    "GET", "/epcis/epcs/<path:epc>/events", rule=rules.SEE, binding=EPCIS, read=_query, returns=_DOCUMENT,
    parameters=querying.parameters(),
)  # fmt: skip
def query_events_of_epc(call: Call, given: Wanted, epc: str) -> Reply:
    """The same query among the events that name a thing, in whatever part."""
    return _answer(call, querying.narrowed(given, "MATCH_anyEPC", epc))


@blp.bound("GET", "/epcis/events/<path:event_id>", rule=rules.SEE, binding=EPCIS, read=_nothing, returns=_DOCUMENT)
def get_event(call: Call, given: None, event_id: str) -> Reply:
    """One event, with the declarations of its error."""
    if "\0" in event_id:
        raise BadRequest(reason="the id holds a character that no id has")
    events = reading.of_id(call.session, call.actor, event_id)
    return Reply(dumps(reading.query_document(call.session, events), ordered=False))


@blp.bound("GET", "/epcis/eventTypes", rule=rules.SEE, binding=EPCIS, read=_nothing, returns=_TYPES)
def list_event_types(call: Call, given: None) -> Reply:
    """The types of events that there are."""
    member = reading.types(call.session, call.actor)
    return Reply(dumps({"@context": STANDARD_CONTEXT, "type": "Collection", "member": member}))


@blp.bound(
    "DELETE", "/epcis/nextPageToken/<token>", rule=rules.SEE, binding=EPCIS, read=_nothing, status=204
)  # fmt: skip
def release_page(call: Call, given: None, token: str) -> Reply:
    """Let go of a page's token. It holds its place by itself and nothing on the server, so that nothing is left."""
    try:
        querying.decode_token(token)
    except QueryParameterWrong:
        raise NotFound from None
    return Reply("", 204)


def _saved(document: Any, name: str) -> Reply:
    disposition = {"Content-Disposition": f'attachment; filename="{name}.jsonld"'}
    return Reply(dumps(document, ordered=False), headers=disposition)


@blp.bound("GET", "/bundles/<id:bundle_id>/epcis", rule=rules.SEE, binding=EPCIS, read=_nothing, returns=_DOCUMENT)
def export_bundle(call: Call, given: None, bundle_id: int) -> Reply:
    """The history of a bundle as an EPCIS document."""
    return _saved(exporting.of_bundle(call.session, call.actor, names(), bundle_id), f"bundle-{bundle_id}")


@blp.bound("GET", "/heats/<id:heat_id>/epcis", rule=rules.SEE, binding=EPCIS, read=_nothing, returns=_DOCUMENT)
def export_heat(call: Call, given: None, heat_id: int) -> Reply:
    """The history of all bundles of a heat that one sees, as an EPCIS document."""
    return _saved(exporting.of_heat(call.session, call.actor, names(), heat_id), f"heat-{heat_id}")


@blp.bound("GET", "/receipts/<id:receipt_id>/epcis", rule=rules.SEE, binding=EPCIS, read=_nothing, returns=_DOCUMENT)
def export_receipt(call: Call, given: None, receipt_id: int) -> Reply:
    """The history of the bundles of a receipt as an EPCIS document."""
    return _saved(exporting.of_receipt(call.session, call.actor, names(), receipt_id), f"receipt-{receipt_id}")


@blp.bound("GET", "/issues/<id:issue_id>/epcis", rule=rules.SEE, binding=EPCIS, read=_nothing, returns=_DOCUMENT)
def export_issue(call: Call, given: None, issue_id: int) -> Reply:
    """The history of the bundles of an issue as an EPCIS document."""
    return _saved(exporting.of_issue(call.session, call.actor, names(), issue_id), f"issue-{issue_id}")
