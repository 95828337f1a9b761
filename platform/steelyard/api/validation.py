"""Marshmallow's messages on their way to a person."""

from typing import Any

from steelyard.api.field_names import shown
from steelyard.api.locales import say
from steelyard.core.i18n import N_

_MARSHMALLOW = (
    N_("Missing data for required field."),
    N_("Unknown field."),
    N_("Field may not be null."),
    N_("Not a valid string."),
    N_("Not a valid list."),
    N_("Invalid input type."),
)


def as_fields(messages: Any) -> Any:
    """Return marshmallow's messages by field, its own fixed sentences translated."""
    if isinstance(messages, dict):
        return {str(name): as_fields(inner) for name, inner in messages.items()}
    return [say(text) if text in _MARSHMALLOW else text for text in messages]


def sentences(fields: Any, name: str = "") -> list[str]:
    """Return messages by field, however deep they lie, as one list: ``lines 2 mass: must be …`` (counted from 1)."""
    if not isinstance(fields, dict):
        return [f"{name}: {'; '.join(map(str, fields))}"]
    found: list[str] = []
    for key, inner in fields.items():
        part = str(int(key) + 1) if str(key).isdigit() else shown(str(key))
        found += sentences(inner, f"{name} {part}".strip())
    return found
