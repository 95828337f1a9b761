"""The API of formula prices: checking and pricing a formula, contracts, what they cost, and its replay."""

from datetime import date, datetime
from typing import Any

from flask_babel import gettext as _

from pricing import rules
from pricing.api.slice import blp
from pricing.derived_models import PriceContract, PriceQuote
from pricing.formulas import price
from pricing.formulas.canonical import canonical
from pricing.formulas.parsing import parse
from pricing.formulas.tree import LANGUAGE, asks_month, series_of
from pricing.operations.contracts import quote_contract, sign_contract
from pricing.queries import contracts as queries
from pricing.schemas.formulas import (
    ContractIn,
    ContractOut,
    FormulaAnswerOut,
    FormulaOut,
    FormulaQuery,
    QuoteIn,
    QuoteOut,
    QuoteWholeOut,
    ReplayOut,
    ReplayQuery,
    ValueQuery,
)
from steelyard.api.calls import Call
from steelyard.core.spreadsheets import Column, Kind, Table

_DAYS = frozenset({"day", "taken_from", "first", "last"})
_DAY_COLUMNS = ("series", "day", "state", "value", "used", "taken_from", "edition", "revision", "document_id")
_MOMENTS = frozenset({"as_of", "moment", "known_from"})


@blp.get("/price-formulas/check", rule=rules.SEE, query=FormulaQuery, returns=FormulaOut)
def check_formula(call: Call, query: dict[str, Any]) -> dict[str, Any]:
    """Read a formula and say how it is understood."""
    node = parse(query["text"])
    return {
        "formula": canonical(node),
        "formula_zh": canonical(node, chinese=True),
        "language": LANGUAGE,
        "series": list(series_of(node)),
        "asks_month": asks_month(node),
    }


@blp.get("/price-formulas/value", rule=rules.SEE, query=ValueQuery, returns=FormulaAnswerOut)
def value_formula(call: Call, query: dict[str, Any]) -> dict[str, Any]:
    """Price a formula as of a moment, with every day and every step; nothing is kept."""
    month = queries.month_of(query.get("month"))
    return typed_answer(price(call.session, query["text"], as_of=query.get("as_of"), month=month).document())


@blp.create("/price-contracts", rule=rules.AGREE, body=ContractIn, returns=ContractOut)
def sign_price_contract(call: Call, body: dict[str, Any]) -> PriceContract:
    """Keep a contract whose price follows a formula."""
    return sign_contract(call.session, call.actor, **body)


@blp.list_("/price-contracts", rule=rules.SEE, returns=ContractOut)
def list_price_contracts(call: Call, query: dict[str, Any]) -> tuple[list[Any], int | None]:
    """List the contracts of your organisation, the oldest first."""
    rows, after = call.page(queries.contracts(call.actor), query, PriceContract.id)
    return list(rows), after


@blp.get("/price-contracts/<id:contract_id>", rule=rules.SEE, returns=ContractOut)
def get_price_contract(call: Call, contract_id: int) -> PriceContract:
    """Show one contract of your organisation."""
    return queries.contract(call.session, call.actor, contract_id)


@blp.create("/price-contracts/<id:contract_id>/quotes", rule=rules.AGREE, body=QuoteIn, returns=QuoteWholeOut)
def price_contract(call: Call, body: dict[str, Any], contract_id: int) -> dict[str, Any]:
    """Price a contract as of a moment and keep the answer with every day that went into it."""
    found = queries.contract(call.session, call.actor, contract_id)
    month = queries.month_of(body.get("month"))
    return _whole(quote_contract(call.session, call.actor, found, as_of=body.get("as_of"), month=month))


@blp.list_("/price-contracts/<id:contract_id>/quotes", rule=rules.SEE, returns=QuoteOut)
def list_quotes(call: Call, query: dict[str, Any], contract_id: int) -> tuple[list[Any], int | None]:
    """List what a contract cost, each time that it was priced."""
    queries.contract(call.session, call.actor, contract_id)
    rows, after = call.page(queries.quotes(call.actor, contract_id), query, PriceQuote.id)
    return list(rows), after


@blp.get("/price-quotes/<id:quote_id>", rule=rules.SEE, returns=QuoteWholeOut)
def get_quote(call: Call, quote_id: int) -> dict[str, Any]:
    """Show one price with every day and every step."""
    return _whole(queries.quote(call.session, call.actor, quote_id))


@blp.get("/price-quotes/<id:quote_id>/replay", rule=rules.SEE, query=ReplayQuery, returns=ReplayOut)
def replay_quote(call: Call, query: dict[str, Any], quote_id: int) -> dict[str, Any]:
    """Work a kept price out again from the observations, as of its own moment or as of another."""
    kept = queries.quote(call.session, call.actor, quote_id)
    found = queries.replay(call.session, kept, query.get("as_of"))
    return {
        "quote_id": kept.id,
        "as_of": found.as_of,
        "kept_fen": kept.fen,
        "fen": found.fen,
        "same": found.same,
        "differences": [one | {"day": date.fromisoformat(one["day"])} for one in found.differences],
        "answer": typed_answer(found.answer),
    }


@blp.spreadsheet("/price-quotes/<id:quote_id>/days", rule=rules.SEE)
def quote_days(call: Call, quote_id: int) -> Table:
    """Give every day that went into a price, then the steps, as a table."""
    kept = queries.quote(call.session, call.actor, quote_id)
    answer = typed_answer(kept.answer)
    columns = (
        Column(_("Series")),
        Column(_("Date"), Kind.DAY),
        Column(_("State")),
        Column(_("Published figure"), Kind.DECIMAL),
        Column(_("Entered the mean"), Kind.DECIMAL),
        Column(_("Taken from"), Kind.DAY),
        Column(_("Edition")),
        Column(_("Revision"), Kind.INTEGER),
        Column(_("Origin"), Kind.INTEGER),
        Column(_("Known since"), Kind.MOMENT),
    )
    names = (*_DAY_COLUMNS, "known_from")
    rows = [[_cell(name, day[name]) for name in names] for day in answer["days"]]
    return Table(f"{kept.contract.number}-{kept.id}", columns, rows)


def _cell(name: str, value: Any) -> Any:
    from decimal import Decimal

    return Decimal(value) if name in {"value", "used"} and value is not None else value


def typed_answer(document: dict[str, Any]) -> dict[str, Any]:
    """An answer's document with days and moments in place of their texts."""
    shown = dict(document, as_of=datetime.fromisoformat(document["as_of"]))
    for name in ("days", "sessions"):
        shown[name] = [{key: _typed(key, value) for key, value in row.items()} for row in document[name]]
    return shown


def _typed(name: str, value: Any) -> Any:
    if name == "sessions":
        return [date.fromisoformat(day) for day in value]
    if value is None or name not in _DAYS | _MOMENTS:
        return value
    return date.fromisoformat(value) if name in _DAYS else datetime.fromisoformat(value)


def _whole(kept: PriceQuote) -> dict[str, Any]:
    names = ("id", "contract_id", "as_of", "month", "kind", "fen", "provisional", "digest", "made_at")
    return {name: getattr(kept, name) for name in names} | {"answer": typed_answer(kept.answer)}
