"""The page of the weighbridge: lorries that were weighed once and come back."""

from typing import Any

from flask import flash, redirect, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from inventory import advice_forms, rules, weighbridge_reading
from inventory.gate_models import WeighbridgeTicket
from inventory.operations import weighbridge as operations
from inventory.operations.weighbridge import FirstWeight
from inventory.pages.slice import choices, newest, pages
from inventory.process_forms import ReasonForm
from inventory.states import TicketStatus
from steelyard.api.calls import Call
from steelyard.api.pages import render


@pages.view("/warehouse/weighbridge", rule=rules.SEE_YARD)
def weighbridge(call: Call) -> str:
    """The open tickets, the newest of the others, and the form for a lorry's first weight."""
    is_open = WeighbridgeTicket.status == TicketStatus.OPEN
    seen = weighbridge_reading.tickets(call.actor, {})
    waits = newest(call, seen.where(is_open), WeighbridgeTicket.id, weighbridge_reading.MOST_OPEN)
    return render(
        "inventory/weighbridge.html",
        waits=weighbridge_reading.told(call.session, waits),
        closed=weighbridge_reading.told(call.session, newest(call, seen.where(~is_open), WeighbridgeTicket.id)),
        may_keep=rules.KEEP.allows(call.actor),
        **choices(call),
    )


@pages.form("/warehouse/weighbridge", rule=rules.KEEP, form=advice_forms.FirstWeightForm)
def weigh_first(call: Call, form: dict[str, Any]) -> Response:
    """Open a ticket with a lorry's first weight."""
    first = FirstWeight(form["ticket_number"], form["plate"], form["lorry"], form["first_weight"])
    made = operations.open_ticket(call.session, call.actor, form["warehouse_id"], first)
    return _back(_("Ticket %(ticket)s waits for the second weight.", ticket=made.ticket_number))


@pages.form("/warehouse/weighbridge/<id:ticket_id>/correct", rule=rules.KEEP, form=advice_forms.WeightCorrectionForm)
def correct_first_weight(call: Call, form: dict[str, Any], ticket_id: int) -> Response:
    """Put another first weight in the place of a wrong one."""
    made = operations.correct(call.session, call.actor, ticket_id, form["first_weight"], form["reason"])
    return _back(_("The first weight of ticket %(ticket)s was corrected.", ticket=made.ticket_number))


@pages.form("/warehouse/weighbridge/<id:ticket_id>/withdraw", rule=rules.KEEP, form=ReasonForm)
def withdraw_ticket(call: Call, form: dict[str, Any], ticket_id: int) -> Response:
    """Close a ticket whose lorry does not come back."""
    made = operations.withdraw(call.session, call.actor, ticket_id, form["reason"])
    return _back(_("Ticket %(ticket)s was withdrawn.", ticket=made.ticket_number))


def _back(sentence: str) -> Response:
    flash(sentence, "success")
    return redirect(url_for("inventory_pages.weighbridge"), 303)
