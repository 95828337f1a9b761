"""Pages of what becomes of bundles: splitting, merging, new tags, work on the steel."""

from typing import Any

from flask import flash, redirect, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from inventory import process_forms as forms
from inventory import process_reading, process_words, rules, words
from inventory.forms import tags_of
from inventory.genealogy_models import StockProcess
from inventory.operations import merging, processing, retagging, splitting, unmaking
from inventory.pages.slice import asked, choices, newest, offered, pages
from steelyard.api.calls import Call
from steelyard.api.pages import render


@pages.view("/warehouse/processing", rule=rules.SEE_OWNED)
def processes(call: Call) -> str:
    """The newest processes, and the forms to split, merge and tag anew."""
    return render(
        "inventory/processes.html",
        rows=newest(call, process_reading.processes(call.actor, {}), StockProcess.id),
        may_keep=rules.KEEP.allows(call.actor),
        tag=asked("tag").get("tag", ""),
        rows_offered=range(1, forms.ROWS + 1),
        kinds=process_words,
        **choices(call),
    )


@pages.view("/warehouse/processing/new", rule=rules.KEEP)
def new_work(call: Call) -> str:
    """The form for work on the steel."""
    return render(
        "inventory/work.html",
        tag=asked("tag").get("tag", ""),
        rows_offered=range(1, forms.ROWS + 1),
        heatings_offered=range(1, forms.HEATINGS + 1),
        kinds=process_words,
        **choices(call),
    )


@pages.view("/warehouse/processing/<id:process_id>", rule=rules.SEE_OWNED)
def process(call: Call, process_id: int) -> str:
    """One process: what went in, what came out, what was lost."""
    found = process_reading.process(call.session, call.actor, process_id)
    undone = found["reversed_by"] is not None or found["reverses_id"] is not None
    return render(
        "inventory/process.html",
        offered=offered(call),
        process=found,
        may_reverse=rules.KEEP.allows(call.actor) and not undone,
        kinds=process_words,
        words=words,
    )


@pages.form("/warehouse/processing/split", rule=rules.KEEP, form=forms.SplitForm)
def split(call: Call, form: dict[str, Any]) -> Response:
    """Split a bundle."""
    parts = forms.parts_of(form)
    made = splitting.split(call.session, call.actor, form["warehouse_id"], form["tag"], parts, form.get("reason"))
    return _posted(made)


@pages.form("/warehouse/processing/merge", rule=rules.KEEP, form=forms.MergeForm)
def merge(call: Call, form: dict[str, Any]) -> Response:
    """Tie bundles into one."""
    tags, tag = tags_of(form["tags"]), form.get("merged_tag")
    return _posted(merging.merge(call.session, call.actor, form["warehouse_id"], tags, tag, reason=form.get("reason")))


@pages.form("/warehouse/processing/retag", rule=rules.KEEP, form=forms.RetagForm)
def retag(call: Call, form: dict[str, Any]) -> Response:
    """Give a bundle another tag."""
    tag, new = form["tag"], form.get("merged_tag")
    return _posted(retagging.retag(call.session, call.actor, form["warehouse_id"], tag, new, form.get("reason")))


@pages.form("/warehouse/processing/new", rule=rules.KEEP, form=forms.WorkForm)
def post_work(call: Call, form: dict[str, Any]) -> Response:
    """Post work on the steel."""
    return _posted(processing.post(call.session, call.actor, form["warehouse_id"], forms.order_of(form)))


@pages.form("/warehouse/processing/<id:process_id>/reverse", rule=rules.KEEP, form=forms.ReasonForm)
def reverse_process(call: Call, form: dict[str, Any], process_id: int) -> Response:
    """Undo a process."""
    counter = unmaking.reverse(call.session, call.actor, process_id, form["reason"])
    flash(_("Undone by %(number)s: the bundles lie again as they lay before.", number=counter.number), "success")
    return redirect(url_for("inventory_pages.process", process_id=process_id), 303)


def _posted(made: StockProcess) -> Response:
    flash(_("Posted as %(number)s.", number=made.number), "success")
    return redirect(url_for("inventory_pages.process", process_id=made.id), 303)
