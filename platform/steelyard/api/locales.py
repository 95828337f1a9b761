"""Which language an answer is in: Chinese first, English second."""

import logging
from functools import cache, lru_cache
from typing import Any

from flask import Flask, g, has_app_context, has_request_context, request
from flask_babel import Babel, Locale, get_locale, gettext
from werkzeug.datastructures import LanguageAccept
from werkzeug.http import parse_accept_header

from steelyard.api.services import services
from steelyard.core.errors import SteelyardError

LOCALES = ("zh", "en")
COOKIE = "steelyard_locale"
_log = logging.getLogger("steelyard.api")


def choose() -> str:
    """Return the language of this request: the page's switch, the person's profile, the client's wish."""
    if not has_request_context():
        return services().settings.locale
    if "HTTP_COOKIE" in request.environ and (cookie := request.cookies.get(COOKIE)) in LOCALES:
        return str(cookie)
    found = g.get("caller")
    if found is not None and found.session_key is not None:
        return str(found.actor.locale)
    return _wished(request.headers.get("Accept-Language", "")) or services().settings.locale


@lru_cache
def _wished(header: str) -> str | None:
    """The client's wish among the languages there are; thousands of requests bear the same one."""
    return parse_accept_header(header, LanguageAccept).best_match(LOCALES)


def say(message: str, **params: Any) -> str:
    """Return ``message`` in the reader's language with its parameters filled in; English outside an application."""
    sentence = _translated(get_locale().language, message) if has_app_context() else message
    return sentence % params if params else sentence


@lru_cache(maxsize=4096)
def _translated(_language: str, message: str) -> str:
    """Look a sentence up in the catalogues of the running application; each application has all of them."""
    return str(gettext(message))


@cache
def _parsed(name: str) -> Locale:
    """A language as Babel knows it; to read it takes a while, so a server does so when it is first asked for one."""
    return Locale.parse(name)


def explain(error: SteelyardError) -> str:
    """Return the error's sentence in the reader's language."""
    try:
        return say(error.message, **error.params)
    except (KeyError, TypeError, ValueError):
        _log.exception("a translation does not fit its parameters", extra={"msgid": error.message})
        return str(error)


def init_app(app: Flask, directories: list[str]) -> None:
    """Load the catalogues of every slice; times are shown in Asia/Shanghai."""
    app.config.update(
        BABEL_DEFAULT_LOCALE="zh",
        BABEL_DEFAULT_TIMEZONE="Asia/Shanghai",
        BABEL_TRANSLATION_DIRECTORIES=";".join(directories),
    )
    Babel(app, locale_selector=lambda: _parsed(choose()))
