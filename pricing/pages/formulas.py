"""The pages of formula prices: trying a formula, contracts, what they cost, and the replay."""

from datetime import UTC, datetime
from typing import Any

from flask import Response, flash, redirect, request, url_for
from flask_babel import gettext as _
from sqlalchemy import select

from pricing import formula_labels as words
from pricing import rules
from pricing.api.formulas import typed_answer
from pricing.derived_models import TITLE, PriceContract, PriceQuote
from pricing.formulas import price
from pricing.formulas.answers import METHODOLOGY
from pricing.formulas.canonical import canonical
from pricing.formulas.grammar import LONGEST
from pricing.formulas.parsing import parse
from pricing.formulas.tree import asks_month, series_of
from pricing.models import PriceSeries
from pricing.operations.contracts import quote_contract, sign_contract
from pricing.pages.slice import pages
from pricing.queries import contracts as queries
from pricing.queries.figures import YUAN_PER_TONNE, series_by_code
from pricing.schemas.formulas import MONTH
from pricing.sources.traits import Kind
from steelyard.accounts.models import Organisation
from steelyard.api.calls import Call
from steelyard.api.form_fields import FormDateTime, FormSchema, FormText
from steelyard.api.locales import explain
from steelyard.api.pages import render
from steelyard.core.actors import OrgKind
from steelyard.core.clock import SHANGHAI
from steelyard.core.errors import BadRequest, SteelyardError

MOST_OFFERED = 200
"""Series that the page offers for a formula; more are found by their words."""


class ContractForm(FormSchema):
    """A contract as a person writes it down."""

    title = FormText(max=TITLE, required=True)
    counterparty = FormText(max=TITLE)
    formula = FormText(max=LONGEST, multiline=True, required=True)
    signed_at = FormDateTime()


class QuoteForm(FormSchema):
    """When and for which month a contract is priced."""

    as_of = FormDateTime()
    month = FormText(max=7, pattern=MONTH)


@pages.view("/prices/formulas", rule=rules.SEE)
def formulas(call: Call) -> str:
    """Let a person write a formula, read how it is understood, and see what it gives and why."""
    text = request.args.get("text", "").strip()
    context: dict[str, Any] = {"text": text, "error": None, "node": None, "answer": None}
    if text:
        context |= _tried(call, text[: LONGEST + 1])
    return render(
        "pricing/formulas.html",
        **context,
        offered=_offered(call, request.args.get("series", "").strip()),
        may_keep=rules.AGREE.allows(call.actor),
        words=words,
        longest=LONGEST,
    )


def _tried(call: Call, text: str) -> dict[str, Any]:
    """What a formula means and gives; its refusal stands on the page beside the text."""
    found: dict[str, Any] = {}
    try:
        node = parse(text)
        found |= {
            "node": node,
            "canonical": canonical(node),
            "canonical_zh": canonical(node, chinese=True),
            "asks_month": asks_month(node),
            "series": series_by_code(call.session, series_of(node)),
        }
        month = request.args.get("month", "").strip()
        if month or not asks_month(node):
            named = queries.month_of(_month(month)) if month else None
            found["answer"] = typed_answer(price(call.session, text, as_of=_as_of(), month=named).document())
    except SteelyardError as error:
        found["error"] = explain(error)
    return found


def _month(text: str) -> str:
    """The text of a month; raises `BadRequest`."""
    if len(text) != len("2023-12") or text[4] != "-" or not (text[:4] + text[5:]).isdecimal() or not text.isascii():
        raise BadRequest(reason="month")
    return text


def _as_of() -> datetime | None:
    """The moment asked for, typed in Shanghai time; raises `BadRequest`."""
    text = request.args.get("as_of", "").strip()
    if not text:
        return None
    try:
        return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI).astimezone(UTC)
    except (ValueError, OverflowError):
        raise BadRequest(reason="as_of") from None


def _offered(call: Call, wanted: str) -> list[PriceSeries]:
    """Series that a formula can take, by a part of their name or code."""
    query = select(PriceSeries).where(
        PriceSeries.unit.in_(list(YUAN_PER_TONNE)),
        PriceSeries.tax_included,
        PriceSeries.kind.not_in([Kind.FX, Kind.INDEX]),
    )
    if wanted:
        query = query.where(
            PriceSeries.name.contains(wanted[:60], autoescape=True)
            | PriceSeries.code.contains(wanted[:60], autoescape=True)
        )
    return list(call.session.scalars(query.order_by(PriceSeries.family, PriceSeries.position).limit(MOST_OFFERED)))


@pages.view("/prices/contracts", rule=rules.SEE)
def contracts(call: Call) -> str:
    """List the organisation's contracts, the newest first."""
    query = queries.contracts(call.actor).order_by(PriceContract.id.desc()).limit(MOST_OFFERED)
    found = call.session.scalars(query).all()
    return render("pricing/contracts.html", contracts=found, words=words)


@pages.form("/prices/contracts", rule=rules.AGREE, form=ContractForm)
def keep_contract(call: Call, form: dict[str, Any]) -> Any:
    """Keep a contract whose price follows a formula."""
    found = sign_contract(call.session, call.actor, **form)
    flash(_("Contract %(number)s is kept.", number=found.number), "success")
    return redirect(url_for("pricing_pages.contract", contract_id=found.id), 303)


@pages.view("/prices/contracts/<id:contract_id>", rule=rules.SEE)
def contract(call: Call, contract_id: int) -> str:
    """Show a contract with its formula and what it cost each time that it was priced."""
    found = queries.contract(call.session, call.actor, contract_id)
    query = queries.quotes(call.actor, contract_id).order_by(PriceQuote.id.desc()).limit(MOST_OFFERED)
    node = parse(found.formula)
    return render(
        "pricing/contract.html",
        contract=found,
        formula_zh=canonical(node, chinese=True),
        asks_month=asks_month(node),
        quotes=call.session.scalars(query).all(),
        may_price=rules.AGREE.allows(call.actor),
        words=words,
    )


@pages.form("/prices/contracts/<id:contract_id>/quotes", rule=rules.AGREE, form=QuoteForm)
def price_contract(call: Call, form: dict[str, Any], contract_id: int) -> Response | Any:
    """Price a contract and show every day that went into it."""
    found = queries.contract(call.session, call.actor, contract_id)
    month = queries.month_of(form.get("month"))
    kept = quote_contract(call.session, call.actor, found, as_of=form.get("as_of"), month=month)
    return redirect(url_for("pricing_pages.quote", quote_id=kept.id), 303)


@pages.view("/prices/quotes/<id:quote_id>", rule=rules.SEE)
def quote(call: Call, quote_id: int) -> str:
    """Show a price with every day and step; with ``replay`` also what the observations give today for that moment."""
    kept = queries.quote(call.session, call.actor, quote_id)
    replayed = queries.replay(call.session, kept, _as_of()) if "replay" in request.args else None
    series = series_by_code(call.session, series_of(parse(kept.contract.formula)))
    return render(
        "pricing/quote.html",
        quote=kept,
        answer=typed_answer(kept.answer),
        replayed=replayed,
        series=series,
        words=words,
    )


@pages.view("/prices/methodology", rule=rules.SEE)
def methodology(call: Call) -> str:
    """Publish how derived figures, formula prices and indexes come about, with the versions of the rules."""
    from pricing.derived.vat import RATES

    query = select(Organisation.name).where(Organisation.kind == OrgKind.OPERATOR).order_by(Organisation.id).limit(5)
    operators = call.session.scalars(query).all()
    return render("pricing/methodology.html", formula_rules=METHODOLOGY, rates=RATES, operators=operators, words=words)
