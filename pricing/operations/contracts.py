"""Contracts priced by formula: their signing and their pricing. Nothing of either is ever changed."""

from datetime import datetime

from sqlalchemy.orm import Session

from pricing.derived_models import PriceContract, PriceQuote
from pricing.formulas import price
from pricing.formulas.answers import METHODOLOGY, digest
from pricing.formulas.canonical import canonical
from pricing.formulas.errors import SignedInFuture
from pricing.formulas.parsing import parse
from pricing.formulas.tree import LANGUAGE, Month, series_of
from pricing.queries.figures import priceable, series_by_code
from steelyard.core import audit
from steelyard.core.actors import Actor
from steelyard.core.clock import business_date
from steelyard.core.database import db_now
from steelyard.core.numbering import next_number

PREFIX = "GS"
"""公式价合同."""


def sign_contract(
    session: Session,
    actor: Actor,
    *,
    title: str,
    formula: str,
    counterparty: str | None = None,
    signed_at: datetime | None = None,
) -> PriceContract:
    """Keep a contract with its formula; signed now where no moment (aware) is given.

    Raises what the formula is refused for, `SeriesNotFound`, `SeriesNotPriceable`, `SignedInFuture`.
    """
    node = parse(formula)
    found = series_by_code(session, series_of(node))
    for series in found.values():
        priceable(series)
    now = db_now(session)
    signed = signed_at or now
    if signed > now:
        raise SignedInFuture(signed_at=signed.isoformat())
    contract = PriceContract(
        number=next_number(session, PREFIX, business_date(now)),
        org_id=actor.org_id,
        title=title,
        counterparty=counterparty,
        formula=canonical(node),
        typed=formula,
        language=LANGUAGE,
        methodology=METHODOLOGY,
        series=[{"id": series.id, "code": code} for code, series in found.items()],
        signed_at=signed,
        created_at=now,
        created_by=actor.user_id,
    )
    session.add(contract)
    session.flush()
    audit.record(session, actor, "pricing.contract_signed", f"price_contract:{contract.number}")
    return contract


def quote_contract(
    session: Session,
    actor: Actor,
    contract: PriceContract,
    *,
    as_of: datetime | None = None,
    month: Month | None = None,
) -> PriceQuote:
    """Price a contract as of a moment (aware; now where none is given) and keep the answer.

    Raises what :func:`pricing.formulas.price` raises.
    """
    answer = price(session, contract.formula, as_of=as_of, month=month)
    document = answer.document()
    quote = PriceQuote(
        contract_id=contract.id,
        org_id=contract.org_id,
        as_of=answer.as_of,
        month=document["month"],
        kind=document["kind"],
        fen=answer.fen,
        provisional=answer.outcome.provisional,
        answer=document,
        digest=digest(document),
        made_at=db_now(session),
        made_by=actor.user_id,
    )
    session.add(quote)
    session.flush()
    detail = {"quote_id": quote.id, "fen": quote.fen, "as_of": answer.as_of.isoformat()}
    audit.record(session, actor, "pricing.contract_priced", f"price_contract:{contract.number}", detail)
    return quote
