"""Pages of the yard: stock and trace for all, receiving, issuing, counting and scanning for the yard's people."""

import secrets
from datetime import UTC, datetime
from typing import Any

from flask import flash, redirect, request, url_for
from flask_babel import gettext as _
from sqlalchemy import select
from werkzeug.wrappers import Response

from inventory import documents, errors, forms, labels, queries, rules, tracing, words
from inventory.answers import told
from inventory.models import Place, Product, Receipt, StockIssue, Stocktake
from inventory.operations import approving, issuing, receiving, scans, setting_up
from inventory.operations import stocktakes as counting
from inventory.scanning import Operation
from inventory.states import IssueStatus, OperationKind, Outcome, ReceiptSource, StocktakeStatus
from steelyard.api.calls import Call
from steelyard.api.pages import NavItem, PageBlueprint, render
from steelyard.core.i18n import N_

pages = PageBlueprint("inventory", __name__)

NAVIGATION = (
    NavItem("inventory_pages.stock", N_("Stock"), rules.SEE, "box", 30),
    NavItem("inventory_pages.trace", N_("Trace"), rules.SEE, "link", 31),
    NavItem("inventory_pages.scan", N_("Scan"), rules.COUNT, "scan", 32),
    NavItem("inventory_pages.receipts", N_("Receipts"), rules.SEE_YARD, "doc", 33),
    NavItem("inventory_pages.issues", N_("Issues"), rules.SEE_YARD, "truck", 34),
    NavItem("inventory_pages.stocktakes", N_("Stocktakes"), rules.SEE_YARD, "count", 35),
)

LATEST = 50
CHOICES = 2_000
"""Most places, owners and products that a form offers."""
BEING_WORKED_ON = 200
"""Most open issues and stocktakes that the scan page offers, newest first."""
MOST_STEPS, MOST_BUNDLES, MOST_LINES = 200, 500, 500
"""Most steps of a bundle, bundles of a heat and lines of a variance on one page."""
FILTERS = ("tag", "size", "grade", "heat_number", "place")


def _asked(*names: str) -> dict[str, str]:
    """What the address asks for, trimmed and bounded; empty fields are no filters."""
    given = {name: request.args.get(name, "").strip()[:80] for name in names}
    return {name: value for name, value in given.items() if value and value.isprintable()}


def _after() -> int | None:
    text = request.args.get("after", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 15 else None


@pages.view("/stock", rule=rules.SEE)
def stock(call: Call) -> str:
    """The stock that one sees, by filters."""
    wanted = _asked(*FILTERS)
    rows: list[queries.Record] = []
    totals, next_, mistake = None, None, None
    try:
        rows, next_ = queries.stock(call.session, call.actor, {**wanted, "after": _after(), "limit": LATEST})
        totals = queries.totals(call.session, call.actor, wanted)
    except errors.SizeUnreadable as error:
        mistake = _(error.message) % error.params
    address: dict[str, Any] = {**wanted, "after": next_}
    following = url_for("inventory_pages.stock", **address) if next_ else None
    return render(
        "inventory/stock.html",
        rows=rows,
        totals=totals,
        wanted=wanted,
        mistake=mistake,
        following=following,
        words=words,
    )


@pages.view("/stock/bundles/<id:bundle_id>", rule=rules.SEE)
def bundle(call: Call, bundle_id: int) -> str:
    """One bundle: what it is, where it lies, the way it went."""
    trace = tracing.bundle_trace(call.session, call.actor, bundle_id, MOST_STEPS + 1)
    steps, cut = _newest_of(trace["steps"], MOST_STEPS)
    return render("inventory/bundle.html", bundle=trace["bundle"], steps=steps, cut=cut, words=words)


def _newest_of(records: list[queries.Record], most: int) -> tuple[list[queries.Record], int | None]:
    """The last ``most`` records, and that number where there were more."""
    return records[-most:], most if len(records) > most else None


@pages.view("/stock/trace", rule=rules.SEE)
def trace(call: Call) -> str:
    """Where a heat went, forward to the waybills."""
    number = _asked("heat_number").get("heat_number")
    found, more = tracing.heats(call.session, call.actor, number, None, LATEST) if number else ([], None)
    traces, cut = tracing.heat_traces(call.session, call.actor, found, MOST_BUNDLES) if found else ([], False)
    shown = sum(len(heat["bundles"]) for heat in traces) if cut or more else None
    return render("inventory/trace.html", number=number or "", traces=traces, cut=shown, words=words)


def _choices(call: Call) -> dict[str, Any]:
    """What the yard's forms offer to choose from."""
    yards = documents.own_warehouses(call.session, call.actor)
    real = select(Place).where(Place.warehouse_id.in_([yard.id for yard in yards]), Place.is_real)
    return {
        "warehouses": yards,
        "places": call.session.scalars(real.order_by(Place.code).limit(CHOICES)).all(),
        "owners": queries.owners(call.session, CHOICES) if yards else [],
        "words": words,
    }


def _newest(call: Call, query: Any, key: Any, most: int = LATEST) -> Any:
    return call.session.scalars(query.order_by(key.desc()).limit(most)).all()


@pages.view("/warehouse/receipts", rule=rules.SEE_YARD)
def receipts(call: Call) -> str:
    """The newest receipts, and the forms for a new one and a new product."""
    return render(
        "inventory/receipts.html",
        rows=_newest(call, documents.receipts(call.actor, {}), Receipt.id),
        products=call.session.scalars(select(Product).order_by(Product.key).limit(CHOICES)).all(),
        may_keep=rules.KEEP.allows(call.actor),
        rows_offered=range(1, forms.ROWS + 1),
        **_choices(call),
    )


@pages.form("/warehouse/receipts", rule=rules.KEEP, form=forms.ReceiptForm)
def post_receipt(call: Call, form: dict[str, Any]) -> Response:
    """Receive bundles."""
    advice = form.get("advice_number")
    delivery = receiving.Delivery(
        owner_id=form["owner_id"],
        source=ReceiptSource.ANNOUNCED if advice else ReceiptSource.BLIND,
        arrivals=forms.arrivals_of(form),
        advice_number=advice,
        plate=form.get("plate"),
    )
    receipt = receiving.receive(call.session, call.actor, form["warehouse_id"], delivery)
    flash(_("Receipt %(number)s was posted.", number=receipt.number), "success")
    return redirect(url_for("inventory_pages.receipt", receipt_id=receipt.id), 303)


@pages.view("/warehouse/receipts/<id:receipt_id>", rule=rules.SEE)
def receipt(call: Call, receipt_id: int) -> str:
    """One receipt with its bundles and their labels."""
    return render(
        "inventory/receipt.html", receipt=documents.receipt(call.session, call.actor, receipt_id), words=words
    )


@pages.form("/warehouse/products", rule=rules.SET_UP, form=forms.ProductForm)
def add_product(call: Call, form: dict[str, Any]) -> Response:
    """Add a product to the catalogue."""
    product = setting_up.add_product(call.session, call.actor, setting_up.spec_of(**form))
    flash(_("Product %(size)s, %(grade)s is in the catalogue.", size=product.size_text, grade=product.grade), "success")
    return redirect(url_for("inventory_pages.receipts"), 303)


@pages.view("/warehouse/issues", rule=rules.SEE_YARD)
def issues(call: Call) -> str:
    """The newest issues, and the form for a new one."""
    return render(
        "inventory/issues.html",
        rows=_newest(call, documents.issues(call.actor, {}), StockIssue.id),
        may_keep=rules.KEEP.allows(call.actor),
        **_choices(call),
    )


@pages.form("/warehouse/issues", rule=rules.KEEP, form=forms.IssueForm)
def open_issue(call: Call, form: dict[str, Any]) -> Response:
    """Load the bundles named, and leave the lorry open for scanning."""
    tags = forms.tags_of(form.get("tags"))
    loading = issuing.Loading(form["owner_id"], form["waybill_number"], form["plate"], tags)
    document = issuing.open_issue(call.session, call.actor, form["warehouse_id"], loading)
    flash(_("Issue %(number)s is open for loading.", number=document.number), "success")
    return redirect(url_for("inventory_pages.issue", issue_id=document.id), 303)


@pages.view("/warehouse/issues/<id:issue_id>", rule=rules.SEE)
def issue(call: Call, issue_id: int) -> str:
    """One issue with what lies on the lorry."""
    found = documents.issue(call.session, call.actor, issue_id)
    may_post = rules.KEEP.allows(call.actor) and found["status"] == IssueStatus.OPEN
    return render("inventory/issue.html", issue=found, may_post=may_post, words=words)


@pages.form("/warehouse/issues/<id:issue_id>/post", rule=rules.KEEP)
def post_issue(call: Call, form: dict[str, Any], issue_id: int) -> Response:
    """Let the lorry go."""
    document = issuing.post_issue(call.session, call.actor, issue_id)
    flash(_("Issue %(number)s was posted; the lorry may leave.", number=document.number), "success")
    return redirect(url_for("inventory_pages.issue", issue_id=issue_id), 303)


@pages.view("/warehouse/stocktakes", rule=rules.SEE_YARD)
def stocktakes(call: Call) -> str:
    """The newest stocktakes, and the form to open one."""
    return render(
        "inventory/stocktakes.html",
        rows=_newest(call, documents.stocktakes(call.actor, {}), Stocktake.id),
        may_keep=rules.KEEP.allows(call.actor),
        **_choices(call),
    )


@pages.form("/warehouse/stocktakes", rule=rules.KEEP, form=forms.StocktakeForm)
def open_stocktake(call: Call, form: dict[str, Any]) -> Response:
    """Open a stocktake."""
    document = counting.open_stocktake(call.session, call.actor, form["warehouse_id"], form.get("place"))
    return redirect(url_for("inventory_pages.stocktake", stocktake_id=document.id), 303)


@pages.view("/warehouse/stocktakes/<id:stocktake_id>", rule=rules.SEE_YARD)
def stocktake(call: Call, stocktake_id: int) -> str:
    """One stocktake: counting while it is open, its variance afterwards."""
    found = documents.stocktake(call.session, call.actor, stocktake_id, MOST_LINES + 1)
    return render(
        "inventory/stocktake.html",
        stocktake={**found, "lines": found["lines"][:MOST_LINES]},
        cut=MOST_LINES if len(found["lines"]) > MOST_LINES else None,
        may_count=rules.COUNT.allows(call.actor) and found["status"] == StocktakeStatus.OPEN,
        may_decide=rules.APPROVE.allows(call.actor) and found["status"] == StocktakeStatus.CLOSED,
        **_choices(call),
    )


@pages.form("/warehouse/stocktakes/<id:stocktake_id>/count", rule=rules.COUNT, form=forms.CountForm)
def count(call: Call, form: dict[str, Any], stocktake_id: int) -> Response:
    """Take one count typed at a desk."""
    document = documents.stocktake(call.session, call.actor, stocktake_id)
    operation = Operation(
        client_op_id=f"desk-{secrets.token_hex(12)}", kind=OperationKind.COUNT, event_at=datetime.now(UTC),
        stocktake_number=document["number"], **form,
    )  # fmt: skip
    (answer,) = scans.perform(call.session, call.actor, document["warehouse_id"], [operation])
    flash(told(answer)["detail"], "success" if answer.outcome is Outcome.DONE else "error")
    return redirect(url_for("inventory_pages.stocktake", stocktake_id=stocktake_id), 303)


def _decided(stocktake_id: int, sentence: str) -> Response:
    flash(sentence, "success")
    return redirect(url_for("inventory_pages.stocktake", stocktake_id=stocktake_id), 303)


@pages.form("/warehouse/stocktakes/<id:stocktake_id>/close", rule=rules.COUNT)
def close_stocktake(call: Call, form: dict[str, Any], stocktake_id: int) -> Response:
    """End the counting."""
    counting.close(call.session, call.actor, stocktake_id)
    return _decided(stocktake_id, _("The counting has ended; a colleague who did not count approves the variance."))


@pages.form("/warehouse/stocktakes/<id:stocktake_id>/reopen", rule=rules.APPROVE)
def reopen_stocktake(call: Call, form: dict[str, Any], stocktake_id: int) -> Response:
    """Go on counting."""
    counting.reopen(call.session, call.actor, stocktake_id)
    return _decided(stocktake_id, _("The stocktake is open for counting again."))


@pages.form("/warehouse/stocktakes/<id:stocktake_id>/approve", rule=rules.APPROVE)
def approve_stocktake(call: Call, form: dict[str, Any], stocktake_id: int) -> Response:
    """Post the variance."""
    approving.approve(call.session, call.actor, stocktake_id)
    return _decided(stocktake_id, _("The variance was posted."))


@pages.view("/warehouse/scan", rule=rules.COUNT)
def scan(call: Call) -> str:
    """The page for a phone or a handheld: scan tags to move, count or issue them."""
    open_issues = documents.issues(call.actor, {"status": IssueStatus.OPEN})
    open_takes = documents.stocktakes(call.actor, {"status": StocktakeStatus.OPEN})
    return render(
        "inventory/scan.html",
        open_issues=_newest(call, open_issues, StockIssue.id, BEING_WORKED_ON),
        open_takes=_newest(call, open_takes, Stocktake.id, BEING_WORKED_ON),
        may_keep=rules.KEEP.allows(call.actor),
        scheme=labels.SCHEME,
        **_choices(call),
    )
