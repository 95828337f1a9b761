"""The API of sources: how they fare, what was fetched, and the operator's switches and keys."""

from typing import Any

from pricing import rules
from pricing.api.slice import blp
from pricing.fetching.models import PriceFetch, PriceFetchOutcome
from pricing.operations import source_switches
from pricing.queries import sources as queries
from pricing.schemas.sources import (
    PriceFetchDetailOut,
    PriceFetchOut,
    PriceFetchQuery,
    PriceSourceOut,
    PriceSourcesOut,
    SourceSecretIn,
    SourceSwitchIn,
)
from steelyard.api.calls import Call
from steelyard.api.services import services

SECRET = "/price-sources/<string:code>/secrets/<string:name>"  # noqa: S105 - a path


@blp.get("/price-sources", rule=rules.SEE, returns=PriceSourcesOut)
def list_sources(call: Call) -> dict[str, Any]:
    """Show every source of prices and how it fares."""
    found = [told(view) for view in queries.sources(call.session)]
    return {"at": call.db_now(), "fetching": services().settings.fetch_prices, "sources": found}


@blp.get("/price-sources/<string:code>", rule=rules.SEE, returns=PriceSourceOut)
def get_source(call: Call, code: str) -> dict[str, Any]:
    """Show one source of prices and how it fares."""
    return told(queries.source(call.session, code))


@blp.act("/price-sources/<string:code>/switch", rule=rules.BRING, body=SourceSwitchIn, returns=PriceSourceOut)
def switch_source(call: Call, body: dict[str, Any], code: str) -> dict[str, Any]:
    """Let a source be asked, or leave it alone."""
    source_switches.switch(call.session, call.actor, queries.find(code), on=body["on"])
    return told(queries.source(call.session, code))


@blp.act(
    "/price-sources/<string:code>/secrets/<string:name>",
    rule=rules.KEEP_KEYS,
    body=SourceSecretIn,
    returns=PriceSourceOut,
)
def put_source_secret(call: Call, body: dict[str, Any], code: str, name: str) -> dict[str, Any]:
    """Keep a key that the source needs; it is encrypted and never shown again."""
    source, key = queries.find(code), services().settings.secret_key
    source_switches.put_secret(call.session, call.actor, key, source, name, body["secret"])
    call.session.flush()
    return told(queries.source(call.session, code))


@blp.act(f"{SECRET}/forget", rule=rules.KEEP_KEYS, returns=PriceSourceOut)
def forget_source_secret(call: Call, code: str, name: str) -> dict[str, Any]:
    """Remove a key of the source."""
    source_switches.forget_secret(call.session, call.actor, queries.find(code), name)
    return told(queries.source(call.session, code))


@blp.list_("/price-fetches", rule=rules.SEE, query=PriceFetchQuery, returns=PriceFetchOut)
def list_fetches(call: Call, query: dict[str, Any]) -> tuple[list[dict[str, Any]], int | None]:
    """List what was asked of publishers and what became of it, the oldest first."""
    rows, after = queries.page_of_fetches(call.session, query)
    return [_fetch(fetch, outcome) for fetch, outcome in rows], after


@blp.get("/price-fetches/<id:fetch_id>", rule=rules.SEE, returns=PriceFetchDetailOut)
def get_fetch(call: Call, fetch_id: int) -> dict[str, Any]:
    """Show one fetch: the answer's headers, what became of it, and why each row was dropped."""
    fetch, outcome = queries.fetch(call.session, fetch_id)
    dropped = outcome.dropped if outcome else []
    return _fetch(fetch, outcome) | {"headers": fetch.headers, "dropped": dropped}


@blp.file("/price-fetches/<id:fetch_id>/content", rule=rules.SEE, media_type="application/octet-stream")
def get_fetch_content(call: Call, fetch_id: int) -> bytes:
    """Give the bytes as they came, also of a document that was refused."""
    return queries.content(call.session, fetch_id)


def told(view: queries.SourceView) -> dict[str, Any]:
    """A source as the API shows it."""
    contract, state = view.source.contract, view.state
    names = ("code", "family", "publisher", "home", "licence", "legal_note", "frequency", "expected_rows")
    promised = {name: getattr(contract, name) for name in names}
    moments = ("outcome", "asked_at", "succeeded_at", "next_at", "resume_at")
    fares = {name: getattr(state, name) if state else None for name in moments}
    return (
        promised
        | fares
        | {
            "fetched": view.plan is not None,
            "on": view.on,
            "on_by_default": view.plan is not None and contract.enabled,
            "hosts": view.hosts,
            "secrets": view.secrets,
            "alarms": view.alarms,
            "rows": state.kept if state else None,
            "failures": state.failures if state else 0,
            "missing": state.missing if state else 0,
        }
    )


def _fetch(fetch: PriceFetch, outcome: PriceFetchOutcome | None) -> dict[str, Any]:
    asked = ("id", "source", "purpose", "target", "url", "day", "asked_at", "fetched_at", "http_status", "sha256")
    shown = {name: getattr(fetch, name) for name in (*asked, "size", "attempts")}
    if outcome is None:
        blank = dict.fromkeys(("outcome", "fault", "document_id", "concluded_at"))
        return shown | blank | {"detail": fetch.detail, "rows": 0, "kept": 0}
    names = ("outcome", "fault", "detail", "rows", "kept", "document_id", "concluded_at")
    return shown | {name: getattr(outcome, name) for name in names}
