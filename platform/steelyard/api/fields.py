"""Fields of the API's schemas: strict, bounded, and published with the bounds that they enforce."""

import re
import unicodedata
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta, timezone
from enum import StrEnum
from typing import Any

from marshmallow import ValidationError, fields, validate

from steelyard.api import quick
from steelyard.api.locales import say
from steelyard.core.i18n import N_

LARGEST = 2**53 - 1
LINE = r"[^\x00-\x1f\x7f-\x9f]"
LINES = r"[^\x00-\x08\x0b-\x1f\x7f-\x9f]"
VISIBLE = r"[^\s\x00-\x1f\x7f-\x9f]"
_INTEGER = re.compile(r"-?(0|[1-9][0-9]{0,15})")
_MOMENT = re.compile(r"(\d{4}-\d\d-\d\d)[Tt](\d\d):(\d\d):(\d\d)(?:\.(\d+))?([Zz]|[+-]\d\d:\d\d)", re.ASCII)


class Text(fields.String):
    """Text in NFC without surrounding space or control characters, ``min`` to ``max`` characters long."""

    def __init__(self, *, max: int, min: int = 1, multiline: bool = False, pattern: str | None = None, **kw: Any):
        char = LINES if multiline else LINE
        self._shape = re.compile(pattern or f"{char}*")
        published = f"^(?:{pattern})$" if pattern else (f"^{char}*{VISIBLE}{char}*$" if min else f"^{char}*$")
        self._min, self._max = min, max
        metadata = {"pattern": published, "minLength": min, "maxLength": max, **kw.pop("metadata", {})}
        super().__init__(metadata=metadata, **kw)

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kw: Any) -> str:
        text: str = value if type(value) is str else super()._deserialize(value, attr, data, **kw)
        if len(text) > self._max:
            raise ValidationError(say(N_("is longer than %(max)s characters"), max=self._max))
        if not self._shape.fullmatch(text):
            raise ValidationError(say(N_("holds characters that are not allowed here")))
        text = (text if text.isascii() else unicodedata.normalize("NFC", text)).strip()
        if not self._min <= len(text) <= self._max:
            raise ValidationError(say(N_("must be %(min)s to %(max)s characters long"), min=self._min, max=self._max))
        return text


class Int(fields.Field[int]):
    """A whole number from ``min`` to ``max``; booleans, floats and (in bodies) strings are refused."""

    def __init__(self, *, min: int = 0, max: int = LARGEST, **kw: Any):
        self._min, self._max = min, max
        super().__init__(metadata={"minimum": min, "maximum": max, **kw.pop("metadata", {})}, **kw)

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kw: Any) -> int:
        if isinstance(value, str) and getattr(self.root, "from_text", False) and _INTEGER.fullmatch(value):
            value = int(value)
        if type(value) is float and value.is_integer() and abs(value) <= LARGEST:
            value = int(value)  # JSON Schema holds 1.0 for an integer
        if type(value) is not int:
            raise ValidationError(say(N_("must be a whole number")))
        if not self._min <= value <= self._max:
            raise ValidationError(say(N_("must be from %(min)s to %(max)s"), min=self._min, max=self._max))
        return value


class IdField(Int):
    """The id of a document."""

    def __init__(self, **kw: Any):
        super().__init__(min=1, **kw)


class MassG(Int):
    """A mass in grams, by default up to 10,000,000 t."""

    def __init__(self, *, min: int = 1, max: int = 10**13, **kw: Any):
        super().__init__(min=min, max=max, **kw)


class LengthMm(Int):
    """A length in millimetres, by default up to 100 m."""

    def __init__(self, *, min: int = 1, max: int = 100_000, **kw: Any):
        super().__init__(min=min, max=max, **kw)


class Pieces(Int):
    """A number of pieces 支, by default up to a million."""

    def __init__(self, *, min: int = 1, max: int = 1_000_000, **kw: Any):
        super().__init__(min=min, max=max, **kw)


class Fen(Int):
    """An amount of money in fen, by default up to 10,000,000,000 yuan."""

    def __init__(self, *, min: int = 0, max: int = 10**12, **kw: Any):
        super().__init__(min=min, max=max, **kw)


class FenPerT(Int):
    """A price in fen per tonne, by default up to 1,000,000 yuan a tonne."""

    def __init__(self, *, min: int = 1, max: int = 10**8, **kw: Any):
        super().__init__(min=min, max=max, **kw)


class Flag(fields.Boolean):
    """True or false, nothing that merely looks like it (in a query string: the words ``true`` and ``false``)."""

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kw: Any) -> bool:
        if getattr(self.root, "from_text", False) and value in ("true", "false"):
            return bool(value == "true")
        if type(value) is not bool:
            raise ValidationError(say(N_("must be true or false")))
        return value


class Timestamp(fields.DateTime):
    """A moment by RFC 3339 with its offset; inside always UTC."""

    def __init__(self, **kw: Any):
        super().__init__(format="iso", **kw)

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kw: Any) -> datetime:
        match = _MOMENT.fullmatch(value) if isinstance(value, str) else None
        if match is None:
            raise ValidationError(say(N_("must be a moment such as 2026-09-01T10:00:00+08:00")))
        return _moment(*match.groups())

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kw: Any) -> str | None:
        return None if value is None else value.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _moment(day: str, hour: str, minute: str, second: str, fraction: str | None, zone: str) -> datetime:
    """Build the moment; a leap second becomes the second after it, a year out of reach its nearest end."""
    leap = second == "60"
    try:
        base = datetime.fromisoformat(f"{day}T{hour}:{minute}:{'59' if leap else second}")
        offset = timedelta(0)
        if zone not in "Zz":
            hours, minutes = int(zone[1:3]), int(zone[4:6])
            offset = (-1 if zone[0] == "-" else 1) * timedelta(hours=hours, minutes=minutes)
        moment = base.replace(microsecond=int((fraction or "0")[:6].ljust(6, "0")), tzinfo=timezone(offset))
    except ValueError:
        raise ValidationError(say(N_("is not a moment of the calendar"))) from None
    try:
        return moment.astimezone(UTC) + timedelta(seconds=1 if leap else 0)
    except OverflowError:
        return datetime(1, 1, 1, tzinfo=UTC) if base.year == 1 else datetime(9999, 12, 31, tzinfo=UTC)


class Day(fields.Date):
    """A calendar day, ``2026-09-01``."""

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kw: Any) -> date:
        if not isinstance(value, str) or not re.fullmatch(r"\d{4}-\d\d-\d\d", value, re.ASCII):
            raise ValidationError(say(N_("must be a day such as 2026-09-01")))
        try:
            return date.fromisoformat(value)
        except ValueError:
            raise ValidationError(say(N_("is not a day of the calendar"))) from None


class Choice(fields.Field[Any]):
    """One of the values of a ``StrEnum``, by value."""

    checks_itself = True
    """The validator only tells the OpenAPI description which values there are."""

    def __init__(self, enum: type[StrEnum], **kw: Any):
        self.enum = enum
        super().__init__(validate=validate.OneOf(list(enum)), **kw)

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kw: Any) -> StrEnum:
        try:
            if not isinstance(value, str):
                raise ValueError
            return self.enum(value)
        except ValueError:
            raise ValidationError(say(N_("must be one of: %(choices)s"), choices=", ".join(self.enum))) from None

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kw: Any) -> str | None:
        return None if value is None else str(value)


class ListOf(fields.List[Any]):
    """A list of ``min`` to ``max`` entries; one that is too long is refused before its entries are looked at."""

    def __init__(self, inner: Any, *, min: int = 0, max: int = 1000, **kw: Any):
        self._max = max
        super().__init__(inner, validate=validate.Length(min=min, max=max), **kw)

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kw: Any) -> list[Any]:
        if isinstance(value, list) and len(value) > self._max:
            raise ValidationError(say(N_("holds more than %(max)s entries"), max=self._max))
        return super()._deserialize(value, attr, data, **kw)


class Nested(fields.Nested):
    """A document in a document, read and written by what it holds (:mod:`steelyard.api.quick`)."""

    def _load(self, value: Any, partial: Any = None) -> Any:
        found = quick.read(self.schema, value) if partial is None and not self.many else None
        return super()._load(value, partial=partial) if found is None else found

    def _serialize(self, value: Any, attr: Any, obj: Any, **kw: Any) -> Any:  # type: ignore[override]  # two names there
        found = None if self.many else quick.write(self.schema, value)
        whole: Any = super()._serialize  # untyped there
        return whole(value, attr, obj, **kw) if found is None else found
