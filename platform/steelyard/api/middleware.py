"""What every request passes: an id, a limit on its rate, headers that browsers obey, metrics, one line of log."""

import re
import time
from collections import deque
from collections.abc import Callable, Iterable
from functools import cache
from threading import Lock
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from flask import Flask, Request, Response, g, request
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface, SessionMixin
from prometheus_client import CollectorRegistry, Counter, Histogram
from werkzeug.middleware.proxy_fix import ProxyFix

from steelyard.api import csrf
from steelyard.api.services import services
from steelyard.core import context
from steelyard.core.errors import TooManyRequests
from steelyard.core.idents import random_id
from steelyard.core.logs import answered

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

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

    def hit(self, asked: Request) -> int:
        """Count one request; return 0, or the seconds to wait where the caller has had all of his."""
        minute, second = divmod(int(time.monotonic()), 60)
        token = asked.headers.get("Authorization")
        known = token or ("HTTP_COOKIE" in asked.environ and SESSION_COOKIE in asked.cookies)
        share = ADDRESS_SHARE if known else 1
        with self._lock:
            if minute != self._minute:
                self._minute, self._counts = minute, {}
            over = self._count(asked.remote_addr or "unknown", share)
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
    app.wsgi_app = _with_headers(app.wsgi_app)  # type: ignore[method-assign, assignment]  # Flask's documented way
    app.extensions["steelyard_metrics"] = metrics
    if trusted_proxies:
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]  # Flask's documented way
            app.wsgi_app, x_for=trusted_proxies, x_proto=trusted_proxies, x_host=trusted_proxies
        )

    @app.before_request
    def _begin() -> None:
        asked = _request()
        g.began = time.perf_counter()
        given = asked.headers.get("X-Request-Id")
        context.request_id.set(given if given and _GIVEN_ID.fullmatch(given) else random_id())
        if asked.path not in _QUIET and (wait_s := limit.hit(asked)):
            raise TooManyRequests(wait_s)

    @app.after_request
    def _finish(response: Response) -> Response:
        asked, headers, status = _request(), response.headers, response.status_code
        headers["X-Request-Id"] = context.request_id.get()
        if asked.endpoint != "static" and "Cache-Control" not in headers:
            headers["Cache-Control"] = "no-store" if asked.method != "GET" else "private, no-cache"
        if "visitor_is_new" in g and g.visitor_is_new:
            response.set_cookie(csrf.COOKIE, g.visitor, httponly=True, samesite="Lax", secure=cookies_need_tls())
        now = time.perf_counter()
        seconds = now - g.get("began", now)
        if not _SEALED.search(asked.path):
            metrics.note(asked, status, seconds)
            if asked.path not in _QUIET:
                answered(f"{asked.method} {_shown(asked)} {status}", round(seconds * 1000, 1))
        return response


def _with_headers(wsgi_app: "WSGIApplication") -> "WSGIApplication":
    """Add the fixed headers below Flask, where a list is all that they meet."""
    fixed = list(HEADERS.items())

    def answer(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        def start(status: str, headers: list[tuple[str, str]], *error: Any) -> Callable[[bytes], object]:
            return start_response(status, headers + fixed, *error)

        return wsgi_app(environ, start)

    return answer


def _request() -> Request:
    """Return the request itself: each look through Flask's proxy costs, and what runs always should not."""
    found: Request = request._get_current_object()  # type: ignore[attr-defined]  # the proxy's documented accessor
    return found


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
