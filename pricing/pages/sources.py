"""The pages of sources: how each fares, what was fetched, and the operator's switches and keys."""

from typing import Any

from flask import Response, redirect, request, url_for

from pricing import labels, rules
from pricing.fetching import words
from pricing.operations import source_switches
from pricing.pages.slice import pages
from pricing.queries import sources as queries
from pricing.schemas.sources import LONGEST_SECRET
from steelyard.api.calls import Call
from steelyard.api.form_fields import FormSchema, FormText
from steelyard.api.pages import render
from steelyard.api.services import services
from steelyard.core.errors import BadRequest

PAGE = 50


class SwitchForm(FormSchema):
    """Switches a source on or off."""

    on = FormText(max=3, required=True)


class SecretForm(FormSchema):
    """A key of a source."""

    secret = FormText(max=LONGEST_SECRET, required=True)


@pages.view("/prices/sources", rule=rules.SEE)
def price_sources(call: Call) -> str:
    """Show how every source fares."""
    return render(
        "pricing/sources.html",
        views=queries.sources(call.session),
        fetching=services().settings.fetch_prices,
        words=words,
        may_switch=rules.BRING.allows(call.actor),
    )


@pages.view("/prices/sources/<string:code>", rule=rules.SEE)
def price_source(call: Call, code: str) -> str:
    """Show one source and its fetches, the latest first."""
    view = queries.source(call.session, code)
    filters = {"source": code, "limit": PAGE} | ({} if (after := _after()) is None else {"after": after})
    rows, older = queries.page_of_fetches(call.session, filters, newest_first=True)
    return render(
        "pricing/source.html",
        view=view,
        contract=view.source.contract,
        state=view.state,
        rows=rows,
        older=older,
        fetching=services().settings.fetch_prices,
        words=words,
        may_switch=rules.BRING.allows(call.actor),
        may_keep_keys=rules.KEEP_KEYS.allows(call.actor),
    )


@pages.view("/prices/fetches/<id:fetch_id>", rule=rules.SEE)
def price_fetch(call: Call, fetch_id: int) -> str:
    """Show one fetch: the answer, what became of it, and why each row was dropped."""
    fetch, outcome = queries.fetch(call.session, fetch_id)
    return render("pricing/fetch.html", fetch=fetch, outcome=outcome, words=words, drops=labels.DROPS)


@pages.form("/prices/sources/<string:code>/switch", rule=rules.BRING, form=SwitchForm)
def switch_source(call: Call, form: dict[str, Any], code: str) -> Any:
    """Switch a source on or off."""
    source_switches.switch(call.session, call.actor, queries.find(code), on=form["on"] == "on")
    return _back(code)


@pages.form("/prices/sources/<string:code>/secrets/<string:name>", rule=rules.KEEP_KEYS, form=SecretForm)
def put_source_secret(call: Call, form: dict[str, Any], code: str, name: str) -> Any:
    """Keep a key of a source."""
    key = services().settings.secret_key
    source_switches.put_secret(call.session, call.actor, key, queries.find(code), name, form["secret"])
    return _back(code)


def _back(code: str) -> Response:
    found = redirect(url_for("pricing_pages.price_source", code=code), 303)
    assert isinstance(found, Response)
    return found


def _after() -> int | None:
    """The fetch behind which the page begins; raises `BadRequest` for what is no number."""
    text = request.args.get("after", "")
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 16):
        raise BadRequest(reason="after")
    return int(text)
