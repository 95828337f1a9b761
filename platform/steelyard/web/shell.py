"""What every page is drawn with: who looks, where he may go, and in which language."""

from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import dataclass, replace

from flask import Flask, g, request, url_for
from flask_babel import get_locale, gettext
from sqlalchemy.exc import SQLAlchemyError

from steelyard.api.access import current_actor
from steelyard.api.pages import NavItem, csrf_token
from steelyard.api.services import services
from steelyard.core.actors import Actor
from steelyard.core.context import request_id


@dataclass(frozen=True, slots=True)
class Language:
    """A language of the interface: its code, its BCP 47 tag, and its own name for itself."""

    code: str
    tag: str
    name: str


CHINESE = Language("zh", "zh-CN", "中文")
ENGLISH = Language("en", "en", "English")


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry of the navigation as this person sees it."""

    url: str
    label: str
    icon: str
    current: bool
    count: int


@dataclass(frozen=True, slots=True)
class Shell:
    """The frame around a page's content."""

    actor: Actor | None
    navigation: tuple[Entry, ...]
    language: Language
    other_language: Language
    csrf_token: str
    request_id: str


def init_web(app: Flask) -> None:
    """Register the shell's own pages and give the templates what they draw the frame with."""
    from steelyard.web.pages import NAVIGATION, pages

    app.register_blueprint(pages)
    app.extensions["steelyard"].navigation.extend(NAVIGATION)
    app.context_processor(lambda: {"shell": _shell()})
    app.jinja_env.globals["asset"] = asset


def asset(filename: str) -> str:
    """Return the address of a file below ``static``."""
    return url_for("static", filename=filename)


def _shell() -> Shell:
    """Draw the frame once a request."""
    if "shell" not in g:
        actor = _actor()
        chinese = str(get_locale()).startswith("zh")
        g.shell = Shell(
            actor=actor,
            navigation=_navigation(actor) if actor else (),
            language=CHINESE if chinese else ENGLISH,
            other_language=ENGLISH if chinese else CHINESE,
            csrf_token=csrf_token(),
            request_id=request_id.get() or "",
        )
    shell: Shell = g.shell
    return shell


def _actor() -> Actor | None:
    """Return who looks; a page about a broken database must not ask it again."""
    try:
        return current_actor()
    except SQLAlchemyError:
        g.caller = None
        return None


def _navigation(actor: Actor) -> tuple[Entry, ...]:
    """Return the entries whose pages this person may open, in their order."""
    items = [item for item in sorted(services().navigation, key=lambda item: item.order) if item.rule.allows(actor)]
    counts = _counts(actor, items)
    entries = [_entry(item, counts.get(item.endpoint, 0)) for item in items]
    # Of the entries above this page (/ and /stock and /stock/scan) only the nearest is where one is.
    nearest = max((entry for entry in entries if entry.current), key=lambda entry: len(entry.url), default=None)
    return tuple(replace(entry, current=nearest is not None and entry.url == nearest.url) for entry in entries)


def _counts(actor: Actor, items: Sequence[NavItem]) -> dict[str, int]:
    """Return how much is unread of the entries that tell it; nothing where the database does not answer."""
    asked = [(item.endpoint, item.count) for item in items if item.count is not None]
    reading = g.get("reading")
    try:
        with nullcontext(reading) if reading is not None else services().db.read() as session:
            return {endpoint: count(session, actor) for endpoint, count in asked}
    except SQLAlchemyError:
        return {}


def _entry(item: NavItem, count: int) -> Entry:
    url = url_for(item.endpoint)
    here = request.path == url or (url != "/" and request.path.startswith(f"{url}/"))
    return Entry(url, gettext(item.label), item.icon, here, count)
