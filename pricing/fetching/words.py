"""Words for the outcomes of fetches, and for what is wrong with them."""

from pricing.fetching.alarms import Alarm
from pricing.fetching.bodies import Trouble
from pricing.fetching.due import Purpose
from pricing.sources.base import Fault, Outcome
from steelyard.core.i18n import N_

OUTCOMES: dict[str, tuple[str, str]] = {
    Outcome.OK: (N_("Taken in"), "ok"),
    Outcome.NOT_MODIFIED: (N_("Nothing new"), "ok"),
    Outcome.NOT_YET: (N_("Not published yet"), "info"),
    Outcome.NO_SESSION: (N_("No trading day"), "info"),
    Outcome.EMPTY: (N_("No price in it"), "warn"),
    Outcome.BLOCKED: (N_("Turned away by the publisher"), "bad"),
    Outcome.SCHEMA_CHANGED: (N_("Its form has changed"), "bad"),
    Outcome.FAILED: (N_("Failed"), "bad"),
}
"""The words and the kind of badge for each outcome."""
ALARMS: dict[str, str] = {
    Alarm.BLOCKED: N_("The publisher turns us away. Nothing is asked for a day; the protection is not circumvented."),
    Alarm.EMPTY: N_("Several documents in a row held no price."),
    Alarm.FAILING: N_("Several fetches in a row failed."),
    Alarm.KEY_REFUSED: N_("The publisher refuses the key. Bring a new one."),
    Alarm.SCHEMA_CHANGED: N_("The form of the document has changed: it is refused whole until the parser is mended."),
    "key_missing": N_("The source needs a key that nobody has brought yet."),
    "host_rests": N_("The host failed several times in a row and is left alone for a while."),
    "calendar_ends": N_("The calendar is known for a few weeks only; behind its last day weekdays are assumed."),
}
ALARM_BADGES = {"calendar_ends": "warn", "key_missing": "warn"}
"""The kind of badge where it is not the worst."""
FAULTS: dict[str, str] = {
    Fault.ABSENT: N_("not there"),
    Fault.BLOCKED: N_("a challenge instead of prices"),
    Fault.COLUMNS: N_("other columns than agreed"),
    Fault.CONFLICT: N_("it contradicts itself"),
    Fault.DATE: N_("another day than asked for, or none"),
    Fault.EMPTY: N_("no price"),
    Fault.INSTRUMENT_MISSING: N_("a required product is missing"),
    Fault.NUMERIC_SHARE: N_("too few cells are numbers"),
    Fault.ROW_COUNT: N_("too many rows"),
    Fault.TOO_LARGE: N_("too large"),
    Fault.TRUNCATED: N_("too few rows, or cut off"),
    Fault.UNREADABLE: N_("not of the agreed format"),
    Fault.UNSETTLED: N_("not settled yet"),
    Trouble.BUSY: N_("the publisher's server fails"),
    Trouble.CUT_OFF: N_("the answer broke off"),
    Trouble.ENCODING: N_("packed in a way that was not asked for"),
    Trouble.FOREIGN: N_("redirected to a host that is not declared"),
    Trouble.KEY_MISSING: N_("a key is missing"),
    Trouble.KEY_REFUSED: N_("the key is refused"),
    Trouble.PRIVATE: N_("the host's address is not public"),
    Trouble.SLOW: N_("too slow"),
    Trouble.TOO_FREQUENT: N_("asked too often, says the publisher"),
    Trouble.UNREACHABLE: N_("not reachable"),
    "internal": N_("an error on our side; see the log"),
}
PURPOSES: dict[str, str] = {Purpose.DOCUMENT: N_("Price document"), Purpose.LIST: N_("List")}
BREAKERS: dict[str, tuple[str, str]] = {
    "closed": (N_("in order"), "ok"),
    "open": (N_("left alone"), "bad"),
    "half-open": (N_("on trial"), "warn"),
}
