"""The API of storage and handling: the yard's tariff, what each owner is asked for by month, statements as files."""

from typing import Any

from sqlalchemy import select

from inventory import rules
from inventory.api.slice import Body, Record, blp
from inventory.charges import reading, schemas, tables
from inventory.charges.models import StorageTariff
from inventory.operations import tariffs
from steelyard.api.calls import Call
from steelyard.core.spreadsheets import Table

_YARD = "/warehouses/<id:warehouse_id>"
_OWNER = f"{_YARD}/charges/<id:owner_id>"


@blp.list_(f"{_YARD}/tariffs", rule=rules.SEE, returns=schemas.TariffOut)
def list_tariffs(call: Call, query: Body, warehouse_id: int) -> Any:
    """All versions of a yard's tariff."""
    found = reading.open_yard(call.session, call.actor, warehouse_id)
    of_yard = select(StorageTariff).where(StorageTariff.warehouse_id == found.id)
    return call.page(of_yard, query, StorageTariff.id)


@blp.create(f"{_YARD}/tariffs", rule=rules.TARIFF, body=schemas.TariffIn, returns=schemas.TariffOut)
def set_tariff(call: Call, body: Body, warehouse_id: int) -> StorageTariff:
    """Add a version of the tariff; for the days on which it holds it counts before earlier ones."""
    return tariffs.set_tariff(call.session, call.actor, warehouse_id, **body)


@blp.list_(f"{_YARD}/charges", rule=rules.SEE, query=schemas.ChargesQuery, returns=schemas.ChargesOut)
def list_charges(call: Call, query: Body, warehouse_id: int) -> Any:
    """What each owner is asked for in a month; an owner finds himself."""
    month = reading.month_of(call.session, query.get("month"))
    found = reading.statements(call.session, call.actor, warehouse_id, month)
    rest = [one for one in found if one.owner.id > (query.get("after") or 0)]
    shown = rest[: query["limit"]]
    return [head(one) for one in shown], (shown[-1].owner.id if len(rest) > len(shown) else None)


def head(statement: reading.Statement) -> Record:
    """The head of a statement."""
    return {
        "owner_org_id": statement.owner.id, "owner_name": statement.owner.name, "month": statement.month.text,
        "last_day": statement.month.last, "total_fen": statement.total_fen,
    }  # fmt: skip


@blp.get(_OWNER, rule=rules.SEE, query=schemas.MonthQuery, returns=schemas.StatementOut)
def get_statement(call: Call, query: Body, warehouse_id: int, owner_id: int) -> Record:
    """The statement of an owner, with the arithmetic of each line."""
    found = _statement(call, query, warehouse_id, owner_id)
    return {**head(found), "lines": found.lines}


@blp.spreadsheet(_OWNER, rule=rules.SEE, query=schemas.MonthQuery)
def export_statement(call: Call, query: Body, warehouse_id: int, owner_id: int) -> Table:
    """The lines of a statement as a table."""
    return tables.lines(_statement(call, query, warehouse_id, owner_id))


@blp.spreadsheet(f"{_OWNER}/bundles", rule=rules.SEE, query=schemas.MonthQuery)
def export_statement_bundles(call: Call, query: Body, warehouse_id: int, owner_id: int) -> Table:
    """What each bundle brings to the lines of a statement, as a table."""
    found = _statement(call, query, warehouse_id, owner_id)
    return tables.bundles(found, reading.named(call.session, found.details))


def _statement(call: Call, query: Body, warehouse_id: int, owner_id: int) -> reading.Statement:
    month = reading.month_of(call.session, query.get("month"))
    return reading.statement(call.session, call.actor, warehouse_id, owner_id, month)
