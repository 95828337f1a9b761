"""The one place where the slices are wired together."""

import importlib
import importlib.util
from collections.abc import Collection, Mapping
from datetime import date
from pathlib import Path

from flask import Flask
from sqlalchemy.orm import Session

from steelyard.api import filters, locales, middleware, openapi, pages, problems, system
from steelyard.api.routing import LateRule
from steelyard.api.services import Services
from steelyard.core.database import Database
from steelyard.core.jobs import Job, plug_in
from steelyard.core.outbox import Subscriber
from steelyard.core.settings import Settings

SLICES = ("steelyard.accounts", "pricing", "inventory", "steelyard.procurement", "steelyard.logistics")
WITH_CATALOGUES = ("steelyard.core", "steelyard.api", *SLICES, "steelyard.web")


def create_app(settings: Settings | None = None, db: Database | None = None) -> Flask:
    """Build the web application; raises ``SettingsError`` where the environment cannot be used."""
    from steelyard.accounts.authentication import authenticate
    from steelyard.jobs.queue import DurableQueue
    from steelyard.web.shell import init_web

    settings = settings or Settings.from_env()
    app = Flask("steelyard", static_folder="web/static", root_path=str(Path(__file__).parent))
    app.url_rule_class = LateRule
    app.config.update(
        SECRET_KEY=settings.secret_key,
        MAX_CONTENT_LENGTH=settings.max_body_bytes,
        SESSION_COOKIE_NAME="steelyard_notes",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
    )
    services = Services(settings, db or Database(settings.database_url), authenticate)
    app.extensions["steelyard"] = services
    plug_in(DurableQueue(services.db))
    _introduce()
    middleware.init_app(app, requests_per_minute=settings.requests_per_minute, trusted_proxies=settings.trusted_proxies)
    problems.init_app(app)
    locales.init_app(app, [str(folder) for folder in catalogues()])
    filters.init_app(app)
    api = openapi.init_app(app)
    app.register_blueprint(system.probes)
    api.register_blueprint(system.blp)
    for name in SLICES:
        _plug(app, api, services, name)
    app.jinja_env.globals.update(form_guard=pages.form_guard, csrf_token=pages.csrf_token, typed=pages.typed)
    init_web(app)
    return app


def _introduce() -> None:
    """Tell slices that do not know each other of what one offers to the other: the market's prices to the yard."""
    from inventory import market

    def quotes(session: Session, asked: Collection[market.Asked], today: date) -> Mapping[int, market.Quote]:
        from pricing.market import quotes as of_series  # the words of the trade take their time to load

        return of_series(session, asked, today)

    market.plug_in(quotes)


def catalogues() -> list[Path]:
    """Return the folders of translations of every slice."""
    folders = []
    for name in WITH_CATALOGUES:
        spec = importlib.util.find_spec(name)
        assert spec is not None
        assert spec.submodule_search_locations is not None
        folders.append(Path(spec.submodule_search_locations[0]) / "translations")
    return folders


def jobs() -> tuple[Job, ...]:
    """Return the standing jobs and every slice's, for the clock and the queue."""
    from steelyard.jobs.standing import JOBS

    return (*JOBS, *(job for name in SLICES for job in _room(name, "jobs", "JOBS")))


def subscribers() -> tuple[Subscriber, ...]:
    """Return every slice's subscribers to events."""
    return tuple(one for name in SLICES for one in _room(name, "subscribers", "SUBSCRIBERS"))


def _plug(app: Flask, api: openapi.Api, services: Services, name: str) -> None:
    """Register what a slice offers; a room that it does not need is absent."""
    for blueprint in _room(name, "api", "blp", single=True):
        api.register_blueprint(blueprint)
    for blueprint in _room(name, "pages", "pages", single=True):
        app.register_blueprint(blueprint)
    services.navigation.extend(_room(name, "pages", "NAVIGATION"))
    services.waiting.extend(_room(name, "queries", "waiting", single=True))


def _room(name: str, room: str, attribute: str, *, single: bool = False) -> tuple:  # type: ignore[type-arg]  # of what the room holds
    if importlib.util.find_spec(f"{name}.{room}") is None:
        return ()
    found = getattr(importlib.import_module(f"{name}.{room}"), attribute, None)
    if found is None:
        return ()
    return (found,) if single else tuple(found)
