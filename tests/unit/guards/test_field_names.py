"""Every field that a person fills in has a name that a person understands."""

import importlib
from collections.abc import Iterator

from steelyard.api.field_names import FIELD_NAMES, UNSEEN
from steelyard.api.form_fields import FormSchema
from tests.support.tree import ROOT, python_files


def _modules_with_forms() -> Iterator[str]:
    for path in python_files("platform", "pricing", "inventory"):
        if "FormSchema)" in path.read_text(encoding="utf-8"):
            parts = path.relative_to(ROOT).with_suffix("").parts
            yield ".".join(parts[1:] if parts[0] == "platform" else parts)


def _kinds_of(schema: type[FormSchema]) -> Iterator[type[FormSchema]]:
    for kind in schema.__subclasses__():
        yield kind
        yield from _kinds_of(kind)


def test_every_field_of_a_form_is_named() -> None:
    """A refused form says what is wrong with which field: add a new field to api/field_names.py."""
    for module in _modules_with_forms():
        importlib.import_module(module)
    ours = [
        kind for kind in _kinds_of(FormSchema) if kind.__module__.split(".")[0] in {"steelyard", "pricing", "inventory"}
    ]
    fields = {name for kind in ours for name in kind._declared_fields}
    assert len(fields) > 60
    assert fields - FIELD_NAMES.keys() - UNSEEN == set()
