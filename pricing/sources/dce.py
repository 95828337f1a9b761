"""Dalian Commodity Exchange: the official API for registered users, with the operator's own key.

Prices are strings, counts numbers, the volume is spelt `volumn`; a day's turnover is in 万元 (a week's and a month's
in 亿元, which are not asked for). The answer does not say of which day it speaks: that stands in the question, kept in
the document's address. A contract's product is the letters of its code, so that a newly listed product is left out
by name and never an error. The quotes of a night session are of the trading day that it opens.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, time
from typing import Any
from urllib.parse import parse_qs, urlsplit

from pricing.fetching.plans import Daily, FetchPlan, Request, Secret
from pricing.sources.base import (
    Contract,
    DropReason,
    Edition,
    Fault,
    Outcome,
    ParseResult,
    RawDocument,
    Sheet,
    Source,
    judge,
    refused,
    turned_away,
)
from pricing.sources.futures import Figure, Venue, take, widened
from pricing.sources.json_text import cell, load
from pricing.sources.traits import edition_at
from steelyard.core.i18n import N_

API = "http://www.dce.com.cn/dceapi/forward/publicweb/dailystat"
PRODUCTS = {"i": "铁矿石", "j": "焦炭", "jm": "焦煤"}
"""The products that are followed, in the order in which the board shows them; each has twelve months at a time."""
_MONTHS = 12


def _contract(code: str, calendar: str) -> Contract:
    return Contract(
        code=code,
        family=code,
        publisher="大连商品交易所",
        home="http://www.dce.com.cn/",
        licence=N_("the exchange's terms for registered users of its API"),
        frequency="daily",
        edition=Edition.SETTLEMENT,
        calendar=calendar,
        expected_rows=_MONTHS * len(PRODUCTS),
        required=frozenset(PRODUCTS),
        enabled=False,
        min_seconds_between_requests=10,
        legal_note=N_(
            "Bring your own key of the exchange's free API; its website refuses programs. The exchange documents the "
            "API at an http address only: key and token travel unencrypted."
        ),
    )


DAY = _contract("dce.daily", N_("sessions of the exchange, after 15:00"))
NIGHT = replace(_contract("dce.night", N_("night sessions of the exchange, after 23:00")), numeric_share_pct=30)
"""Few of the distant months trade at night, and only those have a last price."""
DAY_VENUE = Venue(DAY.family, "dce", "大商所", PRODUCTS)
NIGHT_VENUE = Venue(NIGHT.family, "dce", "大商所", PRODUCTS)
NIGHT_ENDS = edition_at(time(23))
"""The edition of a night's last prices: all three products trade to 23:00."""

_ACCEPTED = 200
_CODES = {
    400: (Outcome.FAILED, Fault.UNREADABLE),
    401: (Outcome.BLOCKED, Fault.BLOCKED),
    402: (Outcome.BLOCKED, Fault.BLOCKED),
    500: (Outcome.FAILED, Fault.UNREADABLE),
    501: (Outcome.BLOCKED, Fault.BLOCKED),
}
"""The API's codes: bad question, not authorised, token expired, its own failure, asked too often."""
_CODE = re.compile(r"(?P<product>[a-z]{1,2})(?P<month>[0-9]{2}(?:0[1-9]|1[0-2]))", re.ASCII)
_TEN_THOUSAND = 10_000
_DAY_COLUMNS = {"open": "open", "high": "high", "low": "low", "close": "close"}
_NIGHT_COLUMNS = {"open": "open", "high": "high", "low": "low"}
_COUNTS = {"volume": "volumn", "open_interest": "openInterest", "turnover": "turnover"}


def day_of_url(url: str) -> date | None:
    """The trading day that a question asked for, from its address; None where it names none."""
    try:
        asked = parse_qs(urlsplit(url).fragment).get("tradeDate", [""])[0]
        return date(int(asked[:4]), int(asked[4:6]), int(asked[6:])) if re.fullmatch("[0-9]{8}", asked) else None
    except ValueError:
        return None


def parse_day(document: RawDocument) -> ParseResult:
    """Read the quotes of a day (dayQuotes); never raises for what the bytes hold."""
    return _parse(document, DAY, night=False)


def parse_night(document: RawDocument) -> ParseResult:
    """Read the quotes of a night session (tiNightQuotes); never raises for what the bytes hold."""
    return _parse(document, NIGHT, night=True)


def _parse(document: RawDocument, contract: Contract, *, night: bool) -> ParseResult:
    refusal = turned_away(document, (b"<html", b"<HTML", b"<!DOCTYPE", b"<!doctype"))
    if refusal is not None:
        return refusal
    body = load(document.content)
    if not isinstance(body, dict) or not isinstance(body.get("code"), int):
        return _unreadable(document.content, body)
    if body["code"] != _ACCEPTED:
        outcome, fault = _CODES.get(body["code"], (Outcome.FAILED, Fault.UNREADABLE))
        return refused(outcome, fault, f"code {body['code']}")
    entries, day = body.get("data"), document.requested_day
    if not isinstance(entries, list):
        return refused(Outcome.SCHEMA_CHANGED, Fault.COLUMNS, "data")
    if day is None:
        return refused(Outcome.SCHEMA_CHANGED, Fault.DATE, "tradeDate")
    chief, more = Sheet(), Sheet()
    for number, entry in enumerate(entries, start=1):
        figures = _figures(number, entry, day, night=night)
        if isinstance(figures, DropReason):
            chief.drop(number, figures, repr(entry)[:80])
        else:
            take(chief, [next(figures)], day)
            take(more, figures, day)
    return widened(judge(contract, chief), more, contract)


def _unreadable(content: bytes, body: Any) -> ParseResult:
    if body is not None:
        return refused(Outcome.SCHEMA_CHANGED, Fault.COLUMNS, "code")
    if content.lstrip()[:1] == b"{" and not content.rstrip().endswith(b"}"):
        return refused(Outcome.SCHEMA_CHANGED, Fault.TRUNCATED, f"{len(content)} bytes")
    return refused(Outcome.FAILED, Fault.UNREADABLE, "no JSON")


def _figures(number: int, entry: Any, day: date, *, night: bool) -> Iterator[Figure] | DropReason:
    """The figures of a contract, the chief one first; or why the row is left out."""
    if not isinstance(entry, dict):
        return DropReason.NOT_A_ROW
    match = _CODE.fullmatch(cell(entry.get("delivMonth" if night else "contractId")).lower())
    if match is None:
        return DropReason.SUBTOTAL if "计" in cell(entry.get("variety")) else DropReason.NOT_A_ROW
    if match["product"] not in PRODUCTS:
        return DropReason.NOT_FOLLOWED
    return _read(number, entry, day, match, night=night)


def _read(number: int, entry: dict[str, Any], day: date, match: re.Match[str], *, night: bool) -> Iterator[Figure]:
    venue, edition = (NIGHT_VENUE, NIGHT_ENDS) if night else (DAY_VENUE, Edition.SETTLEMENT)

    def figure(value_field: str, column: str, *, previous: str = "", times: int = 1) -> Figure:
        traits = venue.series(match["product"], match[0], value_field, day, month=match["month"])
        text = cell(entry.get(column))
        zero = value_field not in _COUNTS
        return Figure(traits, text, number, edition=edition, previous=previous, zero_is_missing=zero, times=times)

    before = cell(entry.get("lastClear"))
    yield figure("last", "lastPrice") if night else figure("settle", "clearPrice", previous=before)
    for value_field, column in (_NIGHT_COLUMNS if night else _DAY_COLUMNS).items():
        if column in entry:
            yield figure(value_field, column)
    for value_field, column in _COUNTS.items():
        if column in entry:
            yield figure(value_field, column, times=_TEN_THOUSAND if value_field == "turnover" else 1)


def _asks(question: str, variety: str, calls: date) -> tuple[Request, ...]:
    body = {variety: "all", "tradeDate": f"{calls:%Y%m%d}", "tradeType": "1", "lang": "zh"}
    return (Request(f"{API}/{question}", calls, body),)


def _plan(question: str, variety: str, at: time) -> FetchPlan:
    return FetchPlan(
        hosts=frozenset({"www.dce.com.cn"}),
        calendar="dce",
        times=(at,),
        how=Daily(lambda day: _asks(question, variety, day)),
        secrets=(Secret("apikey", N_("API key of the exchange")), Secret("secret", N_("Secret of the API key"))),
        access="dce",
        keyring="dce",
    )


SOURCES = (
    Source(DAY, parse_day, day_of_url, _plan("dayQuotes", "varietyId", time(16, 10))),
    Source(NIGHT, parse_night, day_of_url, _plan("tiNightQuotes", "variety", time(9, 5))),
)
