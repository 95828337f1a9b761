"""Fields of HTML forms: they take what people type (``350吨``, ``3,650元/吨``) and give exact integers."""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any

from marshmallow import EXCLUDE, ValidationError, fields
from marshmallow import Schema as MarshmallowSchema

from steelyard.api.fields import Choice, Text
from steelyard.api.locales import say
from steelyard.core import units
from steelyard.core.clock import SHANGHAI
from steelyard.core.i18n import N_


class FormSchema(MarshmallowSchema):
    """A form; what the page did not ask for is ignored, empty fields count as absent."""

    class Meta:
        """Browsers send more than was asked for (the button's name)."""

        unknown = EXCLUDE

    @classmethod
    def shape(cls, given: dict[str, Any]) -> dict[str, Any]:
        """Drop empty fields and make single values of list fields lists."""
        members = cls().fields
        shaped: dict[str, Any] = {}
        for name, value in given.items():
            if value == "":
                continue
            is_list = isinstance(members.get(name), fields.List)
            shaped[name] = [value] if is_list and not isinstance(value, list) else value
        return shaped


class FormText(Text):
    """A line of text, or several with ``multiline``."""

    def __init__(self, *, max: int = 200, min: int = 1, **kw: Any):
        super().__init__(max=max, min=min, **kw)

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kw: Any) -> str:
        plain = value.replace("\r\n", "\n") if isinstance(value, str) else value  # as browsers send new lines
        return super()._deserialize(plain, attr, data, **kw)


class _Parsed(fields.Field[int]):
    """A quantity with its unit, read by one of the parsers of :mod:`steelyard.core.units`."""

    def __init__(self, parse: Callable[[str], int], *, min: int = 1, max: int = 10**13, **kw: Any):
        self._parse, self._min, self._max = parse, min, max
        super().__init__(**kw)

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kw: Any) -> int:
        try:
            number = self._parse(str(value))
        except units.UnitError as error:
            raise ValidationError(say(error.message, **error.params)) from None
        if not self._min <= number <= self._max:
            raise ValidationError(say(N_("is out of range")))
        return number


class FormMass(_Parsed):
    """A mass; a bare number counts as tonnes. Gives grams."""

    def __init__(self, **kw: Any):
        super().__init__(lambda text: units.parse_mass_g(text, assume="t"), **kw)


class FormPrice(_Parsed):
    """A price per tonne. Gives fen per tonne."""

    def __init__(self, **kw: Any):
        super().__init__(units.parse_price_fen_per_t, max=10**8, **kw)


class FormMoney(_Parsed):
    """An amount of money. Gives fen."""

    def __init__(self, **kw: Any):
        super().__init__(units.parse_money_fen, max=10**12, **kw)


class FormLength(_Parsed):
    """A length; a bare number counts as millimetres. Gives millimetres."""

    def __init__(self, **kw: Any):
        super().__init__(units.parse_length_mm, max=100_000, **kw)


class FormInt(_Parsed):
    """A whole number."""

    def __init__(self, *, min: int = 0, max: int = 2**53 - 1, **kw: Any):
        super().__init__(_whole, min=min, max=max, **kw)


_WHOLE = re.compile(r"-?[0-9]{1,16}")


def _whole(text: str) -> int:
    text = text.strip().replace(",", "")
    if not _WHOLE.fullmatch(text):
        raise ValidationError(say(N_("must be a whole number")))
    return int(text)


class FormFlag(fields.Boolean):
    """A checkbox: present or absent."""


class FormDateTime(fields.Field[datetime]):
    """A moment as ``<input type=datetime-local>`` gives it, in Asia/Shanghai. Gives UTC."""

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kw: Any) -> datetime:
        try:
            moment = datetime.fromisoformat(str(value))
            return moment.replace(tzinfo=SHANGHAI).astimezone(UTC)
        except (ValueError, OverflowError):
            raise ValidationError(say(N_("must be a date and a time"))) from None


class FormDay(fields.Field[date]):
    """A day as ``<input type=date>`` gives it."""

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kw: Any) -> date:
        try:
            return date.fromisoformat(str(value))
        except ValueError:
            raise ValidationError(say(N_("must be a date"))) from None


class FormChoice(Choice):
    """One of the values of a ``StrEnum``."""

    def __init__(self, enum: type[StrEnum], **kw: Any):
        super().__init__(enum, **kw)
