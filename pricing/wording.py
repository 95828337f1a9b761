"""The sentences of alerts and digests, in the language of whoever reads them; pure but for the catalogue."""

import gettext
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from pricing.alerting import Direction, Measure
from steelyard.core.i18n import N_

Say = Callable[[str], str]

ALERTS: dict[str, str] = {
    "level.above": N_("%(name)s stands at %(value)s %(unit)s, at or above %(threshold)s."),
    "level.below": N_("%(name)s stands at %(value)s %(unit)s, at or below %(threshold)s."),
    "change": N_("%(name)s moved by %(value)s %(unit)s against the price before; the alert is set to %(threshold)s."),
    "change_percent": N_(
        "%(name)s moved by %(value)s%% against the price before; the alert is set to %(threshold)s%%."
    ),
    "week_change": N_("%(name)s moved by %(value)s %(unit)s within a week; the alert is set to %(threshold)s."),
    "week_percent": N_("%(name)s moved by %(value)s%% within a week; the alert is set to %(threshold)s%%."),
    "basis.above": N_("%(name)s less %(other)s is %(value)s %(unit)s, at or above %(threshold)s."),
    "basis.below": N_("%(name)s less %(other)s is %(value)s %(unit)s, at or below %(threshold)s."),
    "stale": N_("%(name)s is out of date: its last price is of %(day)s."),
}
"""What an alert says when it fires, by its measure and, where that matters, its direction."""
MEASURES: dict[str, str] = {
    Measure.LEVEL: N_("Price level"),
    Measure.CHANGE: N_("Move against the price before"),
    Measure.CHANGE_PERCENT: N_("Move against the price before, in percent"),
    Measure.WEEK_CHANGE: N_("Move within a week"),
    Measure.WEEK_PERCENT: N_("Move within a week, in percent"),
    Measure.BASIS: N_("Basis: this price less another"),
    Measure.STALE: N_("No new price when one is due"),
}
DIRECTIONS: dict[str, str] = {
    Direction.ABOVE: N_("at or above / rises by"),
    Direction.BELOW: N_("at or below / falls by"),
    Direction.EITHER: N_("moves either way by"),
}
TITLES = {"alert": N_("Price alert"), "digest": N_("Prices of %(day)s"), "test": N_("Test message")}
TEST_BODY = N_("This is a test message of Steelyard: the channel works.")
MOVED = N_("%(name)s %(value)s %(unit)s, %(move)s")
UNMOVED = N_("%(name)s %(value)s %(unit)s")
DIGEST_HEADS = {
    "moves": N_("New prices"),
    "alarms": N_("Alerts"),
    "stale": N_("Out of date"),
}
_UNITS = {"CNY/t": N_("yuan/t"), "CNY/kg": N_("yuan/kg")}


def alert(content: Mapping[str, Any], say: Say) -> str:
    """The sentence of a firing; `content` is what the firing's row holds."""
    measure, direction = content["measure"], content["direction"]
    sentence = ALERTS.get(f"{measure}.{direction}") or ALERTS[measure]
    unit = content["unit"]
    return say(sentence) % {**content, "unit": say(_UNITS[unit]) if unit in _UNITS else unit}


def line(content: Mapping[str, Any], say: Say) -> str:
    """One price of a digest with its move."""
    unit = content["unit"]
    filled = {**content, "unit": say(_UNITS[unit]) if unit in _UNITS else unit}
    return say(MOVED if content.get("move") else UNMOVED) % filled


def digest(content: Mapping[str, Any], say: Say) -> str:
    """The whole digest as plain text: new prices, alerts, what is out of date."""
    parts = {
        "moves": [line(one, say) for one in content["moves"]],
        "alarms": [alert(one, say) for one in content["alarms"]],
        "stale": [alert(one, say) for one in content["stale"]],
    }
    blocks = [[say(DIGEST_HEADS[name]), *(f"· {text}" for text in lines)] for name, lines in parts.items() if lines]
    return "\n\n".join("\n".join(block) for block in blocks)


@cache
def speaker(locale: str) -> Say:
    """What says the sentences outside of a request: from the slice's own catalogue, English where there is none."""
    folder = Path(__file__).parent / "translations"
    return gettext.translation("messages", folder, [locale], fallback=True).gettext
