"""The blueprint of the yard's pages, and what several of them need; the modules of this room publish on it."""

from collections.abc import Callable
from functools import partial
from typing import Any

from flask import request
from sqlalchemy import select

from inventory import documents, queries, reason_reading, words
from inventory.models import Place
from steelyard.api.calls import Call
from steelyard.api.pages import PageBlueprint

pages = PageBlueprint("inventory", "inventory")
pages.add_app_template_global(reason_reading.called)

LATEST = 50
CHOICES = 2_000
"""Most places, owners and products that a form offers."""


def asked(*names: str) -> dict[str, str]:
    """What the address asks for, trimmed and bounded; empty fields are no filters."""
    given = {name: request.args.get(name, "").strip()[:80] for name in names}
    return {name: value for name, value in given.items() if value and value.isprintable()}


def after() -> int | None:
    """The id behind which the address asks for rows."""
    text = request.args.get("after", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 15 else None


def offered(call: Call) -> Callable[..., dict[str, str]]:
    """What asks for the reasons that the actor's yards use for one kind of work."""
    return partial(reason_reading.offered, call.session, call.actor)


def choices(call: Call) -> dict[str, Any]:
    """What the yard's forms offer to choose from."""
    yards = documents.own_warehouses(call.session, call.actor)
    real = select(Place).where(Place.warehouse_id.in_([yard.id for yard in yards]), Place.is_real)
    return {
        "warehouses": yards,
        "places": call.session.scalars(real.order_by(Place.code).limit(CHOICES)).all(),
        "owners": queries.owners(call.session, CHOICES) if yards else [],
        "words": words,
        "offered": offered(call),
    }


def newest(call: Call, query: Any, key: Any, most: int = LATEST) -> Any:
    """The newest ``most`` documents of a query."""
    return call.session.scalars(query.order_by(key.desc()).limit(most)).all()
