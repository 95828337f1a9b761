"""Pages of quality: reports of defects with photos, holds of bundles and heats, dispositions, claims."""

from typing import Any

from flask import flash, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from inventory import documents, reason_reading, rules, words
from inventory.api.certificates import store
from inventory.forms import tags_of
from inventory.models import Bundle, Product
from inventory.operations import claiming, disposing, holding, reasons, reporting
from inventory.pages.slice import CHOICES, LATEST, after, asked, choices, pages
from inventory.quality import forms, photos, reading
from inventory.quality import words as told
from inventory.quality.errors import PhotosTooLarge
from inventory.quality.forms import AtOnce
from inventory.quality.kinds import DefectStatus, DispositionStatus
from inventory.quality.photos import MOST_PHOTOS, Photo
from inventory.reasons import ReasonUse
from steelyard.api import uploads
from steelyard.api.calls import Call
from steelyard.api.pages import render
from steelyard.api.services import services
from steelyard.core.errors import NotFound

FILTERS = ("status",)


@pages.view("/warehouse/defects", rule=rules.SEE)
def defects(call: Call) -> str:
    """Reports, the newest first."""
    wanted = asked(*FILTERS)
    if wanted.get("status") not in set(DefectStatus):
        wanted = {}
    rows, next_ = reading.defects(call.session, call.actor, {**wanted, "after": after(), "limit": LATEST}, newest=True)
    address: dict[str, Any] = {**wanted, "after": next_}
    return render(
        "inventory/defects.html",
        rows=rows,
        wanted=wanted,
        following=url_for("inventory_pages.defects", **address) if next_ else None,
        may_report=rules.REPORT.allows(call.actor),
        told=told,
    )


def _finder(call: Call) -> dict[str, Any]:
    """What the search for a tag or a heat found in one's own yards."""
    find = asked("find").get("find", "")
    bundles, heats = reading.targets(call.session, call.actor, find, LATEST) if find else ([], [])
    return {"find": find, "bundles": bundles, "heats": heats}


@pages.view("/warehouse/defects/new", rule=rules.REPORT)
def new_defect(call: Call) -> str:
    """Find the bundle or the heat, then say what is wrong with it."""
    return render(
        "inventory/defect_new.html",
        told=told,
        may_hold=rules.HOLD.allows(call.actor),
        most_photos=MOST_PHOTOS,
        **_finder(call),
        **choices(call),
    )


def _pictures(call: Call, form: dict[str, Any], **_path: int) -> list[Photo]:
    """Write the photos anew before anything is locked; raises ``PhotoTooLarge`` and ``NotAPhoto``."""
    files = [file for file in request.files.getlist("photo") if file.filename]
    return [photos.rewritten(file.stream.read(photos.MOST_BYTES + 1)) for file in files[:MOST_PHOTOS]]


def _target(call: Call, text: str) -> tuple[int, str | None, int | None, int]:
    """The yard, the tag or the heat that was chosen, and the bundle's or heat's id; raises ``NotFound``."""
    kind, *ids = text.split(":")
    if kind == "heat":
        return int(ids[1]), None, int(ids[0]), int(ids[0])
    bundle = call.session.get(Bundle, int(ids[0]))
    if bundle is None:
        raise NotFound
    return bundle.warehouse_id, bundle.tag, None, bundle.id


def _bound() -> None:
    """Refuse photos that are together larger than a request may be; the other fields are a few KiB."""
    most = services().settings.max_body_bytes
    uploads.refuse_above(most, PhotosTooLarge(most=most >> 20))


@pages.form("/warehouse/defects/new", rule=rules.REPORT, form=forms.DefectForm, prepare=_pictures, bound=_bound)
def report_defect(call: Call, form: dict[str, Any]) -> Response:
    """Write the report; an inspector may hold the bundle or its heat at once."""
    warehouse_id, tag, heat_id, id_ = _target(call, form.pop("target"))
    at_once = form.pop("hold")
    hold = None
    if at_once is not AtOnce.NOTHING and rules.HOLD.allows(call.actor):
        # The hold comes first: it locks all bundles of the heat in their order.
        whole = heat_id if tag is None else call.session.get_one(Bundle, id_).heat_id
        single = tag is not None and at_once is AtOnce.BUNDLE
        reason = form.get("remark") or _said(call, warehouse_id, form["kind"])
        ban = holding.Ban(reason, bundle_id=id_) if single else holding.Ban(reason, heat_id=whole)
        hold = holding.place(call.session, call.actor, ban)
    finding = reporting.Finding(tag=tag, heat_id=heat_id, **form)
    written = reporting.report(call.session, call.actor, warehouse_id, finding)
    if hold is not None:
        hold.defect_id = written.id
    for photo in call.prepared:
        reporting.add_photo(call.session, call.actor, store(), written.id, photo)
    return _back(written.id, _("Report %(number)s was written.", number=written.number))


def _said(call: Call, warehouse_id: int, kind: str) -> str:
    """The name of a kind of defect, in the reader's language; raises ``ReasonUnknown`` and ``ReasonRetired``."""
    found = reasons.check(call.session, warehouse_id, ReasonUse.DEFECT, [kind])[kind]
    return reason_reading.called(found.name_zh, found.name_en)


def _back(defect_id: int, sentence: str) -> Response:
    flash(sentence, "success")
    return redirect(url_for("inventory_pages.defect", defect_id=defect_id), 303)


@pages.view("/warehouse/defects/<id:defect_id>", rule=rules.SEE)
def defect(call: Call, defect_id: int) -> str:
    """One report: what was found, what is held, what is done, what is claimed."""
    found = reading.defect(call.session, call.actor, defect_id)
    own = found["warehouse_id"] in {yard.id for yard in documents.own_warehouses(call.session, call.actor)}
    is_open = own and found["status"] == DefectStatus.OPEN
    may_propose = is_open and rules.PROPOSE.allows(call.actor)
    products = documents.products({}).order_by(Product.grade, Product.id).limit(CHOICES) if may_propose else None
    return render(
        "inventory/defect.html",
        defect=found,
        may_report=is_open and rules.REPORT.allows(call.actor) and len(found["photos"]) < MOST_PHOTOS,
        may_propose=may_propose,
        may_undo=own and rules.PROPOSE.allows(call.actor),
        may_decide=own and rules.HOLD.allows(call.actor),
        may_settle=is_open and rules.HOLD.allows(call.actor),
        waits=any(one["status"] == DispositionStatus.PROPOSED for one in found["dispositions"]),
        products=call.session.scalars(products).all() if products is not None else [],
        told=told,
        words=words,
    )


@pages.form("/warehouse/defects/<id:defect_id>/photos", rule=rules.REPORT, prepare=_pictures, bound=_bound)
def photograph(call: Call, form: dict[str, Any], defect_id: int) -> Response:
    """Add photos to a report."""
    for photo in call.prepared:
        reporting.add_photo(call.session, call.actor, store(), defect_id, photo)
    return _back(defect_id, _("The photos are with the report."))


@pages.form("/warehouse/defects/<id:defect_id>/settle", rule=rules.HOLD)
def settle_defect(call: Call, form: dict[str, Any], defect_id: int) -> Response:
    """Say that nothing is left to be done."""
    written = reporting.settle(call.session, call.actor, defect_id)
    return _back(defect_id, _("Report %(number)s is settled.", number=written.number))


@pages.form("/warehouse/defects/<id:defect_id>/dispositions", rule=rules.PROPOSE, form=forms.DispositionForm)
def propose_disposition(call: Call, form: dict[str, Any], defect_id: int) -> Response:
    """Propose what is done with the goods."""
    proposal = disposing.Proposal(tags=tags_of(form.pop("tags", None)), cost_fen=form.pop("cost", 0), **form)
    written = disposing.propose(call.session, call.actor, defect_id, proposal)
    return _back(defect_id, _("Disposition %(number)s waits for a colleague's decision.", number=written.number))


def _decide(call: Call, disposition_id: int, *, approved: bool) -> Response:
    found = disposing.decide(call.session, call.actor, disposition_id, approved=approved)
    sentence = (
        _("Disposition %(number)s was approved and posted.") if approved else _("Disposition %(number)s was rejected.")
    )
    return _back(found.defect_id, sentence % {"number": found.number})


@pages.form("/warehouse/dispositions/<id:disposition_id>/approve", rule=rules.HOLD)
def approve_disposition(call: Call, form: dict[str, Any], disposition_id: int) -> Response:
    """Approve and post."""
    return _decide(call, disposition_id, approved=True)


@pages.form("/warehouse/dispositions/<id:disposition_id>/reject", rule=rules.HOLD)
def reject_disposition(call: Call, form: dict[str, Any], disposition_id: int) -> Response:
    """Reject."""
    return _decide(call, disposition_id, approved=False)


@pages.form("/warehouse/dispositions/<id:disposition_id>/undo", rule=rules.PROPOSE, form=forms.UndoingForm)
def undo_disposition(call: Call, form: dict[str, Any], disposition_id: int) -> Response:
    """Propose that an approved disposition is undone."""
    written = disposing.propose_undoing(call.session, call.actor, disposition_id, form["remark"])
    return _back(
        written.defect_id, _("Disposition %(number)s waits for a colleague's decision.", number=written.number)
    )


@pages.form("/warehouse/defects/<id:defect_id>/claims", rule=rules.HOLD, form=forms.ClaimForm)
def send_claim(call: Call, form: dict[str, Any], defect_id: int) -> Response:
    """Make a claim to the mill."""
    claim = claiming.send(call.session, call.actor, defect_id, form["demand"], form["amount"])
    return _back(defect_id, _("Claim %(number)s is written: print it, sign it and send it.", number=claim.number))


@pages.form("/warehouse/claims/<id:claim_id>/answer", rule=rules.HOLD, form=forms.ClaimAnswerForm)
def answer_claim(call: Call, form: dict[str, Any], claim_id: int) -> Response:
    """Note what the mill answers."""
    claim = claiming.answer(call.session, call.actor, claim_id, form["answer"])
    return _back(claim.defect_id, _("The mill's answer is noted."))


@pages.form("/warehouse/claims/<id:claim_id>/settle", rule=rules.HOLD, form=forms.ClaimEndForm)
def settle_claim(call: Call, form: dict[str, Any], claim_id: int) -> Response:
    """Note what the mill pays in the end."""
    claim = claiming.settle(call.session, call.actor, claim_id, form["settled"])
    return _back(claim.defect_id, _("Claim %(number)s is settled.", number=claim.number))


@pages.view("/warehouse/holds", rule=rules.SEE)
def holds(call: Call) -> str:
    """Holds: those that stand, or all; and the form to place one."""
    every = asked("all").get("all") == "1"
    wanted = {} if every else {"standing": True}
    rows, next_ = reading.holds(call.session, call.actor, {**wanted, "after": after(), "limit": LATEST}, newest=True)
    address: dict[str, Any] = {"all": "1" if every else None, "after": next_}
    may_hold = rules.HOLD.allows(call.actor)
    return render(
        "inventory/holds.html",
        rows=rows,
        every=every,
        following=url_for("inventory_pages.holds", **address) if next_ else None,
        may_hold=may_hold,
        me=call.actor.user_id,
        **(_finder(call) if may_hold else {}),
    )


@pages.form("/warehouse/holds", rule=rules.HOLD, form=forms.HoldForm)
def place_hold(call: Call, form: dict[str, Any]) -> Response:
    """Hold a bundle, or a whole heat."""
    _yard, tag, heat_id, id_ = _target(call, form["target"])
    ban = holding.Ban(form["reason"], bundle_id=id_ if tag is not None else None, heat_id=heat_id)
    hold = holding.place(call.session, call.actor, ban)
    flash(_("Hold %(number)s stands: nothing of it leaves the yard.", number=hold.number), "success")
    return redirect(url_for("inventory_pages.holds"), 303)


@pages.form("/warehouse/holds/<id:hold_id>/lift", rule=rules.HOLD, form=forms.HoldEndForm)
def lift_hold(call: Call, form: dict[str, Any], hold_id: int) -> Response:
    """Lift a hold that a colleague placed."""
    hold = holding.lift(call.session, call.actor, hold_id, form["because"])
    flash(_("Hold %(number)s was lifted.", number=hold.number), "success")
    return redirect(url_for("inventory_pages.holds"), 303)
