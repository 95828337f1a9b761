"""What every request passes: an id, a limit on its rate, headers that browsers obey, metrics, one line of log."""

import logging
import re
import time
from urllib.parse import urlsplit

from flask import Flask, Response, g, request
from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import FixedWindowRateLimiter
from prometheus_client import CollectorRegistry, Counter, Histogram
from werkzeug.middleware.proxy_fix import ProxyFix

from steelyard.api import csrf
from steelyard.api.services import services
from steelyard.core import context
from steelyard.core.errors import TooManyRequests
from steelyard.core.idents import random_id

_log = logging.getLogger("steelyard.access")
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


class Metrics:
    """Counts by method, route and status; routes that must not be counted are one ``sealed``."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        labels = ("method", "route", "status")
        self.requests = Counter("steelyard_requests", "Requests answered", labels, registry=self.registry)
        self.seconds = Histogram("steelyard_request_seconds", "Time to answer", ("method",), registry=self.registry)

    def note(self, status: int, seconds: float) -> None:
        """Count one answered request."""
        rule = request.url_rule
        route = "none" if rule is None else "sealed" if "/bids" in rule.rule else rule.rule
        self.requests.labels(request.method, route, str(status)).inc()
        self.seconds.labels(request.method).observe(seconds)


def init_app(app: Flask, *, requests_per_minute: int, trusted_proxies: int) -> None:
    """Install the handlers; the rate is kept for each caller and server process."""
    limiter = FixedWindowRateLimiter(MemoryStorage())
    allowed = RateLimitItemPerMinute(requests_per_minute)
    metrics = Metrics()
    app.extensions["steelyard_metrics"] = metrics
    if trusted_proxies:
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]  # Flask's documented way
            app.wsgi_app, x_for=trusted_proxies, x_proto=trusted_proxies, x_host=trusted_proxies
        )

    @app.before_request
    def _begin() -> None:
        g.began = time.perf_counter()
        given = request.headers.get("X-Request-Id", "")
        context.request_id.set(given if _GIVEN_ID.fullmatch(given) else random_id())
        if request.path not in _QUIET and not limiter.hit(allowed, _caller_key()):
            reset = limiter.get_window_stats(allowed, _caller_key()).reset_time
            raise TooManyRequests(max(1, round(reset - time.time())))

    @app.after_request
    def _finish(response: Response) -> Response:
        response.headers["X-Request-Id"] = context.request_id.get()
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        if request.endpoint != "static":
            response.headers.setdefault("Cache-Control", "no-store" if request.method != "GET" else "private, no-cache")
        if g.get("visitor_is_new"):
            response.set_cookie(csrf.COOKIE, g.visitor, httponly=True, samesite="Lax", secure=cookies_need_tls())
        seconds = time.perf_counter() - g.get("began", time.perf_counter())
        metrics.note(response.status_code, seconds)
        if request.path not in _QUIET and _log.isEnabledFor(logging.INFO):
            _log.info(
                "%s %s %s",
                request.method,
                request.path,
                response.status_code,
                extra={"ms": round(seconds * 1000, 1)},
            )
        return response


def _caller_key() -> str:
    """Return whom the rate is counted for: the token, else the address."""
    token = request.headers.get("Authorization")
    return str(hash(token)) if token else request.remote_addr or "unknown"


def cookies_need_tls() -> bool:
    """Whether cookies carry ``Secure``: always, except on this machine's own loopback address over plain HTTP."""
    if request.is_secure:
        return True
    public = services().settings.public_url
    host = urlsplit(public or f"http://{request.host}").hostname or ""
    return not (host in {"localhost", "::1"} or host.startswith("127."))
