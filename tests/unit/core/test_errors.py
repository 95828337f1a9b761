"""Errors are types with a stable code, a status and a sentence."""

import re
from importlib import import_module
from pkgutil import iter_modules

import pytest

from steelyard import core
from steelyard.core import errors
from steelyard.core.errors import SteelyardError, TooManyRequests


def every_error(base=SteelyardError):
    yield base
    for kind in base.__subclasses__():
        yield from every_error(kind)


for module in iter_modules(core.__path__):  # what each declares, whatever was imported before
    import_module(f"{core.__name__}.{module.name}")
OF_CORE = sorted(
    {kind for kind in every_error() if kind.__module__.startswith("steelyard.core.")}, key=lambda kind: kind.__name__
)


@pytest.mark.parametrize("kind", OF_CORE, ids=lambda kind: kind.__name__)
def test_every_error_has_a_code_a_status_and_a_sentence(kind):
    assert re.fullmatch(r"[a-z][a-z_]*", kind.code)
    assert 400 <= kind.status <= 599
    assert kind.message.endswith(".")
    assert kind.message[0].isupper() or kind.message[0] in "“%"


def test_the_sentence_is_filled_in():
    assert str(errors.BadRequest(reason="it is empty")) == "The request could not be read: it is empty."
    assert str(errors.NotFound()) == errors.NotFound.message


def test_fields_and_parameters_are_kept():
    error = errors.Invalid(fields={"mass_g": ["too great"]})
    assert (error.fields, error.params) == ({"mass_g": ["too great"]}, {})
    assert TooManyRequests(30).retry_after == 30
    assert "30 seconds" in str(TooManyRequests(30))
