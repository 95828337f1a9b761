"""The filters of the stock as the address of a page has them, leniently read."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from flask import request

from inventory import documents, errors, words
from inventory.models import Warehouse
from inventory.pages.slice import CHOICES, asked
from inventory.schemas import MOST_DAYS
from inventory.states import Condition, State
from steelyard.api.calls import Call
from steelyard.core.clock import SHANGHAI

TEXTS = ("tag", "size", "grade", "standard", "heat_number", "certificate_number", "owner", "place")
FLAGS = ("held", "quarantined")
NUMBERS = ("min_age_days", "max_age_days")
EVERY = (*TEXTS, *FLAGS, *NUMBERS, "state", "condition", "as_of", "warehouse_id")
RARE = ("standard", "condition", "certificate_number", "quarantined", *NUMBERS, "as_of")
"""What the form keeps folded while it is not used."""


def typed() -> dict[str, str]:
    """The filters as they were typed."""
    return asked(*EVERY)


def wanted() -> dict[str, Any]:
    """The filters as queries take them; raises ``FilterUnreadable``."""
    given = typed()
    found: dict[str, Any] = {name: given[name] for name in TEXTS if name in given}
    found |= {name: given[name] == "yes" for name in FLAGS if given.get(name) in ("yes", "no")}
    found |= {name: number(given[name], MOST_DAYS) for name in NUMBERS if name in given}
    if given.get("state") in list(State):
        found["state"] = State(given["state"])
    if given.get("condition") in list(Condition):
        found["condition"] = Condition(given["condition"])
    if "warehouse_id" in given:
        found["warehouse_id"] = number(given["warehouse_id"], 10**15)
    if "as_of" in given:
        found["as_of"] = _moment(given["as_of"])
    return found


def number(text: str, most: int) -> int:
    """A whole number up to ``most``; raises ``FilterUnreadable``."""
    if not (text.isascii() and text.isdigit() and int(text[:20]) <= most):
        raise errors.FilterUnreadable(text=text)
    return int(text)


def _moment(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI).astimezone(UTC)
    except (ValueError, OverflowError):
        raise errors.FilterUnreadable(text=text) from None


def shown(call: Call, mistake: str | None) -> dict[str, Any]:
    """What the form of the filters needs, and the filters as addresses of the API take them."""
    found = {} if mistake else wanted()
    return {
        "wanted": typed(),
        "unfolded": any(request.args.get(name) for name in RARE),
        "files": {name: _told(value) for name, value in found.items()},
        "yards": yards(call),
        "words": words,
    }


def _told(value: object) -> str:
    """A filter as the address of the API has it."""
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    return str(value).lower() if isinstance(value, bool) else str(value)


def yards(call: Call) -> Sequence[Warehouse]:
    """The yards of which one sees goods."""
    return call.session.scalars(documents.warehouses(call.actor).order_by(Warehouse.code).limit(CHOICES)).all()
