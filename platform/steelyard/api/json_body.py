"""Reading JSON from outside: everything that Python's parser would let pass or die of is a clear 400."""

import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any, NoReturn

from steelyard.core.errors import BadRequest

LONGEST_NUMBER = 19
MOST_KEYS = 200


def parse_json(raw: bytes, *, exact: bool = False) -> Any:
    """Return the value of the UTF-8 JSON text ``raw``; raise :class:`BadRequest` with the reason.

    With ``exact`` numbers with a point or an exponent become ``Decimal``, as they were written.
    """
    try:
        text = raw.decode("utf-8")
        value = _DECODERS[exact].decode(text)
        if "\\u" in text:
            _refuse_surrogates(value)
    except UnicodeDecodeError:
        raise BadRequest(reason="the body is not UTF-8") from None
    except RecursionError:
        raise BadRequest(reason="the JSON is nested too deeply") from None
    except json.JSONDecodeError as error:
        raise BadRequest(reason=f"the JSON breaks off or is malformed at character {error.pos}") from None
    return value


def _refuse_constant(name: str) -> NoReturn:
    raise BadRequest(reason=f"{name} is not JSON")


def _bounded_int(text: str) -> int:
    if len(text) > LONGEST_NUMBER:
        raise BadRequest(reason="an integer has too many digits")
    return int(text)


def _bounded_float(text: str) -> float:
    if len(text) > 2 * LONGEST_NUMBER:
        raise BadRequest(reason="a number has too many digits")
    value = float(text)
    if value in (float("inf"), float("-inf")):
        raise BadRequest(reason="a number is too large")
    return value


def _bounded_decimal(text: str) -> Decimal:
    _bounded_float(text)
    return Decimal(text)


def _unique_keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len(pairs) > MOST_KEYS:
        raise BadRequest(reason="an object has too many keys")
    found = dict(pairs)
    if len(found) != len(pairs):
        raise BadRequest(reason="an object has the same key twice")
    return found


def _refuse_surrogates(value: Any) -> None:
    """Refuse half of a surrogate pair, which no database can store."""
    try:
        json.dumps(value, ensure_ascii=False, default=str).encode("utf-8")  # str: exact numbers
    except UnicodeEncodeError:
        raise BadRequest(reason="a text holds half a surrogate pair") from None


def _decoder(parse_float: Callable[[str], Any]) -> json.JSONDecoder:
    return json.JSONDecoder(
        parse_constant=_refuse_constant,
        parse_int=_bounded_int,
        parse_float=parse_float,
        object_pairs_hook=_unique_keys,
    )


_DECODERS = {False: _decoder(_bounded_float), True: _decoder(_bounded_decimal)}
"""By whether numbers are to be exact; making one takes as long as reading a scan with it."""
