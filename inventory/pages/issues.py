"""Pages of issuing."""

from typing import Any

from flask import flash, redirect, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from inventory import documents, forms, rules, weighbridge_reading, words
from inventory.delivery_forms import LeavingForm, second_of, ticket_of
from inventory.models import StockIssue
from inventory.operations import issuing
from inventory.operations.outgoing import Weighed
from inventory.pages.slice import choices, newest, offered, pages
from inventory.states import Direction, IssueStatus
from steelyard.api.calls import Call
from steelyard.api.pages import render


@pages.view("/warehouse/issues", rule=rules.SEE_YARD)
def issues(call: Call) -> str:
    """The newest issues, and the form for a new one."""
    return render(
        "inventory/issues.html",
        rows=newest(call, documents.issues(call.actor, {}), StockIssue.id),
        may_keep=rules.KEEP.allows(call.actor),
        **choices(call),
    )


@pages.form("/warehouse/issues", rule=rules.KEEP, form=forms.IssueForm)
def open_issue(call: Call, form: dict[str, Any]) -> Response:
    """Load the bundles named, and leave the lorry open for scanning."""
    tags = forms.tags_of(form.get("tags"))
    loading = issuing.Loading(form["owner_id"], form["waybill_number"], form["plate"], tags)
    document = issuing.open_issue(call.session, call.actor, form["warehouse_id"], loading)
    flash(_("Issue %(number)s is open for loading.", number=document.number), "success")
    return redirect(url_for("inventory_pages.issue", issue_id=document.id), 303)


@pages.view("/warehouse/issues/<id:issue_id>", rule=rules.SEE)
def issue(call: Call, issue_id: int) -> str:
    """One issue with what lies on the lorry."""
    found = documents.issue(call.session, call.actor, issue_id)
    may_post = rules.KEEP.allows(call.actor) and found["status"] == IssueStatus.OPEN
    place, lorry = found["warehouse_id"], found["plate"]
    waits = weighbridge_reading.waiting(call.session, call.actor, place, Direction.OUT, lorry) if may_post else []
    return render(
        "inventory/issue.html", issue=found, may_post=may_post, tickets=waits, words=words, offered=offered(call)
    )  # fmt: skip


@pages.form("/warehouse/issues/<id:issue_id>/post", rule=rules.KEEP, form=LeavingForm)
def post_issue(call: Call, form: dict[str, Any], issue_id: int) -> Response:
    """Let the lorry go, weighed with its goods where the yard has a weighbridge."""
    lorry = documents.issue(call.session, call.actor, issue_id)["plate"]
    weighed = Weighed(ticket_of({**form, "plate": lorry}), second_of(form), form.get("difference_reason"))
    document = issuing.post_issue(call.session, call.actor, issue_id, weighed)
    flash(_("Issue %(number)s was posted; the lorry may leave.", number=document.number), "success")
    return redirect(url_for("inventory_pages.issue", issue_id=issue_id), 303)
