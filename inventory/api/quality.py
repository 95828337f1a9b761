"""The API of quality: reports of defects with photos, holds, dispositions, claims to the mill."""

import json
import re
from typing import Any

from flask import request

from inventory import rules
from inventory.api.certificates import store
from inventory.api.slice import Body, Record, blp
from inventory.operations import claiming, defect_scans, disposing, holding, reporting
from inventory.quality import claim_paper, evidence, photos, reading
from inventory.quality import schemas as papers
from inventory.quality.errors import PhotoTooLarge
from inventory.quality.models import Claim
from inventory.quality.photos import Photo
from inventory.schemas import OPERATION_ID
from steelyard.api import bindings, uploads
from steelyard.api.bindings import Binding, Reply
from steelyard.api.calls import Call
from steelyard.api.downloads import NamedFile
from steelyard.core.errors import Invalid

PICTURE = Binding(takes=photos.MEDIA_TYPES, offers=("application/json",))
_OPERATION = {
    "name": "operation", "in": "query", "required": True,
    "schema": {"type": "string", "pattern": f"^{OPERATION_ID}$"},
}  # fmt: skip


@blp.list_("/defects", rule=rules.SEE, query=papers.DefectQuery, returns=papers.DefectSummaryOut)
def list_defects(call: Call, query: Body) -> Any:
    """Reports of defects."""
    return reading.defects(call.session, call.actor, query)


@blp.create("/defects", rule=rules.REPORT, body=papers.DefectIn, returns=papers.DefectOut)
def report_defect(call: Call, body: Body) -> Record:
    """Report a defect: from now on the bundle is not promised to anybody."""
    warehouse_id = body.pop("warehouse_id")
    written = reporting.report(call.session, call.actor, warehouse_id, reporting.Finding(**body))
    return reading.defect(call.session, call.actor, written.id)


@blp.get("/defects/<id:defect_id>", rule=rules.SEE, returns=papers.DefectOut)
def get_defect(call: Call, defect_id: int) -> Record:
    """One report with its photos, holds, dispositions and claims."""
    return reading.defect(call.session, call.actor, defect_id)


@blp.act("/defects/<id:defect_id>/settle", rule=rules.HOLD, returns=papers.DefectOut)
def settle_defect(call: Call, defect_id: int) -> Record:
    """Say that nothing is left to be done."""
    reporting.settle(call.session, call.actor, defect_id)
    return reading.defect(call.session, call.actor, defect_id)


def _picture() -> Photo:
    """The photo that the body is; one that is too large, of whatever size, is told in the photo's own words."""
    uploads.refuse_above(photos.MOST_BYTES, PhotoTooLarge(most=photos.MOST_BYTES >> 20))
    return photos.rewritten(bindings.body(2 * photos.MOST_BYTES))


def _picture_of_scan() -> tuple[str, Photo]:
    """The photo, and the operation by which the device reported the defect."""
    named = request.args.getlist("operation")
    if set(request.args) != {"operation"} or len(named) != 1 or not re.fullmatch(OPERATION_ID, named[0]):
        raise Invalid(fields={"operation": ["must be the id of one operation"]})
    return named[0], _picture()


@blp.bound(
    "POST", "/defects/<id:defect_id>/photos", rule=rules.REPORT, binding=PICTURE, read=_picture, status=201,
    also=(422,), body={"type": "string", "format": "binary"}, returns={"$ref": "#/components/schemas/PhotoOut"},
)  # fmt: skip
def add_photo(call: Call, given: Photo, defect_id: int) -> Reply:
    """Add a photo, as the body of the request; it is written anew without what the camera noted beside the picture."""
    added = reporting.add_photo(call.session, call.actor, store(), defect_id, given)
    return Reply(json.dumps(papers.PhotoOut().dump(added), ensure_ascii=False), 201)


@blp.bound(
    "POST", "/warehouses/<id:warehouse_id>/defect-photos", rule=rules.REPORT, binding=PICTURE, read=_picture_of_scan,
    status=201, also=(422,), body={"type": "string", "format": "binary"}, parameters=[_OPERATION],
    returns={"$ref": "#/components/schemas/PhotoOut"},
)  # fmt: skip
def add_photo_of_scan(call: Call, given: tuple[str, Photo], warehouse_id: int) -> Reply:
    """Add the photo that a device kept for a defect which it reported by ``operation``."""
    operation, picture = given
    defect_id = defect_scans.report_of(call.session, call.actor, warehouse_id, operation)
    added = reporting.add_photo(call.session, call.actor, store(), defect_id, picture)
    return Reply(json.dumps(papers.PhotoOut().dump(added), ensure_ascii=False), 201)


@blp.file("/defects/<id:defect_id>/photos/<id:photo_id>", rule=rules.SEE, media_type="image/jpeg")
def show_photo(call: Call, defect_id: int, photo_id: int) -> bytes:
    """A photo of a defect."""
    return store().get(reading.photo(call.session, call.actor, defect_id, photo_id).digest)


@blp.create(
    "/defects/<id:defect_id>/dispositions", rule=rules.PROPOSE, body=papers.DispositionIn,
    returns=papers.DispositionOut,
)  # fmt: skip
def propose_disposition(call: Call, body: Body, defect_id: int) -> Record:
    """Propose what is done with the goods."""
    written = disposing.propose(call.session, call.actor, defect_id, disposing.Proposal(**body))
    return reading.disposition(call.session, call.actor, written.id)


@blp.get("/dispositions/<id:disposition_id>", rule=rules.SEE, returns=papers.DispositionOut)
def get_disposition(call: Call, disposition_id: int) -> Record:
    """One disposition."""
    return reading.disposition(call.session, call.actor, disposition_id)


@blp.act(
    "/dispositions/<id:disposition_id>/decide",
    rule=rules.HOLD,
    body=papers.DispositionDecisionIn,
    returns=papers.DispositionOut,
)
def decide_disposition(call: Call, body: Body, disposition_id: int) -> Record:
    """Approve or reject a disposition that another person proposed, of a report that another person wrote."""
    disposing.decide(call.session, call.actor, disposition_id, approved=body["approved"])
    return reading.disposition(call.session, call.actor, disposition_id)


@blp.create(
    "/dispositions/<id:disposition_id>/undoing", rule=rules.PROPOSE, body=papers.DispositionUndoingIn,
    returns=papers.DispositionOut,
)  # fmt: skip
def propose_undoing(call: Call, body: Body, disposition_id: int) -> Record:
    """Propose that an approved disposition is undone, while its goods are where it put them; decided on like any."""
    written = disposing.propose_undoing(call.session, call.actor, disposition_id, body["remark"])
    return reading.disposition(call.session, call.actor, written.id)


@blp.create("/defects/<id:defect_id>/claims", rule=rules.HOLD, body=papers.ClaimIn, returns=papers.ClaimOut)
def send_claim(call: Call, body: Body, defect_id: int) -> Claim:
    """Make a claim to the mill."""
    return claiming.send(call.session, call.actor, defect_id, **body)


@blp.get("/claims/<id:claim_id>", rule=rules.SEE_YARD, returns=papers.ClaimOut)
def get_claim(call: Call, claim_id: int) -> Claim:
    """One claim."""
    return reading.claim(call.session, call.actor, claim_id)


@blp.act("/claims/<id:claim_id>/answer", rule=rules.HOLD, body=papers.ClaimAnswerIn, returns=papers.ClaimOut)
def answer_claim(call: Call, body: Body, claim_id: int) -> Claim:
    """Note what the mill answers."""
    return claiming.answer(call.session, call.actor, claim_id, body["answer"])


@blp.act("/claims/<id:claim_id>/settle", rule=rules.HOLD, body=papers.ClaimEndIn, returns=papers.ClaimOut)
def settle_claim(call: Call, body: Body, claim_id: int) -> Claim:
    """Note what the mill pays in the end."""
    return claiming.settle(call.session, call.actor, claim_id, body["settled_fen"])


@blp.file("/claims/<id:claim_id>/paper", rule=rules.SEE_YARD, media_type="application/pdf")
def print_claim(call: Call, claim_id: int) -> NamedFile:
    """The claim with its evidence, to be signed and sent."""
    paper = evidence.claim_paper(call.session, call.actor, store(), claim_id)
    return NamedFile(f"{paper.number}.pdf", claim_paper.pdf(paper))


@blp.list_("/quality-holds", rule=rules.SEE, query=papers.QualityHoldQuery, returns=papers.QualityHoldOut)
def list_holds(call: Call, query: Body) -> Any:
    """Quality holds."""
    return reading.holds(call.session, call.actor, query)


@blp.create("/quality-holds", rule=rules.HOLD, body=papers.QualityHoldIn, returns=papers.QualityHoldOut)
def place_hold(call: Call, body: Body) -> Record:
    """Hold a bundle, or a whole heat: from the commit on nothing of it is picked, sold or let out of the gate."""
    placed = holding.place(call.session, call.actor, holding.Ban(**body))
    return reading.hold(call.session, call.actor, placed.id)


@blp.get("/quality-holds/<id:hold_id>", rule=rules.SEE, returns=papers.QualityHoldOut)
def get_hold(call: Call, hold_id: int) -> Record:
    """One hold."""
    return reading.hold(call.session, call.actor, hold_id)


@blp.act(
    "/quality-holds/<id:hold_id>/lift", rule=rules.HOLD, body=papers.QualityHoldEndIn, returns=papers.QualityHoldOut
)
def lift_hold(call: Call, body: Body, hold_id: int) -> Record:
    """Lift a hold that a colleague placed."""
    holding.lift(call.session, call.actor, hold_id, body["because"])
    return reading.hold(call.session, call.actor, hold_id)
