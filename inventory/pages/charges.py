"""Pages of storage and handling: what owners are asked for in a month, their statements, the yard's tariff."""

import re
from typing import Any

from flask import flash, redirect, url_for
from flask_babel import gettext as _
from sqlalchemy import select
from werkzeug.wrappers import Response

from inventory import documents, forms, rules
from inventory.charges import issued, reading, tables
from inventory.charges.errors import MonthNotBegun
from inventory.charges.models import StorageTariff
from inventory.charges.schemas import MONTH
from inventory.models import Warehouse
from inventory.operations import tariffs
from inventory.pages.slice import asked, newest, pages
from steelyard.api.calls import Call
from steelyard.api.pages import render

MOST_BUNDLES = 500
"""Most bundles of a statement on one page; the file has all."""


def _month(call: Call) -> tuple[reading.Month, str | None]:
    """The month that the address asks for, the present one where it cannot be read, and what is wrong with it."""
    text = asked("month").get("month", "")
    try:
        return reading.month_of(call.session, text if re.fullmatch(MONTH, text) else None), None
    except MonthNotBegun as error:
        return reading.month_of(call.session, None), _(error.message) % error.params


@pages.view("/warehouse/charges", rule=rules.SEE)
def charges(call: Call) -> str:
    """What each owner is asked for in a month, yard by yard, and the tariffs."""
    month, mistake = _month(call)
    yards = call.session.scalars(documents.warehouses(call.actor).order_by(Warehouse.code)).all()
    shown = [
        {
            "yard": yard,
            "statements": reading.statements(call.session, call.actor, yard.id, month),
            "issued": issued.standing(call.session, yard.id, month),
            "tariffs": newest(
                call, select(StorageTariff).where(StorageTariff.warehouse_id == yard.id), StorageTariff.id
            ),
        }
        for yard in yards
    ]
    return render(
        "inventory/charges.html",
        month=month,
        mistake=mistake,
        yards=shown,
        own=documents.own_warehouses(call.session, call.actor) if rules.TARIFF.allows(call.actor) else [],
    )


@pages.form("/warehouse/charges", rule=rules.TARIFF, form=forms.TariffForm)
def set_tariff(call: Call, form: dict[str, Any]) -> Response:
    """Add a version of the tariff."""
    tariffs.set_tariff(call.session, call.actor, **form)
    flash(_("The tariff was set; it counts for the days on which it holds."), "success")
    return redirect(url_for("inventory_pages.charges"), 303)


@pages.view("/warehouse/charges/<id:warehouse_id>/<id:owner_id>", rule=rules.SEE)
def statement(call: Call, warehouse_id: int, owner_id: int) -> str:
    """The statement of an owner, each line with its arithmetic."""
    month, _mistake = _month(call)
    found = reading.statement(call.session, call.actor, warehouse_id, owner_id, month)
    details = found.details[:MOST_BUNDLES]
    standing = issued.standing(call.session, warehouse_id, month).get(owner_id)
    own = {one.id for one in documents.own_warehouses(call.session, call.actor)}
    may_issue = warehouse_id in own and rules.TARIFF.allows(call.actor) and reading.is_over(call.session, month)
    return render(
        "inventory/statement.html",
        statement=found,
        issued=standing,
        may_issue=may_issue and standing is None,
        details=details,
        cut=MOST_BUNDLES if len(found.details) > MOST_BUNDLES else None,
        names=reading.named(call.session, details),
        kinds=tables.KINDS,
        units=tables.UNITS,
    )
