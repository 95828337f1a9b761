"""How the freight pages name places, distances, times and words; shared by all of their templates."""

from datetime import datetime, timedelta
from typing import Any

from flask_babel import get_locale
from flask_babel import gettext as _

from steelyard.api.calls import Call
from steelyard.api.pages import render
from steelyard.core.clock import SHANGHAI
from steelyard.core.i18n import N_
from steelyard.core.units import format_length, format_mass
from steelyard.logistics.cities import CITIES, city
from steelyard.logistics.lorries import CLASS_LABELS, EQUIPMENT_LABELS, NEED_LABELS
from steelyard.logistics.pairing import Reason
from steelyard.logistics.states import STATE_LABELS

REASON_LABELS: dict[str, str] = {
    Reason.NO_FIT: N_("No partner fits by mass, length or equipment"),
    Reason.WINDOW: N_("No partner makes the windows"),
    Reason.PRICE: N_("Ceiling and ask do not meet"),
    Reason.OUTCOMPETED: N_("Others gained more"),
}
_WORDS: dict[str, str] = {**STATE_LABELS, **CLASS_LABELS, **REASON_LABELS}
_WORD_LISTS: dict[str, str] = {**EQUIPMENT_LABELS, **NEED_LABELS}
_BADGES = {
    "open": "info",
    "offered": "warn",
    "booked": "ok",
    "accepted": "ok",
    "declined": "bad",
    "expired": "bad",
    "issued": "info",
    "loaded": "warn",
    "delivered": "ok",
}


def show(template: str, call: Call, **context: Any) -> str:
    """Render a freight page with the words that all of them use."""
    return render(f"logistics/{template}", call=call, actor=call.actor, **_TOOLS, **context)


def place(adcode: str | None) -> str:
    """The name of a place in the reader's language."""
    return "—" if adcode is None else city(adcode).name(str(get_locale()))


def places() -> list[tuple[str, str]]:
    """Code and name of every place, for a list to choose from."""
    return [(one.adcode, one.name(str(get_locale()))) for one in CITIES]


def km(metres: int) -> str:
    """Metres as kilometres with one decimal."""
    return str(_("%(distance)s km", distance=f"{metres / 1000:,.1f}")).replace(" ", "\N{NO-BREAK SPACE}")


def word(key: str) -> str:
    """A state, a class of lorry or a reason in the reader's language."""
    return str(_(_WORDS[key]))


def words(keys: list[str]) -> str:
    """Needs or equipment in the reader's language."""
    return _(", ").join(_(_WORD_LISTS[key]) for key in keys) or "—"


def badge(state: str) -> str:
    """The colour class of a state's badge."""
    return _BADGES.get(state, "")


def percent(part: int, whole: int) -> str:
    """A share in per cent with one decimal."""
    return f"{100 * part / whole:.1f}%" if whole else "—"


def local(moment: datetime | None) -> str:
    """A moment as an input of the kind datetime-local holds it, in Asia/Shanghai."""
    return "" if moment is None else moment.astimezone(SHANGHAI).strftime("%Y-%m-%dT%H:%M")


def short(moment: datetime) -> str:
    """Month, day and time in Asia/Shanghai, for the board: all of it lies within a year."""
    return moment.astimezone(SHANGHAI).strftime("%m-%d %H:%M")


def soon(now: datetime, hours: int) -> str:
    """The full hour so many hours from now, for an input that is not filled in yet."""
    return local((now + timedelta(hours=hours)).replace(minute=0))


def mass_text(mass_g: int | None) -> str:
    """A mass as it would be typed, to the gram."""
    return "" if mass_g is None else format_mass(mass_g, str(get_locale()), exact=True)


def length_text(length_mm: int | None) -> str:
    """A length as it would be typed."""
    return "" if length_mm is None else format_length(length_mm, str(get_locale()))


def money_text(fen: int | None) -> str:
    """Money as it would be typed, in yuan."""
    return "" if fen is None else f"{fen // 100}.{fen % 100:02d}"


_TOOLS: dict[str, Any] = {
    tool.__name__: tool
    for tool in (
        place,
        places,
        km,
        word,
        words,
        badge,
        percent,
        local,
        short,
        soon,
        mass_text,
        length_text,
        money_text,
    )
}
