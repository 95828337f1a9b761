"""Words for findings, holds, alarms and calendars, with their figures as people read them."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from flask_babel import gettext as _

from pricing.alarms import AlarmKind
from pricing.changes import decimal_text
from pricing.quality import SENTENCES, Code, Standing
from pricing.sources.catalogue import publisher
from steelyard.core.i18n import N_

CODES: Mapping[str, str] = {
    Code.LIMIT_MOVE: N_("Limit move"),
    Code.OUTLIER: N_("Outlier"),
    Code.ABSURD: N_("Absurd value"),
    Code.IMPLAUSIBLE: N_("Implausible value"),
    Code.THIN_CONTRACT: N_("Another contract's row"),
    Code.ROLL: N_("Roll of the contract"),
    Code.IMPOSSIBLE_BAR: N_("Impossible day"),
    Code.DISAGREEMENT: N_("Sources disagree"),
}
STATES: Mapping[str, tuple[str, str]] = {
    Standing.OPEN: (N_("Held back"), "warn"),
    Standing.RELEASED: (N_("Released"), "ok"),
    Standing.REJECTED: (N_("Rejected"), "bad"),
    Standing.CLEARED: (N_("Nothing found any more"), ""),
}
"""The words and the kind of badge for each state."""
VERDICTS: Mapping[str, str] = {Standing.RELEASED: N_("Release"), Standing.REJECTED: N_("Reject")}
FIELDS: Mapping[str, str] = {
    "open": N_("Opening price"),
    "high": N_("High of the day"),
    "low": N_("Low of the day"),
    "close": N_("Closing price"),
    "settle": N_("Settlement price"),
}
CALENDARS: Mapping[str, str] = {
    "shfe": N_("Sessions of the Shanghai Futures Exchange"),
    "dce": N_("Sessions of the Dalian Commodity Exchange"),
    "workdays": N_("Working days"),
    "nbs.ten_day": N_("Ten-day releases of the statistics bureau"),
    "none": N_("No calendar"),
}
ALARMS: Mapping[str, str] = {
    AlarmKind.STALE: N_("Stale"),
    AlarmKind.MISSING_ROWS: N_("Missing rows"),
    AlarmKind.REPEATED: N_("Repeated value"),
    AlarmKind.HORIZON: N_("End of a calendar"),
}
_ALARM_SENTENCES: Mapping[str, str] = {
    AlarmKind.STALE: N_("The last figures are of %(last)s; %(missing)s are due since."),
    AlarmKind.MISSING_ROWS: N_("%(count)s days are missing that others of the statistic have, lastly %(last)s."),
    AlarmKind.REPEATED: N_("The value has been the same %(count)s times, since %(since)s."),
    AlarmKind.HORIZON: N_("The calendar is known to %(last)s; behind it weekdays are assumed to count."),
}


def sentence(finding: Mapping[str, Any]) -> str:
    """What was found, in one sentence with its figures; `finding` is as stored."""
    return str(_(SENTENCES[Code(finding["code"])], **_figures(finding["evidence"])))


def alarm_sentence(kind: str, detail: Mapping[str, Any]) -> str:
    """What is wrong, in one sentence with its figures."""
    figures = dict(detail)
    if kind == AlarmKind.MISSING_ROWS:
        figures["last"] = detail["days"][-1]
    told = {name: str(value) for name, value in figures.items() if name != "days"}
    return str(_(_ALARM_SENTENCES[kind], **told))


def percent(basis_points: int, *, signed: bool = False) -> str:
    """Basis points as a percentage: 1295 is 12.95 %."""
    return f"{decimal_text(basis_points, 2, grouped=True, signed=signed)}%"


def _figures(evidence: Mapping[str, Any]) -> dict[str, str]:
    """The evidence as texts under the names that the sentences use."""
    scale = evidence.get("scale", 0)
    found = {name: f"{evidence[name]:,}" for name in ("lots", "lots_before") if name in evidence}
    for name in ("before", "least", "most"):
        if f"{name}_mantissa" in evidence:
            found[name] = decimal_text(evidence[f"{name}_mantissa"], scale, grouped=True)
    for name in ("change", "limit", "spread"):
        if f"{name}_bp" in evidence:
            found[name] = percent(evidence[f"{name}_bp"], signed=name == "change")
    for name in ("higher", "lower"):
        if name in evidence:
            found[name] = _(FIELDS[evidence[name]])
            figure = decimal_text(evidence[f"{name}_mantissa"], evidence[f"{name}_scale"], grouped=True)
            found[f"{name}_value"] = figure
    if "family" in evidence:
        found |= {"publisher": publisher(evidence["family"])}
        found["other"] = decimal_text(evidence["mantissa"], scale, grouped=True)
    if "day" in evidence:
        found["day"] = date.fromisoformat(evidence["day"]).isoformat()
    return found


def subject(text: str) -> str:
    """What an alarm is about, as people call it: a calendar's name, or the publisher of a statistic."""
    calendar = text.removeprefix("calendar:")
    return _(CALENDARS[calendar]) if calendar in CALENDARS else publisher(text)
