"""The page for a phone or a handheld, and what makes a program of it that works without a network."""

import json
from pathlib import Path

from flask import Response, current_app, make_response, url_for
from flask_babel import get_locale
from flask_babel import gettext as _
from sqlalchemy import select

from inventory import delivery_reading, documents, labels, offline, rules, schemas
from inventory.delivery_models import DeliveryOrder
from inventory.models import Product, Receipt, StockIssue, Stocktake
from inventory.pages.slice import choices, newest, pages
from inventory.quality import words as told
from inventory.quantities import MOST_PIECES
from inventory.states import IssueStatus, ReceiptStatus, StocktakeStatus
from steelyard.api.access import PUBLIC
from steelyard.api.calls import Call
from steelyard.api.pages import render

OFFERED = 500
"""Most products that the scan page offers; a telephone is no catalogue."""
BEING_WORKED_ON = 200
"""Most open issues and stocktakes that the scan page offers, newest first."""


@pages.view("/warehouse/scan", rule=rules.REPORT)
def scan(call: Call) -> Response:
    """The page for a phone or a handheld: scan tags to move, count, issue or report them."""
    open_issues = documents.issues(call.actor, {"status": IssueStatus.OPEN})
    open_ones = {"status": ReceiptStatus.OPEN}
    open_takes = documents.stocktakes(call.actor, {"status": StocktakeStatus.OPEN})
    page = render(
        "inventory/scan.html",
        open_issues=newest(call, open_issues, StockIssue.id, BEING_WORKED_ON),
        open_deliveries=newest(call, delivery_reading.to_pick(call.actor), DeliveryOrder.id, BEING_WORKED_ON),
        open_receipts=newest(call, documents.receipts(call.actor, open_ones), Receipt.id, BEING_WORKED_ON),
        products=call.session.scalars(select(Product).order_by(Product.key).limit(OFFERED)).all(),
        open_takes=newest(call, open_takes, Stocktake.id, BEING_WORKED_ON),
        may_keep=rules.KEEP.allows(call.actor),
        may_count=rules.COUNT.allows(call.actor),
        may_overfill=rules.HEAD.allows(call.actor),
        told=told,
        scheme=labels.SCHEME,
        most_pieces=MOST_PIECES,
        least_piece_mm=schemas.LEAST_PIECE_MM,
        most_piece_mm=schemas.MOST_PIECE_MM,
        **choices(call),
    )
    response = make_response(page)
    response.headers["X-Scan-Version"] = offline.version(_static())
    return response


@pages.view("/warehouse/scan-worker.js", rule=PUBLIC)
def scan_worker(call: Call) -> Response:
    """The service worker: its code, the version of the page's files, and their addresses."""
    static = _static()
    files = [url_for("static", filename=name) for name in offline.FILES]
    given = {"version": offline.version(static), "files": files, "page": url_for("inventory_pages.scan")}
    code = (static / offline.WORKER).read_text(encoding="utf-8")
    response = Response(f"const GIVEN = {json.dumps(given)};\n{code}", mimetype="text/javascript")
    response.headers["Service-Worker-Allowed"] = url_for("inventory_pages.scan")
    return response


@pages.view("/warehouse/scan.webmanifest", rule=PUBLIC)
def scan_manifest(call: Call) -> Response:
    """What a telephone needs to install the page."""
    start, icons = url_for("inventory_pages.scan"), url_for("static", filename="")
    found = offline.manifest(_("Steelyard scanning"), _("Scan"), start, icons, str(get_locale()).replace("_", "-"))
    return Response(json.dumps(found, ensure_ascii=False), mimetype="application/manifest+json")


def _static() -> Path:
    folder = current_app.static_folder
    assert folder is not None
    return Path(folder)
