"""Reading and writing documents by what they hold.

marshmallow goes through every field that a schema declares, for each document anew; of a request with a thousand scans
that is most of the work. Here only what a document holds is looked at, by the same fields. Whatever is not as it should
be is left to marshmallow, which says what is wrong with it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from marshmallow import RAISE, Schema, ValidationError, fields, missing

Load = Callable[[Any, str, Mapping[str, Any]], Any]


@dataclass(frozen=True, slots=True)
class _Plan:
    """How documents of a schema are read: the fields by name, what must be there, what stands for what is not.

    ``told`` is how they are written: each field with the types of the values that it passes on as they are.
    """

    known: Mapping[str, Load]
    needed: frozenset[str]
    absent: Mapping[str, Any]
    told: tuple[tuple[str, frozenset[type], fields.Field[Any]], ...]


def read(schema: Schema, document: Any) -> dict[str, Any] | None:
    """Load ``document``; ``None`` where that is left to marshmallow."""
    plan = _plan(schema)
    if plan is None or type(document) is not dict or not plan.needed <= document.keys():
        return None
    found = dict(plan.absent)
    known = plan.known
    try:
        for name, value in document.items():
            found[name] = known[name](value, name, document)
    except (KeyError, ValidationError):
        return None
    return found


def write(schema: Schema, document: Any) -> dict[str, Any] | None:
    """Dump ``document``; ``None`` where that is left to marshmallow."""
    plan = _plan(schema)
    if plan is None or type(document) is not dict:
        return None
    try:
        return {
            name: value if type(value := document[name]) in as_it_is else field._serialize(value, name, document)
            for name, as_it_is, field in plan.told
        }
    except KeyError:
        return None


@cache
def _plan(schema: Schema) -> _Plan | None:
    """The plan of a schema without anything out of the ordinary; of another ``None``."""
    every = {**schema.load_fields, **schema.dump_fields}
    if any(schema._hooks.values()) or schema.partial or schema.many or schema.unknown != RAISE:
        return None
    if not all(_is_plain(field) for field in every.values()):
        return None
    return _Plan(
        {name: _reading(field) for name, field in schema.load_fields.items()},
        frozenset(name for name, field in schema.load_fields.items() if field.required),
        {name: field.load_default for name, field in schema.load_fields.items() if field.load_default is not missing},
        tuple((name, _as_it_is(field), field) for name, field in schema.dump_fields.items()),
    )


def _reading(field: fields.Field[Any]) -> Load:
    """How one field reads what is given for it: as ``deserialize`` does, less what it does not need."""
    checked = field.validators and not getattr(field, "checks_itself", False)
    if checked or field.pre_load or field.post_load:
        return field.deserialize
    load, may_be_none = field._deserialize, field.allow_none

    def read_one(value: Any, name: str, document: Mapping[str, Any]) -> Any:
        if value is None:
            if may_be_none:
                return None
            raise ValidationError(name)
        return load(value, name, document)

    return read_one


def _as_it_is(field: fields.Field[Any]) -> frozenset[type]:
    """The types of the values that a field writes as they are."""
    serialize = type(field)._serialize
    if serialize is fields.String._serialize:
        return frozenset({str, type(None)})
    return frozenset({str, int, bool, type(None)}) if serialize is fields.Field._serialize else frozenset()


def _is_plain(field: fields.Field[Any]) -> bool:
    named = field.attribute is None and field.data_key is None
    return named and field._CHECK_ATTRIBUTE and not callable(field.load_default)
