"""What a running application holds, reached through Flask's ``current_app``; ``app.py`` fills it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from flask import Request, current_app
from sqlalchemy.orm import Session

from steelyard.core.actors import Actor
from steelyard.core.database import Database
from steelyard.core.prepared import Line
from steelyard.core.settings import Settings

if TYPE_CHECKING:
    from steelyard.api.pages import NavItem, Waiting


@dataclass(frozen=True, slots=True)
class Caller:
    """Who was recognised, and how: ``session_key`` is set for a browser session and binds its CSRF tokens."""

    actor: Actor
    session_key: str | None = None
    must_change: bool = False


class Authenticator(Protocol):
    """Recognises a caller by his cookie or bearer token; implemented by ``accounts``."""

    def __call__(self, line: Line, request: Request) -> Caller | None:
        """Return the caller, ``None`` for a stranger; raise ``Unauthenticated`` for a bad token."""


@dataclass(slots=True)
class Services:
    """The application's parts. ``authenticate``, ``navigation`` and ``waiting`` are ports filled from above."""

    settings: Settings
    db: Database
    authenticate: Authenticator
    navigation: "list[NavItem]" = field(default_factory=list)
    waiting: "list[Callable[[Session, Actor], list[Waiting]]]" = field(default_factory=list)


def services() -> Services:
    """Return the services of the running application."""
    found: Services = current_app.extensions["steelyard"]
    return found
