"""What every request passes: an id, a limit on its rate, headers that browsers obey, metrics, one line of log."""

import re
import time
from collections import deque
from collections.abc import Callable, Iterable
from functools import cache
from threading import Lock
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from flask import Flask, Request, Response, request
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface, SessionMixin
from prometheus_client import CollectorRegistry, Counter, Histogram
from werkzeug.middleware.proxy_fix import ProxyFix

from steelyard.api.services import services
from steelyard.core import context
from steelyard.core.errors import TooManyRequests
from steelyard.core.idents import random_id
from steelyard.core.logs import answered

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

_GIVEN_ID = re.compile(r"[A-Za-z0-9_.-]{8,64}")
_QUIET = frozenset({"/healthz", "/readyz", "/metrics"})
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' data: blob:; "
        "connect-src 'self'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(self), microphone=(), geolocation=()",
    "Cross-Origin-Opener-Policy": "same-origin",
}
_FIXED = tuple(HEADERS.items())
_SHORT_LIVED = ("Cache-Control", "private, no-cache")
_NOT_KEPT = ("Cache-Control", "no-store")
"""Pages are never kept: Back after a posting, or after signing out at a shared desk, must not show what was."""


_SEALED = re.compile(r"/bids?(/|$)")
"""Before the opening nobody may count bids: neither the metrics nor the log tell of their routes."""
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
SESSION_COOKIE = "steelyard_session"
NOTED_TOGETHER = 1000
ADDRESS_SHARE = 10
"""How many callers' worth of requests one address may send: an office shares its address."""


class Metrics:
    """Counts by method, route and status; the routes of sealed bids are not counted at all."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._noted: deque[tuple[str, str, int, float]] = deque()
        labels = ("method", "route", "status")
        self.requests = Counter("steelyard_requests", "Requests answered", labels, registry=self._registry)
        self.seconds = Histogram("steelyard_request_seconds", "Time to answer", ("method",), registry=self._registry)
        self._children = cache(self._find)

    def note(self, asked: Request, status: int, seconds: float) -> None:
        """Count one answered request."""
        route = "none" if asked.url_rule is None else asked.url_rule.rule
        method = asked.method if asked.method in _METHODS else "other"
        self._noted.append((method, route, status, seconds))
        if len(self._noted) >= NOTED_TOGETHER:
            self._count()

    @property
    def registry(self) -> CollectorRegistry:
        """The counters, up to now."""
        self._count()
        return self._registry

    def _count(self) -> None:
        """Count what was noted; noting costs a request less than counting."""
        while self._noted:
            try:
                method, route, status, seconds = self._noted.popleft()
            except IndexError:  # another thread counted the last one
                return
            requests, times = self._children(method, route, status)
            requests.inc()
            times.observe(seconds)

    def _find(self, method: str, route: str, status: int) -> tuple[Counter, Histogram]:
        return self.requests.labels(method, route, str(status)), self.seconds.labels(method)


class RateLimit:
    """Counts the requests of each token and each address in the running minute of this server process.

    A made-up token is worth nothing: the address is counted too, and first.
    """

    def __init__(self, allowed: int) -> None:
        self._allowed = allowed
        self._minute = 0
        self._counts: dict[str, int] = {}
        self._lock = Lock()

    def hit(self, environ: "WSGIEnvironment") -> int:
        """Count one request; return 0, or the seconds to wait where the caller has had all of his."""
        minute, second = divmod(int(time.monotonic()), 60)
        token = environ.get("HTTP_AUTHORIZATION")
        share = ADDRESS_SHARE if token or SESSION_COOKIE in environ.get("HTTP_COOKIE", "") else 1
        with self._lock:
            if minute != self._minute:
                self._minute, self._counts = minute, {}
            over = self._count(environ.get("REMOTE_ADDR") or "unknown", share)
            if token and not over:
                over = self._count(str(hash(token)), 1)
        return 60 - second if over else 0

    def _count(self, key: str, share: int) -> bool:
        count = self._counts[key] = self._counts.get(key, 0) + 1
        return count > share * self._allowed


class Notes(SecureCookieSessionInterface):
    """Flask's signed cookie, which carries messages and refused forms to the next page; most requests have none."""

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        """Read the cookie where there is one."""
        if "HTTP_COOKIE" not in request.environ or self.get_cookie_name(app) not in request.cookies:
            return SecureCookieSession()
        return super().open_session(app, request)

    def get_cookie_secure(self, app: Flask) -> bool:
        """Send the cookie over TLS alone, as every other one."""
        return cookies_need_tls()

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """Write the cookie where there is something to say, or something to take back."""
        if session or session.modified:
            super().save_session(app, session, response)


def init_app(app: Flask, *, requests_per_minute: int, trusted_proxies: int) -> None:
    """Install the handlers; the rate is kept for each caller and server process."""
    limit = RateLimit(requests_per_minute)
    metrics = Metrics()
    app.session_interface = Notes()
    app.wsgi_app = Envelope(app, limit, metrics)  # type: ignore[method-assign]  # Flask's documented way
    app.extensions["steelyard_metrics"] = metrics
    if trusted_proxies:
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]  # Flask's documented way
            app.wsgi_app, x_for=trusted_proxies, x_proto=trusted_proxies, x_host=trusted_proxies
        )


class Envelope:
    """What surrounds Flask, below its hooks, where a dictionary and a list are all that it meets.

    A hook of Flask's costs a quick request more than what we do in it.
    """

    def __init__(self, app: Flask, limit: RateLimit, metrics: Metrics) -> None:
        self._app, self._inner = app, app.wsgi_app
        self._limit, self._metrics = limit, metrics

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        """Name the request, refuse what is too much, and see the answer off."""
        began = time.perf_counter()
        given = environ.get("HTTP_X_REQUEST_ID")
        ident = given if given and _GIVEN_ID.fullmatch(given) else random_id()
        context.request_id.set(ident)

        def start(status: str, headers: list[tuple[str, str]], *error: Any) -> Callable[[bytes], object]:
            self._note(environ["werkzeug.request"], int(status[:3]), time.perf_counter() - began)
            own = [*headers, *_FIXED, ("X-Request-Id", ident)]
            if not any(name == "Cache-Control" for name, _ in headers):
                own.append(_SHORT_LIVED if environ["REQUEST_METHOD"] == "GET" and not _page(headers) else _NOT_KEPT)
            return start_response(status, own, *error)

        if environ["PATH_INFO"] not in _QUIET and (wait_s := self._limit.hit(environ)):
            return self._refuse(environ, start, wait_s)
        return self._inner(environ, start)

    def _refuse(self, environ: "WSGIEnvironment", start: "StartResponse", wait_s: int) -> Iterable[bytes]:
        with self._app.request_context(environ):
            refusal = self._app.handle_user_exception(TooManyRequests(wait_s))
            return self._app.finalize_request(refusal)(environ, start)

    def _note(self, asked: Request, status: int, seconds: float) -> None:
        """Count and log an answered request; those of sealed bids leave no trace."""
        if _SEALED.search(asked.path):
            return
        self._metrics.note(asked, status, seconds)
        if asked.path not in _QUIET:
            answered(f"{asked.method} {_shown(asked)} {status}", round(seconds * 1000, 1))


def _shown(asked: Request) -> str:
    """Return the path for the log; where it holds more than ids, such as an invitation's secret, only its pattern."""
    rule = asked.url_rule
    if rule is None:
        return asked.path[:120]
    return rule.rule if any(isinstance(value, str) for value in (asked.view_args or {}).values()) else asked.path


def cookies_need_tls() -> bool:
    """Whether cookies carry ``Secure``: always, except on this machine's own loopback address over plain HTTP."""
    if request.is_secure:
        return True
    public = services().settings.public_url
    host = urlsplit(public or f"http://{request.host}").hostname or ""
    return not (host in {"localhost", "::1"} or host.startswith("127."))


def _page(headers: list[tuple[str, str]]) -> bool:
    return any(name == "Content-Type" and value.startswith("text/html") for name, value in headers)
