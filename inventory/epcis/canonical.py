"""One text for one event: JSON whose numbers stay as they were written, and a fingerprint of what an event says.

Imports neither flask nor sqlalchemy.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import UTC
from decimal import Context as Digits
from decimal import Decimal
from typing import Any

from inventory.epcis.moments import moment

Event = dict[str, Any]
Context = list[Any]

STANDARD_CONTEXT = "https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"
_SETS = frozenset({
    "epcList", "childEPCs", "inputEPCList", "outputEPCList", "quantityList", "childQuantityList",
    "inputQuantityList", "outputQuantityList", "bizTransactionList", "sourceList", "destinationList",
    "correctiveEventIDs", "set", "unset",
})  # fmt: skip
"""Lists whose order says nothing."""
_MOMENTS = frozenset({"eventTime", "declarationTime", "time", "startTime", "endTime"})
_EXACTLY = Digits(prec=60)
"""More digits than a number may have (`steelyard.api.json_body`), so that none is rounded away."""
_encode_text = json.encoder.encode_basestring


def dumps(value: Any, *, ordered: bool = True) -> str:
    """Return ``value`` as JSON without spaces; a ``Decimal`` keeps the digits it was written with.

    Keys are put in order, unless the order in which they were made says something to a reader.
    """
    if isinstance(value, str):
        return _encode_text(value)
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, int | Decimal):
        return str(value)
    if isinstance(value, Mapping):
        keys = sorted(value) if ordered else value
        return "{" + ",".join(f"{_encode_text(key)}:{dumps(value[key], ordered=ordered)}" for key in keys) + "}"
    if isinstance(value, Sequence):
        return "[" + ",".join(dumps(item, ordered=ordered) for item in value) + "]"
    raise TypeError(f"{type(value).__name__} is not written as JSON here")


def loads(text: str) -> Any:
    """Read what :func:`dumps` wrote."""
    return json.loads(text, parse_float=Decimal)


def as_list(context: Any) -> Context:
    """Return a ``@context`` as a list, whatever form it came in."""
    if context is None:
        return []
    return list(context) if isinstance(context, list) else [context]


def contexts_of(document: Mapping[str, Any], event: Mapping[str, Any]) -> Context:
    """Return the contexts beyond the standard one in which an event of a document is to be read, in their order."""
    found: Context = []
    for context in (*as_list(document.get("@context")), *as_list(event.get("@context"))):
        if context != STANDARD_CONTEXT and context not in found:
            found.append(context)
    return found


def fingerprint(event: Mapping[str, Any], contexts: Context) -> str:
    """Return the SHA-256 of what an event says.

    The order of keys and of lists that are sets, the way a number or a moment is written, and the recording time
    (which every store sets anew) make no other event. An ``errorDeclaration`` does.
    """
    said = {name: value for name, value in event.items() if name not in {"@context", "recordTime"}}
    return hashlib.sha256(dumps([_plain(contexts), _plain(said)]).encode()).hexdigest()


def _plain(value: Any, name: str = "") -> Any:
    if isinstance(value, Mapping):
        return {key: _plain(inner, key) for key, inner in value.items()}
    if isinstance(value, list):
        items = [_plain(item) for item in value]
        return sorted(items, key=dumps) if name in _SETS else items
    if isinstance(value, str) and name in _MOMENTS:
        parsed = moment(value)
        return value if parsed is None else parsed.astimezone(UTC).isoformat()
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        number = Decimal(value)
        return Decimal(0) if number == 0 else number.normalize(_EXACTLY)
    return value
