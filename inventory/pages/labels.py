"""Pages of labels: printing those of a bundle or a receipt, and what was printed."""

from typing import Any

from flask import flash, redirect, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from inventory import documents, forms, labelling, queries, rules, words
from inventory.label_models import Gs1Prefix
from inventory.operations import printing
from inventory.pages.slice import LATEST, after, newest, pages
from steelyard.api.calls import Call
from steelyard.api.pages import render


@pages.view("/warehouse/labels", rule=rules.SEE_YARD)
def labels(call: Call) -> str:
    """What was printed, newest first, with its files; and the yard's company prefix."""
    rows, next_ = labelling.prints(call.session, call.actor, {"after": after(), "limit": LATEST})
    return render(
        "inventory/labels.html",
        rows=rows,
        following=url_for("inventory_pages.labels", after=next_) if next_ else None,
        prefixes=newest(call, labelling.prefixes(call.actor), Gs1Prefix.id),
        may_keep=rules.KEEP.allows(call.actor),
        words=words,
    )


@pages.form("/warehouse/labels/prefixes", rule=rules.KEEP, form=forms.PrefixForm)
def add_prefix(call: Call, form: dict[str, Any]) -> Response:
    """Number bundles with a company prefix of GS1."""
    found = printing.add_prefix(call.session, call.actor, form["prefix"])
    flash(_("Labels carry numbers behind %(prefix)s from now on.", prefix=found.prefix), "success")
    return redirect(url_for("inventory_pages.labels"), 303)


@pages.form("/stock/bundles/<id:bundle_id>/labels", rule=rules.KEEP, form=forms.LabelsForm)
def print_label(call: Call, form: dict[str, Any], bundle_id: int) -> Response:
    """Print the label of one bundle."""
    found = queries.bundle(call.session, call.actor, bundle_id)
    return _printed(call, form, found["warehouse_id"], [bundle_id])


@pages.form("/warehouse/receipts/<id:receipt_id>/labels", rule=rules.KEEP, form=forms.LabelsForm)
def print_labels(call: Call, form: dict[str, Any], receipt_id: int) -> Response:
    """Print the labels of all bundles of a receipt."""
    receipt = documents.receipt(call.session, call.actor, receipt_id)
    bundle_ids = [line["bundle_id"] for line in receipt["lines"] if not line["reversed"]]
    return _printed(call, form, receipt["warehouse_id"], bundle_ids)


def _printed(call: Call, form: dict[str, Any], warehouse_id: int, bundle_ids: list[int]) -> Response:
    wanted = printing.Wanted(bundle_ids, form["layout"], form["symbol"], form.get("reason"))
    printing.print_labels(call.session, call.actor, warehouse_id, wanted)
    flash(_("%(count)s labels are ready to print.", count=len(bundle_ids)), "success")
    return redirect(url_for("inventory_pages.labels"), 303)
