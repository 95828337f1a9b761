"""The API of statements as they are issued: frozen, corrected by others, as tables and as a paper."""

from typing import Any

from inventory import rules
from inventory.api.slice import Body, Record, blp
from inventory.charges import issued, papers, schemas, tables
from inventory.charges.models import StorageStatement
from inventory.models import Warehouse
from inventory.operations import billing
from steelyard.api.calls import Call
from steelyard.core.spreadsheets import Table

_ONE = "/storage-statements/<id:statement_id>"
_HEAD = (
    "id", "number", "warehouse_id", "owner_id", "owner_name", "month", "last_day", "total_fen", "corrects_id", "reason",
    "issued_at",
)  # fmt: skip


@blp.create(
    "/warehouses/<id:warehouse_id>/charges/<id:owner_id>/statements", rule=rules.TARIFF, body=schemas.StatementIssueIn,
    returns=schemas.IssuedOut,
)  # fmt: skip
def issue_statement(call: Call, body: Body, warehouse_id: int, owner_id: int) -> Record:
    """Issue an owner's statement of a month that is over; no later tariff changes it."""
    return told(call, billing.issue(call.session, call.actor, warehouse_id, owner_id, body["month"]).id)


@blp.create(f"{_ONE}/corrections", rule=rules.TARIFF, body=schemas.CorrectionIn, returns=schemas.IssuedOut)
def correct_statement(call: Call, body: Body, statement_id: int) -> Record:
    """Issue a statement in the place of one that was wrong; both stay to be read."""
    return told(call, billing.correct(call.session, call.actor, statement_id, body["reason"]).id)


@blp.list_("/storage-statements", rule=rules.SEE, query=schemas.IssuedQuery, returns=schemas.IssuedHeadOut)
def list_statements(call: Call, query: Body) -> Any:
    """Statements that were issued: to an owner his own."""
    return call.page(issued.listed(call.actor, query), query, StorageStatement.id)


@blp.get(_ONE, rule=rules.SEE, returns=schemas.IssuedOut)
def get_issued_statement(call: Call, statement_id: int) -> Record:
    """A statement as it was issued."""
    return told(call, statement_id)


def told(call: Call, statement_id: int) -> Record:
    """A statement with its lines, and which one stands in its place."""
    found = issued.read(call.session, call.actor, statement_id)
    columns = {name: getattr(found.document, name) for name in _HEAD}
    return {
        **columns, "later_id": found.later.id if found.later else None, "difference_fen": found.difference_fen,
        "lines": found.lines,
    }  # fmt: skip


@blp.spreadsheet(f"{_ONE}/lines", rule=rules.SEE)
def export_issued_lines(call: Call, statement_id: int) -> Table:
    """The lines of a statement that was issued, as a table."""
    return tables.lines(issued.read(call.session, call.actor, statement_id))


@blp.spreadsheet(f"{_ONE}/bundles", rule=rules.SEE)
def export_issued_bundles(call: Call, statement_id: int) -> Table:
    """What each bundle brought to the lines, as a table."""
    return tables.issued_bundles(issued.read(call.session, call.actor, statement_id))


@blp.file(f"{_ONE}/paper", rule=rules.SEE, media_type="application/pdf")
def print_issued_statement(call: Call, statement_id: int) -> bytes:
    """The statement to send to the owner."""
    found = issued.read(call.session, call.actor, statement_id)
    yard = call.session.get_one(Warehouse, found.document.warehouse_id)
    return papers.pdf(found, f"{yard.code} {yard.name}")
