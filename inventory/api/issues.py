"""The API of issues."""

from typing import Any

from inventory import document_schemas as papers
from inventory import documents, rules
from inventory.api.slice import Body, Record, blp
from inventory.models import StockIssue
from inventory.operations import issuing
from inventory.operations.outgoing import Weighed
from inventory.operations.weighbridge import SecondWeight
from inventory.operations.weighings import Ticket
from inventory.weighbridge_schemas import LeavingIn
from steelyard.api.calls import Call


@blp.list_("/issues", rule=rules.SEE, query=papers.IssueQuery, returns=papers.IssueSummaryOut)
def list_issues(call: Call, query: Body) -> Any:
    """Issues."""
    return call.page(documents.issues(call.actor, query), query, StockIssue.id)


@blp.create("/issues", rule=rules.KEEP, body=papers.IssueIn, returns=papers.IssueOut)
def open_issue(call: Call, body: Body) -> Record:
    """Load bundles on a lorry, all or none; with ``post`` it leaves at once, else scans can add to it."""
    loading = issuing.Loading(body["owner_org_id"], body["waybill_number"], body["plate"], body["tags"])
    make = issuing.issue_at_once if body["post"] else issuing.open_issue
    return documents.issue(call.session, call.actor, make(call.session, call.actor, body["warehouse_id"], loading).id)


@blp.get("/issues/<id:issue_id>", rule=rules.SEE, returns=papers.IssueOut)
def get_issue(call: Call, issue_id: int) -> Record:
    """One issue with the bundles on the lorry."""
    return documents.issue(call.session, call.actor, issue_id)


@blp.act("/issues/<id:issue_id>/post", rule=rules.KEEP, returns=papers.IssueOut)
def post_issue(call: Call, issue_id: int) -> Record:
    """Let the lorry go."""
    issuing.post_issue(call.session, call.actor, issue_id)
    return documents.issue(call.session, call.actor, issue_id)


@blp.act("/issues/<id:issue_id>/leave", rule=rules.KEEP, body=LeavingIn, returns=papers.IssueOut)
def leave_on_issue(call: Call, body: Body, issue_id: int) -> Record:
    """Weigh the lorry with its goods and let it go; what the weighbridge says other than the books is booked."""
    plate = documents.issue(call.session, call.actor, issue_id)["plate"]
    ticket = Ticket(plate=plate, **body["ticket"]) if "ticket" in body else None
    second = SecondWeight(**body["second"]) if "second" in body else None
    weighed = Weighed(ticket, second, body.get("difference_reason"))
    issuing.post_issue(call.session, call.actor, issue_id, weighed)
    return documents.issue(call.session, call.actor, issue_id)
