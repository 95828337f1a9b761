"""The API of a yard's reasons."""

from collections.abc import Iterable
from typing import Any

from flask_babel import gettext as _

from inventory import documents, reason_reading, rules
from inventory.api.slice import Body, blp
from inventory.exporting import Columns, table
from inventory.masters import schemas
from inventory.masters.models import Reason
from inventory.operations import reasons
from inventory.reasons import USES, ReasonUse
from steelyard.api.calls import Call
from steelyard.core.errors import NotFound
from steelyard.core.i18n import N_
from steelyard.core.spreadsheets import Cell, Kind, Table

_ALL = "/warehouses/<id:warehouse_id>/reasons"
_ONE = f"{_ALL}/<id:reason_id>"
COLUMNS: Columns = (
    (N_("Use"), Kind.TEXT), (N_("Code"), Kind.TEXT), (N_("Name"), Kind.TEXT), (N_("English name"), Kind.TEXT),
    (N_("Retired"), Kind.TEXT),
)  # fmt: skip
"""The headings of the sheet that is imported, so that a table may be taken to another yard."""


@blp.list_(_ALL, rule=rules.SEE, query=schemas.YardReasonQuery, returns=schemas.YardReasonOut)
def list_reasons(call: Call, query: Body, warehouse_id: int) -> Any:
    """The reasons of a yard, the retired ones too: documents that have one go on naming it."""
    documents.warehouse(call.session, call.actor, warehouse_id)
    return call.page(reason_reading.of_yard(warehouse_id, query), query, Reason.id)


@blp.create(_ALL, rule=rules.KEEP, body=schemas.YardReasonIn, returns=schemas.YardReasonOut)
def add_reason(call: Call, body: Body, warehouse_id: int) -> Reason:
    """Add a reason."""
    return reasons.add(call.session, call.actor, warehouse_id, **body)


@blp.get(_ONE, rule=rules.SEE, returns=schemas.YardReasonOut)
def get_reason(call: Call, warehouse_id: int, reason_id: int) -> Reason:
    """One reason."""
    documents.warehouse(call.session, call.actor, warehouse_id)
    found = call.session.scalars(reason_reading.of_yard(warehouse_id, {}).where(Reason.id == reason_id)).one_or_none()
    if found is None:
        raise NotFound
    return found


@blp.change(_ONE, rule=rules.KEEP, body=schemas.YardReasonChange, returns=schemas.YardReasonOut)
def change_reason(call: Call, body: Body, warehouse_id: int, reason_id: int) -> Reason:
    """Retire a reason, or take it up again."""
    reason = reasons.own_reason(call.session, call.actor, warehouse_id, reason_id)
    call.match(reason)
    return reasons.change(call.session, call.actor, reason, is_retired=body["is_retired"])


@blp.spreadsheet(_ALL, rule=rules.SEE_YARD)
def export_reasons(call: Call, warehouse_id: int) -> Table:
    """The reasons of a yard as a table."""
    yard = documents.warehouse(call.session, call.actor, warehouse_id)
    rows = call.session.scalars(reason_reading.of_yard(warehouse_id, {}).order_by(Reason.use, Reason.id))
    return table(f"{yard.code} {_('Reasons')}", COLUMNS, _cells(rows))


def _cells(rows: Iterable[Reason]) -> Iterable[tuple[Cell, ...]]:
    for one in rows:
        retired = _("yes") if one.is_retired else _("no")
        yield _(USES[ReasonUse(one.use)]), one.code, one.name_zh, one.name_en, retired
