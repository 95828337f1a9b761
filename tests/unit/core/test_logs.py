"""Log lines carry the request's id, as text for people and as JSON for machines."""

import json
import logging
import sys

import pytest

from steelyard.core.context import request_id
from steelyard.core.logs import JsonFormatter, TextFormatter, configure


@pytest.fixture
def in_request():
    token = request_id.set("req-42")
    yield "req-42"
    request_id.reset(token)


def record(message, *args, exc_info=None, **extra):
    made = logging.getLogger("steelyard.test").makeRecord(
        "steelyard.test", logging.WARNING, __file__, 1, message, args, exc_info, extra=extra
    )
    return made


def test_json_lines_hold_message_extras_and_request(in_request):
    line = JsonFormatter().format(record("%s 吨 left\nthe yard", 3, bundle="K-1", mass_g=3_000_000))
    assert "\n" not in line
    data = json.loads(line)
    assert data["request_id"] == in_request
    assert (data["message"], data["level"], data["logger"]) == ("3 吨 left\nthe yard", "warning", "steelyard.test")
    assert (data["bundle"], data["mass_g"]) == ("K-1", 3_000_000)
    assert data["at"].endswith("+00:00")


def test_json_lines_hold_the_error():
    try:
        raise ValueError("broken scale")
    except ValueError:
        line = JsonFormatter().format(record("failed", exc_info=sys.exc_info()))
    assert "ValueError: broken scale" in json.loads(line)["error"]


def test_what_json_does_not_know_is_written_as_text():
    assert json.loads(JsonFormatter().format(record("x", thing={1})))["thing"] == "{1}"


def test_text_lines_hold_the_request_and_the_extras(in_request):
    line = TextFormatter().format(record("loaded", lorry="鲁P12345"))
    assert "warning" in line
    assert "request=req-42" in line
    assert line.endswith("lorry=鲁P12345")


def test_outside_a_request_the_id_is_a_dash():
    assert json.loads(JsonFormatter().format(record("x")))["request_id"] == "-"


@pytest.mark.parametrize(
    ("name", "formatter"), [("json", JsonFormatter), ("text", TextFormatter)], ids=["json", "text"]
)
def test_configuring_twice_leaves_one_handler(name, formatter):
    root = logging.getLogger()
    before, level = list(root.handlers), root.level
    try:
        configure(name, "INFO")
        configure(name, "WARNING")
        assert [type(handler.formatter) for handler in root.handlers] == [formatter]
        assert root.level == logging.WARNING
    finally:
        root.handlers[:] = before
        root.setLevel(level)
