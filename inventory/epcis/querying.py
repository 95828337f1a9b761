"""The parameters of the SimpleEventQuery that concern us, and the condition on stored events that they make.

Values of a list are divided by ``|``. What the standard knows and we do not is refused as it says, not ignored.
"""

import base64
import binascii
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, or_, select, true
from sqlalchemy.orm import InstrumentedAttribute

from inventory.epcis.errors import QueryParameterWrong
from inventory.epcis.models import PartnerEvent, PartnerEventTerm
from inventory.epcis.moments import moment
from inventory.epcis.structure import LONGEST_URI
from inventory.epcis.vocabulary import ACTIONS, BIZ_TRANSACTIONS, PARTIES, bare

MOST_VALUES = 50
DEFAULT_PAGE, LARGEST_PAGE = 30, 200
LARGEST_COUNT = 1_000_000
WORDS: dict[str, InstrumentedAttribute[Any]] = {
    "eventType": PartnerEvent.type, "EQ_action": PartnerEvent.action, "EQ_bizStep": PartnerEvent.biz_step,
    "EQ_disposition": PartnerEvent.disposition, "EQ_readPoint": PartnerEvent.read_point,
    "EQ_bizLocation": PartnerEvent.biz_location, "EQ_eventID": PartnerEvent.event_id,
    "EQ_errorReason": PartnerEvent.error_reason,
}  # fmt: skip
TERMS: dict[str, tuple[str, ...]] = {
    "MATCH_epc": ("epc", "child"),
    "MATCH_parentID": ("parent",),
    "MATCH_inputEPC": ("input",),
    "MATCH_outputEPC": ("output",),
    "MATCH_anyEPC": ("epc", "child", "parent", "input", "output"),
    "MATCH_epcClass": ("class",),
    "MATCH_inputEPCClass": ("input_class",),
    "MATCH_outputEPCClass": ("output_class",),
    "MATCH_anyEPCClass": ("class", "input_class", "output_class"),
    "EQ_transformationID": ("transformation",),
    "EQ_correctiveEventID": ("corrective",),
}
PERSISTENT = {
    "EQ_persistentDisposition_set": "persistent_set", "EQ_persistentDisposition_unset": "persistent_unset",
}  # fmt: skip
WITHIN = ("WD_readPoint", "WD_bizLocation")
TYPED = {"EQ_bizTransaction_": "bizTransaction", "EQ_source_": "source", "EQ_destination_": "destination"}
TIMES: dict[str, InstrumentedAttribute[Any]] = {
    "eventTime": PartnerEvent.event_at, "recordTime": PartnerEvent.recorded_at,
    "errorDeclarationTime": PartnerEvent.declared_at,
}  # fmt: skip
_ORDERS = {"eventTime": PartnerEvent.event_at, "recordTime": PartnerEvent.recorded_at}


@dataclass(slots=True)
class Wanted:
    """A query that was understood: conditions, order, page.

    ``within`` are locations that are asked for with all below them; they become conditions when the yards are read.
    """

    conditions: list[ColumnElement[bool]] = field(default_factory=list)
    within: list[tuple[str, list[str]]] = field(default_factory=list)
    order_by: str | None = None
    descending: bool = True
    per_page: int = DEFAULT_PAGE
    count_limit: int | None = None
    most: int | None = None
    token: str | None = None
    digest: str = ""


def understand(given: Mapping[str, list[str]]) -> Wanted:
    """Read the parameters of an address; raises ``QueryParameterWrong``."""
    wanted = Wanted()
    for name, values in given.items():
        if len(values) != 1 or not 0 < len(values[0]) <= MOST_VALUES * LONGEST_URI or "\0" in values[0]:
            raise QueryParameterWrong(name=name[:80])
        if name in WITHIN:
            wanted.within.append((name, _divided(name, values[0])))
        elif not _control(wanted, name, values[0]):
            wanted.conditions.append(_condition(name, values[0]))
    if wanted.count_limit is not None and (wanted.most is not None or wanted.order_by is None):
        raise QueryParameterWrong(name="eventCountLimit")
    asked = sorted((name, values) for name, values in given.items() if name not in {"nextPageToken", "perPage"})
    wanted.digest = hashlib.sha256(json.dumps(asked).encode()).hexdigest()[:12]
    return wanted


def _control(wanted: Wanted, name: str, value: str) -> bool:
    """Take a parameter that shapes the answer; ``False`` for one that chooses events."""
    if name == "perPage":
        wanted.per_page = min(_whole(name, value), LARGEST_PAGE)
    elif name == "nextPageToken":
        wanted.token = value
    elif name == "eventCountLimit":
        wanted.count_limit = _whole(name, value)
    elif name == "maxEventCount":
        wanted.most = _whole(name, value)
    elif name == "orderBy" and value in _ORDERS:
        wanted.order_by = value
    elif name == "orderDirection" and value in {"ASC", "DESC"}:
        wanted.descending = value == "DESC"
    else:
        return False
    return True


def _whole(name: str, value: str) -> int:
    if not (value.isascii() and value.isdigit() and len(value) <= 7 and 1 <= int(value) <= LARGEST_COUNT):
        raise QueryParameterWrong(name=name)
    return int(value)


def _condition(name: str, value: str) -> ColumnElement[bool]:
    sign, _, rest = name.partition("_")
    if sign in {"GE", "LT"} and rest in TIMES:
        at = moment(value)
        if at is None:
            raise QueryParameterWrong(name=name)
        column = TIMES[rest]
        return column >= at.astimezone(UTC) if sign == "GE" else column < at.astimezone(UTC)
    if name == "EXISTS_errorDeclaration" and value in {"true", "false"}:
        return PartnerEvent.is_declaration.is_(True) if value == "true" else true()
    return _chosen(name, _divided(name, value))


def _divided(name: str, value: str) -> list[str]:
    values = value.split("|")
    if len(values) > MOST_VALUES or not all(0 < len(one) <= LONGEST_URI for one in values):
        raise QueryParameterWrong(name=name[:80])
    return values


def narrowed(wanted: Wanted, name: str, value: str) -> Wanted:
    """The query of a sub-resource: as it was asked, and with one value of one parameter preset by the address."""
    if not 0 < len(value) <= LONGEST_URI or "\0" in value:
        raise QueryParameterWrong(name=name)
    wanted.conditions.append(_chosen(name, [value]))
    wanted.digest = hashlib.sha256(f"{wanted.digest} {name}={value}".encode()).hexdigest()[:12]
    return wanted


def _chosen(name: str, values: list[str]) -> ColumnElement[bool]:
    """The events with one of the values that a parameter names; raises ``QueryParameterWrong``."""
    if name in WORDS:
        if name == "EQ_action" and not ACTIONS.issuperset(values):
            raise QueryParameterWrong(name=name)
        return WORDS[name].in_([bare(one) for one in values])
    if name in TERMS:
        return _named(TERMS[name], values)
    if name in PERSISTENT:
        return _named((PERSISTENT[name],), [bare(one) for one in values])
    for start, kind in TYPED.items():
        if name.startswith(start) and len(name) > len(start):
            return _named((f"{kind}:{bare(name.removeprefix(start))}",), values)
    raise QueryParameterWrong(name=name[:80])


def _named(kinds: tuple[str, ...], values: list[str]) -> ColumnElement[bool]:
    """The events that name one of the URIs; one that ends in ``*`` stands for all that begin like it."""
    term = PartnerEventTerm
    plain = [one for one in values if not one.endswith("*")]
    alike = [term.value.startswith(one[:-1], autoescape=True) for one in values if one.endswith("*")]
    return exists().where(term.row_id == PartnerEvent.id, term.kind.in_(kinds), or_(term.value.in_(plain), *alike))


def statement(wanted: Wanted, own: ColumnElement[bool]) -> tuple[Select[Any], int | None]:
    """Return the query of one page and one event more, and how many events are left to give; raises for a bad token."""
    query = select(PartnerEvent).where(own, *wanted.conditions)
    left = wanted.count_limit
    ordering = _ORDERS.get(wanted.order_by or "")
    if wanted.token is not None:
        at, id_, left = _read_token(wanted)
        query = query.where(_behind(wanted, ordering, at, id_))
    keys: list[Any] = [PartnerEvent.id] if ordering is None else [ordering, PartnerEvent.id]
    if ordering is not None and wanted.descending:
        keys = [key.desc() for key in keys]
    return query.order_by(*keys).limit(wanted.per_page + 1), left


def _behind(wanted: Wanted, ordering: Any, at: datetime | None, id_: int) -> ColumnElement[bool]:
    if ordering is None or at is None:
        return PartnerEvent.id > id_
    if wanted.descending:
        return or_(ordering < at, and_(ordering == at, PartnerEvent.id < id_))
    return or_(ordering > at, and_(ordering == at, PartnerEvent.id > id_))


def token_behind(wanted: Wanted, last: PartnerEvent, left: int | None) -> str:
    """Return the token of the page behind ``last``; it is good for the same query alone."""
    at = {"eventTime": last.event_at, "recordTime": last.recorded_at}.get(wanted.order_by or "")
    return encode_token([wanted.digest, at.isoformat() if at else None, last.id, left])


def encode_token(parts: list[Any]) -> str:
    """Return an opaque token."""
    return base64.urlsafe_b64encode(json.dumps(parts, separators=(",", ":")).encode()).decode().rstrip("=")


def decode_token(token: str) -> list[Any]:
    """Read a token; raises ``QueryParameterWrong``."""
    try:
        padded = token.encode("ascii") + b"=" * (-len(token) % 4)
        parts = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
    except (ValueError, binascii.Error, RecursionError):
        raise QueryParameterWrong(name="nextPageToken") from None
    if not isinstance(parts, list) or encode_token(parts) != token:
        raise QueryParameterWrong(name="nextPageToken")
    return parts


def _read_token(wanted: Wanted) -> tuple[datetime | None, int, int | None]:
    parts = decode_token(wanted.token or "")
    if len(parts) != 4 or parts[0] != wanted.digest or not _is_id(parts[2]):
        raise QueryParameterWrong(name="nextPageToken")
    at = moment(parts[1]) if isinstance(parts[1], str) else None
    if (at is None) != (wanted.order_by is None) or (parts[3] is not None and not _is_id(parts[3])):
        raise QueryParameterWrong(name="nextPageToken")
    return at.astimezone(UTC) if at else None, parts[2], parts[3]


def _is_id(value: Any) -> bool:
    return type(value) is int and 0 < value < 2**53


def _list_parameter(name: str, items: dict[str, Any]) -> dict[str, Any]:
    schema = {"type": "array", "minItems": 1, "maxItems": MOST_VALUES, "items": items}
    return {"name": name, "in": "query", "style": "pipeDelimited", "explode": False, "schema": schema}


def parameters() -> list[dict[str, Any]]:
    """Return the description of the parameters for OpenAPI."""
    text = {"type": "string", "minLength": 1, "maxLength": LONGEST_URI, "pattern": r"^[^|\x00-\x1f]+$"}
    names = [*WORDS, *WITHIN, *TERMS, *PERSISTENT, *(f"EQ_bizTransaction_{kind}" for kind in sorted(BIZ_TRANSACTIONS))]
    names += [f"{start}{kind}" for start in ("EQ_source_", "EQ_destination_") for kind in sorted(PARTIES)]
    found = [
        _list_parameter(n, {"type": "string", "enum": sorted(ACTIONS)} if n == "EQ_action" else text) for n in names
    ]
    moments = {"type": "string", "format": "date-time"}
    single: dict[str, dict[str, Any]] = {f"{sign}_{name}": moments for sign in ("GE", "LT") for name in TIMES}
    count = {"type": "integer", "minimum": 1, "maximum": LARGEST_COUNT}
    single |= {
        "EXISTS_errorDeclaration": {"type": "boolean"},
        "perPage": {**count, "default": DEFAULT_PAGE},
        "nextPageToken": {"type": "string", "pattern": "^[A-Za-z0-9_-]{1,400}$"},
        "orderBy": {"type": "string", "enum": sorted(_ORDERS)},
        "orderDirection": {"type": "string", "enum": ["ASC", "DESC"]},
        "eventCountLimit": count,
        "maxEventCount": count,
    }
    return [*found, *({"name": name, "in": "query", "schema": schema} for name, schema in single.items())]
