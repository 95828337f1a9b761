"""Pages of statements as they were issued."""

import re
from typing import Any

from flask import flash, redirect, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from inventory import documents, forms, rules
from inventory.charges import issued, tables
from inventory.charges.schemas import MONTH
from inventory.models import Warehouse
from inventory.operations import billing
from inventory.pages.slice import offered, pages
from steelyard.api.calls import Call
from steelyard.api.pages import render
from steelyard.core.errors import NotFound

MOST_BUNDLES = 500
"""Most bundles of a statement on one page; the file has all."""


@pages.form("/warehouse/charges/<id:warehouse_id>/<id:owner_id>/issue", rule=rules.TARIFF, form=forms.StatementForm)
def issue_statement(call: Call, form: dict[str, Any], warehouse_id: int, owner_id: int) -> Response:
    """Issue an owner's statement of a month that is over."""
    if not re.fullmatch(MONTH, form["month"]):
        raise NotFound
    found = billing.issue(call.session, call.actor, warehouse_id, owner_id, form["month"])
    return _issued(found.id, _("The statement was issued; no later tariff changes it."))


@pages.form("/warehouse/statements/<id:statement_id>/correct", rule=rules.TARIFF, form=forms.CorrectionForm)
def correct_statement(call: Call, form: dict[str, Any], statement_id: int) -> Response:
    """Issue a statement in the place of one that was wrong."""
    found = billing.correct(call.session, call.actor, statement_id, form["reason"])
    return _issued(found.id, _("The correction was issued; the earlier statement stays to be read."))


def _issued(statement_id: int, sentence: str) -> Response:
    flash(sentence, "success")
    return redirect(url_for("inventory_pages.issued_statement", statement_id=statement_id), 303)


@pages.view("/warehouse/statements/<id:statement_id>", rule=rules.SEE)
def issued_statement(call: Call, statement_id: int) -> str:
    """A statement as it was issued, and how it was set right."""
    found = issued.read(call.session, call.actor, statement_id)
    yard = call.session.get_one(Warehouse, found.document.warehouse_id)
    own = {one.id for one in documents.own_warehouses(call.session, call.actor)}
    details = found.details
    return render(
        "inventory/issued.html",
        offered=offered(call),
        issued=found,
        yard=yard,
        details=details[:MOST_BUNDLES],
        cut=MOST_BUNDLES if len(details) > MOST_BUNDLES else None,
        may_correct=yard.id in own and rules.TARIFF.allows(call.actor) and found.later is None,
        kinds=tables.KINDS,
        units=tables.UNITS,
    )
