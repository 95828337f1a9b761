"""The API of the import of master data: bring a sheet, look at what would become of each row, take it in."""

from base64 import b64decode
from collections.abc import Iterator, Sequence
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from inventory import rules
from inventory.api.slice import Body, Record, blp
from inventory.exporting import Columns, table
from inventory.masters import errors, schemas
from inventory.masters.models import MasterImport
from inventory.masters.rows import Judged
from inventory.masters.schemas import RowOutcome
from inventory.operations import master_imports
from inventory.operations.master_imports import Brought
from steelyard.api.calls import Call
from steelyard.api.locales import say
from steelyard.core.i18n import N_
from steelyard.core.spreadsheets import Cell, Kind, Table

PASTED = "text"
OUTCOMES = {RowOutcome.NEW: N_("new"), RowOutcome.KNOWN: N_("there already"), RowOutcome.WRONG: N_("wrong")}
TRIAL: Columns = (
    (N_("Row"), Kind.INTEGER), (N_("What"), Kind.TEXT), (N_("Outcome"), Kind.TEXT), (N_("Reason"), Kind.TEXT),
)  # fmt: skip


def _look(call: Call, body: Body) -> Brought | None:
    """Read the sheet before the transaction of writing begins; None where it is not one sheet."""
    if ("text" in body) == ("content_base64" in body):
        return None
    name = body.get("file_name", PASTED)
    if "text" in body:
        return master_imports.look_at(body["kind"], name, body["text"].encode("utf-8", "replace"))
    try:
        content = b64decode(body["content_base64"], validate=True)
    except ValueError:
        return Brought(body["kind"], name, b"", errors.MasterSheetUnreadable())
    return master_imports.look_at(body["kind"], name, content)


@blp.create(
    "/master-imports", rule=rules.SET_UP, body=schemas.MasterImportIn, returns=schemas.MasterImportOut, prepare=_look
)
def bring_master_sheet(call: Call, body: Body) -> MasterImport:
    """Bring a sheet of places, products, owners or reasons; it is kept for its trial, nothing is taken yet."""
    if call.prepared is None:
        raise errors.NotOneMasterSheet
    return master_imports.start(call.session, call.actor, call.prepared, body.get("warehouse_id"))


@blp.list_("/master-imports", rule=rules.SET_UP, returns=schemas.MasterImportOut)
def list_master_imports(call: Call, query: Body) -> Any:
    """The sheets that the organisation brought."""
    own = select(MasterImport).where(MasterImport.org_id == call.actor.org_id)
    return call.page(own, query, MasterImport.id)


@blp.get("/master-imports/<id:import_id>", rule=rules.SET_UP, returns=schemas.MasterImportOut)
def get_master_import(call: Call, import_id: int) -> MasterImport:
    """One sheet."""
    return master_imports.one(call.session, call.actor, import_id)


@blp.list_(
    "/master-imports/<id:import_id>/rows", rule=rules.SET_UP, query=schemas.MasterRowQuery, returns=schemas.MasterRowOut
)
def list_master_rows(call: Call, query: Body, import_id: int) -> Any:
    """What would become of each row now."""
    after, wanted = query.get("after") or 0, query.get("outcome")
    rest = [row for row in trial(call, import_id) if row.row > after and wanted in (None, outcome(row))]
    shown = rest[: query["limit"]]
    return [told(row) for row in shown], (shown[-1].row if len(rest) > len(shown) else None)


@blp.spreadsheet("/master-imports/<id:import_id>/rows", rule=rules.SET_UP)
def export_master_rows(call: Call, import_id: int) -> Table:
    """What would become of each row now, as a table."""
    return table(_("Dry run"), TRIAL, _cells(trial(call, import_id)))


def _cells(rows: Sequence[Judged]) -> Iterator[Sequence[Cell]]:
    for row, one in zip(rows, map(told, rows), strict=True):
        word = OUTCOMES[outcome(row)]
        yield one["row"], one["name"], _(word), one["reason"]


def trial(call: Call, import_id: int) -> list[Judged]:
    """What would become of each row of a sheet of the organisation; raises ``NotFound``."""
    document = master_imports.one(call.session, call.actor, import_id)
    return master_imports.tried(call.session, document, master_imports.read_again(document))


def outcome(row: Judged) -> RowOutcome:
    """What becomes of a row, in a word."""
    if row.values is None:
        return RowOutcome.WRONG
    return RowOutcome.KNOWN if row.is_known else RowOutcome.NEW


def told(row: Judged) -> Record:
    """A row with its outcome, the reason in the reader's language."""
    reason = None if row.reason is None else say(row.reason, **(row.params or {}))
    return {"row": row.row, "name": row.name or "-", "outcome": outcome(row), "reason": reason}


def _read_again(call: Call, import_id: int) -> list[Judged]:
    """Read the sheet before the transaction of writing begins; nothing where it is not to be found."""
    found = call.session.scalars(
        select(MasterImport).where(MasterImport.id == import_id, MasterImport.org_id == call.actor.org_id)
    ).one_or_none()
    return [] if found is None else master_imports.read_again(found)


@blp.act("/master-imports/<id:import_id>/take", rule=rules.SET_UP, returns=schemas.MasterImportOut, prepare=_read_again)
def take_master_import(call: Call, import_id: int) -> MasterImport:
    """Take in a sheet whose rows are all good; a wrong one refuses all, and the answer names them."""
    return master_imports.take(call.session, call.actor, import_id, call.prepared)


@blp.act("/master-imports/<id:import_id>/put-away", rule=rules.SET_UP, returns=schemas.MasterImportOut)
def put_away_master_import(call: Call, import_id: int) -> MasterImport:
    """Put a sheet away without taking it in."""
    return master_imports.put_away(call.session, call.actor, import_id)
