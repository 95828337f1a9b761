"""The page for a phone or a handheld."""

from inventory import documents, labels, rules
from inventory.models import StockIssue, Stocktake
from inventory.pages.slice import choices, newest, pages
from inventory.states import IssueStatus, StocktakeStatus
from steelyard.api.calls import Call
from steelyard.api.pages import render

BEING_WORKED_ON = 200
"""Most open issues and stocktakes that the scan page offers, newest first."""


@pages.view("/warehouse/scan", rule=rules.COUNT)
def scan(call: Call) -> str:
    """The page for a phone or a handheld: scan tags to move, count or issue them."""
    open_issues = documents.issues(call.actor, {"status": IssueStatus.OPEN})
    open_takes = documents.stocktakes(call.actor, {"status": StocktakeStatus.OPEN})
    return render(
        "inventory/scan.html",
        open_issues=newest(call, open_issues, StockIssue.id, BEING_WORKED_ON),
        open_takes=newest(call, open_takes, Stocktake.id, BEING_WORKED_ON),
        may_keep=rules.KEEP.allows(call.actor),
        scheme=labels.SCHEME,
        **choices(call),
    )
